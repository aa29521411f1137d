/**
 * What was said, as one line of messages over log and store: each message once, none left out. A page that the log has in full does not
 * ask the store.
 */
import { Context, Effect, Layer } from "effect"
import type { Position } from "../domain/Position.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import { RoomLog } from "../log/RoomLog.ts"
import { HistoryUnavailable } from "./HistoryUnavailable.ts"
import { withLogPart } from "./LogPart.ts"
import { MessageStore, type StoreUnavailable, type UserPosition } from "./MessageStore.ts"
import { type Page, pageOf, type Query } from "./Page.ts"
import { RoomLine } from "./RoomLine.ts"
import { type Range, roomRange } from "./roomRange.ts"
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
  }
>()("hubbub/store/History") {
  static readonly layer = Layer.effect(
    History,
    Effect.gen(function* () {
      const log = yield* RoomLog
      const store = yield* MessageStore

      const unavailable = ({ reason }: StoreUnavailable) =>
        Effect.andThen(
          Effect.logDebug("history cannot be read from the store", { engine: store.engine, reason }),
          Effect.fail(new HistoryUnavailable({ reason: "the store does not answer", retryAfterMs: STORE_RETRY_MS }))
        )
      const answered = <A>(asked: Effect.Effect<A, HistoryUnavailable | StoreUnavailable>) =>
        Effect.catchTag(asked, "StoreUnavailable", unavailable)

      return History.of({
        room: (roomId, { after, around, before, limit }) =>
          withLogPart(log, roomId, (part) => {
            const position = (place: RoomPlace | undefined) =>
              typeof place === "number" ? { epoch: part.tail.epoch, seq: place } : place
            return pageOf(new RoomLine(part, store, roomId), {
              before: position(before),
              after: position(after),
              around: position(around),
              limit
            })
          }).pipe(answered),
        user: (userId, query) =>
          Effect.suspend((): Effect.Effect<Page<UserPosition>, HistoryUnavailable | StoreUnavailable> => {
            const recent = log.recentBy(userId)
            if (recent !== undefined) return pageOf(new UserLine(store, userId, recent), query)
            const reason = "history is catching up with the log"
            return Effect.fail(new HistoryUnavailable({ reason, retryAfterMs: STORE_RETRY_MS }))
          }).pipe(answered),
        range: (roomId, after, to, maxBytes) => answered(roomRange(log, store, roomId, { after, to, maxBytes }))
      })
    })
  )
}
