/** How fast, and whether, people are answered. */
import { Effect, Schema } from "effect"
import type { StoreUnavailable } from "../../store/MessageStore.ts"
import type { Figures } from "../Figures.ts"
import { totals } from "./totals.ts"
import { ratio, rounded, type Window } from "./Window.ts"

const Seconds = Schema.NullOr(Schema.Finite)

export const ResponseTime = Schema.Struct({
  responses: Schema.Int,
  unanswered: Schema.Int,
  answeredRate: Schema.NullOr(Schema.Finite),
  p50Seconds: Seconds,
  p90Seconds: Seconds,
  maxSeconds: Seconds
})

export const responseTime = (
  figures: Figures["Service"],
  window: Window,
  room: string | undefined
): Effect.Effect<typeof ResponseTime.Type, StoreUnavailable> =>
  Effect.map(totals(figures, window, { room, histograms: ["response"] }), (total) => {
    const times = total.histogram("response")
    const { unanswered } = total.n
    return {
      responses: times.count,
      unanswered,
      answeredRate: ratio(times.count, times.count + unanswered),
      p50Seconds: rounded(times.quantile(0.5)),
      p90Seconds: rounded(times.quantile(0.9)),
      maxSeconds: times.max
    }
  })
