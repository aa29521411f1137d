/**
 * Opening a journal: everything is read and checked before anything is changed, so that what cannot be opened stays as it is. Only the
 * torn end of the last segment is repaired; damage before whole records is never skipped.
 */
import { Effect } from "effect"
import { fstatSync, ftruncateSync, openSync, readdirSync, unlinkSync } from "node:fs"
import { join } from "node:path"
import type { RoomId } from "../../domain/RoomId.ts"
import { Chain, writeFully } from "./Chain.ts"
import { type Checkpoint, keepReserve, readCheckpoint, type RoomState, writeCheckpointNow } from "./checkpoint.ts"
import { errorCode } from "./errorCode.ts"
import { JournalUnusable } from "./JournalUnusable.ts"
import { makeDirectory } from "./makeDirectory.ts"
import { epochAt, isChange, isNewer, revisionAt, Visited } from "./record.ts"
import { hasFrame, isUnfinished, readFully, scanFrames } from "./scan.ts"
import { decodeHeader, encodeHeader, HEADER_BYTES, Segment, segmentName, segmentStart } from "./Segment.ts"
import { readWatermark, Watermark } from "./Watermark.ts"

/** What the outcome depends on beside the files. */
export interface World {
  /** Milliseconds since 1970. */
  readonly now: number
  readonly bootId: string
}

export interface Recovered {
  readonly chain: Chain
  readonly epoch: number
  readonly rooms: Map<RoomId, RoomState>
  readonly watermark: Watermark
  /** LSN up to which the store has everything. */
  readonly drained: number
  /** LSN after the last record of an epoch that has ended; 0 without one. */
  readonly olderTo: number
  /** The highest revision of a change; 0 where there never was one. */
  readonly revision: number
  /** Bytes of a torn record that were cut off the end. */
  readonly cut: number
}

const refuse = (message: string) => new JournalUnusable({ message })
const RESTORE = "restore DATA_DIR from a backup, or move it away to begin anew"
const corrupt = (path: string, offset: number) =>
  refuse(`journal file ${path} is corrupt at byte ${offset}; ${RESTORE}`)
const missing = (directory: string, start: number) =>
  refuse(`journal file ${join(directory, segmentName(start))} is missing or cut short before; ${RESTORE}`)
const newer = (path: string) =>
  refuse(`${path} was written by a newer version of this program; run that version or choose another DATA_DIR`)

const openSegments = (directory: string, segments: Array<Segment>): void => {
  const starts = readdirSync(directory)
    .map(segmentStart)
    .filter((start) => start !== undefined)
  for (const start of starts.sort((a, b) => a - b)) {
    const path = join(directory, segmentName(start))
    const fd = openSync(path, "r+")
    segments.push(new Segment(path, start, fd, fstatSync(fd).size))
  }
}

/** Reads the headers; returns the highest epoch they name. A last file that has no header yet is given size 0. */
const checkHeaders = (segments: ReadonlyArray<Segment>): number => {
  const header = Buffer.alloc(HEADER_BYTES)
  let epoch = 0
  for (const segment of segments) {
    const read = readFully(segment.fd, header, 0, HEADER_BYTES, 0)
    const found = decodeHeader(header.subarray(0, read))
    if (found === "newer") throw newer(segment.path)
    if (found === "damaged") {
      if (segment !== segments.at(-1) || hasFrame(segment.fd, 0)) throw corrupt(segment.path, 0)
      segment.size = 0
    } else if (found.start !== segment.start) throw corrupt(segment.path, 0)
    else epoch = Math.max(epoch, found.epoch)
  }
  return epoch
}

const checkpointOf = (directory: string, segments: ReadonlyArray<Segment>): Checkpoint | undefined => {
  const checkpoint = readCheckpoint(directory)
  const path = join(directory, "checkpoint")
  if (checkpoint === "newer") throw newer(path)
  const first = segments.at(0)?.start
  if (checkpoint === "none" || checkpoint === "damaged") {
    if (checkpoint === "none" && first === undefined) return undefined
    if (first === 0) return undefined
    throw refuse(`${path} is ${checkpoint === "none" ? "missing" : "corrupt"}; ${RESTORE}`)
  }
  if (!segments.some(({ start }) => start === checkpoint.first)) throw missing(directory, checkpoint.first)
  if (!segments.some(({ start }) => start === checkpoint.active)) throw missing(directory, checkpoint.active)
  return checkpoint
}

/** Whether records were lost whose positions may have been shown. */
const isShort = ({ active }: Chain, checkpoint: Checkpoint, drained: number, otherRun: boolean): boolean => {
  const { fd, size, start } = active
  const end = size === 0 ? 0 : scanFrames(fd, HEADER_BYTES, () => {})
  if (start + end < Math.max(checkpoint.end, drained)) return true
  if (end === fstatSync(fd).size) return false
  // an unfinished record was shown to nobody, unless the machine's fall made it one; a whole one that rotted was
  return otherRun || (size > 0 && !isUnfinished(fd, end))
}

/** Sets each segment's size to its whole records; returns how many segments stay. */
const scanSegments = (
  chain: Chain,
  /** Whether the machine may have lost what was written last. */
  reset: boolean,
  visit: (segment: Segment, bytes: Buffer, at: number, size: number, offset: number) => void
): number => {
  const { directory, segments } = chain
  for (const [i, segment] of segments.entries()) {
    const { fd, path, size, start } = segment
    const total = fstatSync(fd).size
    const end = size === 0 ? 0 : scanFrames(fd, HEADER_BYTES, (...frame) => visit(segment, ...frame))
    const damaged = end < total && size > 0
    if (damaged && hasFrame(fd, end + 1)) throw corrupt(path, end)
    segment.size = end
    const next = segments[i + 1]
    if (next === undefined || start + end === next.start) continue
    // A power cut may keep the name of a new file and lose the end of the one before it. Then nothing was written to the new one.
    if (reset && segments.slice(i + 1).every((later) => later.size <= HEADER_BYTES)) return i + 1
    throw damaged ? corrupt(path, end) : missing(directory, start + end)
  }
  return segments.length
}

const repair = (chain: Chain, stay: number, epoch: number): number => {
  const { directory, segments } = chain
  for (const segment of segments.splice(stay)) {
    unlinkSync(segment.path)
    segment.close()
  }
  if (segments.length === 0) chain.segments.push(createFirst(directory, epoch))
  const { active } = chain
  const cut = fstatSync(active.fd).size - active.size
  if (cut > 0) ftruncateSync(active.fd, active.size)
  if (active.size === 0) {
    writeFully(active.fd, encodeHeader(epoch, active.start), HEADER_BYTES, 0)
    active.size = HEADER_BYTES
  }
  return cut
}

const createFirst = (directory: string, epoch: number): Segment => {
  const path = join(directory, segmentName(0))
  const segment = new Segment(path, 0, openSync(path, "w+", 0o600), HEADER_BYTES)
  writeFully(segment.fd, encodeHeader(epoch, 0), HEADER_BYTES, 0)
  return segment
}

/** Told of each record of the present epoch in order; `end`: the LSN after it. */
type Visit = (record: Visited, end: number) => void

const recoverChain = (chain: Chain, { bootId, now }: World, visit: Visit): Recovered => {
  const { directory, segments } = chain
  openSegments(directory, segments)
  let newest = checkHeaders(segments)
  const checkpoint = checkpointOf(directory, segments)
  // Given up before the process died, but not all deleted, and after a power cut perhaps with one in the middle gone.
  const gone = segments.splice(
    0,
    segments.findIndex(({ start }) => start >= (checkpoint?.first ?? 0))
  )
  const drainedBefore = readWatermark(directory)
  const otherRun = checkpoint?.bootId !== bootId
  const reset = otherRun && checkpoint?.clean !== true
  // Known before the first record is visited, since an epoch that ends has none to show.
  const ends = checkpoint === undefined || reset || isShort(chain, checkpoint, drainedBefore, otherRun)
  const present = ends ? undefined : checkpoint.epoch
  const rooms = ends ? new Map<RoomId, RoomState>() : checkpoint.rooms

  let olderTo = 0
  let revision = checkpoint?.revision ?? 0
  const stay = scanSegments(chain, reset, (segment, bytes, at, size, offset) => {
    if (isNewer(bytes, at)) throw newer(segment.path)
    const epoch = epochAt(bytes, at)
    newest = Math.max(newest, epoch)
    const change = isChange(bytes, at)
    if (change) revision = Math.max(revision, revisionAt(bytes, at))
    const end = segment.start + offset + size
    if (epoch !== present) {
      olderTo = end
      return
    }
    const record = new Visited(bytes, at, size)
    if (change) return visit(record, end)
    const { roomId, seq } = record
    let room = rooms.get(roomId)
    if (room === undefined) rooms.set(roomId, (room = { head: 0, at: 0, drained: 0 }))
    if (seq > room.head) {
      room.head = seq
      room.at = record.at
    }
    if (seq > room.drained && end <= drainedBefore) room.drained = seq
    segment.index.add(roomId, seq, offset)
    visit(record, end)
  })
  if (present !== undefined && newest > present) {
    const path = join(directory, "checkpoint")
    throw refuse(`${path} is older than the files beside it; ${RESTORE}`)
  }
  const epoch = present ?? Math.max(Math.max(newest, checkpoint?.epoch ?? 0) + 1, Math.floor(now / 1000))

  for (const segment of gone) {
    unlinkSync(segment.path)
    segment.close()
  }
  const cut = repair(chain, stay, epoch)
  chain.syncNow()
  const watermark = new Watermark(directory)
  try {
    const drained = chain.normal(Math.min(drainedBefore, chain.active.end))
    watermark.write(drained)
    // a mark beyond the end would take records to come for drained ones
    watermark.sync()
    const { active, first } = chain
    const known = { first: first.start, active: active.start, end: active.end }
    writeCheckpointNow(directory, { epoch, bootId, clean: false, ...known, revision }, rooms)
    keepReserve(directory)
    chain.prepare()
    return { chain, epoch, rooms, watermark, drained, olderTo, revision, cut }
  } catch (error) {
    watermark.close()
    throw error
  }
}

/** Reads and repairs the journal in `root`, and visits the records of the present epoch in order. What `visit` throws is a defect. */
export const recover = (root: string, world: World, visit: Visit): Effect.Effect<Recovered, JournalUnusable> =>
  Effect.suspend(() => {
    const directory = join(root, "journal")
    const chain = new Chain(directory, [])
    try {
      makeDirectory(directory)
      return Effect.succeed(recoverChain(chain, world, visit))
    } catch (error) {
      chain.close()
      if (error instanceof JournalUnusable) return Effect.fail(error)
      return errorCode(error) === "" ? Effect.die(error) : Effect.fail(JournalUnusable.of(root, error))
    }
  })
