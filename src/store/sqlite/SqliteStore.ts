/**
 * The archive, of messages, rollups and records, in one SQLite file. Two threads: one writes, one reads, so that no page waits for a batch or a checkpoint (WAL lets them
 * work side by side). Neither ever runs SQLite on the server's own thread.
 */
import { Context, Effect, Layer } from "effect"
import type { Supervisor } from "../../actor/Supervisor.ts"
import { RollupStore } from "../RollupStore.ts"
import type { Position } from "../../domain/Position.ts"
import type { Entry } from "../../log/Entry.ts"
import { MessageStore, type Stretch, type UserPosition } from "../MessageStore.ts"
import { RecordStore } from "../RecordStore.ts"
import { sqliteRecordStore } from "./SqliteRecordStore.ts"
import type { SqliteRow } from "./SqliteRequest.ts"
import { sqliteRollupStore } from "./SqliteRollupStore.ts"
import { askSurely, sqliteThread } from "./SqliteThread.ts"
import type { SqliteUnusable } from "./SqliteUnusable.ts"

export interface SqliteOptions {
  /** Made where there is none, with its directory. */
  readonly file: string
  /** Whether a batch that was taken survives a power cut, at the price of a flush for each; not unless given. */
  readonly flush?: boolean
  /** How long to wait for another process that holds the file, such as a backup; 1 s. */
  readonly busyMs?: number
  /** How long a caller waits for a batch or a page before the store counts as unavailable; 5 s. */
  readonly timeoutMs?: number
  /** Messages that may wait to be indexed for search, which reads them until then; 4,096. */
  readonly indexAfter?: number
}

/**
 * Rows of one transaction: 0.6 ms to copy to the thread, 12 ms of its work. Twice as many would save a sixth of that a row, and stall the
 * hub twice as long.
 */
const BATCH = 500

/** Messages that wait to be indexed for search, which can read so many in 30 ms: the more at once, the less each costs. */
const INDEX_AFTER = 4096

const rowOf = ({ at, epoch, json, messageId, revision = 0, roomId, seq, userId }: Entry): SqliteRow => [
  roomId,
  epoch,
  seq,
  userId,
  messageId,
  at,
  json,
  revision
]

// only what makes a place: callers may give whole entries, which would be copied to the thread
const place = (at: Position | undefined) => at && { epoch: at.epoch, seq: at.seq }
const userPlace = (at: UserPosition | undefined) => at && { at: at.at, roomId: at.roomId, epoch: at.epoch, seq: at.seq }

const stretchOf = <P, Q>({ after, before, limit, order }: Stretch<P>, place: (at: P | undefined) => Q | undefined) => ({
  after: place(after),
  before: place(before),
  limit,
  order
})

export const layer = (
  options: SqliteOptions
): Layer.Layer<MessageStore | RollupStore | RecordStore, SqliteUnusable, Supervisor> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const { busyMs = 1000, file, flush = false, indexAfter = INDEX_AFTER, timeoutMs = 5000 } = options
      // in this order: the writer migrates, and closes last
      const common = { file, busyMs, flush, timeoutMs }
      const writer = yield* sqliteThread({ ...common, name: "sqlite writer", inFlight: 2, indexAfter })
      const reader = yield* sqliteThread({ ...common, name: "sqlite reader", inFlight: 64 })

      const messages = MessageStore.of({
        engine: "sqlite",
        batch: BATCH,
        put: Effect.fnUntraced(function* (entries) {
          for (let from = 0; from < entries.length; from += BATCH) {
            yield* writer.ask("put", entries.slice(from, from + BATCH).map(rowOf))
          }
        }),
        room: (roomId, stretch) => askSurely(reader, "room", { roomId, stretch: stretchOf(stretch, place) }),
        user: (userId, stretch) => askSurely(reader, "user", { userId, stretch: stretchOf(stretch, userPlace) }),
        search: (roomId, { before, limit, sought }) =>
          askSurely(reader, "search", { roomId, sought, before: place(before), limit }),
        rooms: ({ after, limit }) => askSurely(reader, "rooms", { after, limit }),
        check: Effect.all([askSurely(reader, "check", undefined), askSurely(writer, "check", undefined)], {
          concurrency: "unbounded",
          discard: true
        })
      })
      return Context.make(MessageStore, messages).pipe(
        Context.add(RollupStore, sqliteRollupStore(writer, reader)),
        Context.add(RecordStore, sqliteRecordStore(writer, reader))
      )
    })
  )
