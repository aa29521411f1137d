/** Whoever else is told what happens in rooms: at once, in order, and without being waited for. Nobody, unless a layer gives one. */
import { Context } from "effect"
import type { Message } from "../domain/Message.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { Member } from "../domain/ServerFrame.ts"
import type { UserId } from "../domain/UserId.ts"
import type { ChangeKind } from "../log/Amendment.ts"

export interface Witness {
  /** A message was accepted. */
  said(message: Message): void
  /** A message was changed by someone; it comes as it is now. */
  changed?(kind: ChangeKind, message: Message, by: UserId): void
  /** A user's first connection came into a room, or their last one left it; `at` in milliseconds since 1970. */
  came(roomId: RoomId, member: Member, at: number): void
  went(roomId: RoomId, member: Member, at: number): void
}

export const Witness = Context.Reference<Witness | undefined>("hubbub/hub/Witness", { defaultValue: () => undefined })
