/** When figures were last rolled up, for an alarm on their age. */
import { Effect, Layer } from "effect"
import { Figures } from "../analytics/Figures.ts"
import type { MetricFamily } from "./MetricFamily.ts"
import { Vitals } from "./Vitals.ts"

/** `atMs`: Unix milliseconds of the last roll-up. */
export const family = (atMs: number): MetricFamily => ({
  name: "chat_analytics_computed_at_seconds",
  help: "When figures were last rolled up, in Unix time.",
  type: "gauge",
  samples: [{ labels: {}, value: atMs / 1000 }]
})

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const { kept } = yield* Figures
    yield* (yield* Vitals).register(() => [family(Effect.runSync(kept).computedAt)])
  })
)
