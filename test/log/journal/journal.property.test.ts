/**
 * Any history of sends, drains, reads, crashes, stops, falls of the machine and clocks set wrong: the journal has what it said it has, gives
 * it back in order, and shows no position with two messages.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { truncateSync } from "node:fs"
import { join } from "node:path"
import { RoomId } from "../../../src/domain/RoomId.ts"
import type { Journal, JournalRecord } from "../../../src/log/journal/Journal.ts"
import { Dice } from "../../support/Dice.ts"
import { crashCopy, messages, type Opened, segmentsIn, start, temporaryDirectory, undrained } from "./fixture.ts"

const ROOMS = ["red", "green", "blue", "grey"]

/** What a journal must know, kept as simply as possible. */
class Model {
  readonly kept: Array<JournalRecord> = []
  /** How many of them the store has. */
  stored = 0
  epoch = 0

  present(room?: string) {
    return this.kept.filter(({ epoch, roomId }) => epoch === this.epoch && (room === undefined || roomId === room))
  }

  storedOf(room: string) {
    const had = this.kept.slice(0, this.stored)
    return had.filter(({ epoch, roomId }) => epoch === this.epoch && roomId === room).length
  }
}

const check = Effect.fnUntraced(function* (model: Model, journal: Journal, dice: Dice) {
  assert.deepStrictEqual(yield* undrained(journal), model.kept.slice(model.stored))
  assert.strictEqual(journal.backlog === 0, model.stored === model.kept.length)
  assert.strictEqual(journal.oldestUndrained, model.kept[model.stored]?.at)
  for (const room of ROOMS) {
    const roomId = RoomId.make(room)
    const all = model.present(room)
    const state = journal.rooms.get(roomId)
    assert.strictEqual(state?.head ?? 0, all.length)
    assert.strictEqual(state?.at ?? 0, all.at(-1)?.at ?? 0)
    const drained = model.storedOf(room)
    assert.strictEqual(journal.drainedAt(roomId), drained)
    // what the store has not can always be read, what it has perhaps
    const after = dice.below(all.length + 1)
    const to = after + dice.below(all.length - after + 1)
    const read = yield* journal.read(roomId, after, to)
    if (read !== undefined || after >= drained) {
      assert.deepStrictEqual(
        read,
        all.slice(after, to).map(({ json }) => json)
      )
    }
  }
})

const checkSeen = (model: Model, { journal, seen }: Opened) => {
  const all = model.present()
  assert.deepStrictEqual(seen, all.slice(all.length - seen.length))
  const missing = all.length - seen.length
  const stored = model.kept.slice(0, model.stored).filter(({ epoch }) => epoch === model.epoch).length
  assert.isAtMost(missing, stored)
  assert.strictEqual(journal.epoch, model.epoch)
}

const scenario = Effect.fnUntraced(function* (dice: Dice) {
  const model = new Model()
  const segmentBytes = 300 + dice.below(3000)
  let bootId = "boot-0"
  let boots = 0
  let now = 1_000_000
  let directory = yield* temporaryDirectory
  let opened = yield* start(directory, { segmentBytes, bootId })
  model.epoch = opened.journal.epoch
  let crashes = 0

  for (let step = 0; step < 120; step++) {
    const { journal } = opened
    const act = dice.below(100)
    if (act < 45) {
      const rooms = Array.from({ length: 1 + dice.below(6) }, () => dice.pick(ROOMS))
      const batch = messages(journal, rooms, "é".repeat(dice.below(200))).map((one) => ({
        ...one,
        at: now + dice.below(9)
      }))
      const before = journal.lsn
      assert.strictEqual(journal.append(batch), journal.lsn)
      assert.isAbove(journal.lsn, before)
      model.kept.push(...batch)
    } else if (act < 65) {
      const { next, records } = yield* journal.tail(journal.drained, 1 + dice.below(20), 1 + dice.below(5000))
      yield* journal.drain(next, records)
      model.stored += records.length
    } else if (act < 70) {
      yield* journal.sync
      assert.strictEqual(journal.synced, journal.lsn)
    } else if (act < 75) {
      now = dice.below(10_000_000_000)
      yield* TestClock.setTime(now)
    } else if (act < 82) {
      yield* check(model, journal, dice)
    } else if (act < 88) {
      yield* opened.stop
      if (dice.below(2) === 0) bootId = `boot-${++boots}`
      opened = yield* start(directory, { segmentBytes, bootId })
      checkSeen(model, opened)
    } else {
      // the process dies, and with it perhaps the machine, at times in the middle of writing what nobody was told of
      crashes++
      const copy = yield* crashCopy(directory)
      yield* opened.stop
      directory = copy
      const last = segmentsIn(directory).at(-1)!
      if (dice.below(3) === 0) {
        const unfinished = messages(journal, ["red"], "never acked")
        opened = yield* start(directory, { segmentBytes: 2 ** 20, bootId })
        opened.journal.append(unfinished)
        const died = yield* crashCopy(directory)
        const size = opened.journal.lsn - Number.parseInt(last.slice(0, 16), 16)
        yield* opened.stop
        directory = died
        truncateSync(join(directory, "journal", last), size - 1 - dice.below(60))
      }
      const fell = dice.below(3) === 0
      if (fell) bootId = `boot-${++boots}`
      opened = yield* start(directory, { segmentBytes, bootId })
      if (fell) {
        assert.strictEqual(opened.journal.epoch, Math.max(model.epoch + 1, Math.floor(now / 1000)))
        model.epoch = opened.journal.epoch
      }
      checkSeen(model, opened)
      yield* check(model, opened.journal, dice)
    }
  }
  yield* check(model, opened.journal, dice)
  return { crashes, kept: model.kept }
})

describe("a journal", () => {
  for (let seed = 1; seed <= 20; seed++) {
    it.effect(`has what it said it has, whatever happens (seed ${seed})`, () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(1_000_000)
        const { crashes, kept } = yield* scenario(new Dice(seed))
        assert.isAbove(crashes, 2)
        assert.isAbove(kept.length, 50)
        const positions = new Set(kept.map(({ epoch, roomId, seq }) => `${epoch} ${roomId} ${seq}`))
        assert.strictEqual(positions.size, kept.length)
      })
    )
  }
})
