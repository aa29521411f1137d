/** Records as a server keeps them: in every mode, and beyond its end where anything is. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, Schedule } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import type { Configuration } from "../../src/AppConfig.ts"
import { Vitals } from "../../src/observability/Vitals.ts"
import { persistence } from "../../src/Persistence.ts"
import { RecordStore } from "../../src/store/RecordStore.ts"
import { draft, kept } from "../contract/record.ts"
import { Dynalite } from "../support/Dynalite.ts"
import { configuration } from "../support/Engine.ts"

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "hubbub-records-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)
const emulator = Effect.acquireRelease(
  Effect.promise(() => Dynalite.start()),
  (dynalite) => Effect.promise(() => dynalite.stop())
)

/** Does something with the records of a server that starts, and stops after. */
const serving = <A, E>(config: Configuration, use: (store: RecordStore["Service"]) => Effect.Effect<A, E>) =>
  RecordStore.use(use).pipe(
    Effect.provide(
      persistence(config).pipe(Layer.provide(Layer.mergeAll(Supervisor.layer, Vitals.layer, Logger.layer([])))),
      {
        local: true
      }
    )
  )

const ban = draft("bans", "mallory")
const soon = { schedule: Schedule.spaced("20 millis"), times: 250 }

describe("records of a server", () => {
  it.live.each([
    { durability: "journal", store: "sqlite" },
    { durability: "fsync", store: "sqlite" },
    { durability: "store", store: "dynamodb" }
  ] as const)("with durability $durability in $store are there when it starts again", (mode) =>
    Effect.gen(function* () {
      const config = configuration({
        ...mode,
        dataDir: yield* directory,
        dynamoDbEndpoint: mode.store === "dynamodb" ? (yield* emulator).url : ""
      })
      assert.strictEqual(yield* serving(config, (store) => Effect.retry(store.put(ban), soon)), 1)
      assert.strictEqual(yield* serving(config, (store) => Effect.retry(store.put(ban, { version: 1 }), soon)), 2)
      assert.deepStrictEqual(
        yield* serving(config, (store) => Effect.retry(store.get(ban.pk, ban.sk), soon)),
        kept(ban, 2)
      )
    })
  )

  it.live("that keeps nothing are there until it stops", () =>
    Effect.gen(function* () {
      const config = configuration({ durability: "memory" })
      const put = serving(config, (store) => Effect.andThen(store.put(ban), store.get(ban.pk, ban.sk)))
      assert.deepStrictEqual(yield* put, kept(ban))
      assert.isUndefined(yield* serving(config, (store) => store.get(ban.pk, ban.sk)))
    })
  )
})
