/** How many of those who came in a period were there again later. */
import { Effect, Schema } from "effect"
import type { StoreUnavailable } from "../../store/MessageStore.ts"
import type { Figures } from "../Figures.ts"
import { Calendar, type PeriodUnit } from "./Calendar.ts"
import { lifetimes } from "./Lifetime.ts"
import { eachOf } from "./walk.ts"
import type { Window } from "./Window.ts"

/** Periods after the first that are told. */
const LATEST = { day: 31, week: 12 } as const

export const Retention = Schema.Struct({
  cohorts: Schema.Array(
    Schema.Struct({
      start: Schema.String,
      size: Schema.Int,
      retained: Schema.Array(Schema.NullOr(Schema.Int)),
      share: Schema.Array(Schema.NullOr(Schema.Finite))
    })
  )
})

/** Every period from the first cohort's to the present one. */
const since = (calendar: Calendar, first: number | undefined, computedAt: number): ReadonlyArray<number> => {
  if (first === undefined) return []
  const keys: Array<number> = []
  for (let key = first; calendar.start(key) <= computedAt; key = calendar.next(key)) keys.push(key)
  return keys
}

export const retention = (
  figures: Figures["Service"],
  window: Window,
  unit: PeriodUnit
): Effect.Effect<typeof Retention.Type, StoreUnavailable> =>
  Effect.gen(function* () {
    const { kept, zone } = window
    const calendar = new Calendar(zone, unit)
    const keys = calendar.overlapping(window)
    const periods = since(calendar, keys[0], kept.computedAt)
    const order = new Map(periods.map((key, i) => [key, i]))
    const cohorts = keys.map((_, i) => {
      const later = Math.min(LATEST[unit], periods.length - 1 - i)
      return Array.from({ length: later + 1 }, () => 0)
    })
    yield* eachOf((yield* lifetimes(figures, window, calendar)).values(), 500, (user) => {
      const first = order.get(user.firstEngaged)
      const cohort = first === undefined ? undefined : cohorts[first]
      if (first === undefined || cohort === undefined) return
      for (const key of user.engaged) {
        const n = order.get(key)! - first
        if (n < cohort.length) cohort[n]!++
      }
    })
    const over = periods.map((key) => calendar.end(key) <= kept.computedAt)
    return {
      cohorts: keys.map((key, i) => {
        const size = cohorts[i]![0]!
        const retained = cohorts[i]!.map((count, n) => (n === 0 || over[i + n] === true ? count : null))
        return {
          start: zone.iso(calendar.start(key)),
          size,
          retained,
          share: retained.map((count) => (count === null || size === 0 ? null : count / size))
        }
      })
    }
  })
