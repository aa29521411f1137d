import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Result } from "effect"
import { TestClock } from "effect/testing"
import type { Position } from "../../src/domain/Position.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import type { Entry } from "../../src/log/Entry.ts"
import { History, type RoomPlace } from "../../src/store/History.ts"
import type { UserPosition } from "../../src/store/MessageStore.ts"
import type { Page, Query } from "../../src/store/Page.ts"
import { entry } from "../contract/messageStore.ts"
import { Dice } from "../support/Dice.ts"
import { keepLogs } from "../log/journal/fixture.ts"
import { Past, positionOf } from "../support/Past.ts"

const lobby = RoomId.make("lobby")
const alice = UserId.make("alice")

const run = (from: number, to: number, more: Parameters<typeof entry>[1] = {}) =>
  Array.from({ length: to - from + 1 }, (_, i) => entry(from + i, more))

const jsons = (entries: ReadonlyArray<Entry>) => entries.map(({ json }) => json)

const byPosition = (a: Position, b: Position) => a.epoch - b.epoch || a.seq - b.seq
const byUserPosition = (a: UserPosition, b: UserPosition) =>
  a.at - b.at || (a.roomId < b.roomId ? -1 : a.roomId > b.roomId ? 1 : 0) || byPosition(a, b)

const room = (query: Query<RoomPlace>, roomId = lobby) => History.use((history) => history.room(roomId, query))
const user = (query: Query<UserPosition>, userId = alice) => History.use((history) => history.user(userId, query))
const range = (after: number, to: number, maxBytes = Number.MAX_SAFE_INTEGER) =>
  History.use((history) => history.range(lobby, after, to, maxBytes))

/** The page, worked out from everything there is. */
const expected = <P>(
  all: ReadonlyArray<Entry & P>,
  compare: (a: P, b: P) => number,
  { after, around, before, limit }: Query<P>
) => {
  const sorted = all.toSorted(compare)
  const index = (place: P) => sorted.filter((one) => compare(one, place) < 0).length
  let start: number
  let end: number
  if (around !== undefined) {
    const middle = index(around)
    start = Math.max(0, Math.min(middle - (limit >> 1), sorted.length - limit))
    end = Math.min(sorted.length, start + limit)
  } else if (after !== undefined) {
    start = sorted.filter((one) => compare(one, after) <= 0).length
    end = Math.min(sorted.length, start + limit)
  } else {
    end = before === undefined ? sorted.length : index(before)
    start = Math.max(0, end - limit)
  }
  return { page: sorted.slice(start, end), older: start > 0, newer: end < sorted.length }
}

const place = ({ at, epoch, roomId, seq }: Entry): UserPosition => ({ at, roomId, epoch, seq })

const inEpoch1 = (seq: number | undefined) => (seq === undefined ? undefined : { epoch: 1, seq })

/** A query by positions of epoch 1. */
const at = ({ after, around, before, limit }: Query<number>): Query<Position> => ({
  before: inEpoch1(before),
  after: inEpoch1(after),
  around: inEpoch1(around),
  limit
})

/** Follows pages in one direction until they say that there are no more. */
const walk = <P, E, R>(
  next: (query: Query<P>) => Effect.Effect<Page<P>, E, R>,
  direction: "before" | "after",
  start: P | undefined,
  limit: number
) =>
  Effect.gen(function* () {
    let all: ReadonlyArray<string> = []
    let from = start
    for (;;) {
      const page: Page<P> = yield* next({ limit, [direction]: from })
      all = direction === "before" ? [...page.messages, ...all] : [...all, ...page.messages]
      if (!(direction === "before" ? page.older : page.newer)) return all
      assert.lengthOf(page.messages, limit)
      from = direction === "before" ? page.first : page.last
      assert.isAtMost(all.length, 10_000, "the pages go round in a circle")
    }
  })

describe("a room's history", () => {
  // P1
  it.effect(
    "is one line over log and store and all epochs, wherever it is cut, and each page says what is around it",
    () =>
      Effect.gen(function* () {
        for (let seed = 0; seed < 60; seed++) {
          const dice = new Dice(seed)
          const past = new Past()
          yield* Effect.gen(function* () {
            const epochs = [...new Set(Array.from({ length: dice.below(3) }, () => 1 + dice.below(8)))].sort(
              (a, b) => a - b
            )
            const all = epochs.flatMap((epoch) => run(1, 1 + dice.below(12), { epoch }))
            past.add(all)
            const present = run(1, dice.below(14), { epoch: 9 })
            past.renew(lobby, 9)
            past.add(present)
            all.push(...present)
            yield* past.cut(lobby, 1 + dice.below(present.length + 1), dice.below(4))
            const anyPlace = (): Position => ({ epoch: dice.pick([...epochs, 9]), seq: dice.below(15) })
            for (let i = 0; i < 40; i++) {
              const limit = 1 + dice.below(all.length + 3)
              const name = dice.pick(["before", "after", "around", "none"])
              const at = anyPlace()
              const query = name === "none" ? { limit } : { limit, [name]: at }
              const page = yield* room(query)
              const right = expected(all, byPosition, query)
              const what = `seed ${seed}: ${JSON.stringify(query)}`
              assert.deepStrictEqual(page.messages, jsons(right.page), what)
              assert.deepStrictEqual(page.first, right.page[0] && positionOf(right.page[0]), what)
              assert.deepStrictEqual(page.last, right.page.at(-1) && positionOf(right.page.at(-1)!), what)
              // beside an empty page, or before a place where there never was anything, the far side is not looked at
              const held = all.some((one) => byPosition(one, at) === 0)
              if (name === "none" || held || right.page.length > 0) {
                if (name !== "before" || held) assert.strictEqual(page.newer, right.newer, `${what} newer`)
                if (name !== "after" || held) assert.strictEqual(page.older, right.older, `${what} older`)
              }
              if (at.epoch === 9 && name !== "none") {
                assert.deepStrictEqual(yield* room({ limit, [name]: at.seq }), page, `${what} by seq`)
              }
            }
          }).pipe(Effect.provide(past.layer))
        }
      })
  )

  // F1
  it.effect("is paged through both ways, each message exactly once, though all have one time", () => {
    const past = new Past()
    const at = Date.UTC(2025, 11, 30)
    return Effect.gen(function* () {
      const all = [...run(1, 30, { at, epoch: 1 }), ...run(1, 70, { at, epoch: 2 })]
      past.add(all)
      for (const from of [1, 2, 35, 70, 71]) {
        yield* past.cut(lobby, from, 3)
        assert.deepStrictEqual(yield* walk(room, "before", undefined, 7), jsons(all))
        assert.deepStrictEqual(yield* walk(room, "after", { epoch: 1, seq: 0 }, 7), jsons(all))
      }
    }).pipe(Effect.provide(past.layer))
  })

  // F2
  it.effect("neither repeats nor skips when something is said between two pages", () => {
    const past = new Past()
    return Effect.gen(function* () {
      const all = run(1, 21)
      past.add(all.slice(0, 20))
      yield* past.cut(lobby, 18)
      const first = yield* room({ limit: 7 })
      past.add(all.slice(20))
      yield* past.cut(lobby, 20)
      const second = yield* room({ limit: 7, before: first.first })
      assert.deepStrictEqual([...second.messages, ...first.messages], jsons(all.slice(6, 20)))
      const since = yield* room({ limit: 7, after: first.last })
      assert.deepStrictEqual(since.messages, jsons(all.slice(20)))
    }).pipe(Effect.provide(past.layer))
  })

  // F4
  it.effect("goes on without a gap from a page around an old message", () => {
    const past = new Past()
    return Effect.gen(function* () {
      const all = run(1, 100)
      past.add(all)
      yield* past.cut(lobby, 60)
      const middle = yield* room({ limit: 10, around: 40 })
      assert.deepStrictEqual(middle.messages, jsons(all.slice(34, 44)))
      const older = yield* room({ limit: 10, before: middle.first })
      assert.deepStrictEqual(older.messages, jsons(all.slice(24, 34)))
      const newer = yield* room({ limit: 30, after: middle.last })
      assert.deepStrictEqual(newer.messages, jsons(all.slice(44, 74)))
    }).pipe(Effect.provide(past.layer))
  })

  it.effect("does not ask the store for what the log has", () => {
    const past = new Past()
    past.away = true
    return Effect.gen(function* () {
      const all = run(1, 100)
      past.add(all)
      yield* past.cut(lobby, 31)
      for (const query of [
        { limit: 50 },
        { limit: 70 },
        { limit: 20, before: 60 },
        { limit: 70, before: 101 },
        { limit: 10, after: 30 },
        { limit: 10, after: 100 },
        { limit: 20, after: 2000 },
        { limit: 20, around: 70 }
      ]) {
        assert.deepStrictEqual((yield* room(query)).messages, jsons(expected(all, byPosition, at(query)).page))
      }
      assert.strictEqual(past.asked, 0)
    }).pipe(Effect.provide(past.layer))
  })

  it.effect("says that it is unavailable, and when to come back, where the store is needed and away", () => {
    const past = new Past()
    return Effect.gen(function* () {
      past.add(run(1, 100))
      yield* past.cut(lobby, 31)
      past.away = true
      for (const query of [
        { limit: 71 },
        { limit: 1, before: 31 },
        { limit: 1, after: 29 },
        { limit: 50, around: 35 }
      ]) {
        const error = yield* Effect.flip(room(query))
        assert.strictEqual(error._tag, "HistoryUnavailable")
        assert.isAbove(error.retryAfterMs, 0)
      }
      past.away = false
      assert.lengthOf((yield* room({ limit: 71 })).messages, 71)
    }).pipe(Effect.provide(past.layer))
  })

  it.effect(
    "gives a whole page also where only the store could tell whether it is the oldest, and never calls it so wrongly",
    () => {
      const past = new Past()
      return Effect.gen(function* () {
        past.add(run(1, 10))
        assert.isFalse((yield* room({ limit: 10 })).older)
        past.away = true
        const page = yield* room({ limit: 10 })
        assert.lengthOf(page.messages, 10)
        assert.isTrue(page.older)
      }).pipe(Effect.provide(past.layer))
    }
  )

  it.effect("is empty where nothing was said", () => {
    const past = new Past()
    return Effect.gen(function* () {
      for (const query of [{ limit: 5 }, { limit: 5, before: 3 }, { limit: 5, after: 0 }, { limit: 5, around: 1 }]) {
        assert.deepStrictEqual(yield* room(query), { messages: [], older: false, newer: false })
      }
    }).pipe(Effect.provide(past.layer))
  })

  it.effect("loses and doubles nothing that leaves the log while a page is read", () =>
    Effect.gen(function* () {
      for (const from of [1, 20, 45]) {
        for (const when of ["beforeLog", "beforeStore"] as const) {
          for (const query of [
            { limit: 60 },
            { limit: 30, before: 50 },
            { limit: 60, after: 5 },
            { limit: 40, around: 25 }
          ]) {
            const past = new Past()
            yield* Effect.gen(function* () {
              const all = run(1, 50)
              past.add(all)
              yield* past.cut(lobby, from)
              const more = run(51, 60)
              let moved = false
              const move = Effect.suspend(() => {
                if (moved) return Effect.void
                moved = true
                past.add(more)
                return past.cut(lobby, 55)
              })
              past[when] = move
              const { messages } = yield* room(query)
              // as it was before, or as it is after, and nothing between
              const answers = [all, [...all, ...more]].map((some) => jsons(expected(some, byPosition, at(query)).page))
              assert.isTrue(
                answers.some((answer) => JSON.stringify(answer) === JSON.stringify(messages)),
                `${JSON.stringify(query)} from ${from} ${when}`
              )
            }).pipe(Effect.provide(past.layer))
          }
        }
      }
    })
  )

  it.effect("is unavailable for a moment, not wrong, while the log moves on faster than it can be read", () => {
    const past = new Past()
    return Effect.gen(function* () {
      past.add(run(1, 500))
      let from = 1
      past.beforeLog = Effect.suspend(() => past.cut(lobby, (from += 60)))
      const error = yield* Effect.flip(room({ limit: 450 }))
      assert.strictEqual(error._tag, "HistoryUnavailable")
      assert.isAbove(error.retryAfterMs, 0)
      past.beforeLog = Effect.void
      assert.lengthOf((yield* room({ limit: 450 })).messages, 450)
    }).pipe(Effect.provide(past.layer))
  })

  it.effect("does not take another epoch's messages for those it was looking for", () => {
    const past = new Past()
    return Effect.gen(function* () {
      const before = run(1, 10, { epoch: 1 })
      const after = run(1, 20, { epoch: 2 })
      past.add(before)
      past.beforeLog = Effect.suspend(() => {
        past.beforeLog = Effect.void
        past.add(after)
        return past.cut(lobby, 1)
      })
      const page = yield* room({ limit: 25 })
      assert.deepStrictEqual(page.messages, jsons([...before.slice(5), ...after]))
      assert.deepStrictEqual(page.first, { epoch: 1, seq: 6 })
    }).pipe(Effect.provide(past.layer))
  })
})

describe("a user's history", () => {
  it.effect("is one line over all rooms, log and store, and each page says what is around it", () =>
    Effect.gen(function* () {
      for (let seed = 0; seed < 40; seed++) {
        const dice = new Dice(seed)
        const past = new Past()
        yield* Effect.gen(function* () {
          const rooms = ["lobby", "den", "a"]
          // times that often are the same, so that room and position decide
          const all = rooms.flatMap((roomId) => {
            let at = 1000
            return run(1, 1 + dice.below(10), { roomId, epoch: 2 }).map(({ seq }) => {
              at += dice.below(3)
              return entry(seq, { roomId, epoch: 2, at, userId: dice.below(4) === 0 ? "bob" : "alice" })
            })
          })
          past.add(all)
          for (const roomId of rooms) {
            const count = all.filter((one) => one.roomId === roomId).length
            yield* past.cut(RoomId.make(roomId), 1 + dice.below(count + 1), dice.below(4))
          }
          const own = all.filter(({ userId }) => userId === alice)
          if (own.length === 0) return
          for (let i = 0; i < 30; i++) {
            const limit = 1 + dice.below(own.length + 3)
            const name = dice.pick(["before", "after", "around", "none"])
            const query = name === "none" ? { limit } : { limit, [name]: place(dice.pick(own)) }
            const page = yield* user(query)
            const right = expected(own, byUserPosition, query)
            const what = `seed ${seed}: ${JSON.stringify(query)}`
            assert.deepStrictEqual(page.messages, jsons(right.page), what)
            assert.deepStrictEqual(page.first, right.page[0] && place(right.page[0]), what)
            assert.deepStrictEqual(page.last, right.page.at(-1) && place(right.page.at(-1)!), what)
            assert.deepStrictEqual([page.older, page.newer], [right.older, right.newer], what)
          }
        }).pipe(Effect.provide(past.layer))
      }
    })
  )

  // F1
  it.effect("is paged through both ways, each message exactly once, though all have one time", () => {
    const past = new Past()
    const at = Date.UTC(2025, 11, 30)
    return Effect.gen(function* () {
      const all = [...run(1, 40, { at, roomId: "den" }), ...run(1, 60, { at })]
      past.add(all)
      yield* past.cut(lobby, 50, 5)
      yield* past.cut(RoomId.make("den"), 7)
      assert.deepStrictEqual(yield* walk(user, "before", undefined, 7), jsons(all))
      const start = { at: at - 1, roomId: lobby, epoch: 0, seq: 0 }
      assert.deepStrictEqual(yield* walk(user, "after", start, 7), jsons(all))
    }).pipe(Effect.provide(past.layer))
  })

  it.effect("has a message once that goes to the store while the page is read", () => {
    const past = new Past()
    return Effect.gen(function* () {
      const all = run(1, 20)
      past.add(all)
      yield* past.cut(lobby, 5)
      past.beforeStore = past.cut(lobby, 15)
      assert.deepStrictEqual((yield* user({ limit: 50 })).messages, jsons(all))
    }).pipe(Effect.provide(past.layer))
  })

  it.effect("is unavailable, and says when to come back, while nobody knows what the user said last", () => {
    const past = new Past()
    return Effect.gen(function* () {
      past.add(run(1, 20))
      for (const trouble of ["catchingUp", "away"] as const) {
        past[trouble] = true
        const error = yield* Effect.flip(user({ limit: 5 }))
        assert.strictEqual(error._tag, "HistoryUnavailable")
        assert.isAbove(error.retryAfterMs, 0)
        past[trouble] = false
      }
      assert.lengthOf((yield* user({ limit: 5 })).messages, 5)
    }).pipe(Effect.provide(past.layer))
  })
})

describe("a range of a room's history", () => {
  it.effect("has every message after one position up to another, in order, from store and log", () => {
    const past = new Past()
    return Effect.gen(function* () {
      const all = run(1, 2600)
      past.add([...run(1, 5, { epoch: 0 }), ...all])
      yield* past.cut(lobby, 2300, 10)
      for (const [after, to] of [
        [0, 2600],
        [0, 1],
        [1, 2300],
        [2298, 2301],
        [2299, 2300],
        [2400, 2600],
        [1299, 2299],
        [7, 7],
        [2600, 2600]
      ] as const) {
        assert.deepStrictEqual(yield* range(after, to), { from: after, messages: jsons(all.slice(after, to)) })
      }
    }).pipe(Effect.provide(past.layer))
  })

  it.effect("keeps to the newest that so many bytes hold, and says where they begin", () => {
    const past = new Past()
    return Effect.gen(function* () {
      const all = run(1, 100).map((one) => ({ ...one, json: `"${"é".repeat(49)}"` }))
      past.add(all)
      yield* past.cut(lobby, 51)
      assert.deepStrictEqual(yield* range(0, 100, 10_000), { from: 0, messages: jsons(all) })
      for (const [bytes, from] of [
        [9999, 1],
        [6000, 40],
        [5050, 50],
        [199, 99],
        [0, 99]
      ] as const) {
        assert.deepStrictEqual(yield* range(0, 100, bytes), { from, messages: jsons(all.slice(from)) })
      }
    }).pipe(Effect.provide(past.layer))
  })

  it.effect("never passes over a hole, and gives what is above it, and nothing where nothing is", () =>
    Effect.gen(function* () {
      const all = run(1, 2600)
      for (const missing of [1, 700, 1500, 2299, 2300, 2600]) {
        const past = new Past()
        yield* Effect.gen(function* () {
          yield* past.keep(all.filter(({ seq }) => seq !== missing && seq <= Math.max(2300, missing)))
          past.claim(lobby, Math.max(2301, missing + 1), all)
          assert.deepStrictEqual(yield* range(0, 2600), { from: missing, messages: jsons(all.slice(missing)) })
          assert.deepStrictEqual(yield* range(0, missing), { from: missing, messages: [] })
          assert.deepStrictEqual(yield* range(missing, 2600), { from: missing, messages: jsons(all.slice(missing)) })
        }).pipe(Effect.provide(past.layer))
      }
    })
  )

  it.effect("says of a hole where it is, once, and asks the store no more than it must", () => {
    const past = new Past()
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const all = run(1, 900)
      yield* past.keep(all.filter(({ seq }) => seq !== 700))
      past.claim(lobby, 901, all)
      assert.lengthOf((yield* range(0, 900)).messages, 200)
      assert.strictEqual(past.asked, 1)
      assert.lengthOf(lines, 1)
      assert.include(lines[0], '"seq":700')
    }).pipe(Effect.provide(Layer.merge(past.layer, keepLogs(lines))))
  })

  it.effect("gives what it has where the rest cannot be had now, and fails where it has nothing", () => {
    const past = new Past()
    return Effect.gen(function* () {
      const all = run(1, 2600)
      past.add(all)
      yield* past.cut(lobby, 2301)
      past.away = true
      assert.deepStrictEqual(yield* range(0, 2600), { from: 2300, messages: jsons(all.slice(2300)) })
      assert.strictEqual((yield* Effect.flip(range(0, 2300)))._tag, "HistoryUnavailable")
      past.away = false
      // the log lets go of messages faster than they are read: from the second page on, and from the first
      for (const [pages, from] of [
        [1, 1576],
        [0, undefined]
      ] as const) {
        let reads = 0
        past.beforeLog = Effect.void
        yield* past.cut(lobby, 1)
        past.beforeLog = Effect.suspend(() => {
          const page = 1600 - 1024 * pages
          return reads++ < pages ? Effect.void : past.cut(lobby, page + 100 * (reads - pages) + 1)
        })
        const found = Effect.map(range(0, 2600), (one) => one.from)
        if (from === undefined) assert.strictEqual((yield* Effect.flip(found))._tag, "HistoryUnavailable")
        else assert.strictEqual(yield* found, from)
      }
    }).pipe(Effect.provide(past.layer))
  })

  it.effect("gives what could be read in time, and fails where nothing could", () => {
    const past = new Past()
    return Effect.gen(function* () {
      const all = run(1, 4000)
      past.add(all)
      yield* past.cut(lobby, 4001)
      for (const [pageMs, from] of [
        [1000, 0],
        [2000, 4000 - 2 * 1024],
        [4400, 4000 - 1024],
        [4600, undefined]
      ] as const) {
        past.beforeStore = Effect.sleep(pageMs)
        const found = yield* Effect.forkChild(Effect.result(range(0, 4000)))
        yield* TestClock.adjust("4900 millis")
        const result = yield* Fiber.join(found)
        if (from === undefined) assert.isTrue(Result.isFailure(result))
        else assert.deepStrictEqual(Result.getOrThrow(result), { from, messages: jsons(all.slice(from)) })
      }
    }).pipe(Effect.provide(past.layer))
  })

  it.effect("is nothing where it would have to be of two epochs, or of what was not said yet", () => {
    const past = new Past()
    const lines: Array<string> = []
    return Effect.gen(function* () {
      past.add(run(1, 2600))
      yield* past.cut(lobby, 2601)
      assert.deepStrictEqual(yield* range(0, 2601), { from: 2601, messages: [] })
      past.beforeStore = Effect.suspend(() => {
        past.beforeStore = Effect.void
        past.renew(lobby, 2)
        past.add(run(1, 3000, { epoch: 2 }))
        return past.cut(lobby, 2900)
      })
      assert.deepStrictEqual(yield* range(0, 2600), { from: 2600, messages: [] })
      assert.deepStrictEqual(lines, [])
      assert.lengthOf((yield* range(0, 3000)).messages, 3000)
    }).pipe(Effect.provide(Layer.merge(past.layer, keepLogs(lines))))
  })

  it.live("lets others have their turn between its pages", () => {
    const past = new Past()
    return Effect.gen(function* () {
      past.add(run(1, 20_000))
      let turns = 0
      let going = true
      const turn = () => {
        turns++
        if (going) setImmediate(turn)
      }
      setImmediate(turn)
      assert.lengthOf((yield* range(0, 20_000)).messages, 20_000)
      going = false
      assert.isAtLeast(turns, 15)
    }).pipe(Effect.provide(past.layer))
  })

  it.effect("goes on where messages leave the log while it is read", () => {
    const past = new Past()
    return Effect.gen(function* () {
      const all = run(1, 3000)
      past.add(all)
      let from = 1
      past.beforeLog = Effect.suspend(() => (from < 2900 ? past.cut(lobby, (from += 725)) : Effect.void))
      assert.deepStrictEqual(yield* range(0, 3000), { from: 0, messages: jsons(all) })
    }).pipe(Effect.provide(past.layer))
  })
})
