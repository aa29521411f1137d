/** Analytics whose events are counted for operators on their way in. */
import { Effect, Layer } from "effect"
import { Analytics } from "../analytics/Analytics.ts"
import { ChatCounters } from "./ChatCounters.ts"
import { Vitals } from "./Vitals.ts"

/** Needs, and gives, Analytics. */
export const layer = Layer.effect(
  Analytics,
  Effect.gen(function* () {
    const analytics = yield* Analytics
    const counters = new ChatCounters()
    yield* (yield* Vitals).register(() => counters.families())
    return Analytics.of({
      ...analytics,
      record: (event) => {
        counters.note(event)
        analytics.record(event)
      },
      said: (event, at) => {
        counters.note(event)
        analytics.said(event, at)
      }
    })
  })
)
