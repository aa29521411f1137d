/** Deletes what a user said. */
import { Context, type Effect } from "effect"
import type { MessageId } from "../domain/MessageId.ts"
import type { ProtocolError } from "../domain/ProtocolError.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"

export interface Purger {
  /**
   * The message that a user said under an id, or all that anybody said under it; done once that is kept. Answers how many that deleted,
   * 0 where it was done before. Fails with `not_found` only where there is none.
   */
  remove(
    roomId: RoomId,
    messageId: MessageId,
    userId: UserId | undefined,
    by: UserId
  ): Effect.Effect<number, ProtocolError>
  /** In one room, or in all; answers in how many rooms there was something to delete, and how many messages that was. */
  purge(
    userId: UserId,
    roomId: RoomId | undefined
  ): Effect.Effect<{ readonly rooms: number; readonly deleted: number }, ProtocolError>
}

/** Nothing can be purged, unless a layer says how. */
export const Purger = Context.Reference<Purger | undefined>("hubbub/moderation/Purger", {
  defaultValue: () => undefined
})
