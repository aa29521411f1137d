/**
 * The archive that history is served from. It numbers nothing: entries arrive in order from the room log, which is the truth. What
 * arrives at one place is one message: the same again, or of a higher revision as it was changed. Every engine passes `test/contract/messageStore.ts`.
 */
import { Context, type Effect, Schema } from "effect"
import type { Position } from "../domain/Position.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import type { Entry } from "../log/Entry.ts"
import type { Sighting, Sought } from "./Sighting.ts"

/** A place among one user's messages, which are ordered by time, then room, epoch and seq. */
export interface UserPosition extends Position {
  readonly at: number
  readonly roomId: RoomId
}

/**
 * A stretch of history: what lies strictly after `after` and strictly before `before`; each may be left out. `newest` takes the last
 * `limit` of it and answers newest first, `oldest` the first `limit`, oldest first.
 */
export interface Stretch<P> {
  readonly after?: P | undefined
  readonly before?: P | undefined
  readonly limit: number
  readonly order: "newest" | "oldest"
}

/** Rooms at most, from the first one, or from the one after `after`. */
export interface RoomsPage {
  readonly after?: RoomId | undefined
  readonly limit: number
}

/** The store cannot be reached, is too slow, too busy or out of space; the same call may succeed later. `reason` is for operators. */
export class StoreUnavailable extends Schema.TaggedError<StoreUnavailable>()("StoreUnavailable", {
  reason: Schema.String
}) {
  override get message() {
    return this.reason
  }
}

/** The store will never take these entries as they are; none, or only some, of the batch were kept. */
export class EntriesRefused extends Schema.TaggedError<EntriesRefused>()("EntriesRefused", {
  reason: Schema.String
}) {
  override get message() {
    return this.reason
  }
}

export class MessageStore extends Context.Service<
  MessageStore,
  {
    /** `sqlite`, `dynamodb` or `memory`. */
    readonly engine: string
    /** Entries `put` takes at best at a time. */
    readonly batch: number
    /**
     * Keeps entries, of any rooms, in any order; of those at one place the one of the highest revision. Repeating a call, wholly or in
     * part, changes nothing.
     */
    put(entries: ReadonlyArray<Entry>): Effect.Effect<void, StoreUnavailable | EntriesRefused>
    /** A stretch of one room's history, over all epochs, by (epoch, seq). Never more than `limit` entries; less only at its end. */
    room(roomId: RoomId, stretch: Stretch<Position>): Effect.Effect<ReadonlyArray<Entry>, StoreUnavailable>
    /** A stretch of one user's messages in all rooms, by (at, roomId, epoch, seq); room ids compare by code unit. */
    user(userId: UserId, stretch: Stretch<UserPosition>): Effect.Effect<ReadonlyArray<Entry>, StoreUnavailable>
    /**
     * Looks through a part of one room's history, over all epochs, for messages that `isFound` finds: as far as is soon done, but for at
     * least one message where there is any. Whoever wants more goes on from `reached`.
     */
    search(roomId: RoomId, sought: Sought): Effect.Effect<Sighting, StoreUnavailable>
    /**
     * The rooms that the store has messages of, by code unit; less than `limit` only at the end. For what goes through everything:
     * DynamoDB looks through its whole table for each page, so pages should be large.
     */
    rooms(page: RoomsPage): Effect.Effect<ReadonlyArray<RoomId>, StoreUnavailable>
    /** Succeeds when the store can serve now. */
    readonly check: Effect.Effect<void, StoreUnavailable>
  }
>()("hubbub/store/MessageStore") {}
