/** Room names. The grammar leaves out `#` and `/`, which storage keys and paths use as separators. */
import { Schema } from "effect"

const ROOM_PATTERN = /^[a-z0-9][a-z0-9._:-]{0,63}$/

export const ROOM_RULE =
  "roomId must start with a-z or 0-9 and have at most 64 characters of a-z, 0-9, dot, underscore, colon and hyphen"

export const RoomId = Schema.String.check(Schema.isPattern(ROOM_PATTERN, { message: ROOM_RULE })).pipe(
  Schema.brand("RoomId")
)
export type RoomId = typeof RoomId.Type

/** Where a plain client lands that names no room. */
export const globalRoom = RoomId.make("global")

/** Not a room to talk in: who subscribes to it is told the live figures. */
export const analyticsRoom = RoomId.make("analytics")

/** Stand for any room of two, and any group, where it is asked whether someone may be in such rooms at all. */
export const anyDirect = RoomId.make("dm:any")
export const anyGroup = RoomId.make("group:any")

/** Whether a room is of members only: `dm:…` of two users, `group:…` of those who were invited. */
export const isPrivateRoom = (roomId: string): boolean => roomId.startsWith("dm:") || roomId.startsWith("group:")
