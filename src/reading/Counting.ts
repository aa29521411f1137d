/**
 * Counts what others said beyond a marker, in the newest messages of a room: from memory where these are there, else from the journal or
 * the store, as history has it.
 */
import { Effect, Semaphore } from "effect"
import type { Position } from "../domain/Position.ts"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import type { RoomLog, Tail } from "../log/RoomLog.ts"
import type { History } from "../store/History.ts"
import type { Page } from "../store/Page.ts"
import { countIn, type Count, Digests, REACH } from "./Digests.ts"
import { beginning, isBefore, isSame } from "./Marker.ts"
import type { Reading } from "./ReadMarkers.ts"

/** Rooms that are read beyond memory at the same time. */
const AT_ONCE = 8
/** Rooms of which it is kept in mind that they have no earlier epoch. */
const WHOLE = 10_000

const endOf = ({ epoch, head }: Tail): Position => ({ epoch, seq: head })

export class Counting {
  private readonly log: RoomLog["Service"]
  private readonly history: History["Service"]
  private readonly digests = new Digests()
  private readonly permits = Semaphore.makeUnsafe(AT_ONCE)
  /** Rooms in which nothing was said before the epoch that is named, so that it is not looked for again. */
  private readonly whole = new Map<RoomId, number>()

  constructor(log: RoomLog["Service"], history: History["Service"]) {
    this.log = log
    this.history = history
  }

  /** The newest place of a room. */
  end(roomId: RoomId): Position {
    return endOf(this.log.tail(roomId))
  }

  /** A place as it can be: what is beyond a room's end is of another log, of which nothing is left, and counts as its end. */
  within(roomId: RoomId, place: Position): Position {
    const end = this.end(roomId)
    return isBefore(end, place) ? end : { epoch: place.epoch, seq: place.seq }
  }

  /** What a user has to read in a room beyond a place, which is `within` it. */
  beyond(userId: UserId, roomId: RoomId, place: Position): Effect.Effect<Reading, ProtocolError> {
    return Effect.suspend(() => {
      const tail = this.log.tail(roomId)
      const { epoch, head } = tail
      const from = this.whole.get(roomId) === epoch && place.epoch < epoch ? { epoch, seq: 0 } : place
      const told = (count: Count, upTo: Position): Reading => ({
        roomId,
        epoch: place.epoch,
        seq: place.seq,
        upTo,
        ...count
      })
      const same = from.epoch === epoch
      if (same && from.seq >= head) return Effect.succeed(told({ unread: 0, mentions: 0 }, endOf(tail)))
      const after = Math.max(same ? from.seq : 0, head - REACH)
      const inside = same || head >= REACH
      const stream = inside ? this.log.find(roomId) : undefined
      if (stream?.epoch === epoch && stream.head === head) {
        const count = this.digests.count(stream, after, userId)
        if (count !== undefined) return Effect.succeed(told(count, endOf(tail)))
      }
      const found = inside ? this.newest(roomId, tail, after) : this.since(roomId, place)
      return Effect.map(this.permits.withPermit(found), ({ last, messages }) =>
        told(countIn(messages, userId), last ?? endOf(tail))
      )
    })
  }

  /** The messages of the present epoch after a position. */
  private newest(roomId: RoomId, { epoch, head }: Tail, after: number): Effect.Effect<Found, ProtocolError> {
    return Effect.flatMap(this.log.read(roomId, after, head), (messages): Effect.Effect<Found, ProtocolError> => {
      // the log reads by seq alone, and the room may have begun anew meanwhile
      return messages !== undefined && this.log.tail(roomId).epoch === epoch
        ? Effect.succeed({ messages, last: { epoch, seq: head } })
        : this.page(roomId, { after: { epoch, seq: after }, limit: REACH })
    })
  }

  /** The messages after a place of an earlier epoch, or the newest ones where there are more. */
  private since(roomId: RoomId, after: Position): Effect.Effect<Found, ProtocolError> {
    return Effect.flatMap(this.page(roomId, { after, limit: REACH }), (page) => {
      const { epoch } = this.log.tail(roomId)
      if (isSame(after, beginning) && (page.first?.epoch ?? epoch) === epoch) this.keepWhole(roomId, epoch)
      return page.newer ? this.page(roomId, { limit: REACH }) : Effect.succeed(page)
    })
  }

  private keepWhole(roomId: RoomId, epoch: number): void {
    this.whole.set(roomId, epoch)
    for (const oldest of this.whole.keys()) {
      if (this.whole.size <= WHOLE) break
      this.whole.delete(oldest)
    }
  }

  private page(
    roomId: RoomId,
    query: { readonly after?: Position; readonly limit: number }
  ): Effect.Effect<Page<Position>, ProtocolError> {
    return Effect.mapError(this.history.room(roomId, query), ({ reason, retryAfterMs }) =>
      refusal("unavailable", reason, undefined, retryAfterMs)
    )
  }
}

type Found = Pick<Page<Position>, "messages" | "last">
