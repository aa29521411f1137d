/** Who took part, by local day and over 7 and 28 of them, and who only watched. */
import { Effect, Schema } from "effect"
import type { StoreUnavailable } from "../../store/MessageStore.ts"
import type { Figures } from "../Figures.ts"
import type { Bucket } from "../../domain/Zone.ts"
import type { Uniques } from "../Uniques.ts"
import { addCommunicators, addEngaged, addVisitors, lurkersOf, noOne } from "./people.ts"
import { eachTally } from "./walk.ts"
import { locator, ratio, wholeBuckets, type Window } from "./Window.ts"

const WEEK = 7
const MONTH = 28
const DAY_MS = 86_400_000

interface EngagedDay extends Bucket {
  readonly dau: number
  /** `null` where the days it is made of are no longer all kept. */
  readonly wau: number | null
  readonly mau: number | null
  readonly partial: boolean
}

/**
 * Unions of every `length` neighbours of a list, as a queue of two stacks: some three merges for each instead of `length`.
 */
class Sliding {
  private readonly length: number
  /** The older ones; each is the union of itself and all that are newer in this stack. */
  private readonly front: Array<Uniques> = []
  private back: Array<Uniques> = []
  private newest = noOne()

  constructor(length: number) {
    this.length = length
  }

  /** Adds the next one, and counts it together with the `length` − 1 before it. */
  push(next: Uniques): number {
    if (this.front.length + this.back.length === this.length) this.shift()
    this.back.push(next)
    this.newest.merge(next)
    const oldest = this.front.at(-1)
    if (oldest === undefined) return this.newest.count()
    const all = oldest.clone()
    all.merge(this.newest)
    return all.count()
  }

  private shift(): void {
    if (this.front.length === 0) {
      const union = noOne()
      for (const one of this.back.toReversed()) {
        union.merge(one)
        this.front.push(union.clone())
      }
      this.back = []
      this.newest = noOne()
    }
    this.front.pop()
  }
}

/** Whole local days that overlap the window. `visit` gets the tallies of the window itself, too. */
export const engagedDays = Effect.fnUntraced(function* (
  figures: Figures["Service"],
  window: Window,
  sets: { readonly visitors: Uniques; readonly communicators: Uniques } | undefined
) {
  const shown = wholeBuckets(window, "1d")
  const first = shown[0]
  const last = shown.at(-1)
  if (first === undefined || last === undefined) return []
  // half a day more than 27 days, since some have 25 hours
  const before = window.zone
    .buckets(first.start - (MONTH - 1) * DAY_MS - DAY_MS / 2, first.start, "1d")
    .slice(1 - MONTH)
  const days = [...before, ...shown]
  const users = days.map(noOne)
  const dayOf = locator(days)
  yield* eachTally(
    figures,
    { tier: "q", of: { scope: "everything" }, from: days[0]!.start, to: last.end, sketches: true },
    ({ start, tally }) => {
      const day = dayOf(start)
      if (day >= 0) addEngaged(users[day]!, tally)
      if (sets === undefined || start < window.from || start >= window.to) return
      addVisitors(sets.visitors, tally)
      addCommunicators(sets.communicators, tally)
    }
  )
  const week = new Sliding(WEEK)
  const month = new Sliding(MONTH)
  const { computedAt, quartersFrom } = window.kept
  const answers: Array<EngagedDay> = []
  for (const [i, { end, start }] of days.entries()) {
    const wau = week.push(users[i]!)
    const mau = month.push(users[i]!)
    yield* Effect.yieldNow
    if (i < before.length) continue
    const complete = (length: number) => days[i - length + 1]!.start >= quartersFrom
    answers.push({
      start,
      end,
      dau: users[i]!.count(),
      wau: complete(WEEK) ? wau : null,
      mau: complete(MONTH) ? mau : null,
      partial: end > computedAt || start < quartersFrom
    })
  }
  return answers
})

const Count = Schema.Int
const Ratio = Schema.NullOr(Schema.Finite)

export const Engagement = Schema.Struct({
  days: Schema.Array(
    Schema.Struct({
      date: Schema.String,
      dau: Count,
      wau: Schema.NullOr(Count),
      mau: Schema.NullOr(Count),
      partial: Schema.Boolean
    })
  ),
  visitors: Count,
  communicators: Count,
  lurkers: Count,
  lurkerRatio: Ratio,
  meanDau: Ratio,
  mau: Schema.NullOr(Count),
  stickiness: Ratio
})

export const engagement = (
  figures: Figures["Service"],
  window: Window
): Effect.Effect<typeof Engagement.Type, StoreUnavailable> =>
  Effect.gen(function* () {
    const sets = { visitors: noOne(), communicators: noOne() }
    const days = yield* engagedDays(figures, window, sets)
    const over = days.filter(({ partial }) => !partial)
    const meanDau = ratio(
      over.reduce((sum, { dau }) => sum + dau, 0),
      over.length
    )
    const mau = days.at(-1)?.mau ?? null
    const visitors = sets.visitors.count()
    const lurkers = lurkersOf(sets.visitors, sets.communicators)
    return {
      days: days.map(({ dau, mau, partial, start, wau }) => ({
        date: window.zone.dateOf(window.zone.localDay(start)),
        dau,
        wau,
        mau,
        partial
      })),
      visitors,
      communicators: sets.communicators.count(),
      lurkers,
      lurkerRatio: ratio(lurkers, visitors),
      meanDau,
      mau,
      stickiness: meanDau === null || mau === null ? null : ratio(meanDau, mau)
    }
  })
