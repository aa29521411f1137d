/** Tells the webhook what the hub sees. */
import { Effect, Layer } from "effect"
import type { Member } from "../domain/ServerFrame.ts"
import { Witness } from "../hub/Witness.ts"
import { Webhooks } from "./Webhooks.ts"

/** Needs Webhooks; the hub has no witness where no type of event is wanted. */
export const layer = Layer.effect(
  Witness,
  Effect.map(Webhooks, (webhooks) => {
    const [messages, joins, leaves] = [webhooks.wants("message"), webhooks.wants("join"), webhooks.wants("leave")]
    if (!messages && !joins && !leaves) return undefined
    const tell = (type: "join" | "leave", roomId: string, { userId, username }: Member, at: number) =>
      webhooks.tell({ type, roomId, at: new Date(at).toISOString(), data: { userId, username } })
    return {
      said: (message) => {
        const { roomId, timestamp } = message
        if (messages) webhooks.tell({ type: "message", roomId, at: timestamp, data: message })
      },
      came: (roomId, member, at) => {
        if (joins) tell("join", roomId, member, at)
      },
      went: (roomId, member, at) => {
        if (leaves) tell("leave", roomId, member, at)
      }
    }
  })
)
