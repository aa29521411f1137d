/** What a crash tears is cut; what rots is never passed over. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { crc32 } from "node:zlib"
import { RoomId } from "../../../src/domain/RoomId.ts"
import type { JournalRecord } from "../../../src/log/journal/Journal.ts"
import {
  crashCopy,
  drainAll,
  filesOf,
  fingerprints,
  keepLogs,
  putFiles,
  refusal,
  say,
  segmentsIn,
  start,
  temporaryDirectory
} from "./fixture.ts"

const red = RoomId.make("red")
/** Hundreds of journals are opened, on machines that may have other things to do. */
const SLOW_MS = 60_000
const FIRST = "journal/0000000000000000.log"

/** A journal of a few records, as files, and how many bytes the last record has. */
const small = Effect.fnUntraced(function* (options: { readonly segmentBytes?: number; readonly crash?: boolean } = {}) {
  const directory = yield* temporaryDirectory
  const { journal, stop } = yield* start(directory, { segmentBytes: options.segmentBytes ?? 10_000 })
  const said: Array<JournalRecord> = []
  let before = 0
  for (let i = 0; i < 4; i++) {
    before = journal.lsn
    said.push(...say(journal, ["red"], "👍".repeat(i)))
  }
  const last = journal.lsn - before
  const crashed = filesOf(yield* crashCopy(directory))
  yield* stop
  const files = options.crash === true ? crashed : filesOf(directory)
  // what is made anew anyway would only make this slow
  for (const name of ["lock", "journal/next", "journal/reserve"]) files.delete(name)
  return { files, said, last, end: journal.lsn }
})

/** The files with another content in place of one of them. */
const withFile = (files: ReadonlyMap<string, Buffer>, path: string, bytes: Buffer) => new Map(files).set(path, bytes)

const flipped = (bytes: Buffer, at: number, bit: number) => {
  const copy = Buffer.from(bytes)
  copy[at]! ^= 1 << bit
  return copy
}

/** The file with one byte of the record at `at` set to 2, under a CRC that fits. */
const newerRecord = (bytes: Buffer, at: number, field: number) => {
  const copy = Buffer.from(bytes)
  const length = copy.readUInt32LE(at)
  copy[at + field] = 2
  copy.writeUInt32LE(crc32(copy.subarray(at + 8, at + 8 + length)), at + 4)
  return copy
}

/** Opens, finds all but the last record, goes on writing, and opens again. */
const expectCut = Effect.fnUntraced(function* (directory: string, said: ReadonlyArray<JournalRecord>) {
  const one = yield* start(directory, { segmentBytes: 10_000 })
  assert.deepStrictEqual(one.seen, said.slice(0, -1))
  const more = say(one.journal, ["red"])
  assert.strictEqual(more[0]!.seq, said.length)
  yield* one.stop
  const two = yield* start(directory)
  assert.deepStrictEqual(two.seen, [...said.slice(0, -1), ...more])
  yield* two.stop
})

/**
 * Opens, and finds all but the last record: in the epoch they were in where that record was never finished, else to be drained from an
 * epoch that has ended, since the record that rotted may have been shown at the position that comes next.
 */
const expectCutOrEnded = Effect.fnUntraced(function* (directory: string, said: ReadonlyArray<JournalRecord>) {
  const { journal, seen, stop } = yield* start(directory)
  const kept = said.slice(0, -1)
  const ended = journal.epoch > said[0]!.epoch
  assert.deepStrictEqual(seen, ended ? [] : kept)
  const { records } = yield* journal.tail(0, 1000, 2 ** 20)
  assert.deepStrictEqual(records, kept)
  assert.strictEqual(say(journal, ["red"])[0]!.seq, ended ? 1 : said.length)
  yield* stop
  return ended
})

/** Refused in one line that names the file and the place, and nothing is changed. */
const expectRefusal = Effect.fnUntraced(function* (directory: string, pattern: RegExp) {
  const before = fingerprints(directory)
  const message = yield* refusal(directory)
  assert.match(message, pattern)
  assert.notInclude(message, "\n")
  assert.deepStrictEqual(fingerprints(directory), before)
})

describe("a journal that lost the end of its last record", () => {
  it.effect(
    "is cut back to the record before, whichever byte was the last to be written",
    () =>
      Effect.gen(function* () {
        const { end, files, last, said } = yield* small({ crash: true })
        const directory = yield* temporaryDirectory
        for (let missing = 1; missing < last; missing++) {
          putFiles(directory, withFile(files, FIRST, files.get(FIRST)!.subarray(0, end - missing)))
          yield* expectCut(directory, said)
        }
      }),
    SLOW_MS
  )

  it.effect("says how many bytes it cut", () =>
    Effect.gen(function* () {
      const { end, files, last } = yield* small({ crash: true })
      const directory = yield* temporaryDirectory
      putFiles(directory, withFile(files, FIRST, files.get(FIRST)!.subarray(0, end - 5)))
      const lines: Array<string> = []
      yield* start(directory).pipe(Effect.provide(keepLogs(lines)))
      assert.strictEqual(lines.length, 1)
      assert.include(lines[0], `"bytes":${last - 5}`)
      assert.notInclude(lines[0], "👍")
    })
  )

  it.effect("is cut where the disk left zeros in place of it, and behind it", () =>
    Effect.gen(function* () {
      const { end, files, last, said } = yield* small({ crash: true })
      const directory = yield* temporaryDirectory
      const bytes = files.get(FIRST)!
      for (const from of [end - last, end - last + 1, end - last + 8, end - 1]) {
        for (const behind of [0, 1, 4096, 200_000]) {
          const zeros = Buffer.alloc(end - from + behind)
          putFiles(directory, withFile(files, FIRST, Buffer.concat([bytes.subarray(0, from), zeros])))
          yield* expectCutOrEnded(directory, said)
        }
      }
      putFiles(directory, withFile(files, FIRST, Buffer.concat([bytes, Buffer.alloc(5000)])))
      const { journal } = yield* start(directory)
      assert.deepStrictEqual((yield* journal.tail(0, 1000, 2 ** 20)).records, said)
    })
  )

  it.effect("opens with a last file that has no header yet", () =>
    Effect.gen(function* () {
      const { end, files, said } = yield* small({ crash: true })
      const directory = yield* temporaryDirectory
      const next = `journal/${end.toString(16).padStart(16, "0")}.log`
      for (const bytes of [Buffer.alloc(0), Buffer.alloc(7), Buffer.alloc(40), Buffer.alloc(4096)]) {
        putFiles(directory, withFile(files, next, bytes))
        const one = yield* start(directory)
        assert.deepStrictEqual(one.seen, said)
        say(one.journal, ["red"])
        yield* one.stop
        const two = yield* start(directory)
        assert.strictEqual(two.seen.length, said.length + 1)
        assert.strictEqual(segmentsIn(directory).length, 2)
        yield* two.stop
      }
    })
  )
})

describe("a journal with a byte that is not what was written", () => {
  it.effect(
    "is cut if that is in its last record, and else refused untouched with the place",
    () =>
      Effect.gen(function* () {
        const { end, files, last, said } = yield* small({ crash: true })
        const directory = yield* temporaryDirectory
        const bytes = files.get(FIRST)!
        assert.strictEqual(bytes.length, end)
        let ended = 0
        for (let at = 0; at < end; at++) {
          putFiles(directory, withFile(files, FIRST, flipped(bytes, at, at % 8)))
          if (at >= end - last) ended += (yield* expectCutOrEnded(directory, said)) ? 1 : 0
          else yield* expectRefusal(directory, /0{16}\.log (is corrupt at byte \d+;|was written by a newer version)/)
        }
        // all but those of the length, which make the record look unfinished
        assert.isAtLeast(ended, last - 4)
      }),
    SLOW_MS
  )

  it.effect(
    "is refused wherever that is, if another file follows",
    () =>
      Effect.gen(function* () {
        const { files } = yield* small({ segmentBytes: 450 })
        const names = [...files.keys()].filter((path) => path.endsWith(".log"))
        assert.isAbove(names.length, 1)
        const directory = yield* temporaryDirectory
        const bytes = files.get(FIRST)!
        for (let at = 0; at < bytes.length; at++) {
          putFiles(directory, withFile(files, FIRST, flipped(bytes, at, (at + 3) % 8)))
          yield* expectRefusal(directory, /0{16}\.log (is corrupt at byte \d+;|was written by a newer version)/)
        }
        for (let missing = 1; missing < bytes.length; missing += 7) {
          putFiles(directory, withFile(files, FIRST, bytes.subarray(0, bytes.length - missing)))
          yield* expectRefusal(directory, /corrupt at byte|missing or cut short/)
        }
      }),
    SLOW_MS
  )

  it.effect("does not give what rots while it is open", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const { journal } = yield* start(directory, { segmentBytes: 10_000 })
      say(journal, ["red", "green", "red"])
      const path = join(directory, FIRST)
      writeFileSync(path, flipped(filesOf(directory).get(FIRST)!, 300, 1), { flag: "r+" })
      const lines: Array<string> = []
      assert.isUndefined(yield* journal.read(red, 0, 2).pipe(Effect.provide(keepLogs(lines))))
      assert.match(lines.join(), /corrupt at byte/)
      const exit = yield* Effect.exit(journal.tail(0, 10, 10_000))
      assert.strictEqual(exit._tag, "Failure")
    })
  )
})

describe("a journal with files missing", () => {
  it.effect("is refused with the name of the file, whichever it is", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const { journal, stop } = yield* start(directory, { segmentBytes: 300 })
      for (let i = 0; i < 12; i++) say(journal, ["red"])
      const { next, records } = yield* journal.tail(journal.drained, 3, 10_000)
      yield* journal.drain(next, records)
      yield* stop
      const files = filesOf(directory)
      const names = [...files.keys()].filter((path) => path.endsWith(".log")).sort()
      assert.isAbove(names.length, 3)
      assert.notInclude(names, FIRST)
      for (const name of names) {
        const rest = new Map(files)
        rest.delete(name)
        putFiles(directory, rest)
        yield* expectRefusal(directory, new RegExp(`${name.slice("journal/".length)} is missing`))
      }
      const [checkpoint] = [...files.keys()].filter((path) => path.endsWith("checkpoint"))
      const rest = new Map(files)
      rest.delete(checkpoint!)
      putFiles(directory, rest)
      yield* expectRefusal(directory, /checkpoint is missing/)
    })
  )

  it.effect("takes up deleting where it was interrupted, even with a gap", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const { journal } = yield* start(directory, { segmentBytes: 300 })
      for (let i = 0; i < 8; i++) say(journal, ["red"])
      const before = filesOf(yield* crashCopy(directory))
      yield* drainAll(journal)
      const after = filesOf(yield* crashCopy(directory))
      const old = [...before.keys()].filter((path) => path.endsWith(".log") && !after.has(path)).sort()
      assert.isAbove(old.length, 2)
      const copy = yield* temporaryDirectory
      const files = new Map(after)
      for (const path of [old[0]!, old[2]!]) files.set(path, before.get(path)!)
      putFiles(copy, files)
      const { journal: next } = yield* start(copy)
      assert.deepStrictEqual(next.rooms.get(red), journal.rooms.get(red))
      assert.strictEqual(segmentsIn(copy).length, 1)
    })
  )
})

describe("a journal's checkpoint", () => {
  it.effect(
    "is made again if the segments tell everything, under a new epoch, and else refused untouched",
    () =>
      Effect.gen(function* () {
        const { files, said } = yield* small({ segmentBytes: 300 })
        const directory = yield* temporaryDirectory
        const checkpoint = files.get("journal/checkpoint")!
        for (let at = 0; at < checkpoint.length; at++) {
          const bytes = flipped(checkpoint, at, 0)
          if (Number(bytes.toString("latin1").split(/[ \n]/)[1]) > 1) continue
          putFiles(directory, withFile(files, "journal/checkpoint", bytes))
          const { journal, seen, stop } = yield* start(directory)
          assert.deepStrictEqual(seen, [])
          assert.strictEqual(journal.epoch, said[0]!.epoch + 1)
          const { records } = yield* journal.tail(0, 100, 10_000)
          assert.deepStrictEqual(records, said)
          yield* stop
        }
        const older = new Map([...files].filter(([path]) => path !== FIRST))
        for (const bytes of [Buffer.alloc(0), Buffer.from("nonsense\n"), checkpoint.subarray(0, -1)]) {
          putFiles(directory, withFile(older, "journal/checkpoint", bytes))
          yield* expectRefusal(directory, /checkpoint is corrupt/)
        }
      }),
    SLOW_MS
  )

  it.effect("is not trusted when the files beside it are newer", () =>
    Effect.gen(function* () {
      const { files } = yield* small()
      const directory = yield* temporaryDirectory
      putFiles(directory, files)
      const { journal, stop } = yield* start(directory, { bootId: "boot-2", segmentBytes: 10_000 })
      say(journal, ["red"])
      yield* stop
      const clean = yield* start(directory, { bootId: "boot-2", segmentBytes: 10_000 })
      const crashed = filesOf(yield* crashCopy(directory))
      yield* clean.stop
      putFiles(directory, crashed)
      const later = yield* start(directory, { bootId: "boot-3", segmentBytes: 10_000 })
      assert.isAbove(later.journal.epoch, journal.epoch)
      say(later.journal, ["red"])
      yield* later.stop
      const mixed = filesOf(directory)
      mixed.set("journal/checkpoint", files.get("journal/checkpoint")!)
      putFiles(directory, mixed)
      yield* expectRefusal(directory, /checkpoint is older than the files beside it/)
    })
  )
})

describe("a journal of a newer version", () => {
  it.effect("is refused untouched, whether its header, a record, its kind or the checkpoint says so", () =>
    Effect.gen(function* () {
      const { end, files, last } = yield* small()
      const directory = yield* temporaryDirectory
      const bytes = files.get(FIRST)!
      const header = Buffer.from(bytes)
      header.writeUInt32LE(2, 8)
      const checkpoint = Buffer.from(files.get("journal/checkpoint")!.toString().replace(" 1\n", " 2\n"))
      for (const changed of [
        withFile(files, FIRST, header),
        withFile(files, FIRST, header.subarray(0, 20)),
        withFile(files, FIRST, newerRecord(bytes, 40, 8)),
        withFile(files, FIRST, newerRecord(bytes, end - last, 8)),
        withFile(files, FIRST, newerRecord(bytes, end - last, 9)),
        withFile(files, "journal/checkpoint", checkpoint)
      ]) {
        putFiles(directory, changed)
        yield* expectRefusal(directory, /was written by a newer version of this program; run that version or/)
      }
    })
  )
})
