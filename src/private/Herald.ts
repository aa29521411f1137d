/** Who tells users what becomes of their private rooms, and sees those out who may not be in one any more. */
import { Context } from "effect"
import type { RoomId } from "../domain/RoomId.ts"
import type { ServerFrame } from "../domain/ServerFrame.ts"
import type { UserId } from "../domain/UserId.ts"

export interface Herald {
  /** Tells all of a user's connections that understand it; a user who is not there misses it. */
  tell(userId: UserId, frame: ServerFrame): void
  /** Has a user leave a room, with all of their connections; also one that is just coming in. */
  expel(userId: UserId, roomId: RoomId): void
  /** A user may be in a room, whatever was said before. */
  admit(userId: UserId, roomId: RoomId): void
}

/** Nobody, unless a layer gives one. */
export const Herald = Context.Reference<Herald>("hubbub/private/Herald", {
  defaultValue: () => ({ tell: () => {}, expel: () => {}, admit: () => {} })
})
