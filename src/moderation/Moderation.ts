/** Who may not speak, or not be here, and how rooms may be spoken in: decided by moderators, in force at once, kept for good. */
import { Context, type Effect, type PubSub, type Scope } from "effect"
import type { Moderation as Order } from "../domain/Moderation.ts"
import type { ProtocolError } from "../domain/ProtocolError.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import type { AuditPage, AuditQuery } from "./Audit.ts"
import type { Listed, ListQuery } from "./Listing.ts"
import type { RoomRule, RulePlace } from "./RoomRules.ts"
import type { RoomSanction, Sanction, SanctionPlace } from "./Sanction.ts"

/** Who gives an order. */
export interface Moderator {
  /** None for a program with an API key. */
  readonly userId: UserId | undefined
  /** For the audit log: the user's id, or the key's name. */
  readonly name: string
  readonly via: "socket" | "http"
  /** Whether the room is one they moderate; of no room, whether they moderate everywhere. */
  moderates(roomId: RoomId | undefined): boolean
}

/** What came of an order. */
export interface Ordered {
  /** Milliseconds since 1970 from when on it is over by itself. */
  readonly until: number | undefined
  /** Messages that a purge or a delete took away. */
  readonly deleted?: number
}

/** What is different from now on. `present`: what was kept could be read at last, so anything may be. */
export type Change =
  | { readonly _tag: "banned"; readonly sanction: Sanction }
  | { readonly _tag: "muted"; readonly sanction: Sanction }
  | { readonly _tag: "unmuted"; readonly userId: UserId; readonly roomId: RoomId | undefined }
  | { readonly _tag: "room"; readonly roomId: RoomId }
  | { readonly _tag: "present" }

export interface Moderation {
  /**
   * Why a user may not be here, or, with a room, not in it: `banned`, with the reason that was given and the time left, or
   * `forbidden_room` in the words for who is no member.
   */
  bars(userId: UserId, roomId: RoomId | undefined): ProtocolError | undefined
  /**
   * Why a user may not speak in a room now: `muted`, `frozen` or `slow_mode`, with `retryAfterMs` where waiting helps. Asking is not
   * speaking. `exempt`: moderators, whom slow mode and freezing spare.
   */
  silences(userId: UserId, roomId: RoomId, exempt: boolean): ProtocolError | undefined
  /** Notes that a user spoke in a room, from which on slow mode counts: over all of their connections. */
  spoke(userId: UserId, roomId: RoomId): void
  /** Why a text is not taken: `rejected`, without the word that it has. */
  screens(content: string): ProtocolError | undefined
  /** How a room may be spoken in, if not as usual. */
  room(roomId: RoomId): { readonly slowModeSeconds: number; readonly frozen: boolean } | undefined
  /**
   * Does what a moderator orders, from now on and over restarts, and writes it down; the later of two orders counts. An order that is no
   * such, or not for this moderator to give, fails with `invalid_frame` or `forbidden` and changes nothing. All but a purge holds at once;
   * this ends once the store has it, or after two seconds, or when the store fails: it is then tried until it succeeds, which is lost with
   * the process. A purge fails as its port does. None is broken off with who ordered it.
   */
  order(what: Order, by: Moderator): Effect.Effect<Ordered, ProtocolError>
  /** Writes down what a moderator did in another way. */
  noted(what: Order, by: Moderator): Effect.Effect<void>
  /** Listens to what changes from now on. Each is told after it holds. */
  readonly changes: Effect.Effect<PubSub.Subscription<Change>, never, Scope.Scope>
  /** The bans in force that are for one room. */
  roomBans(): Iterable<RoomSanction>
  /** Bans in force, newest first. */
  bans(query: ListQuery<SanctionPlace, Sanction>): Listed<Sanction>
  /** Mutes in force, newest first. */
  mutes(query: ListQuery<SanctionPlace, Sanction>): Listed<Sanction>
  /** Rooms that may not be spoken in as usual, the one changed last first. */
  rooms(query: ListQuery<RulePlace, RoomRule>): Listed<RoomRule>
  /** Orders that were given, newest first. Fails with `unavailable` while the store is away. */
  audit(query: AuditQuery): Effect.Effect<AuditPage, ProtocolError>
}

/** Nobody is moderated, unless a layer says how. */
export const Moderation = Context.Reference<Moderation | undefined>("hubbub/moderation/Moderation", {
  defaultValue: () => undefined
})
