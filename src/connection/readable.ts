import { Effect } from "effect"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import { isPrivateRoom, type RoomId } from "../domain/RoomId.ts"
import type { Client } from "../hub/Client.ts"
import type { Rights } from "../identity/Rights.ts"
import { noMember } from "../private/PrivateRooms.ts"
import type { Services } from "./Desk.ts"

/**
 * Succeeds where a client may read a room's history now: what it asked for may have taken a while, in which it may have been put out.
 * `rights` is what its token gives; none in open mode.
 */
export const readable = (
  client: Client,
  { moderation, privateRooms }: Pick<Services, "moderation" | "privateRooms">,
  rights: Rights | undefined,
  roomId: RoomId
): Effect.Effect<void, ProtocolError> => {
  const { userId } = client.identity
  if (rights?.enter(roomId) === false) {
    return Effect.fail(refusal("forbidden_room", `the token is not for room ${roomId}`, "roomId"))
  }
  const barred = moderation?.bars(userId, roomId)
  if (barred !== undefined) return Effect.fail(barred)
  if (!isPrivateRoom(roomId) || client.rooms.has(roomId)) return Effect.void
  if (privateRooms === undefined) return noMember(roomId)
  return Effect.flatMap(privateRooms.admits(userId, roomId), (admitted) => (admitted ? Effect.void : noMember(roomId)))
}
