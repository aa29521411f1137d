/** Rooms of members only: of two users who write to each other, and of groups. */
import { Context, type Effect } from "effect"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"

export interface Group {
  readonly roomId: RoomId
  readonly title?: string
  readonly owner: UserId
  /** Who has been in it for longest comes first. */
  readonly members: ReadonlyArray<UserId>
}

/** A private room as one of its members sees it: `with` in a room of two, else whose group it is. */
export interface Conversation {
  readonly roomId: RoomId
  readonly with?: UserId
  readonly title?: string
  readonly owner?: UserId
}

/** Part of a user's conversations, in the order of the store: groups, then rooms of two by whom they are with. */
export interface ConversationPage {
  readonly conversations: ReadonlyArray<Conversation>
  /** Where the next page goes on; nothing on the last one. For `after`, and no client's business. */
  readonly next: string | undefined
}

/** The answer to whoever is no member of a room, and to whoever names a room that there is none of. */
export const noMember = (roomId: RoomId): ProtocolError =>
  refusal("forbidden_room", `not a member of room ${roomId}`, "roomId")

/**
 * Each fails with what the client is to be answered: besides what is said here `unavailable`, with `retryAfterMs`, where the store is
 * away. What is asked for goes on meanwhile in rooms that are known.
 */
export interface PrivateRooms {
  /** Whether a user is a member of a private room. What is no private room has no members. */
  admits(userId: UserId, roomId: RoomId): Effect.Effect<boolean, ProtocolError>
  /**
   * Why a user may not write in a private room, as far as that is known at once. `unknown`: `permits` has to find out. To be asked of
   * those who are in the room; of any other room it allows everything.
   */
  mayWrite(userId: UserId, roomId: RoomId): ProtocolError | "unknown" | undefined
  /** Succeeds where a user may write in a private room: members, of a room of two unless the other one blocked them. */
  permits(userId: UserId, roomId: RoomId): Effect.Effect<void, ProtocolError>
  /** The room of two users, for the first of them to write to the second in; `forbidden` where the second blocked the first. */
  between(from: UserId, to: UserId): Effect.Effect<RoomId, ProtocolError>
  /** Makes a group; `forbidden` where the user made as many that are still there as one may, or was blocked by someone invited. */
  group(owner: UserId, title: string | undefined, invite: ReadonlyArray<UserId>): Effect.Effect<Group, ProtocolError>
  /** Takes a user in, by any member; one who is in already stays. `forbidden` where the group is full or the user blocked who invites. */
  invite(by: UserId, roomId: RoomId, userId: UserId): Effect.Effect<Group, ProtocolError>
  /** Takes a member out: anyone by the owner, everyone by themselves. Nothing is left when the last one goes. */
  remove(by: UserId, roomId: RoomId, userId: UserId): Effect.Effect<Group | undefined, ProtocolError>
  block(by: UserId, userId: UserId): Effect.Effect<ReadonlyArray<UserId>, ProtocolError>
  unblock(by: UserId, userId: UserId): Effect.Effect<ReadonlyArray<UserId>, ProtocolError>
  /** Whom a user has blocked. */
  blocks(userId: UserId): Effect.Effect<ReadonlyArray<UserId>, ProtocolError>
  /**
   * At most `limit` conversations, from the first one or after a place that a page gave. A page may be short, even empty, and not be the
   * last one: that is the one without `next`.
   */
  page(userId: UserId, limit: number, after: string | undefined): Effect.Effect<ConversationPage, ProtocolError>
}

/** There are none, unless a layer gives them. */
export const PrivateRooms = Context.Reference<PrivateRooms | undefined>("hubbub/private/PrivateRooms", {
  defaultValue: () => undefined
})
