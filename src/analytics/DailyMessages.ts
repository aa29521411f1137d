/**
 * Every message a store has, by time, though stores keep them by room: a cursor for each room and epoch, within which time never goes
 * back, so that a span of time can be read without what came before it.
 */
import { Effect } from "effect"
import type { RoomId } from "../domain/RoomId.ts"
import type { Entry } from "../log/Entry.ts"
import type { MessageStore, StoreUnavailable } from "../store/MessageStore.ts"

/** Rooms and messages read at a time. */
const ROOMS = 1000
const PAGE = 500
/** Messages that may wait in memory for a later span; beyond, they are read again. */
const AHEAD = 50_000

interface Cursor {
  readonly roomId: RoomId
  readonly epoch: number
  /** Position of the last message that was told. */
  seq: number
  /** Read, but not told yet. */
  ahead: ReadonlyArray<Entry>
  /** Whether the store has nothing after `ahead`. */
  ended: boolean
}

export class DailyMessages {
  private readonly store: MessageStore["Service"]
  private cursors: ReadonlyArray<Cursor>
  private waiting = 0

  private constructor(store: MessageStore["Service"], cursors: ReadonlyArray<Cursor>) {
    this.store = store
    this.cursors = cursors
    this.waiting = cursors.length
  }

  /** Finds all rooms and their epochs. */
  static readonly open = Effect.fnUntraced(function* (
    store: MessageStore["Service"]
  ): Effect.fn.Return<DailyMessages, StoreUnavailable> {
    const cursors: Array<Cursor> = []
    let last: RoomId | undefined
    do {
      const page: ReadonlyArray<RoomId> = yield* store.rooms({ after: last, limit: ROOMS })
      for (const roomId of page) {
        let epoch = -1
        while (true) {
          const after = epoch < 0 ? undefined : { epoch: epoch + 1, seq: 0 }
          const [first] = yield* store.room(roomId, { after, limit: 1, order: "oldest" })
          if (first === undefined) break
          epoch = first.epoch
          cursors.push({ roomId, epoch, seq: 0, ahead: [first], ended: false })
        }
      }
      last = page.length < ROOMS ? undefined : page.at(-1)
    } while (last !== undefined)
    return new DailyMessages(store, cursors)
  })

  /** Milliseconds since 1970 of the earliest message that was not told yet. */
  get first(): number | undefined {
    let first: number | undefined
    for (const { ahead } of this.cursors) {
      const at = ahead[0]?.at
      if (at !== undefined && (first === undefined || at < first)) first = at
    }
    return first
  }

  /** Tells what comes before `end` (milliseconds since 1970) and was not told yet: room after room, each in its order. */
  tell(end: number, take: (entry: Entry) => void): Effect.Effect<void, StoreUnavailable> {
    return Effect.gen({ self: this }, function* () {
      for (const cursor of this.cursors) yield* this.advance(cursor, end, take)
      this.cursors = this.cursors.filter(({ ahead, ended }) => ahead.length > 0 || !ended)
    })
  }

  private advance(cursor: Cursor, end: number, take: (entry: Entry) => void): Effect.Effect<void, StoreUnavailable> {
    return Effect.gen({ self: this }, function* () {
      this.waiting -= cursor.ahead.length
      while (true) {
        let told = 0
        for (const entry of cursor.ahead) {
          if (entry.at >= end) break
          take(entry)
          cursor.seq = entry.seq
          told++
        }
        cursor.ahead = cursor.ahead.slice(told)
        if (cursor.ahead.length > 0 || cursor.ended) break
        const { epoch, roomId, seq } = cursor
        const page = yield* this.store.room(roomId, { after: { epoch, seq }, limit: PAGE, order: "oldest" })
        cursor.ahead = page.filter((entry) => entry.epoch === epoch)
        cursor.ended = cursor.ahead.length < PAGE
        yield* Effect.yieldNow
      }
      if (cursor.ahead.length > 1 && this.waiting + cursor.ahead.length > AHEAD) {
        // the first one says when the room goes on
        cursor.ahead = cursor.ahead.slice(0, 1)
        cursor.ended = false
      }
      this.waiting += cursor.ahead.length
    })
  }
}
