/** What the tests of the SQLite archive do with it. */
import { assert } from "@effect/vitest"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Layer } from "effect"
import { Supervisor } from "../../../src/actor/Supervisor.ts"
import { RoomId } from "../../../src/domain/RoomId.ts"
import type { Entry } from "../../../src/log/Entry.ts"
import { MessageStore } from "../../../src/store/MessageStore.ts"
import { layer, type SqliteOptions } from "../../../src/store/sqlite/SqliteStore.ts"
import { entry } from "../../contract/messageEntry.ts"

/** A directory of a test's own, gone when it ends. */
export const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "hubbub-sqlite-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

/** Where an archive can be. */
export const newFile = Effect.map(directory, (path) => join(path, "hubbub.db"))

/** Does something with the store in a file, and closes it. */
export const using = <A, E>(options: SqliteOptions, use: Effect.Effect<A, E, MessageStore | Supervisor>) =>
  use.pipe(Effect.provide(layer(options).pipe(Layer.provideMerge(Supervisor.layer)), { local: true }))

export const put = (entries: ReadonlyArray<Entry>) => MessageStore.use((store) => store.put(entries))

/** The seqs of `lobby`, from the first to the last. */
export const kept = MessageStore.use((store) =>
  Effect.gen(function* () {
    const all: Array<Entry> = []
    for (let after: Entry | undefined; ; after = all.at(-1)) {
      const page = yield* store.room(RoomId.make("lobby"), { after, limit: 200, order: "oldest" })
      all.push(...page)
      if (page.length < 200) break
    }
    assert.deepStrictEqual(
      all,
      all.map(({ seq }) => entry(seq))
    )
    return all.map(({ seq }) => seq)
  })
)

/** 1, 2, 3 and so on. */
export const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1)
