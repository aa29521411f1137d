/** Who may not speak, or not be here, and how rooms may be spoken in: decided by moderators, in force at once, kept for good. */
import { Context, type Effect } from "effect"
import type { Moderation as Order } from "../domain/Moderation.ts"
import type { ProtocolError } from "../domain/ProtocolError.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"

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
  /** Messages that a purge deleted. */
  readonly deleted?: number
}

export interface Moderation {
  /** Why a user may not be here, or, with a room, not in it. */
  bars(userId: UserId, roomId: RoomId | undefined): ProtocolError | undefined
  /** Why a user may not speak in a room now. Asking is not speaking. `exempt`: moderators, whom slow mode and freezing spare. */
  silences(userId: UserId, roomId: RoomId, exempt: boolean): ProtocolError | undefined
  /** Notes that a user spoke in a room, from which on slow mode counts. */
  spoke(userId: UserId, roomId: RoomId): void
  /** Why a text is not taken. */
  screens(content: string): ProtocolError | undefined
  /** How a room may be spoken in, if not as usual. */
  room(roomId: RoomId): { readonly slowModeSeconds: number; readonly frozen: boolean } | undefined
  /** Does what a moderator orders, from now on and over restarts, and writes it down. */
  order(what: Order, by: Moderator): Effect.Effect<Ordered, ProtocolError>
}

/** Nobody is moderated, unless a layer says how. */
export const Moderation = Context.Reference<Moderation | undefined>("hubbub/moderation/Moderation", {
  defaultValue: () => undefined
})
