/** A private room as it is written down. */
import { Schema } from "effect"
import type { RoomId } from "../domain/RoomId.ts"
import { UserId } from "../domain/UserId.ts"
import type { Group } from "./PrivateRooms.ts"

const members = Schema.Array(UserId)

const Written = Schema.Union([
  Schema.Struct({ kind: Schema.Literal("two"), members }),
  Schema.Struct({
    kind: Schema.Literal("group"),
    title: Schema.optionalKey(Schema.String),
    owner: UserId,
    maker: Schema.optionalKey(UserId),
    members
  })
])

/** Of two users, or of one who writes to themselves. */
export interface RoomOfTwo {
  readonly kind: "two"
  readonly roomId: RoomId
  readonly members: ReadonlyArray<UserId>
}

export interface GroupRoom extends Group {
  readonly kind: "group"
  /** For whom it counts as long as it is there, in it or not. */
  readonly maker?: UserId
}

export type PrivateRoom = RoomOfTwo | GroupRoom

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Written))

/** What a record says of a room; one that was damaged throws. */
export const readRoom = (roomId: RoomId, json: string): PrivateRoom => ({ ...decode(json), roomId })

/** The text of the record; the name of the room is its key. */
export const writeRoom = (room: PrivateRoom): string => {
  const { roomId: _, ...written } = room
  return JSON.stringify(written)
}
