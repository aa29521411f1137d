/** Serves what a client asks for about how far it has read. */
import { Effect } from "effect"
import type { ClientFrame } from "../domain/ClientFrame.ts"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import { isPrivateRoom, type RoomId } from "../domain/RoomId.ts"
import type { ServerFrame } from "../domain/ServerFrame.ts"
import { anonymous } from "../domain/UserId.ts"
import type { Client } from "../hub/Client.ts"
import type { Rights } from "../identity/Rights.ts"
import { noMember } from "../private/PrivateRooms.ts"
import type { Services } from "./Desk.ts"

export type Mark = Extract<ClientFrame, { readonly type: "read" | "unread" | "forget" }>

/** Rooms that `unread` lists at most. */
const LISTED_MAX = 100
/** Private rooms that are looked at for it. */
const PRIVATE_MAX = 1000

const nameless = refusal("forbidden", "read markers are for users with a name of their own", "type")

/** `rights` is what the client's token gives; none in open mode. */
export const mark = (
  client: Client,
  { moderation, privateRooms, readMarkers }: Pick<Services, "moderation" | "privateRooms" | "readMarkers">,
  rights: Rights | undefined,
  frame: Mark
): Effect.Effect<ServerFrame, ProtocolError> => {
  const { connectionId, userId } = client.identity
  if (readMarkers === undefined)
    return Effect.fail(refusal("not_supported", `${frame.type} is not served here`, "type"))
  if (userId === anonymous) return Effect.fail(nameless)
  const referred = frame.ref === undefined ? {} : { ref: frame.ref }

  const member = (roomId: RoomId) =>
    privateRooms === undefined ? Effect.succeed(false) : privateRooms.admits(userId, roomId)

  if (frame.type === "read") {
    const { epoch, roomId, seq } = frame
    return Effect.gen(function* () {
      const belongs = isPrivateRoom(roomId)
      if (belongs && !(yield* member(roomId))) return yield* noMember(roomId)
      const present = belongs || client.rooms.has(roomId)
      const reading = yield* readMarkers.read({ userId, connectionId, present }, roomId, { seq, epoch })
      return { type: "read", ...referred, ...reading }
    })
  }

  if (frame.type === "forget") {
    const { roomId } = frame
    return Effect.gen(function* () {
      const present = isPrivateRoom(roomId) ? yield* member(roomId) : client.rooms.has(roomId)
      yield* readMarkers.forget({ userId, connectionId, present }, roomId)
      return { type: "forgotten", ...referred, roomId }
    })
  }

  return Effect.gen(function* () {
    const page = privateRooms && (yield* privateRooms.page(userId, PRIVATE_MAX, undefined))
    const own = new Set(page?.conversations.map(({ roomId }) => roomId))
    const shown = (roomId: RoomId) =>
      (isPrivateRoom(roomId) ? own.has(roomId) : true) &&
      rights?.enter(roomId) !== false &&
      moderation?.bars(userId, roomId) === undefined
    const { more, rooms } = yield* readMarkers.list(userId, [...own], shown, LISTED_MAX)
    return { type: "unread", ...referred, hasMore: more || page?.next !== undefined, rooms }
  })
}
