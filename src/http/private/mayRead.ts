import { Effect } from "effect"
import type { ProtocolError } from "../../domain/ProtocolError.ts"
import { isPrivateRoom, type RoomId } from "../../domain/RoomId.ts"
import type { UserId } from "../../domain/UserId.ts"
import { Rights } from "../../identity/Rights.ts"
import type { Viewer } from "../../identity/Viewer.ts"
import type { PrivateRooms } from "../../private/PrivateRooms.ts"

/** Whose request it is: where tokens are off, whose it claims to be. Nobody's with an API key. */
export const readerOf = ({ rights, userId }: Viewer, claimed: UserId | undefined): UserId | undefined =>
  userId ?? (rights === Rights.open ? claimed : undefined)

/**
 * Whether a room's history, and who is in it, may be shown: of a private room to its members alone, whatever role others have. To be
 * answered as for a room that never was where it is not so. `claimed`: who the request says it is from, which counts in open mode.
 */
export const mayRead = (
  rooms: PrivateRooms | undefined,
  viewer: Viewer,
  roomId: RoomId,
  claimed?: UserId
): Effect.Effect<boolean, ProtocolError> => {
  if (!viewer.rights.enter(roomId)) return Effect.succeed(false)
  if (!isPrivateRoom(roomId)) return Effect.succeed(true)
  const userId = readerOf(viewer, claimed)
  return rooms === undefined || userId === undefined ? Effect.succeed(false) : rooms.admits(userId, roomId)
}
