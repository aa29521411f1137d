/** Reads records back while others append and segments go. All of it waits for the disk off this thread, a chunk at a time. */
import { Effect } from "effect"
import { read } from "node:fs"
import type { RoomId } from "../../domain/RoomId.ts"
import type { Chain } from "./Chain.ts"
import { JournalFailed } from "./JournalFailed.ts"
import {
  announcedSize,
  decodeRecord,
  epochAt,
  frameSize,
  isChange,
  isOfRoom,
  type JournalRecord,
  jsonAt,
  seqAt,
  SHORT,
  TIME_BYTES,
  timeAt
} from "./record.ts"
import { readFully } from "./scan.ts"
import type { Segment } from "./Segment.ts"

/** Decoding this much takes well under a millisecond. */
const CHUNK_BYTES = 128 * 1024

/** Reads bytes from an offset on, which must exist, of a segment that is retained. Not interruptible, as the call is not. */
const readInto = (
  bytes: Buffer,
  segment: Segment,
  offset: number,
  length: number
): Effect.Effect<void, JournalFailed> =>
  Effect.uninterruptible(
    Effect.callback((resume) => {
      const finish = (reason?: string) =>
        resume(reason === undefined ? Effect.void : Effect.fail(new JournalFailed({ reason })))
      const step = (done: number) =>
        read(segment.fd, bytes, done, length - done, offset + done, (error, count) => {
          if (error !== null) finish(`reading ${segment.path} failed: ${error.message}`)
          else if (count === 0) finish(`${segment.path} ends before byte ${offset + length}`)
          else if (done + count < length) step(done + count)
          else finish()
        })
      step(0)
    })
  )

/**
 * Calls `visit` for the frames from `offset` on. It returns the offset to go on from, which is after the frame or further, or
 * `undefined` to stop. Answers where it stopped; fails on a damaged frame.
 */
const walk = Effect.fnUntraced(function* (
  segment: Segment,
  from: number,
  chunkBytes: number,
  visit: (bytes: Buffer, at: number, size: number, offset: number) => number | undefined
) {
  let offset = from
  // one for all chunks, since buffers outside the heap are what makes collections long
  let bytes = Buffer.allocUnsafeSlow(Math.min(chunkBytes, Math.max(segment.size - from, 1)))
  while (offset < segment.size) {
    const base = offset
    const length = Math.min(bytes.length, segment.size - base)
    yield* readInto(bytes, segment, base, length)
    while (offset - base < length) {
      const at = offset - base
      const size = frameSize(bytes, at, length)
      if (size > 0) {
        const next = visit(bytes, at, size, offset)
        if (next === undefined) return offset + size
        offset = next
        continue
      }
      const needed = announcedSize(bytes, at, length)
      if (size !== SHORT || base + at + needed > segment.size) {
        return yield* new JournalFailed({ reason: `journal file ${segment.path} is corrupt at byte ${offset}` })
      }
      if (needed > bytes.length) bytes = Buffer.allocUnsafeSlow(needed)
      break
    }
  }
  return offset
})

/** The segments that have a room's messages with after < seq ≤ to, or `undefined` where not all of them are there. */
const segmentsWith = (chain: Chain, roomId: RoomId, after: number, to: number): Array<Segment> | undefined => {
  const parts: Array<Segment> = []
  let covered = after
  for (const segment of chain.segments) {
    const stretch = covered < to ? segment.index.stretch(roomId) : undefined
    if (stretch === undefined || stretch.last <= covered) continue
    if (stretch.first > covered + 1) return undefined
    parts.push(segment)
    covered = stretch.last
  }
  return covered < to ? undefined : parts
}

/**
 * The JSON of a room's messages with after < seq ≤ to as they were said, in order, or `undefined` where the files do not have all of
 * them.
 */
export const readMessages = (
  chain: Chain,
  epoch: number,
  roomId: RoomId,
  after: number,
  to: number
): Effect.Effect<ReadonlyArray<string> | undefined> =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const parts = segmentsWith(chain, roomId, after, to)
      // all of them from the start, so that none can go before its turn
      parts?.forEach((segment) => segment.retain())
      return parts
    }),
    Effect.fnUntraced(function* (parts) {
      const found: Array<string> = []
      const room = Buffer.from(roomId)
      for (const segment of parts ?? []) {
        const { index } = segment
        const last = Math.min(to, index.stretch(roomId)!.last)
        let next = after + found.length + 1
        yield* walk(segment, index.near(roomId, next), CHUNK_BYTES, (bytes, at, size, offset) => {
          if (seqAt(bytes, at) !== next || isChange(bytes, at)) return offset + size
          if (!isOfRoom(bytes, at, room) || epochAt(bytes, at) !== epoch) return offset + size
          found.push(jsonAt(bytes, at, size))
          if (next === last) return undefined
          next++
          return Math.max(offset + size, index.near(roomId, next))
        })
      }
      return parts !== undefined && found.length === Math.max(to - after, 0) ? found : undefined
    }),
    (parts) => Effect.sync(() => parts?.forEach((segment) => segment.release()))
  ).pipe(
    Effect.catchTag("JournalFailed", ({ reason }) =>
      Effect.as(Effect.logError("messages could not be read back from the journal", { reason }), undefined)
    )
  )

/** When the record at an LSN was made, ms since 1970. Blocks for one small read. */
export const readTime = (chain: Chain, lsn: number): number => {
  const { offset, segment } = chain.place(lsn)
  const bytes = Buffer.alloc(TIME_BYTES)
  readFully(segment.fd, bytes, 0, TIME_BYTES, offset)
  return timeAt(bytes, 0)
}

/** Records, and the LSN to go on from. */
export interface Tail {
  readonly records: ReadonlyArray<JournalRecord>
  readonly next: number
}

/** The records from an LSN on, of every epoch: at most so many and about so many bytes, and at least one if there is one. */
export const readTail = Effect.fnUntraced(function* (
  chain: Chain,
  from: number,
  maxRecords: number,
  maxBytes: number
): Effect.fn.Return<Tail, JournalFailed> {
  const records: Array<JournalRecord> = []
  let bytes = 0
  let next = chain.normal(from)
  let more = true
  while (more) {
    const stopped = yield* Effect.acquireUseRelease(
      Effect.sync(() => {
        const place = chain.place(next)
        place.segment.retain()
        return place
      }),
      ({ offset, segment }) =>
        Effect.map(
          walk(segment, offset, Math.min(Math.max(maxBytes - bytes, 4096), CHUNK_BYTES), (chunk, at, size, here) => {
            records.push(decodeRecord(chunk, at, size))
            bytes += size
            more = records.length < maxRecords && bytes < maxBytes
            return more ? here + size : undefined
          }),
          (end) => segment.start + end
        ),
      ({ segment }) => Effect.sync(() => segment.release())
    )
    const following = chain.normal(stopped)
    if (following === next) more = false
    next = following
  }
  return { records, next }
})
