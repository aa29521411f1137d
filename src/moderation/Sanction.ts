/** That a user is banned or muted: where, until when, and who said so. */
import { Schema } from "effect"
import { RoomId } from "../domain/RoomId.ts"
import { UserId } from "../domain/UserId.ts"

export const Sanction = Schema.Struct({
  userId: UserId,
  /** Everywhere without it. */
  roomId: Schema.optionalKey(RoomId),
  /** Milliseconds since 1970 at which it was ordered. */
  since: Schema.Int,
  /** Milliseconds since 1970 from when on it is over; never without it. */
  until: Schema.optionalKey(Schema.Int),
  /** Who ordered it. */
  by: Schema.String,
  reason: Schema.optionalKey(Schema.String)
})
export type Sanction = typeof Sanction.Type

/** One that is for one room. */
export type RoomSanction = Sanction & { readonly roomId: RoomId }

/** Where one stands in a list. */
export const SanctionPlace = Schema.Struct({
  since: Schema.Int,
  userId: UserId,
  roomId: Schema.optionalKey(RoomId)
})
export type SanctionPlace = typeof SanctionPlace.Type

export const isRoomSanction = (sanction: Sanction): sanction is RoomSanction => sanction.roomId !== undefined

/** Whether it is still in force, `now` in milliseconds since 1970. */
export const inForce = ({ until }: Sanction, now: number): boolean => until === undefined || until > now
