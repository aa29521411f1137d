import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { cpSync, existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { RoomId } from "../../../src/domain/RoomId.ts"
import type { JournalRecord } from "../../../src/log/journal/Journal.ts"
import { BacklogFull, JournalFailed } from "../../../src/log/journal/JournalFailed.ts"
import { crashCopy, drainAll, messages, say, segmentsIn, start, temporaryDirectory, undrained } from "./fixture.ts"

const red = RoomId.make("red")
const green = RoomId.make("green")
const json = (records: ReadonlyArray<JournalRecord>) => records.map((record) => record.json)
const roomsOf = (n: number) => Array.from({ length: n }, (_, i) => (i % 3 === 0 ? "red" : "green"))

describe("the journal", () => {
  it.effect("makes its directory, and begins at the time of day so that no older position is used again", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_764_000_000_999)
      const directory = join(yield* temporaryDirectory, "deep", "er")
      const { journal, seen } = yield* start(directory)
      assert.strictEqual(journal.epoch, 1_764_000_000)
      assert.deepStrictEqual(seen, [])
      assert.strictEqual(journal.rooms.size, 0)
      assert.strictEqual(journal.backlog, 0)
      assert.isUndefined(journal.oldestUndrained)
      assert.deepStrictEqual(segmentsIn(directory), ["0000000000000000.log"])
    })
  )

  it.effect("shows what was appended to whoever opens it next, after a clean stop and after a crash", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const { journal, stop } = yield* start(directory)
      const said = [...say(journal, roomsOf(5)), ...say(journal, ["red"], "👍 \u2028")]
      const crashed = yield* start(yield* crashCopy(directory))
      const { epoch, lsn } = journal
      yield* stop
      const stopped = yield* start(directory)
      for (const { journal: next, seen } of [crashed, stopped]) {
        assert.deepStrictEqual(seen, said)
        assert.strictEqual(next.epoch, epoch)
        assert.strictEqual(next.lsn, lsn)
        assert.deepStrictEqual(next.rooms.get(red), { head: 3, at: 1_000_003, drained: 0 })
        assert.deepStrictEqual(next.rooms.get(green), { head: 3, at: 1_000_003, drained: 0 })
      }
    })
  )

  it.effect("keeps a batch in one segment and begins the next one before a batch", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      let rotations = 0
      const { journal } = yield* start(directory, { segmentBytes: 500, onRotate: () => void rotations++ })
      const before = journal.lsn
      const after = [journal.append(messages(journal, roomsOf(20))), journal.append(messages(journal, ["red"]))]
      assert.isAbove(after[0]!, before)
      const names = segmentsIn(directory)
      assert.strictEqual(names.length, 2)
      assert.strictEqual(Number.parseInt(names[1]!.slice(0, 16), 16), after[0])
      assert.strictEqual(rotations, 1)
      assert.strictEqual(journal.append([]), after[1])
    })
  )

  it.effect("opens what a process leaves that dies between beginning a segment and writing to it", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const died: Array<string> = []
      const copies = yield* temporaryDirectory
      const { journal } = yield* start(directory, {
        segmentBytes: 500,
        onRotate: () => {
          died.push(join(copies, String(died.length)))
          cpSync(directory, died.at(-1)!, { recursive: true })
        }
      })
      const said: Array<JournalRecord> = []
      const known: Array<number> = []
      for (let i = 0; i < 20; i++) {
        const before = said.length
        said.push(...say(journal, ["red"]))
        if (died.length > known.length) known.push(before)
      }
      assert.isAbove(died.length, 2)
      for (const [i, copy] of died.entries()) {
        const { journal: next, seen } = yield* start(copy)
        assert.deepStrictEqual(seen, said.slice(0, known[i]))
        say(next, ["red"])
        assert.strictEqual((yield* next.read(red, 0, known[i]! + 1))?.length, known[i]! + 1)
      }
    })
  )

  it.effect("reads any stretch of a room back, over segments and past other rooms", () =>
    Effect.gen(function* () {
      const { journal } = yield* start(yield* temporaryDirectory, { segmentBytes: 20_000 })
      const said: Array<JournalRecord> = []
      for (let i = 0; i < 60; i++) said.push(...say(journal, roomsOf(10), "x".repeat(i * 7)))
      for (const room of [red, green]) {
        const all = json(said.filter(({ roomId }) => roomId === room))
        for (let after = 0; after <= all.length; after += 7) {
          for (let to = after; to <= all.length; to += 13) {
            assert.deepStrictEqual(yield* journal.read(room, after, to), all.slice(after, to))
          }
        }
        assert.deepStrictEqual(yield* journal.read(room, 0, all.length), all)
        assert.isUndefined(yield* journal.read(room, 0, all.length + 1))
      }
      assert.isUndefined(yield* journal.read(RoomId.make("nobody"), 0, 1))
      assert.deepStrictEqual(yield* journal.read(RoomId.make("nobody"), 0, 0), [])
    })
  )

  it.effect("reads messages larger than what it reads at a time, and rare ones between many", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const { journal, stop } = yield* start(directory, { segmentBytes: 2 ** 23 })
      const said: Array<JournalRecord> = []
      for (let i = 0; i < 12; i++) {
        said.push(...say(journal, ["red"], "é".repeat(i * 20_000)))
        for (let j = 0; j < 10; j++) say(journal, Array<string>(50).fill("green"), "x".repeat(500))
      }
      assert.deepStrictEqual(yield* journal.read(red, 0, 12), json(said))
      assert.deepStrictEqual(yield* journal.read(red, 9, 11), json(said.slice(9, 11)))
      assert.strictEqual((yield* journal.tail(journal.drained, 10_000, 2 ** 30)).records.length, 6012)
      yield* stop
      const { journal: next, seen } = yield* start(directory)
      assert.strictEqual(seen.length, 6012)
      assert.deepStrictEqual(yield* next.read(red, 0, 12), json(said))
    })
  )

  it.effect("reads while others append, and while segments go that it has begun to read", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const { journal } = yield* start(directory, { segmentBytes: 1_000_000 })
      const said: Array<JournalRecord> = []
      // so large that reading a file takes longer than deleting it
      for (let i = 0; i < 70; i++) said.push(...say(journal, roomsOf(3), "x".repeat(20_000)))
      const all = json(said.filter(({ roomId }) => roomId === red))
      const { next, records } = yield* journal.tail(0, 10_000, 2 ** 30)
      assert.strictEqual(next, journal.lsn)
      const readers = yield* Effect.forEach(
        Array.from({ length: 5 }),
        () => Effect.forkChild(journal.read(red, 0, all.length), { startImmediately: true }),
        { concurrency: 1 }
      )
      say(journal, roomsOf(60))
      say(journal, roomsOf(6))
      yield* journal.drain(next, records)
      assert.isAtMost(segmentsIn(directory).length, 2)
      for (const reader of readers) assert.deepStrictEqual(yield* Fiber.join(reader), all)
      // who comes later is told to look elsewhere
      assert.isUndefined(yield* journal.read(red, 0, all.length))
    })
  )

  it.effect("gives its tail in order, in small parts, at least one record at a time, and nothing at its end", () =>
    Effect.gen(function* () {
      const { journal } = yield* start(yield* temporaryDirectory, { segmentBytes: 600 })
      const said: Array<JournalRecord> = []
      for (let i = 0; i < 20; i++) said.push(...say(journal, ["red", "green"], "x".repeat(i * 30)))
      for (const [maxRecords, maxBytes] of [
        [1, 2 ** 20],
        [7, 2 ** 20],
        [1000, 1],
        [1000, 900],
        [1000, 2 ** 20]
      ] as const) {
        const got: Array<JournalRecord> = []
        let at = 0
        let parts = 0
        while (at !== journal.lsn) {
          const { next, records } = yield* journal.tail(at, maxRecords, maxBytes)
          assert.isAtLeast(records.length, 1)
          assert.isAtMost(records.length, maxRecords)
          assert.isAbove(next, at)
          got.push(...records)
          at = next
          parts++
        }
        assert.deepStrictEqual(got, said)
        assert.isAtLeast(parts, maxBytes === 1 ? 40 : Math.ceil(40 / maxRecords))
        assert.deepStrictEqual(yield* journal.tail(at, maxRecords, maxBytes), { records: [], next: at })
      }
    })
  )

  it.effect("knows what the store has, across a crash, and how old the oldest is that it has not", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const { journal } = yield* start(directory)
      say(journal, ["red", "red", "green", "red"])
      assert.strictEqual(journal.oldestUndrained, 1_000_001)
      const { next, records } = yield* journal.tail(journal.drained, 3, 2 ** 20)
      yield* journal.drain(next, records)
      const { journal: again } = yield* start(yield* crashCopy(directory))
      for (const one of [journal, again]) {
        assert.strictEqual(one.drained, next)
        assert.strictEqual(one.drainedAt(red), 2)
        assert.strictEqual(one.drainedAt(green), 1)
        assert.strictEqual(one.drainedAt(RoomId.make("blue")), 0)
        assert.strictEqual(one.oldestUndrained, 1_000_003)
        assert.strictEqual(one.backlog, one.lsn - next)
        assert.deepStrictEqual(
          (yield* undrained(one)).map(({ seq }) => seq),
          [3]
        )
      }
      // what the store has already is no news
      yield* journal.drain(0, records.slice(0, 1))
      assert.strictEqual(journal.drained, next)
      yield* drainAll(journal)
      assert.strictEqual(journal.backlog, 0)
      assert.isUndefined(journal.oldestUndrained)
    })
  )

  it.effect("deletes segments that the store has all of, and remembers the heads of rooms that were only in them", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const { journal, stop } = yield* start(directory, { segmentBytes: 500 })
      say(journal, Array<string>(5).fill("red"))
      for (let i = 0; i < 10; i++) say(journal, ["green", "green"])
      assert.isAbove(segmentsIn(directory).length, 3)
      yield* drainAll(journal)
      assert.strictEqual(segmentsIn(directory).length, 1)
      const crashed = yield* start(yield* crashCopy(directory))
      yield* stop
      const stopped = yield* start(directory)
      for (const { journal: next, seen } of [crashed, stopped]) {
        assert.isTrue(seen.every(({ roomId }) => roomId === green))
        assert.deepStrictEqual(next.rooms.get(red), { head: 5, at: 1_000_005, drained: 5 })
        assert.strictEqual(next.rooms.get(green)?.head, 20)
        assert.strictEqual(next.drainedAt(green), 20)
        assert.strictEqual(next.backlog, 0)
        assert.isUndefined(yield* next.read(red, 0, 5))
      }
    })
  )

  it.effect("keeps a segment as long as one record in it has not reached the store", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const { journal } = yield* start(directory, { segmentBytes: 300 })
      const said: Array<JournalRecord> = []
      for (let i = 0; i < 12; i++) said.push(...say(journal, ["red", "red"]))
      while (journal.backlog > 0) {
        const { next, records } = yield* journal.tail(journal.drained, 1, 2 ** 20)
        yield* journal.drain(next, records)
        said.splice(0, records.length)
        const { journal: copy } = yield* start(yield* crashCopy(directory))
        assert.deepStrictEqual(yield* undrained(copy), said)
      }
    })
  )

  it.effect("refuses more once the store is too far behind, until it catches up", () =>
    Effect.gen(function* () {
      const { journal } = yield* start(yield* temporaryDirectory, { maxBacklogBytes: 1000 })
      assert.strictEqual(journal.backlogShare, 0)
      while (journal.backlogShare < 1) say(journal, ["red"])
      const { lsn } = journal
      assert.throws(() => say(journal, ["red"]), BacklogFull)
      assert.strictEqual(journal.lsn, lsn)
      yield* drainAll(journal)
      say(journal, ["red"])
      assert.isAbove(journal.backlogShare, 0)
      assert.isBelow(journal.backlogShare, 1)
    })
  )

  it.effect("says up to where the disk has it, over segments", () =>
    Effect.gen(function* () {
      const { journal } = yield* start(yield* temporaryDirectory, { segmentBytes: 300 })
      assert.strictEqual(journal.synced, journal.lsn)
      for (let i = 0; i < 5; i++) say(journal, ["red", "green"])
      assert.isBelow(journal.synced, journal.lsn)
      const { lsn } = journal
      const syncing = yield* Effect.forkChild(journal.sync, { startImmediately: true })
      say(journal, ["red"])
      yield* Fiber.join(syncing)
      assert.strictEqual(journal.synced, lsn)
      yield* journal.sync
      assert.strictEqual(journal.synced, journal.lsn)
    })
  )

  it.effect("takes nothing of a batch that it cannot write down", () =>
    Effect.gen(function* () {
      const { journal } = yield* start(yield* temporaryDirectory)
      say(journal, ["red"])
      const { lsn } = journal
      const [good, bad] = messages(journal, ["red", "red"])
      assert.throws(() => journal.append([good!, { ...bad!, json: "x".repeat(2 ** 24) }]), RangeError)
      assert.throws(() => journal.append([good!, { ...bad!, epoch: journal.epoch + 1 }]), /epoch/)
      assert.strictEqual(journal.lsn, lsn)
      assert.strictEqual(journal.rooms.get(red)?.head, 1)
      journal.append([good!])
      assert.deepStrictEqual(yield* journal.read(red, 1, 2), [good!.json])
    })
  )

  it.effect("leaves nothing open and no lock when it is closed, and takes nothing more", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const { journal, stop } = yield* start(directory)
      say(journal, ["red"])
      yield* stop
      assert.throws(() => say(journal, ["red"]), JournalFailed)
      yield* journal.drain(journal.lsn, [])
      yield* journal.sync
      assert.isFalse(existsSync(join(directory, "lock")))
      assert.notInclude(readdirSync(join(directory, "journal")), "next")
    })
  )
})
