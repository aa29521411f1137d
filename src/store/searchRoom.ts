/**
 * Searches a room's history: the log's part message by message, the store's as its engine does, and over both what messages have become of
 * late. What is acknowledged is found from then on, and by what it says now only.
 */
import { Effect } from "effect"
import type { Position } from "../domain/Position.ts"
import type { RoomId } from "../domain/RoomId.ts"
import { isFound } from "../domain/searching.ts"
import type { Entry } from "../log/Entry.ts"
import { Overlay } from "../log/Overlay.ts"
import type { Grounds } from "./findMessage.ts"
import type { HistoryUnavailable } from "./HistoryUnavailable.ts"
import { type LogPart, type Moved, withLogPart } from "./LogPart.ts"
import { StoreUnavailable } from "./MessageStore.ts"
import { sift } from "./sift.ts"
import type { Sought } from "./Sighting.ts"

/** A message that was found. */
interface Find {
  readonly place: Position
  /** As it is sent. */
  readonly json: string
}

/** What a search found, newest first. */
export interface Finds {
  readonly found: ReadonlyArray<Find>
  /** Where to go on from, as `before`; left out where there is nothing more. */
  readonly before: Position | undefined
}

/** Messages of the log that are read in one go. */
const PAGE = 200
/** Messages that one search reads, after which whoever asked is told where to go on from. */
const READ_MAX = 20_000

const isBefore = (a: Position, b: Position) => a.epoch < b.epoch || (a.epoch === b.epoch && a.seq < b.seq)
const newestFirst = (a: Find, b: Find) => b.place.epoch - a.place.epoch || b.place.seq - a.place.seq

/** One look: what was found, newest first, down to where. */
interface Look {
  readonly found: ReadonlyArray<Find>
  readonly reached: Position | undefined
  readonly looked: number
}

type Failure = StoreUnavailable | HistoryUnavailable

/** Looks through the messages that the log has, downwards from the one at `top`. */
const inLog = Effect.fnUntraced(function* (
  part: LogPart,
  { overlay }: Grounds,
  roomId: RoomId,
  { sought }: Sought,
  top: number
): Effect.fn.Return<Look, Moved> {
  const { epoch, from } = part.tail
  const bottom = Math.max(from, top - PAGE + 1)
  const messages = yield* part.read(bottom - 1, top)
  const placed = messages.map((json, i): Find => {
    const place = { epoch, seq: bottom + i }
    return { place, json: overlay.get(roomId, place)?.json ?? json }
  })
  const found = yield* sift(sought, placed)
  return { found: found.toReversed(), reached: { epoch, seq: bottom }, looked: messages.length }
})

/** What messages of some epochs have become that the store may not show yet. */
function* changesOf(overlay: Grounds["overlay"], roomId: RoomId, epochs: ReadonlyArray<number>) {
  // a log that keeps nothing has no store behind it, and lays nothing over anything
  if (!(overlay instanceof Overlay)) return
  for (const epoch of epochs) for (const { json, seq } of overlay.of(roomId, epoch).all()) yield { epoch, json, seq }
}

/** Looks through the messages that the store has, and what they have become since it took them. */
const inStore = Effect.fnUntraced(function* (
  { tail }: LogPart,
  { overlay, store }: Grounds,
  roomId: RoomId,
  { before, limit, sought }: Sought & { readonly before: Position }
): Effect.fn.Return<Look, Failure> {
  const { entries, epochs, looked, reached } = yield* store.search(roomId, { sought, before, limit })
  // what the store has of the present epoch is whole; of earlier ones something may be missing
  if (tail.owesOlder && reached?.epoch !== tail.epoch) {
    const reason = "messages from before the last restart are on their way to the store"
    return yield* new StoreUnavailable({ reason })
  }
  const now = ({ epoch, json, seq }: Entry): Find => {
    const place = { epoch, seq }
    return { place, json: overlay.get(roomId, place)?.json ?? json }
  }
  const candidates = entries.map(now)
  // what the store did not find by what it says may be found by what it has become
  const held = new Set(entries.map(({ epoch, seq }) => `${epoch} ${seq}`))
  for (const { epoch, json, seq } of changesOf(overlay, roomId, epochs)) {
    const place = { epoch, seq }
    if (!isBefore(place, before) || (reached !== undefined && isBefore(place, reached))) continue
    if (!held.has(`${epoch} ${seq}`)) candidates.push({ place, json })
  }
  const found = yield* sift(sought, candidates)
  return { found: found.sort(newestFirst), reached, looked }
})

/** One look at what is before a place, which is never at or after what the look before reached. */
const look = (grounds: Grounds, roomId: RoomId, sought: Sought) =>
  withLogPart(grounds.log, roomId, (part): Effect.Effect<Look, Failure | Moved> => {
    const { epoch, from, head } = part.tail
    const seam = { epoch, seq: from }
    const { before } = sought
    if (before === undefined || isBefore(seam, before)) {
      const top = before === undefined || before.epoch > epoch ? head : Math.min(head, before.seq - 1)
      if (top >= from) return inLog(part, grounds, roomId, sought, top)
    }
    const end = before !== undefined && isBefore(before, seam) ? before : seam
    return inStore(part, grounds, roomId, { ...sought, before: end })
  })

/** What a message is now, if it can be known at once, or else as it was read. */
const nowOf = ({ log, overlay }: Grounds, roomId: RoomId, { json, place }: Find): Find => {
  const changed = overlay.get(roomId, place)
  if (changed !== undefined) return { place, json: changed.json }
  const stream = log.find(roomId)
  const remembered = stream?.epoch === place.epoch && place.seq >= stream.oldest && place.seq <= stream.head
  return remembered ? { place, json: stream.text(place.seq) } : { place, json }
}

/** The newest `limit` messages of a room before a place that have all that is looked for, among the 20,000 that are read at the most. */
export const searchRoom = Effect.fnUntraced(function* (
  grounds: Grounds,
  roomId: RoomId,
  { before: start, limit, sought }: Sought
): Effect.fn.Return<Finds, Failure> {
  const all: Array<Find> = []
  let before = start
  let left = READ_MAX
  // one more than was asked for tells whether there are more
  while (left > 0 && all.length <= limit) {
    const { found, looked, reached } = yield* look(grounds, roomId, { sought, before, limit: limit + 1 - all.length })
    all.push(...found)
    before = reached
    if (reached === undefined) break
    left -= Math.max(1, looked)
    yield* Effect.yieldNow
  }
  const given = all.slice(0, limit)
  const last = all.length > limit ? given.at(-1)?.place : before
  // while it went on something may have been changed
  const found = given.flatMap((find) => {
    const now = nowOf(grounds, roomId, find)
    return now.json === find.json || isFound(sought, now.json) ? [now] : []
  })
  return { found, before: last }
})
