/**
 * Any history of messages, of stores and histories that fail, wait or keep half, of stops, of kills at any of their calls, of new epochs
 * and of clocks that are set: every message is counted once, in its minute, its quarter of an hour, its room and its user's day; what was
 * seen happening is counted at most once, and at least where it was written.
 */
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Clock, Effect, Exit, Fiber, References, Schema, Scope } from "effect"
import { TestClock } from "effect/testing"
import type { Stretched } from "../../src/analytics/Figures.ts"
import {
  archive,
  type CountingProcess,
  type Fault,
  renewed,
  shiftedBy,
  site,
  start,
  Troubles
} from "../support/FiguresSite.ts"
import "../domain/seed.ts"

const MINUTE = 60_000
const QUARTER = 15 * MINUTE
const DAY = 86_400_000
/** Shortly before a UTC midnight. */
const EVENING = Date.UTC(2026, 2, 29, 23, 52, 31)
const RUNS = Number(process.env["ROLLUPS_RUNS"] ?? 25)

const ROOMS = ["red", "green", "blue"] as const
const USERS = ["alice", "bob", "carol"] as const
const FAULTS: ReadonlyArray<Fault> = [
  "fails",
  "is kept but fails",
  "is kept by half and fails",
  "waits",
  "dies before",
  "dies after",
  "dies halfway"
]
/** Milliseconds for which a process goes on, and is away. */
const WHILES = [100, 900, 3000, 11_000, 61_000, 131_000, 10 * MINUTE] as const
const AWAY = [10, 1500, 20_000, 70_000, 20 * MINUTE, 5 * 3_600_000] as const
/** Milliseconds by which a clock is set. */
const JUMPS = [1000, 9000, 65_000, 17 * MINUTE, 3 * 3_600_000] as const

const upTo = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum }))
const steps = Arbitrary.array(Arbitrary.schema(Schema.Struct({ act: upTo(99), a: upTo(41), b: upTo(41) })), {
  minLength: 15,
  maxLength: 60
})
type Step = { readonly act: number; readonly a: number; readonly b: number }

const at = <A>(all: ReadonlyArray<A>, i: number) => all[i % all.length]!
const add = (to: Map<string, number>, key: string) => to.set(key, (to.get(key) ?? 0) + 1)
const inOrder = (counts: Iterable<readonly [string, number]>) =>
  Object.fromEntries(Array.from(counts).sort(([a], [b]) => (a < b ? -1 : 1)))
const floor = (time: number, step: number) => Math.floor(time / step) * step

/** What there is to be counted. */
class Told {
  readonly minutes = new Map<string, number>()
  readonly quarters = new Map<string, number>()
  readonly days = new Map<string, number>()
  readonly said = new Map<string, Array<{ readonly author: string; readonly at: number }>>()
  messages = 0
  typed = 0
  /** Of them, those that are written, and those that this life has seen since. */
  typedForSure = 0
  typedSince = 0

  add(roomId: string, userId: string, time: number) {
    this.messages++
    for (const id of ["", roomId]) {
      add(this.minutes, `${floor(time, MINUTE)}/${id}`)
      add(this.quarters, `${floor(time, QUARTER)}/${id}`)
    }
    add(this.days, `${floor(time, DAY)}/${userId}/${floor(time, QUARTER)}`)
    const room = this.said.get(roomId)
    if (room === undefined) this.said.set(roomId, [{ author: userId, at: time }])
    else room.push({ author: userId, at: time })
  }

  get answers() {
    let answers = 0
    let seconds = 0
    for (const room of this.said.values()) {
      room.forEach(({ at, author }, i) => {
        const before = room[i - 1]
        if (before === undefined || before.author === author || at - before.at > DAY) return
        answers++
        seconds += (at - before.at) / 1000
      })
    }
    return { answers, seconds: Math.round(seconds * 1000) / 1000 }
  }
}

const check = Effect.fnUntraced(function* (told: Told, { analytics, figures }: CountingProcess, plain: boolean) {
  const all = { from: 0, to: Infinity, sketches: true }
  for (const [tier, expected] of [
    ["m", told.minutes],
    ["q", told.quarters]
  ] as const) {
    const counted: Array<Stretched> = []
    counted.push(...(yield* figures.tallies({ ...all, tier, of: { scope: "everything" } })))
    counted.push(...(yield* figures.tallies({ ...all, tier, of: { scope: "each room" } })))
    const chats = counted.flatMap(({ id, start, tally }) =>
      tally.n.chat === 0 ? [] : [[`${start}/${id}`, tally.n.chat] as const]
    )
    assert.deepStrictEqual(inOrder(chats), inOrder(expected), `messages by ${tier}`)
    const whole = counted.filter(({ id }) => id === "")
    const typed = whole.reduce((sum, { tally }) => sum + tally.n.typing, 0)
    assert.isAtMost(typed, told.typed, `typing by ${tier}`)
    assert.isAtLeast(typed, told.typedForSure, `typing by ${tier}`)
    if (!plain) continue
    const answers = whole.reduce((sum, { tally }) => sum + tally.histogram("response").count, 0)
    const seconds = whole.reduce((sum, { tally }) => sum + tally.histogram("response").sum, 0)
    assert.deepStrictEqual({ answers, seconds: Math.round(seconds * 1000) / 1000 }, told.answers, `answers by ${tier}`)
  }
  const days = (yield* figures.users({ from: 0, to: Infinity })).flatMap(({ start, user, userId }) =>
    Array.from(user.sent, ([quarter, count]) => [`${start}/${userId}/${quarter * QUARTER}`, count] as const)
  )
  assert.deepStrictEqual(inOrder(days), inOrder(told.days), "messages by users' days")
  assert.strictEqual((yield* analytics.snapshot).totalMessages, told.messages)
})

const scenario = Effect.fnUntraced(function* (steps: ReadonlyArray<Step>) {
  yield* TestClock.setTime(EVENING)
  const clock = yield* Clock.Clock
  const shift = { ms: 0 }
  const shifted = shiftedBy(clock, shift)
  const now = () => shifted.currentTimeMillisUnsafe()
  const onShifted = Effect.provideService(Clock.Clock, shifted)
  const told = new Told()
  const troubles = new Troubles()
  let kept = yield* onShifted(site)
  const begin = Effect.suspend(() => onShifted(start(kept, { troubles, minutesDays: 400, quartersDays: 400 })))
  let process = yield* begin
  // from here on it is known where to go on after a crash
  yield* TestClock.adjust(10)
  /** The latest moment that any clock showed. */
  let latest = now()
  /** Whether no clock was set back so far, and no epoch began; response times are told from these only. */
  let ordered = true
  let plain = true
  let connections = 0
  const open: Array<string> = []
  /** Lives that were ended while nobody looked begin anew. */
  const living = Effect.gen(function* () {
    if (process.alive()) return process
    yield* process.kill
    process = yield* begin
    open.length = 0
    told.typedSince = 0
    return process
  })
  const go = Effect.fnUntraced(function* (ms: number) {
    yield* TestClock.adjust(ms)
    latest = Math.max(latest, now())
  })
  /** Everything that was told is written, also what came for minutes that were written before. */
  const calm = Effect.gen(function* () {
    yield* troubles.mend
    const one = yield* living
    yield* go(8000)
    if (!one.alive()) return
    told.typedForSure += told.typedSince
    told.typedSince = 0
  })
  /** What comes for a minute that was over already is not counted again after a kill: it is safe only once it is written. */
  const behind = () => !ordered && now() < latest + 2 * MINUTE
  const safely = Effect.suspend(() => (behind() ? calm : Effect.void))

  for (const { a, act, b } of steps) {
    const one = yield* living
    if (act < 40) {
      const unseen = act < 2 && !behind()
      const roomId = at(ROOMS, a)
      const userId = at(USERS, b)
      const message = yield* one.say(roomId, userId, "hello", unseen)
      told.add(roomId, userId, Date.parse(message.timestamp))
      yield* archive(kept, message)
      if (unseen) yield* one.kill
    } else if (act < 47) {
      told.typed++
      told.typedSince++
      yield* one.record({ _tag: "typing", roomId: at(ROOMS, a), userId: at(USERS, b) })
    } else if (act < 50) {
      const connectionId = `c${connections++}`
      open.push(connectionId)
      yield* one.record({ _tag: "connected", connectionId, userId: at(USERS, a), username: at(USERS, a) })
    } else if (act < 52) {
      const connectionId = open.splice(a % Math.max(1, open.length), 1)[0]
      if (connectionId !== undefined) yield* one.record({ _tag: "disconnected", connectionId, code: 1000 })
    } else if (act < 70) yield* go(at(WHILES, a))
    else if (act < 80) {
      yield* safely
      if (!behind()) troubles.next.push(at(FAULTS, a), ...(b % 3 === 0 ? [at(FAULTS, b)] : []))
    } else if (act < 82) troubles.historyAway = true
    else if (act < 85) yield* calm
    else if (act < 91) {
      yield* safely
      if (act % 2 === 0) yield* one.kill
      else {
        const stopping = yield* Effect.forkChild(one.stop)
        yield* go(2000)
        yield* Fiber.join(stopping)
        process = { ...process, kill: Effect.void, alive: () => false }
      }
      if (act === 90) {
        plain = plain && told.messages === 0
        kept = yield* onShifted(renewed(kept))
      }
      yield* go(at(AWAY, b))
    } else if (act < 94) {
      shift.ms += at(JUMPS, a)
      latest = Math.max(latest, now())
    } else if (act < 97) yield* check(told, yield* Effect.andThen(calm, living), plain)
    else if (act >= 97) {
      yield* calm
      plain = false
      ordered = false
      shift.ms -= at(JUMPS, a)
    }
  }
  yield* calm
  yield* check(told, yield* living, plain)
  yield* go(3 * MINUTE)
  yield* check(told, yield* living, plain)
  yield* process.kill
  process = yield* begin
  yield* go(3000)
  yield* check(told, process, plain)
  yield* process.kill
  yield* go(3000)
})

describe("Rollups", () => {
  it.effect.prop(
    "count every message once, whatever fails, dies or is set, and nothing that did not happen",
    { steps },
    ({ steps }) =>
      Effect.acquireUseRelease(
        Scope.make(),
        (scope) => Scope.provide(scenario(steps), scope),
        (scope) => Scope.close(scope, Exit.void)
      ).pipe(Effect.provideService(References.MinimumLogLevel, "None")),
    { arbitrary: { runs: RUNS } }
  )
})
