/** Who came, stayed, came back and left, period by period. */
import { Effect, Schema } from "effect"
import type { StoreUnavailable } from "../../store/MessageStore.ts"
import type { Figures } from "../Figures.ts"
import { Calendar, type PeriodUnit } from "./Calendar.ts"
import { lifetimes } from "./Lifetime.ts"
import { eachOf } from "./walk.ts"
import type { Window } from "./Window.ts"

const Count = Schema.Int

export const Growth = Schema.Struct({
  periods: Schema.Array(
    Schema.Struct({
      start: Schema.String,
      new: Count,
      activated: Count,
      retained: Count,
      resurrected: Count,
      churned: Schema.NullOr(Count),
      partial: Schema.Boolean
    })
  )
})

export const growth = (
  figures: Figures["Service"],
  window: Window,
  unit: PeriodUnit
): Effect.Effect<typeof Growth.Type, StoreUnavailable> =>
  Effect.gen(function* () {
    const { kept, zone } = window
    const calendar = new Calendar(zone, unit)
    const keys = calendar.overlapping(window)
    const periods = keys.map(() => ({ new: 0, activated: 0, retained: 0, resurrected: 0, churned: 0 }))
    const at = new Map(keys.map((key, i) => [key, periods[i]!]))
    const before = new Map(keys.map((key) => [key, calendar.previous(key)]))
    /** Periods by the one before them. */
    const after = new Map(keys.map((key) => [before.get(key), key]))
    yield* eachOf((yield* lifetimes(figures, window, calendar)).values(), 500, (user) => {
      for (const key of user.engaged) {
        const period = at.get(key)
        if (period !== undefined) {
          if (key === user.firstEngaged) {
            period.new++
            if (user.activated) period.activated++
          } else if (user.engaged.has(before.get(key)!)) period.retained++
          else period.resurrected++
        }
        const next = after.get(key)
        if (next !== undefined && !user.engaged.has(next)) at.get(next)!.churned++
      }
    })
    return {
      periods: keys.map((key, i) => {
        const partial = calendar.end(key) > kept.computedAt
        const period = periods[i]!
        return {
          start: zone.iso(calendar.start(key)),
          ...period,
          churned: partial ? null : period.churned,
          partial
        }
      })
    }
  })
