/**
 * What was said, as one line of messages over log and store: each message once, none left out. A page that the log has in full does not
 * ask the store.
 */
import { Context, Effect, Layer } from "effect"
import type { MessageId } from "../domain/MessageId.ts"
import type { Position } from "../domain/Position.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import type { Entry } from "../log/Entry.ts"
import { CurrentOverlay } from "../log/Overlay.ts"
import { RoomLog } from "../log/RoomLog.ts"
import { entryOf, findMessage, findMessages, type Search } from "./findMessage.ts"
import { HistoryUnavailable } from "./HistoryUnavailable.ts"
import { withLogPart } from "./LogPart.ts"
import { MessageStore, type StoreUnavailable, type UserPosition } from "./MessageStore.ts"
import { type Page, pageOf, type Placed, type Query } from "./Page.ts"
import { RoomLine } from "./RoomLine.ts"
import { type Range, roomRange } from "./roomRange.ts"
import { Searches, type TooManySearches } from "./Searches.ts"
import { type Finds, searchRoom } from "./searchRoom.ts"
import type { Sought } from "./Sighting.ts"
import { UserLine } from "./UserLine.ts"

/** A place in a room: a position, or a seq of the present epoch. */
export type RoomPlace = Position | number

/** Milliseconds after which a store that could not answer is worth another try. */
const STORE_RETRY_MS = 1000

export class History extends Context.Service<
  History,
  {
    /** A page of a room's history over all its epochs, in the order of positions. A room that never was has an empty one. */
    room(roomId: RoomId, query: Query<RoomPlace>): Effect.Effect<Page<Position>, HistoryUnavailable>
    /** A page of what a user said in all rooms, by time, then room and position. */
    user(userId: UserId, query: Query<UserPosition>): Effect.Effect<Page<UserPosition>, HistoryUnavailable>
    /**
     * The messages of a room's present epoch with `from` < seq ≤ `to`, in order and without a gap. `from` is `after`, or greater where
     * more than `maxBytes` of JSON would be needed, or one of them is missing, which is logged, or the rest cannot be had now; at least
     * one message is given. None, and `from` is `to`, where the newest is missing or the room has begun anew. Fails where the newest cannot
     * be had now.
     */
    range(roomId: RoomId, after: number, to: number, maxBytes: number): Effect.Effect<Range, HistoryUnavailable>
    /**
     * A message of a room as it is now: the one at a position, if that has this id; or else one of this id that is in memory or among the
     * 2,000 beyond, 20,000 where it is looked for `far`: the author's, or the newest where there is none of theirs. Beyond memory one is
     * looked for at a time, and where many wait for that, no further one is.
     */
    find(
      roomId: RoomId,
      messageId: MessageId,
      at?: Position,
      search?: Search
    ): Effect.Effect<Entry | undefined, HistoryUnavailable | TooManySearches>
    /**
     * Every message of this id as it is now, whoever said it, newest first: those in memory, and those among the 20,000 beyond, which are
     * looked for as `find` does.
     */
    findAll(
      roomId: RoomId,
      messageId: MessageId
    ): Effect.Effect<{
      readonly remembered: ReadonlyArray<Entry>
      readonly beyond: Effect.Effect<ReadonlyArray<Entry>, HistoryUnavailable | TooManySearches>
    }>
    /**
     * The newest messages of a room before a place that have all that is sought; of a room that never was none. It ends early where it
     * has read much, and says where to go on from. Few are under way or wait, and two of one `seeker`.
     */
    search(roomId: RoomId, sought: Sought, seeker: string): Effect.Effect<Finds, HistoryUnavailable | TooManySearches>
    /** The last `limit` of what a user said in all rooms before a place, as it is now; oldest first, fewer only at the beginning. */
    saidBy(
      userId: UserId,
      before: UserPosition | undefined,
      limit: number
    ): Effect.Effect<ReadonlyArray<Entry>, HistoryUnavailable>
  }
>()("hubbub/store/History") {
  static readonly layer = Layer.effect(
    History,
    Effect.gen(function* () {
      const log = yield* RoomLog
      const store = yield* MessageStore
      const overlay = yield* CurrentOverlay
      const grounds = { log, store, overlay, searches: new Searches() }
      const textSearches = new Searches()

      const unavailable = ({ reason }: StoreUnavailable) =>
        Effect.andThen(
          Effect.logDebug("history cannot be read from the store", { engine: store.engine, reason }),
          Effect.fail(new HistoryUnavailable({ reason: "the store does not answer", retryAfterMs: STORE_RETRY_MS }))
        )
      const answered = <A>(asked: Effect.Effect<A, HistoryUnavailable | StoreUnavailable>) =>
        Effect.catchTag(asked, "StoreUnavailable", unavailable)
      const sought = <A>(asked: Effect.Effect<A, HistoryUnavailable | StoreUnavailable | TooManySearches>) =>
        Effect.catchTag(asked, "StoreUnavailable", unavailable)

      const byUser = (userId: UserId) =>
        Effect.suspend((): Effect.Effect<UserLine, HistoryUnavailable> => {
          const recent = log.recentBy(userId)
          if (recent !== undefined) return Effect.succeed(new UserLine(store, userId, recent))
          const reason = "history is catching up with the log"
          return Effect.fail(new HistoryUnavailable({ reason, retryAfterMs: STORE_RETRY_MS }))
        })
      const nowIn = (roomId: RoomId, { json, place }: Placed<Position>) => overlay.get(roomId, place)?.json ?? json
      const nowBy = (message: Placed<UserPosition>) => nowIn(message.place.roomId, message)

      return History.of({
        room: (roomId, { after, around, before, limit }) =>
          withLogPart(log, roomId, (part) => {
            const position = (place: RoomPlace | undefined) =>
              typeof place === "number" ? { epoch: part.tail.epoch, seq: place } : place
            const places = { before: position(before), after: position(after), around: position(around) }
            return pageOf(new RoomLine(part, store, roomId), { ...places, limit }, (one) => nowIn(roomId, one))
          }).pipe(answered),
        user: (userId, query) => answered(Effect.flatMap(byUser(userId), (line) => pageOf(line, query, nowBy))),
        range: (roomId, after, to, maxBytes) =>
          answered(roomRange(log, store, overlay, roomId, { after, to, maxBytes })),
        find: (roomId, messageId, at, search = { far: false }) =>
          sought(findMessage(grounds, { roomId, messageId, at, ...search })),
        findAll: (roomId, messageId) =>
          Effect.map(findMessages(grounds, roomId, messageId), ({ beyond, remembered }) => ({
            remembered,
            beyond: sought(beyond)
          })),
        search: (roomId, inquiry, seeker) => sought(textSearches.run(searchRoom(grounds, roomId, inquiry), seeker)),
        saidBy: (userId, before, limit) =>
          byUser(userId).pipe(
            Effect.flatMap((line) => line.down(before, limit)),
            Effect.map(({ items }) => items.map((one) => entryOf(one.place.roomId, one, overlay))),
            answered
          )
      })
    })
  )
}
