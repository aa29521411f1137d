/** How long messages take on this side, and until receivers have them. */
import { Effect, Schema } from "effect"
import type { StoreUnavailable } from "../../store/MessageStore.ts"
import type { Figures } from "../Figures.ts"
import type { Measure, Tally } from "../Tally.ts"
import { totals } from "./totals.ts"
import { rounded, type Window } from "./Window.ts"

const Ms = Schema.NullOr(Schema.Finite)
const Percentiles = Schema.Struct({ count: Schema.Int, p50Ms: Ms, p95Ms: Ms, p99Ms: Ms, maxMs: Ms })

export const Latency = Schema.Struct({ durable: Percentiles, fannedOut: Percentiles, endToEnd: Percentiles })

const percentiles = (total: Tally, name: Measure): typeof Percentiles.Type => {
  const times = total.histogram(name)
  return {
    count: times.count,
    p50Ms: rounded(times.quantile(0.5)),
    p95Ms: rounded(times.quantile(0.95)),
    p99Ms: rounded(times.quantile(0.99)),
    maxMs: times.max
  }
}

export const latency = (
  figures: Figures["Service"],
  window: Window
): Effect.Effect<typeof Latency.Type, StoreUnavailable> =>
  Effect.map(totals(figures, window, { histograms: ["durable", "fannedOut", "endToEnd"] }), (total) => ({
    durable: percentiles(total, "durable"),
    fannedOut: percentiles(total, "fannedOut"),
    endToEnd: percentiles(total, "endToEnd")
  }))
