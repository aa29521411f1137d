import { Clock, Effect } from "effect"
import type { Position } from "../domain/Position.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { Entry } from "../log/Entry.ts"
import type { Overlay } from "../log/Overlay.ts"
import type { RoomLog } from "../log/RoomLog.ts"
import { MIN_MESSAGES } from "../log/RoomStream.ts"
import { HistoryUnavailable } from "./HistoryUnavailable.ts"
import { type LogPart, type Moved, withLogPart } from "./LogPart.ts"
import type { MessageStore, StoreUnavailable } from "./MessageStore.ts"

/** Messages with `from` < seq, in order and without a gap. */
export interface Range {
  readonly from: number
  readonly messages: ReadonlyArray<string>
}

/** Messages read at a time: as many as a room that comes back into memory needs, which then waits for the store only once. */
const PAGE = MIN_MESSAGES
/** Milliseconds after which what was read by then has to do: somewhat less than the hub waits, which would be left with nothing. */
const WITHIN_MS = 4500
/** Milliseconds after which a store that was too slow is worth another try. */
const RETRY_MS = 1000
/** A message that should be there is neither in the log nor in the store. */
const noteHole = (roomId: RoomId, { epoch, seq }: Position) =>
  Effect.logError("history has a hole", { roomId, epoch, seq })

/** How many of the entries, newest first, follow each other without a gap down from `top`. */
const contiguous = (entries: ReadonlyArray<Entry>, { epoch, seq }: Position): number => {
  const broken = entries.findIndex((entry, i) => entry.epoch !== epoch || entry.seq !== seq - i)
  return broken < 0 ? entries.length : broken
}

/**
 * What one look found: messages in order up to the one it began with, and what is below them. `open`: more, unless all were found;
 * `hole`: one that is missing; `away`: what cannot be had now; `anew`: nothing, since the room has begun anew and `to` is no longer in
 * it.
 */
interface Found {
  readonly messages: ReadonlyArray<string>
  readonly below: "open" | "hole" | "away" | "anew"
}

/**
 * The messages of a room's present epoch with `after` < seq ≤ `to`, read downwards from the newest until there are all, or the next one
 * would exceed `maxBytes`, or there is a hole, which is logged, or the rest cannot be had within `WITHIN_MS`; then `from` is greater than
 * `after`. At least one message, if there is one that is not below a hole; none where the room has begun anew. Fails where the newest
 * cannot be had in time.
 */
export const roomRange = Effect.fnUntraced(function* (
  log: RoomLog["Service"],
  store: MessageStore["Service"],
  overlay: Pick<Overlay, "get">,
  roomId: RoomId,
  { after, maxBytes, to }: { readonly after: number; readonly to: number; readonly maxBytes: number }
): Effect.fn.Return<Range, HistoryUnavailable | StoreUnavailable> {
  const { epoch } = log.tail(roomId)
  const monotonicMs = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos) / 1e6)
  const deadline = (yield* monotonicMs) + WITHIN_MS
  const newestFirst: Array<string> = []
  let bytes = 0
  let top = to

  const look = Effect.fnUntraced(function* (
    part: LogPart
  ): Effect.fn.Return<Found, HistoryUnavailable | StoreUnavailable | Moved> {
    const { tail } = part
    if (tail.epoch !== epoch || top > tail.head) return { messages: [], below: "anew" }
    if (top >= tail.from) {
      return { messages: yield* part.read(Math.max(after, tail.from - 1, top - PAGE), top), below: "open" }
    }
    const limit = Math.min(PAGE, top - after)
    const before = { epoch, seq: top + 1 }
    const entries = yield* store.room(roomId, { after: { epoch, seq: after }, before, limit, order: "newest" })
    const found = contiguous(entries, { epoch, seq: top })
    const messages = Array.from({ length: found }, (_, i) => {
      const entry = entries[found - 1 - i]!
      return overlay.get(roomId, entry)?.json ?? entry.json
    })
    return { messages, below: found < limit ? "hole" : "open" }
  })

  while (top > after) {
    const { below, messages } = yield* withLogPart(log, roomId, look).pipe(
      Effect.timeoutOrElse({
        duration: Math.max(0, deadline - (yield* monotonicMs)),
        orElse: () => Effect.fail(new HistoryUnavailable({ reason: "the store is too slow", retryAfterMs: RETRY_MS }))
      }),
      // what there is already is worth having without the rest: the ids of repeats are among it
      Effect.catch((error) =>
        newestFirst.length > 0 ? Effect.succeed<Found>({ messages: [], below: "away" }) : Effect.fail(error)
      )
    )
    if (below === "anew") return { from: to, messages: [] }
    for (const json of messages.toReversed()) {
      bytes += Buffer.byteLength(json)
      if (bytes > maxBytes && newestFirst.length > 0) return { from: top, messages: newestFirst.toReversed() }
      newestFirst.push(json)
      top--
    }
    if (below === "hole") yield* noteHole(roomId, { epoch, seq: top })
    if (below !== "open") break
    // a log in memory and a page of the store are read without a pause, and there may be many
    yield* Effect.yieldNow
  }
  return { from: top, messages: newestFirst.toReversed() }
})
