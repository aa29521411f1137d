/** How far users have read in their rooms, and what others said beyond that. */
import { Context, type Effect } from "effect"
import type { Position } from "../domain/Position.ts"
import type { ProtocolError } from "../domain/ProtocolError.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"

/** A marker, and what is beyond it up to a place: at most `UNREAD_MAX` of either, which then stands for as many or more. */
export interface Reading extends Position {
  readonly roomId: RoomId
  readonly upTo: Position
  readonly unread: number
  readonly mentions: number
}

/** Who moves a marker. */
interface Reader {
  readonly userId: UserId
  /** The connection that is answered, and need not be told besides. */
  readonly connectionId: string
  /** Whether the user is in the room or a member of it, so that a marker may begin. */
  readonly present: boolean
}

/**
 * What is asked of a user who may not read a room is up to who asks: nothing here looks at rights. Each fails with what the client is to
 * be answered, `unavailable` with `retryAfterMs` where the store is away.
 */
export interface ReadMarkers {
  /**
   * Moves a marker forward, never back, and answers it as it is then; `seq` without an epoch is of the present one. `invalid_frame` where
   * nothing was said there yet, `not_subscribed` where the user does not read the room.
   */
  read(
    by: Reader,
    roomId: RoomId,
    place: { readonly seq: number; readonly epoch?: number | undefined }
  ): Effect.Effect<Reading, ProtocolError>
  /** The marker of who comes into a room; where there is none it begins at `end`, and in a private room before everything. */
  enter(userId: UserId, roomId: RoomId, end: Position): Effect.Effect<Reading, ProtocolError>
  /** Has a member who is just taken into a private room read all until now, where they have no marker there. */
  admitted(userId: UserId, roomId: RoomId): Effect.Effect<void, ProtocolError>
  /**
   * Of the rooms that a user reads, and of `others` that they have not read yet, those where something was said last, newest first. A
   * private room that was forgotten is among them only if something was said since. `more`: there were more than `limit`.
   */
  list(
    userId: UserId,
    others: ReadonlyArray<RoomId>,
    shown: (roomId: RoomId) => boolean,
    limit: number
  ): Effect.Effect<{ readonly rooms: ReadonlyArray<Reading>; readonly more: boolean }, ProtocolError>
  /** Takes a marker away, until the user comes into the room again. */
  forget(by: Reader, roomId: RoomId): Effect.Effect<void, ProtocolError>
}

/** There are none, unless a layer gives them. */
export const ReadMarkers = Context.Reference<ReadMarkers | undefined>("hubbub/reading/ReadMarkers", {
  defaultValue: () => undefined
})
