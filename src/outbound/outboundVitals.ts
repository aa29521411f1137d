/** What calls out came to, for operators. */
import { Effect, Layer } from "effect"
import { type MetricFamily, plain } from "../observability/MetricFamily.ts"
import { Vitals } from "../observability/Vitals.ts"
import { PublishHook } from "./PublishHook.ts"
import { Webhooks } from "./Webhooks.ts"

const by = (name: string, help: string, label: string, counts: Readonly<Record<string, number>>): MetricFamily => ({
  name,
  help,
  type: "counter",
  samples: Object.entries(counts).map(([outcome, value]) => ({ labels: { [label]: outcome }, value }))
})

/** Needs Webhooks, PublishHook and Vitals. */
export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const webhooks = yield* Webhooks
    const hook = yield* PublishHook
    yield* (yield* Vitals).register(() => {
      const { failures, waiting, waitingBytes, ...ended } = webhooks.stats()
      const { open, ...asked } = hook.stats()
      return [
        plain("gauge", "chat_webhook_events_waiting", "Events that the webhook has yet to take.", waiting),
        plain(
          "gauge",
          "chat_webhook_waiting_bytes",
          "Bytes of the events that the webhook has yet to take.",
          waitingBytes
        ),
        plain("counter", "chat_webhook_failures_total", "Calls of the webhook that came to nothing.", failures),
        by("chat_webhook_events_total", "Events for the webhook, by what became of them.", "outcome", ended),
        by(
          "chat_publish_hook_total",
          "Messages the publish hook was to decide about, by what came of it.",
          "outcome",
          asked
        ),
        plain(
          "gauge",
          "chat_publish_hook_open",
          "Whether the publish hook is left alone because it does not answer (1) or asked (0).",
          open
        )
      ]
    })
  })
)
