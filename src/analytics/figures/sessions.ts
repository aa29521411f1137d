/** How often and how long people were there. */
import { Effect, Schema } from "effect"
import type { StoreUnavailable } from "../../store/MessageStore.ts"
import type { Figures } from "../Figures.ts"
import { TIER_MS } from "../../store/Rollup.ts"
import { joined, SESSION_GAP_MS, type Span } from "../UserTally.ts"
import { eachOf, eachUser } from "./walk.ts"
import { ratio, type Window } from "./Window.ts"

const Seconds = Schema.NullOr(Schema.Finite)

export const Sessions = Schema.Struct({
  sessions: Schema.Int,
  users: Schema.Int,
  perUser: Schema.NullOr(Schema.Finite),
  open: Schema.Int,
  durationP50Seconds: Seconds,
  durationP90Seconds: Seconds
})

const beganIn = (spans: ReadonlyArray<Span>, { from, to }: Window) =>
  joined(spans).filter(([start]) => start >= from && start < to)

/** Sessions of one user that began in a window, and of those that are over how long they lasted, in seconds. */
export const sessionsOf = (spans: ReadonlyArray<Span>, window: Window) => {
  const began = beganIn(spans, window)
  const over = began.filter(([, end]) => window.kept.computedAt - end > SESSION_GAP_MS)
  return { sessions: began.length, durations: over.map(([start, end]) => (end - start) / 1000) }
}

/** The smallest of some values that a share `q` of them does not exceed. */
export const exactQuantile = (values: ReadonlyArray<number>, q: number): number | null => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? null
}

export const sessions = (
  figures: Figures["Service"],
  window: Window
): Effect.Effect<typeof Sessions.Type, StoreUnavailable> =>
  Effect.gen(function* () {
    const { computedAt } = window.kept
    const spans = new Map<string, Array<Span>>()
    const read = (from: number, to: number) =>
      eachUser(figures, { from, to }, ({ user, userId }) => {
        if (user.spans.length === 0) return
        const known = spans.get(userId)
        if (known === undefined) spans.set(userId, [...user.spans])
        else known.push(...user.spans)
      })
    // what ended just before the window tells whether a session began in it
    const first = window.from - SESSION_GAP_MS
    let end = Math.ceil(Math.min(window.to, computedAt + 1) / TIER_MS.d) * TIER_MS.d
    yield* read(first, end)
    const goesOn = (userSpans: ReadonlyArray<Span>) =>
      beganIn(userSpans, window).some(([, until]) => until >= end - SESSION_GAP_MS)
    // a session of the window that was not over with the last day that was read goes on in the next
    while (end <= computedAt && spans.values().some(goesOn)) {
      yield* read(end, end + TIER_MS.d)
      end += TIER_MS.d
    }
    let count = 0
    let users = 0
    const durations: Array<number> = []
    yield* eachOf(spans.values(), 500, (userSpans) => {
      const own = sessionsOf(userSpans, window)
      count += own.sessions
      if (own.sessions > 0) users++
      durations.push(...own.durations)
    })
    return {
      sessions: count,
      users,
      perUser: ratio(count, users),
      open: count - durations.length,
      durationP50Seconds: exactQuantile(durations, 0.5),
      durationP90Seconds: exactQuantile(durations, 0.9)
    }
  })
