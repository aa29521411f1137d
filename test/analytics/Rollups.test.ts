import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Aggregator } from "../../src/analytics/Aggregator.ts"
import type { AnalyticsEvent } from "../../src/analytics/Event.ts"
import type { Stretched } from "../../src/analytics/Figures.ts"
import { archive, type CountingProcess, renewed, shiftedBy, site, start, Troubles } from "../support/FiguresSite.ts"

const MINUTE = 60_000
const QUARTER = 15 * MINUTE
const DAY = 86_400_000
const NOON = Date.UTC(2026, 2, 29, 12)

const connected = (connectionId: string, userId: string): AnalyticsEvent => ({
  _tag: "connected",
  connectionId,
  userId,
  username: userId
})
const gone = (connectionId: string): AnalyticsEvent => ({ _tag: "disconnected", connectionId, code: 1000 })

const everything = ({ figures }: CountingProcess, tier: "m" | "q" = "q") =>
  figures.tallies({ tier, of: { scope: "everything" }, from: 0, to: Infinity, sketches: true })
const ofRoom = ({ figures }: CountingProcess, id: string, tier: "m" | "q" = "q") =>
  figures.tallies({ tier, of: { scope: "room", id }, from: 0, to: Infinity, sketches: true })
const chats = (stretches: ReadonlyArray<Stretched>) => stretches.map(({ start, tally }) => [start - NOON, tally.n.chat])
const total = (stretches: ReadonlyArray<Stretched>) => stretches.reduce((sum, { tally }) => sum + tally.n.chat, 0)

describe("Rollups", () => {
  it.effect("shows what was counted at once, minute by minute and by quarters of an hour", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      const one = yield* start(yield* site)
      yield* one.say("lobby", "alice")
      yield* TestClock.adjust(MINUTE)
      yield* one.say("lobby", "bob")
      yield* one.say("den", "bob")
      assert.deepStrictEqual(chats(yield* everything(one, "m")), [
        [0, 1],
        [MINUTE, 2]
      ])
      assert.deepStrictEqual(chats(yield* everything(one)), [[0, 3]])
      yield* TestClock.adjust(QUARTER)
      yield* one.say("den", "alice")
      for (const tier of ["m", "q"] as const) assert.strictEqual(total(yield* everything(one, tier)), 4)
      assert.deepStrictEqual(chats(yield* everything(one)), [
        [0, 3],
        [QUARTER, 1]
      ])
      assert.deepStrictEqual(chats(yield* ofRoom(one, "den")), [
        [0, 1],
        [QUARTER, 1]
      ])
      const [first] = yield* everything(one)
      assert.strictEqual(first?.tally.distinct("senders").count(), 2)
    })
  )

  for (const [name, end] of [
    ["a stop", "stop"],
    ["kill -9", "kill"]
  ] as const) {
    it.effect(`comes to the same totals after ${name} in the middle of a minute`, () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(NOON + 20_000)
        const kept = yield* site
        const first = yield* start(kept)
        for (let i = 0; i < 7; i++) {
          yield* first.say("lobby", "alice")
          yield* first.say("den", `user${i}`)
          yield* TestClock.adjust("25 seconds")
        }
        yield* first.say("lobby", "late", "hello", end === "kill")
        yield* first[end]
        yield* TestClock.adjust("3 minutes")
        const second = yield* start(kept)
        yield* TestClock.adjust("2 seconds")
        yield* second.say("lobby", "alice")
        for (const tier of ["m", "q"] as const) {
          assert.strictEqual(total(yield* everything(second, tier)), 16)
          assert.strictEqual(total(yield* ofRoom(second, "lobby", tier)), 9)
        }
        assert.strictEqual((yield* second.analytics.snapshot).totalMessages, 16)
        assert.strictEqual(
          (yield* second.analytics.snapshot).messagesPerMinute.reduce((a, b) => a + b),
          16
        )
        yield* TestClock.adjust("1 hour")
        assert.strictEqual(total(yield* everything(second)), 16)
        const users = yield* second.figures.users({ from: NOON, to: NOON + DAY })
        assert.deepStrictEqual(
          users.map(({ user, userId }) => [userId, user.messages]),
          [["alice", 8], ["late", 1], ...Array.from({ length: 7 }, (_, i) => [`user${i}`, 1])]
        )
      })
    )
  }

  it.effect("keeps what it saw of a minute that was not over, up to the last write, through kill -9", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      const kept = yield* site
      const first = yield* start(kept)
      yield* first.record({ _tag: "duplicate" })
      yield* first.record({ _tag: "typing", roomId: "lobby", userId: "alice" })
      yield* TestClock.adjust("6 seconds")
      yield* first.kill
      const second = yield* start(kept)
      yield* second.record({ _tag: "duplicate" })
      yield* TestClock.adjust("1 hour")
      const [stretch, ...others] = yield* everything(second)
      assert.strictEqual(others.length, 0)
      assert.deepInclude(stretch?.tally.n, { duplicates: 2, typing: 1 })
      assert.strictEqual(stretch?.tally.distinct("active").count(), 1)
      assert.strictEqual((yield* second.figures.users({ from: NOON, to: NOON + DAY })).length, 1)
    })
  )

  it.effect("counts a message once, however often the process dies after it", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      const kept = yield* site
      for (let life = 0; life < 6; life++) {
        const process = yield* start(kept)
        yield* TestClock.adjust("2 seconds")
        yield* process.say("lobby", "alice")
        yield* TestClock.adjust(life % 2 === 0 ? "7 seconds" : "80 seconds")
        yield* process.kill
      }
      const last = yield* start(kept)
      yield* TestClock.adjust("2 minutes")
      for (const tier of ["m", "q"] as const) assert.strictEqual(total(yield* everything(last, tier)), 6)
      assert.strictEqual((yield* last.analytics.snapshot).totalMessages, 6)
    })
  )

  it.effect("adds up nodes, and a node's repeat of its own minute changes nothing", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      const kept = yield* site
      const a = yield* start(kept, { node: "a" })
      const b = yield* start(kept, { node: "b" })
      yield* TestClock.adjust("1 second")
      for (const node of [a, b, b]) yield* node.say("lobby", "alice")
      yield* b.record(connected("c1", "bob"))
      yield* a.record(connected("c2", "carol"))
      yield* TestClock.adjust("80 seconds")
      yield* a.stop
      const again = yield* start(kept, { node: "a" })
      yield* TestClock.adjust("80 seconds")
      for (const reader of [b, again]) {
        for (const tier of ["m", "q"] as const) {
          assert.strictEqual(total(yield* everything(reader, tier)), 3)
          assert.strictEqual(total(yield* ofRoom(reader, "lobby", tier)), 3)
        }
        const [first] = yield* everything(reader, "m")
        assert.strictEqual(first?.tally.distinct("senders").count(), 1)
        assert.strictEqual(first?.tally.distinct("visitors").count(), 2)
        assert.strictEqual(first?.tally.connectionsPeak, 2)
      }
    })
  )

  it.effect("counts as visitors whose connection lasted ten seconds, in every minute it was open", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      const one = yield* start(yield* site)
      yield* one.record(connected("short", "sam"))
      yield* TestClock.adjust("9 seconds")
      yield* one.record(gone("short"))
      yield* TestClock.adjust("46 seconds")
      yield* one.record(connected("long", "lou"))
      yield* TestClock.adjust("80 seconds")
      yield* one.record(gone("long"))
      yield* TestClock.adjust("5 minutes")
      const visitors = (yield* everything(one, "m")).map(({ start, tally }) => [
        start - NOON,
        tally.distinct("visitors").count()
      ])
      assert.deepStrictEqual(
        visitors.filter(([, count]) => count! > 0),
        [
          [0, 1],
          [MINUTE, 1],
          [2 * MINUTE, 1]
        ]
      )
    })
  )

  it.effect("has the largest number of connections of each minute, and none where nobody was connected", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      const one = yield* start(yield* site)
      yield* one.record(connected("c1", "alice"))
      yield* one.record(connected("c2", "alice"))
      yield* one.record(gone("c1"))
      yield* TestClock.adjust("130 seconds")
      yield* one.record(gone("c2"))
      yield* TestClock.adjust("5 minutes")
      yield* one.say("lobby", "bob")
      const gauges = (yield* everything(one, "m")).map(({ start, tally }) => [
        (start - NOON) / MINUTE,
        tally.connectionsPeak,
        tally.usersPeak
      ])
      assert.deepStrictEqual(gauges, [
        [0, 2, 1],
        [1, 1, 1],
        [2, 1, 1],
        [7, null, null]
      ])
    })
  )

  it.effect(
    "joins connections with a gap of up to half an hour into a session, tabs too, over midnight and restarts",
    () =>
      Effect.gen(function* () {
        const evening = NOON + DAY / 2 - 20 * MINUTE
        yield* TestClock.setTime(evening)
        const kept = yield* site
        const first = yield* start(kept)
        yield* first.record(connected("c1", "alice"))
        yield* TestClock.adjust("5 minutes")
        yield* first.record(connected("c2", "alice"))
        yield* TestClock.adjust("5 minutes")
        yield* first.record(gone("c1"))
        yield* TestClock.adjust("15 minutes")
        yield* first.record(gone("c2"))
        yield* first.stop
        yield* TestClock.adjust("30 minutes")
        const second = yield* start(kept)
        yield* second.record(connected("c3", "alice"))
        yield* TestClock.adjust("1 minute")
        yield* second.record(gone("c3"))
        yield* TestClock.adjust("31 minutes")
        yield* second.record(connected("c4", "alice"))
        yield* TestClock.adjust("1 minute")
        const spans = (yield* second.figures.users({ from: 0, to: evening + DAY })).flatMap(({ user }) =>
          user.spans.map(([from, to]) => [(from - evening) / MINUTE, (to - evening) / MINUTE])
        )
        assert.deepStrictEqual(spans, [
          [0, 20],
          [20, 56],
          [87, 88]
        ])
      })
  )

  it.effect("times the answer to the last message of a burst, over a restart too, and gives up after a day", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      const kept = yield* site
      const first = yield* start(kept)
      yield* first.say("lobby", "alice")
      yield* TestClock.adjust("30 seconds")
      yield* first.say("lobby", "alice")
      yield* TestClock.adjust("30 seconds")
      yield* first.kill
      const second = yield* start(kept)
      yield* second.say("lobby", "bob")
      yield* TestClock.adjust("25 hours")
      const stretches = yield* everything(second)
      const answered = stretches.filter(({ tally }) => tally.has("response"))
      assert.deepStrictEqual(
        answered.map(({ start, tally }) => [start - NOON, tally.histogram("response").max]),
        [[0, 30]]
      )
      const unanswered = stretches.filter(({ tally }) => tally.n.unanswered > 0)
      assert.deepStrictEqual(
        unanswered.map(({ start, tally }) => [start - NOON, tally.n.unanswered]),
        [[DAY, 1]]
      )
    })
  )

  it.effect("says up to when it has counted, and stands still while its store does not answer", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      const one = yield* start(yield* site)
      yield* one.say("lobby", "alice")
      yield* TestClock.adjust("10 minutes")
      const { computedAt } = yield* one.figures.kept
      assert.isAtLeast(computedAt, NOON + 10 * MINUTE - 1000)
      yield* one.kill
      yield* TestClock.adjust("10 minutes")
      assert.isAtMost((yield* one.figures.kept).computedAt, computedAt + 2 * MINUTE)
    })
  )

  it.effect("adds what comes for a minute that was written, as after a clock was set back", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      const one = yield* start(yield* site)
      yield* one.say("lobby", "alice")
      yield* TestClock.adjust("5 minutes")
      yield* TestClock.setTime(NOON + 20_000)
      yield* one.say("den", "bob")
      yield* TestClock.adjust("1 hour")
      for (const tier of ["m", "q"] as const) assert.strictEqual(total(yield* everything(one, tier)), 2)
    })
  )

  it.effect("lets go of what is older than it is to be kept", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      const one = yield* start(yield* site, { minutesDays: 1, quartersDays: 2, usersDays: 3 })
      yield* one.say("lobby", "alice")
      yield* TestClock.adjust("26 hours")
      assert.strictEqual(total(yield* everything(one, "m")), 0)
      assert.strictEqual(total(yield* everything(one)), 1)
      yield* TestClock.adjust("24 hours")
      assert.strictEqual(total(yield* everything(one)), 0)
      assert.strictEqual((yield* one.figures.users({ from: 0, to: Infinity })).length, 1)
      yield* TestClock.adjust("48 hours")
      assert.strictEqual((yield* one.figures.users({ from: 0, to: Infinity })).length, 0)
    })
  )

  it.effect("writes what comes behind a clock that was set back, also where it stops at once", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      const kept = yield* site
      const first = yield* start(kept)
      yield* first.say("lobby", "alice")
      yield* TestClock.adjust("5 minutes")
      yield* TestClock.setTime(NOON + 20_000)
      yield* first.say("den", "bob")
      yield* first.record({ _tag: "duplicate" })
      yield* first.stop
      const second = yield* start(kept)
      yield* TestClock.adjust("3 seconds")
      for (const tier of ["m", "q"] as const) {
        const stretches = yield* everything(second, tier)
        assert.strictEqual(total(stretches), 2)
        assert.strictEqual(
          stretches.reduce((sum, { tally }) => sum + tally.n.duplicates, 0),
          1
        )
      }
    })
  )

  it.effect("goes on where it was after a restart with a clock that was set back", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      const kept = yield* site
      const first = yield* start(kept)
      for (let i = 0; i < 5; i++) {
        yield* first.say("lobby", "alice")
        yield* TestClock.adjust("1 minute")
      }
      yield* first.stop
      yield* TestClock.setTime(NOON + 30_000)
      const second = yield* start(kept)
      yield* TestClock.adjust("1 second")
      yield* second.say("den", "alice")
      for (const wait of ["3 seconds", "1 hour"] as const) {
        yield* TestClock.adjust(wait)
        for (const tier of ["m", "q"] as const) assert.strictEqual(total(yield* everything(second, tier)), 6)
        const users = yield* second.figures.users({ from: NOON, to: NOON + DAY })
        assert.deepStrictEqual(
          users.map(({ user }) => user.messages),
          [6]
        )
        assert.strictEqual((yield* second.analytics.snapshot).totalMessages, 6)
      }
    })
  )

  it.effect(
    "counts what was said before an epoch began, also where the process dies again before that is written",
    () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(NOON)
        const kept = yield* site
        const first = yield* start(kept)
        yield* TestClock.adjust("90 seconds")
        yield* archive(kept, yield* first.say("lobby", "alice"))
        yield* TestClock.adjust("35 seconds")
        yield* archive(kept, yield* first.say("lobby", "alice"))
        yield* first.kill
        yield* TestClock.adjust("3 seconds")
        const anew = yield* renewed(kept)
        const second = yield* start(anew)
        yield* TestClock.adjust("20 seconds")
        assert.strictEqual(total(yield* everything(second)), 2)
        yield* second.kill
        const third = yield* start(anew)
        yield* TestClock.adjust("2 minutes")
        for (const tier of ["m", "q"] as const) assert.strictEqual(total(yield* everything(third, tier)), 2)
        assert.strictEqual((yield* third.analytics.snapshot).totalMessages, 2)
      })
  )

  it.effect("times answers rightly where people go on while the past is still to be read", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      const kept = yield* site
      const troubles = new Troubles()
      const first = yield* start(kept, { troubles })
      yield* TestClock.adjust("1 second")
      yield* archive(kept, yield* first.say("lobby", "alice"))
      yield* first.kill
      const anew = yield* renewed(kept)
      troubles.historyAway = true
      const second = yield* start(anew, { troubles })
      for (const [author, wait] of [
        ["bob", 30],
        ["alice", 20],
        ["alice", 5]
      ] as const) {
        yield* TestClock.adjust(wait * 1000)
        yield* second.say("lobby", author)
      }
      yield* troubles.mend
      yield* TestClock.adjust("10 seconds")
      yield* second.say("lobby", "bob")
      yield* TestClock.adjust("5 minutes")
      const [stretch] = yield* everything(second)
      const response = stretch?.tally.histogram("response")
      assert.deepInclude(
        { count: response?.count, sum: response?.sum, max: response?.max },
        { count: 3, sum: 60, max: 30 }
      )
    })
  )

  it.effect("reads back what it saw of thousands of rooms and users", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      const kept = yield* site
      const first = yield* start(kept)
      const many = 4500
      for (let i = 0; i < many; i++) yield* first.record({ _tag: "typing", roomId: `room${i}`, userId: `user${i}` })
      yield* TestClock.adjust("6 seconds")
      yield* first.kill
      const second = yield* start(kept)
      yield* TestClock.adjust("2 minutes")
      const rooms = yield* second.figures.tallies({
        tier: "q",
        of: { scope: "each room" },
        from: 0,
        to: Infinity,
        sketches: false
      })
      assert.strictEqual(rooms.filter(({ tally }) => tally.n.typing === 1).length, many)
      const users = yield* second.figures.users({ from: NOON, to: NOON + DAY })
      assert.strictEqual(users.filter(({ user }) => user.n.typing === 1).length, many)
    })
  )

  it.effect("shows once what comes late while it is asked", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      const shift = { ms: 0 }
      const onShifted = Effect.provideService(Clock.Clock, shiftedBy(yield* Clock.Clock, shift))
      const troubles = new Troubles()
      const one = yield* onShifted(Effect.flatMap(site, (kept) => start(kept, { troubles })))
      yield* one.say("lobby", "alice")
      yield* TestClock.adjust("5 minutes")
      shift.ms = -5 * MINUTE
      yield* one.say("den", "bob")
      troubles.next.push("waits")
      const asked = yield* Effect.forkChild(everything(one))
      yield* TestClock.adjust("3 seconds")
      yield* troubles.mend
      assert.strictEqual(total(yield* Fiber.join(asked)), 2)
    })
  )

  it.effect("shows how long somebody was there who leaves while it is asked", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      const troubles = new Troubles()
      const one = yield* start(yield* site, { troubles })
      yield* one.record(connected("c1", "alice"))
      yield* TestClock.adjust("59 seconds")
      troubles.next.push("waits")
      const asked = yield* Effect.forkChild(one.figures.users({ from: NOON, to: NOON + DAY }))
      yield* TestClock.adjust("3 seconds")
      yield* one.record(gone("c1"))
      yield* troubles.mend
      const [alice] = yield* Fiber.join(asked)
      assert.deepStrictEqual(alice?.user.spans, [[NOON, NOON + 59_000]])
    })
  )

  it("lets others have their turn while it looks at many connections", () => {
    const aggregator = new Aggregator(NOON)
    for (let i = 0; i < 5000; i++) aggregator.apply(connected(`c${i}`, `user${i}`), NOON)
    let turns = 0
    const closing = aggregator.closing(NOON + MINUTE + 10_000)
    let step = closing.next()
    for (; step.done !== true; step = closing.next()) {
      // who leaves between two looks is counted all the same
      aggregator.apply(gone(`c${4999 - turns}`), NOON + MINUTE + 10_000)
      turns++
    }
    assert.isAtLeast(turns, 5)
    const [minute] = step.value
    assert.closeTo(minute?.all.distinct("visitors").count() ?? 0, 5000, 200)
  })
})
