import { assert, describe, it } from "@effect/vitest"
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import * as JournalLog from "../../src/log/JournalLog.ts"
import { OpenJournal } from "../../src/log/OpenJournal.ts"
import { RoomLog } from "../../src/log/RoomLog.ts"
import { idempotencyKey, type StreamLimits } from "../../src/log/RoomStream.ts"
import { draft, roomLogContract } from "../contract/roomLog.ts"
import { keepLogs } from "./journal/fixture.ts"

const lobby = RoomId.make("lobby")
const roomy: StreamLimits = { messages: 10_000, bytes: 2 ** 30, burstMs: 0 }

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "hubbub-test-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const isOpenAs = (fd: string, file: string) => {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`) === file
  } catch {
    return false
  }
}

/** Puts a device in the place of an open file: it takes what is written and cannot be flushed. */
const makeUnflushable = (file: string) => {
  const fd = Number(readdirSync("/proc/self/fd").find((name) => isOpenAs(name, file)))
  closeSync(fd)
  // the lowest number that is free is given out next
  const others: Array<number> = []
  for (let opened = openSync("/dev/null", "w"); opened !== fd; opened = openSync("/dev/null", "w")) others.push(opened)
  for (const other of others) closeSync(other)
}

const on = (
  path: string,
  limits: StreamLimits = roomy,
  more: Partial<JournalLog.JournalLogOptions> = {}
): Layer.Layer<RoomLog | OpenJournal> =>
  JournalLog.layer(
    {
      directory: path,
      durability: "journal",
      segmentBytes: 65_536,
      maxBacklogBytes: 2 ** 30,
      idleMs: 600_000,
      ...more
    },
    limits
  ).pipe(Layer.provide(Supervisor.layer), Layer.orDie)

roomLogContract("journal", (limits) => Layer.unwrap(Effect.map(directory, (path) => on(path, limits))), {
  remembersForgotten: true
})

describe("journal log", () => {
  it.effect("goes on after a restart where it was: positions, epoch, times and the ids of repeats", () =>
    Effect.gen(function* () {
      const path = yield* directory
      const drafts = Array.from({ length: 50 }, (_, i) => draft(`message ${i + 1}`))
      yield* TestClock.setTime(60_000)
      const epoch = yield* Effect.gen(function* () {
        const log = yield* RoomLog
        yield* log.append(drafts)
        return log.stream(lobby).epoch
      }).pipe(Effect.provide(on(path), { local: true }))
      // a clock that was set back in between
      yield* TestClock.setTime(1000)
      yield* Effect.gen(function* () {
        const log = yield* RoomLog
        const stream = log.find(lobby)
        assert.strictEqual(stream?.epoch, epoch)
        assert.strictEqual(stream?.head, 50)
        assert.isFalse(stream?.cold)
        assert.deepStrictEqual(
          (yield* log.append([drafts[7]!, draft("message 51")])).map((one) =>
            one._tag === "conflict" ? [] : [one._tag, one.message.seq, one.message.timestamp]
          ),
          [
            ["duplicate", 8, "1970-01-01T00:01:00.000Z"],
            ["accepted", 51, "1970-01-01T00:01:00.000Z"]
          ]
        )
      }).pipe(Effect.provide(on(path), { local: true }))
    })
  )

  it.effect("reads what is no longer in memory from its files", () =>
    Effect.gen(function* () {
      const log = yield* RoomLog
      const stream = log.stream(lobby)
      for (let n = 1; n <= 2000; n += 50) {
        yield* log.append(Array.from({ length: 50 }, (_, i) => draft(`message ${n + i} ${"x".repeat(100)}`)))
        stream.served = stream.head
      }
      assert.isAbove(stream.oldest, 1900)
      assert.strictEqual(log.tail(lobby).from, 1)
      const texts = (yield* log.read(lobby, 3, 2000)) ?? []
      assert.deepStrictEqual(
        texts.map((json): number => JSON.parse(json).seq),
        Array.from({ length: 1997 }, (_, i) => i + 4)
      )
    }).pipe(Effect.provide(Layer.unwrap(Effect.map(directory, (path) => on(path, { ...roomy, messages: 64 })))))
  )

  it.effect("lets go of rooms that nobody came back to after a restart", () =>
    Effect.gen(function* () {
      const path = yield* directory
      const elsewhere = RoomId.make("elsewhere")
      yield* Effect.gen(function* () {
        yield* (yield* RoomLog).append([draft("a"), draft("b", { roomId: elsewhere })])
      }).pipe(Effect.provide(on(path), { local: true }))
      yield* Effect.gen(function* () {
        const log = yield* RoomLog
        assert.strictEqual(log.stream(lobby).head, 1)
        yield* TestClock.adjust("10 minutes")
        assert.isDefined(log.find(lobby))
        assert.isUndefined(log.find(elsewhere))
        assert.strictEqual(log.tail(elsewhere).head, 1)
        assert.strictEqual(log.stream(elsewhere).head, 1)
        assert.isTrue(log.stream(elsewhere).cold)
      }).pipe(Effect.provide(on(path), { local: true }))
    })
  )

  it.effect("refuses a batch as a whole when the store is too far behind, and takes it once it is not", () =>
    Effect.gen(function* () {
      const log = yield* RoomLog
      const { journal } = yield* OpenJournal
      const batch = Array.from({ length: 100 }, () => draft("x".repeat(900)))
      yield* log.append(batch)
      const more = draft("more")
      const failure = yield* Effect.flip(log.append([more]))
      assert.strictEqual(failure.reason, "overloaded")
      assert.isAbove(failure.retryAfterMs, 0)
      assert.strictEqual(log.stream(lobby).head, 100)
      assert.isUndefined(log.stream(lobby).find(idempotencyKey(more.userId, more.messageId)))
      const { next, records } = yield* journal.tail(journal.drained, 1000, 2 ** 30)
      yield* journal.drain(next, records)
      const [outcome] = yield* log.append([more])
      assert.strictEqual(outcome?._tag === "accepted" && outcome.message.seq, 101)
    }).pipe(Effect.provide(Layer.unwrap(Effect.map(directory, (path) => on(path, roomy, { maxBacklogBytes: 65_536 })))))
  )

  it.effect("cannot tell what a user said lately when much of it has left memory before the store had it", () =>
    Effect.gen(function* () {
      const log = yield* RoomLog
      const alice = UserId.make("alice")
      yield* log.append([draft("first")])
      assert.strictEqual(log.recentBy(alice)?.length, 1)
      yield* TestClock.adjust("11 seconds")
      const stream = log.stream(lobby)
      for (let i = 0; i < 100; i++) {
        stream.served = stream.head
        yield* log.append([draft("more")])
      }
      assert.isUndefined(log.recentBy(alice))
    }).pipe(Effect.provide(Layer.unwrap(Effect.map(directory, (path) => on(path, { ...roomy, messages: 16 })))))
  )

  it.effect("says while messages of an epoch that has ended are still on their way to the store", () =>
    Effect.gen(function* () {
      const path = yield* directory
      const drafts = Array.from({ length: 5 }, (_, i) => draft(`message ${i + 1}`))
      yield* Effect.gen(function* () {
        const log = yield* RoomLog
        yield* log.append(drafts)
        assert.isFalse(log.tail(lobby).owesOlder)
      }).pipe(Effect.provide(on(path), { local: true }))
      const segment = join(path, "journal", "0000000000000000.log")
      const bytes = readFileSync(segment)
      bytes[bytes.length - 3]! ^= 1
      writeFileSync(segment, bytes)
      yield* Effect.gen(function* () {
        const log = yield* RoomLog
        const { journal } = yield* OpenJournal
        const { head, owesOlder } = log.tail(lobby)
        assert.deepStrictEqual([head, owesOlder], [0, true])
        assert.isUndefined(log.recentBy(UserId.make("alice")))
        const { next, records } = yield* journal.tail(journal.drained, 100, 2 ** 20)
        assert.strictEqual(records.length, 4)
        yield* journal.drain(next, records)
        assert.isFalse(log.tail(lobby).owesOlder)
        assert.deepStrictEqual(log.recentBy(UserId.make("alice")), [])
      }).pipe(Effect.provide(on(path), { local: true }))
    })
  )

  it.effect("goes on when the disk cannot be flushed, tries no more often than before, and says so once", () => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const path = yield* directory
      yield* Effect.gen(function* () {
        const log = yield* RoomLog
        const { journal } = yield* OpenJournal
        let flushes = 0
        const { sync } = journal
        Object.defineProperty(journal, "sync", {
          value: Effect.suspend(() => {
            flushes++
            return sync
          })
        })
        makeUnflushable(join(path, "journal", "0000000000000000.log"))
        for (let i = 0; i < 50; i++) {
          yield* log.append([draft(String(i))])
          yield* TestClock.adjust("100 millis")
          yield* Effect.promise(() => new Promise((next) => setImmediate(next)))
        }
        assert.strictEqual(log.tail(lobby).head, 50)
        assert.isAbove(flushes, 1)
        assert.isAtMost(flushes, 6)
        assert.lengthOf(
          lines.filter((line) => line.includes("could not be flushed")),
          1
        )
      }).pipe(Effect.provide(on(path), { local: true }))
    }).pipe(Effect.provide(keepLogs(lines)))
  })

  it.effect("holds acknowledgements back until the disk has what was written, where they promise that", () =>
    Effect.gen(function* () {
      const log = yield* RoomLog
      yield* log.append([draft("a")])
      const mark = log.keeping.written()
      while (log.keeping.kept() < mark) yield* log.keeping.moved
      assert.isAtLeast(log.keeping.kept(), mark)
    }).pipe(Effect.provide(Layer.unwrap(Effect.map(directory, (path) => on(path, roomy, { durability: "fsync" })))))
  )

  it.effect("holds acknowledgements back until the store has what was written, where they promise that", () =>
    Effect.gen(function* () {
      const log = yield* RoomLog
      const { advanced, journal } = yield* OpenJournal
      yield* log.append([draft("a")])
      const mark = log.keeping.written()
      assert.isBelow(log.keeping.kept(), mark)
      const { next, records } = yield* journal.tail(journal.drained, 100, 2 ** 20)
      yield* journal.drain(next, records)
      advanced()
      yield* log.keeping.moved
      assert.isAtLeast(log.keeping.kept(), mark)
    }).pipe(Effect.provide(Layer.unwrap(Effect.map(directory, (path) => on(path, roomy, { durability: "store" })))))
  )
})
