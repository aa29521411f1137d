/** Tells the webhook what the hub sees. */
import { Effect, Layer } from "effect"
import { isPrivateRoom } from "../domain/RoomId.ts"
import type { Member } from "../domain/ServerFrame.ts"
import { Witness } from "../hub/Witness.ts"
import { Webhooks } from "./Webhooks.ts"

/** What is said in private rooms is for their members. Needs Webhooks; the hub has no witness where no type of event is wanted. */
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
        if (messages && !isPrivateRoom(roomId)) webhooks.tell({ type: "message", roomId, at: timestamp, data: message })
      },
      came: (roomId, member, at) => {
        if (joins && !isPrivateRoom(roomId)) tell("join", roomId, member, at)
      },
      went: (roomId, member, at) => {
        if (leaves && !isPrivateRoom(roomId)) tell("leave", roomId, member, at)
      }
    }
  })
)
