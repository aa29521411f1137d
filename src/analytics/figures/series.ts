/** One figure over time. */
import { Effect, Schema } from "effect"
import type { StoreUnavailable } from "../../store/MessageStore.ts"
import type { Figures } from "../Figures.ts"
import { type MetricName, metrics } from "../metrics.ts"
import type { BucketSize } from "../../domain/Zone.ts"
import { engagedDays } from "./engagement.ts"
import { eachTally } from "./walk.ts"
import { cutBuckets, locator, type Window } from "./Window.ts"

/** Buckets whose sets are merged before other work gets its turn. */
const TURN = 64

export interface SeriesAsked {
  readonly metric: MetricName
  readonly bucket: BucketSize
  readonly room: string | undefined
}

const Value = Schema.NullOr(Schema.Finite)

export const Point = Schema.Struct({
  start: Schema.String,
  end: Schema.String,
  value: Value,
  partial: Schema.Boolean
})

/** `total`: the figure of the whole window. */
export const Series = Schema.Struct({ total: Value, points: Schema.Array(Point) })

export const series = (
  figures: Figures["Service"],
  window: Window,
  { bucket, metric, room }: SeriesAsked
): Effect.Effect<typeof Series.Type, StoreUnavailable> =>
  Effect.gen(function* () {
    const iso = (ms: number) => window.zone.iso(ms)
    const told = metrics[metric]
    if (told._tag === "days") {
      const days = yield* engagedDays(figures, window, undefined)
      const points = days.map((day) => ({
        start: iso(day.start),
        end: iso(day.end),
        value: day[told.figure],
        partial: day.partial
      }))
      return { total: null, points }
    }
    const buckets = cutBuckets(window, bucket)
    const groups = told.over(buckets.length)
    const bucketOf = locator(buckets)
    yield* eachTally(
      figures,
      {
        tier: bucket === "1m" ? "m" : "q",
        of: room === undefined ? { scope: "everything" } : { scope: "room", id: room },
        from: window.from,
        to: buckets.at(-1)?.end ?? window.from,
        sketches: told.sketches
      },
      ({ start, tally }) => {
        const i = bucketOf(start)
        if (i >= 0) groups.add(i, tally)
      }
    )
    const points: Array<typeof Point.Type> = []
    for (const [i, { end, partial, start }] of buckets.entries()) {
      if (told.sketches && i % TURN === TURN - 1) yield* Effect.yieldNow
      points.push({ start: iso(start), end: iso(end), value: groups.close(i), partial })
    }
    return { total: groups.total(), points }
  })
