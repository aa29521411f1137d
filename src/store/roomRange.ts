import { Effect } from "effect"
import type { Position } from "../domain/Position.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { Entry } from "../log/Entry.ts"
import type { RoomLog } from "../log/RoomLog.ts"
import { HistoryUnavailable } from "./HistoryUnavailable.ts"
import { type LogPart, type Moved, withLogPart } from "./LogPart.ts"
import type { MessageStore, StoreUnavailable } from "./MessageStore.ts"

/** Messages with `from` < seq, in order and without a gap. */
export interface Range {
  readonly from: number
  readonly messages: ReadonlyArray<string>
}

/** Messages read at a time. */
const PAGE = 1000
/** A hole does not close by itself soon. */
const HOLE_MS = 10_000

/** A message that should be there is neither in the log nor in the store. */
const hole = (roomId: RoomId, { epoch, seq }: Position) =>
  Effect.andThen(
    Effect.logError("history has a hole", { roomId, epoch, seq }),
    Effect.fail(new HistoryUnavailable({ reason: "a part of the room's history is missing", retryAfterMs: HOLE_MS }))
  )

/** How many of the entries, newest first, follow each other without a gap down from `top`. */
const contiguous = (entries: ReadonlyArray<Entry>, { epoch, seq }: Position): number => {
  const broken = entries.findIndex((entry, i) => entry.epoch !== epoch || entry.seq !== seq - i)
  return broken < 0 ? entries.length : broken
}

/**
 * The messages of a room's present epoch with `after` < seq ≤ `to`, read downwards from the newest until there are all, or the next one
 * would exceed `maxBytes`, or the store is away; then `from` is greater than `after`. At least one message, if there is one. A hole is
 * never passed over.
 */
export const roomRange = Effect.fnUntraced(function* (
  log: RoomLog["Service"],
  store: MessageStore["Service"],
  roomId: RoomId,
  { after, maxBytes, to }: { readonly after: number; readonly to: number; readonly maxBytes: number }
): Effect.fn.Return<Range, HistoryUnavailable | StoreUnavailable> {
  const { epoch } = log.tail(roomId)
  const newestFirst: Array<string> = []
  let bytes = 0
  let top = to

  /** Messages that end at `top`, in order; at least one, or a hole. */
  const below = Effect.fnUntraced(function* (
    part: LogPart
  ): Effect.fn.Return<ReadonlyArray<string>, HistoryUnavailable | StoreUnavailable | Moved> {
    const { tail } = part
    if (tail.epoch !== epoch || top > tail.head) return yield* hole(roomId, { epoch, seq: top })
    if (top >= tail.from) return yield* part.read(Math.max(after, tail.from - 1, top - PAGE), top)
    const limit = Math.min(PAGE, top - after)
    const before = { epoch, seq: top + 1 }
    const entries = yield* store.room(roomId, { after: { epoch, seq: after }, before, limit, order: "newest" })
    const found = contiguous(entries, { epoch, seq: top })
    if (found < limit) return yield* hole(roomId, { epoch, seq: top - found })
    return entries.toReversed().map(({ json }) => json)
  })

  while (top > after) {
    const page = yield* withLogPart(log, roomId, below).pipe(
      // what the log has is worth having without the store: the ids of repeats are among it
      Effect.catchTag("StoreUnavailable", (away) => (newestFirst.length > 0 ? Effect.succeed([]) : Effect.fail(away)))
    )
    if (page.length === 0) break
    for (const json of page.toReversed()) {
      bytes += Buffer.byteLength(json)
      if (bytes > maxBytes && newestFirst.length > 0) return { from: top, messages: newestFirst.toReversed() }
      newestFirst.push(json)
      top--
    }
  }
  return { from: top, messages: newestFirst.toReversed() }
})
