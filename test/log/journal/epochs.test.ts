/** A position is never shown with two messages: where the machine may have lost some, the next ones are numbered in a new epoch. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { cpSync, statSync, truncateSync } from "node:fs"
import { join } from "node:path"
import { RoomId } from "../../../src/domain/RoomId.ts"
import { crashCopy, say, segmentsIn, start, temporaryDirectory, undrained } from "./fixture.ts"

const red = RoomId.make("red")

/** A journal of one room and what it leaves behind in a clean stop and in a crash. */
const history = Effect.fnUntraced(function* () {
  yield* TestClock.setTime(5_000_000)
  const stopped = yield* temporaryDirectory
  const { journal, stop } = yield* start(stopped, { bootId: "monday" })
  const said = say(journal, ["red", "red", "red"])
  const crashed = yield* crashCopy(stopped)
  yield* stop
  assert.strictEqual(journal.epoch, 5000)
  return { said, stopped, crashed }
})

describe("the journal's epoch", () => {
  it.effect("stays after a clean stop, whatever the machine did meanwhile, and whatever its clock says", () =>
    Effect.gen(function* () {
      const { said, stopped } = yield* history()
      for (const [bootId, time] of [
        ["monday", 5_000_000],
        ["tuesday", 9_000_000],
        ["wednesday", 0]
      ] as const) {
        yield* TestClock.setTime(time)
        const { journal, seen, stop } = yield* start(stopped, { bootId })
        assert.strictEqual(journal.epoch, 5000)
        assert.deepStrictEqual(seen, said)
        yield* stop
      }
    })
  )

  it.effect("stays when only the process died, since what it wrote is still there", () =>
    Effect.gen(function* () {
      const { crashed, said } = yield* history()
      for (let i = 0; i < 3; i++) {
        const { journal, seen } = yield* start(yield* crashCopy(crashed), { bootId: "monday" })
        assert.strictEqual(journal.epoch, 5000)
        assert.deepStrictEqual(seen, said)
      }
    })
  )

  it.effect("goes up when the machine went down under it; what is left of the old one still goes to the store", () =>
    Effect.gen(function* () {
      const { crashed, said } = yield* history()
      for (const [time, epoch] of [
        [9_000_000, 9000],
        [5_000_000, 5001],
        [0, 5001]
      ] as const) {
        yield* TestClock.setTime(time)
        const directory = yield* crashCopy(crashed)
        const { journal, seen, stop } = yield* start(directory, { bootId: "tuesday" })
        assert.strictEqual(journal.epoch, epoch)
        assert.deepStrictEqual(seen, [])
        assert.strictEqual(journal.rooms.size, 0)
        assert.isUndefined(yield* journal.read(red, 0, 1))
        const more = say(journal, ["red"])
        assert.strictEqual(more[0]!.seq, 1)
        assert.deepStrictEqual(yield* undrained(journal), [...said, ...more])
        assert.deepStrictEqual(yield* journal.read(red, 0, 1), [more[0]!.json])
        yield* journal.drain(journal.lsn, [...said, ...more])
        assert.strictEqual(journal.drainedAt(red), 1)
        yield* stop
        const again = yield* start(directory, { bootId: "tuesday" })
        assert.strictEqual(again.journal.epoch, epoch)
        assert.deepStrictEqual(again.seen, more)
      }
    })
  )

  it.effect("goes up again with every fall of the machine, before anything is written too", () =>
    Effect.gen(function* () {
      let { crashed } = yield* history()
      for (let i = 1; i <= 5; i++) {
        const { journal } = yield* start(crashed, { bootId: `fall-${i}` })
        assert.strictEqual(journal.epoch, 5000 + i)
        crashed = yield* crashCopy(crashed)
      }
    })
  )

  it.effect("stays when a record is cut that the dying process had not finished", () =>
    Effect.gen(function* () {
      const { crashed, said } = yield* history()
      truncateSync(join(crashed, "journal", segmentsIn(crashed)[0]!), 400)
      const { journal, seen } = yield* start(crashed, { bootId: "monday" })
      assert.strictEqual(journal.epoch, 5000)
      assert.deepStrictEqual(seen, said.slice(0, seen.length))
      assert.isBelow(seen.length, 3)
    })
  )

  it.effect("goes up when a record is gone that was there at a clean stop, since its position was shown", () =>
    Effect.gen(function* () {
      const { said, stopped } = yield* history()
      const path = join(stopped, "journal", segmentsIn(stopped)[0]!)
      // once in the middle of a record, once between two
      const { size } = statSync(path)
      for (const left of [size - 1, 40]) {
        const copy = yield* crashCopy(stopped)
        truncateSync(join(copy, "journal", segmentsIn(copy)[0]!), left)
        const { journal, seen } = yield* start(copy, { bootId: "monday" })
        assert.strictEqual(journal.epoch, 5001)
        assert.deepStrictEqual(seen, [])
        assert.strictEqual(journal.rooms.size, 0)
        assert.deepStrictEqual(yield* undrained(journal), left === 40 ? [] : said.slice(0, 2))
      }
    })
  )

  it.effect("goes up when a record has to be cut in another run of the machine, even after a clean stop", () =>
    Effect.gen(function* () {
      const { stopped } = yield* history()
      truncateSync(join(stopped, "journal", segmentsIn(stopped)[0]!), 400)
      const { journal, seen } = yield* start(stopped, { bootId: "tuesday" })
      assert.strictEqual(journal.epoch, 5001)
      assert.deepStrictEqual(seen, [])
    })
  )

  it.effect("goes up when a power cut kept the next file and lost the end of the one before", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const copy = yield* temporaryDirectory
      const { journal } = yield* start(directory, {
        segmentBytes: 400,
        onRotate: () => cpSync(directory, copy, { recursive: true })
      })
      say(journal, ["red", "red", "red"])
      say(journal, ["red"])
      const names = segmentsIn(copy)
      assert.strictEqual(names.length, 2)
      truncateSync(join(copy, "journal", names[0]!), 400)
      const { journal: next } = yield* start(copy, { bootId: "tuesday" })
      assert.isAbove(next.epoch, journal.epoch)
      assert.strictEqual((yield* undrained(next)).length, 2)
      assert.strictEqual(segmentsIn(copy).length, 1)
    })
  )
})
