/** Rooms of members only: of two users who write to each other, and of groups. */
import { Context, type Effect } from "effect"
import type { ProtocolError } from "../domain/ProtocolError.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"

export interface Group {
  readonly roomId: RoomId
  readonly title?: string
  readonly owner: UserId
  readonly members: ReadonlyArray<UserId>
}

/** A private room as one of its members sees it: `with` in a room of two, else whose group it is. */
export interface Conversation {
  readonly roomId: RoomId
  readonly with?: UserId
  readonly title?: string
  readonly owner?: UserId
}

/** Each fails with what the client is to be answered. */
export interface PrivateRooms {
  /** Whether a user is a member of a private room. */
  admits(userId: UserId, roomId: RoomId): Effect.Effect<boolean, ProtocolError>
  /** The room of two users, for the first of them to write to the second in. */
  between(from: UserId, to: UserId): Effect.Effect<RoomId, ProtocolError>
  /** Makes a group. */
  group(owner: UserId, title: string | undefined, invite: ReadonlyArray<UserId>): Effect.Effect<Group, ProtocolError>
  invite(by: UserId, roomId: RoomId, userId: UserId): Effect.Effect<Group, ProtocolError>
  /** Takes a member out: anyone by the owner, everyone by themselves. */
  remove(by: UserId, roomId: RoomId, userId: UserId): Effect.Effect<Group | undefined, ProtocolError>
  block(by: UserId, userId: UserId): Effect.Effect<ReadonlyArray<UserId>, ProtocolError>
  unblock(by: UserId, userId: UserId): Effect.Effect<ReadonlyArray<UserId>, ProtocolError>
  /** Whom a user has blocked. */
  blocks(userId: UserId): Effect.Effect<ReadonlyArray<UserId>, ProtocolError>
  conversations(userId: UserId): Effect.Effect<ReadonlyArray<Conversation>, ProtocolError>
}

/** There are none, unless a layer gives them. */
export const PrivateRooms = Context.Reference<PrivateRooms | undefined>("hubbub/private/PrivateRooms", {
  defaultValue: () => undefined
})
