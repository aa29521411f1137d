/** Tells the webhook what moderators order. */
import { Effect, Layer } from "effect"
import { OrderWitness } from "../moderation/OrderWitness.ts"
import { Webhooks } from "./Webhooks.ts"

/** What is ordered for all rooms is told in order under this name, which no room can have. */
const EVERYWHERE = "*"

/** Needs Webhooks; nobody is told where that type of event is not wanted. */
export const layer = Layer.effect(
  OrderWitness,
  Effect.map(Webhooks, (webhooks) =>
    webhooks.wants("moderation")
      ? {
          ordered: ({ at, ...entry }) =>
            webhooks.tell({
              type: "moderation",
              roomId: entry.roomId ?? EVERYWHERE,
              at: new Date(at).toISOString(),
              data: entry
            })
        }
      : undefined
  )
)
