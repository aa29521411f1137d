/** The connections that users have, to tell them how far they have read elsewhere. */
import { Context } from "effect"
import type { RoomId } from "../domain/RoomId.ts"
import type { ServerFrame } from "../domain/ServerFrame.ts"
import type { UserId } from "../domain/UserId.ts"

export interface Audience {
  /** Whether a user has any connection. */
  has(userId: UserId): boolean
  /** Tells those of a user's connections that may be in the room, but for one. */
  tell(userId: UserId, roomId: RoomId, frame: ServerFrame, but: string): void
}

/** Nobody, unless a layer gives one. */
export const Audience = Context.Reference<Audience>("hubbub/reading/Audience", {
  defaultValue: () => ({ has: () => false, tell: () => {} })
})
