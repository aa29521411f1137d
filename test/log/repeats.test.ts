/** What was kept once is acknowledged again when it is sent again, also by a server that can keep nothing more. */
import { assert, describe, it } from "@effect/vitest"
import { randomUUID } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Layer } from "effect"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import * as JournalLog from "../../src/log/JournalLog.ts"
import { OpenJournal } from "../../src/log/OpenJournal.ts"
import { RoomLog } from "../../src/log/RoomLog.ts"
import { logOptions } from "../../src/Persistence.ts"
import { draft } from "../contract/roomLog.ts"
import { configuration, connect, engineLayer } from "../support/Engine.ts"

const config = configuration()

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "hubbub-test-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** The engine on a journal that no store takes anything from unless the test does. */
const engineOn = (options: Pick<JournalLog.JournalLogOptions, "durability" | "maxBacklogBytes">) =>
  Layer.unwrap(
    Effect.map(directory, (path) => {
      const log = JournalLog.layer(
        { directory: path, segmentBytes: 2 ** 26, idleMs: 600_000, ...options },
        logOptions(config)
      ).pipe(Layer.provide(Supervisor.layer), Layer.orDie)
      return Layer.merge(engineLayer(config, log), log)
    })
  )

const chat = (content: string, messageId: string = randomUUID()) => ({
  type: "chat",
  roomId: "lobby",
  content,
  messageId,
  ref: messageId
})

const texts = (frames: ReadonlyArray<unknown>) => frames.map((frame) => JSON.stringify(frame))

/** A store takes all that there is. */
const drain = Effect.gen(function* () {
  const { advanced, journal } = yield* OpenJournal
  const { next, records } = yield* journal.tail(journal.drained, 1_000_000, 2 ** 30)
  yield* journal.drain(next, records)
  advanced()
})

describe("a repeat of what was kept", () => {
  it.effect("is acknowledged beside new messages that are refused because the store is too far behind", () =>
    Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const kept = Array.from({ length: 100 }, () => chat("x".repeat(900)))
      alice.sayText(...texts(kept))
      yield* alice.until("ack", ({ ref }) => ref === kept[99]!.ref)
      const [before, twice, after] = [chat("before"), chat("twice"), chat("after")]
      const repeat = { ...kept[6]!, ref: "repeat" }
      const conflict = { ...kept[7]!, content: "other", ref: "conflict" }
      const batch = [before, repeat, twice, { ...twice, ref: "again" }, conflict, after]
      alice.sayText(...texts(batch))
      yield* alice.until("error", ({ ref }) => ref === after.ref)
      const ack = alice.of("ack").find(({ ref }) => ref === "repeat")
      assert.deepInclude(ack, { seq: 7, duplicate: true, messageId: repeat.messageId })
      assert.deepStrictEqual(
        alice.of("error").map(({ code, ref }) => [ref, code]),
        [
          [before.ref, "overloaded"],
          [twice.ref, "overloaded"],
          ["again", "overloaded"],
          ["conflict", "idempotency_conflict"],
          [after.ref, "overloaded"]
        ]
      )
      yield* drain
      alice.sayText(...texts([before, { ...twice, ref: "at last" }]))
      assert.deepInclude(yield* alice.until("ack", ({ ref }) => ref === "at last"), { seq: 102 })
      assert.isUndefined(alice.of("ack").at(-1)!["duplicate"])
    }).pipe(Effect.provide(engineOn({ durability: "journal", maxBacklogBytes: 65_536 })))
  )

  it.effect("is taken by a log that takes nothing else", () =>
    Effect.gen(function* () {
      const log = yield* RoomLog
      const drafts = Array.from({ length: 100 }, () => draft("x".repeat(900)))
      yield* log.append(drafts)
      assert.strictEqual((yield* Effect.flip(log.append([draft("more")]))).reason, "overloaded")
      const outcomes = yield* log.append([drafts[3]!, drafts[98]!])
      assert.deepStrictEqual(
        outcomes.map((one) => one._tag === "duplicate" && one.message.seq),
        [4, 99]
      )
    }).pipe(Effect.provide(engineOn({ durability: "journal", maxBacklogBytes: 65_536 })))
  )

  it.live("is acknowledged when as many acknowledgements wait as may", () =>
    Effect.gen(function* () {
      const busy = yield* connect(config, "alice", { room: "lobby" })
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const { journal } = yield* OpenJournal
      const last = chat("last")
      for (let sent = 512; sent <= 65_536; sent += 512) {
        busy.sayText(...texts(Array.from({ length: 512 }, (_, i) => (sent - i === 65_536 ? last : chat("x")))))
        yield* busy.when(() => busy.of("chat").length === sent)
      }
      busy.leave()
      const more = chat("more")
      alice.sayText(...texts([more, { ...last, ref: "repeat" }]))
      assert.deepInclude(yield* alice.until("error"), { ref: more.ref, code: "overloaded" })
      // not before the message itself is kept
      assert.deepStrictEqual(alice.of("ack"), [])
      while (journal.drained < journal.lsn) yield* drain
      assert.deepInclude(yield* alice.until("ack"), { ref: "repeat", seq: 65_025, duplicate: true })
      alice.sayText(...texts([more]))
      yield* alice.until("chat", ({ content }) => content === "more")
      yield* drain
      assert.deepInclude(yield* alice.until("ack", ({ ref }) => ref === more.ref), { seq: 65_537 })
    }).pipe(Effect.provide(engineOn({ durability: "store", maxBacklogBytes: 2 ** 30 })))
  )
})
