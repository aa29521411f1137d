import { Effect } from "effect"
import type { Message } from "../domain/Message.ts"
import type { MessageId } from "../domain/MessageId.ts"
import type { Position } from "../domain/Position.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import type { Entry } from "../log/Entry.ts"
import type { Overlay } from "../log/Overlay.ts"
import type { RoomLog } from "../log/RoomLog.ts"
import { idempotencyKey } from "../log/RoomStream.ts"
import type { HistoryUnavailable } from "./HistoryUnavailable.ts"
import { withLogPart } from "./LogPart.ts"
import type { MessageStore, StoreUnavailable } from "./MessageStore.ts"
import type { Placed } from "./Page.ts"
import { RoomLine } from "./RoomLine.ts"
import type { Searches, TooManySearches } from "./Searches.ts"

/** Messages beyond those in memory that are looked through for one that nobody says the place of, and read at a time. */
const NEAR = 2000
const FAR = 20_000
const PAGE = 500

/** Where messages are looked for. */
export interface Grounds {
  readonly log: RoomLog["Service"]
  readonly store: MessageStore["Service"]
  readonly overlay: Pick<Overlay, "get">
  readonly searches: Searches
}

/** How a message is looked for that nobody says the place of. */
export interface Search {
  /** Ids are each user's own: where this one has said something under it, it is that. */
  readonly author?: UserId | undefined
  /** The newest of the id will do as soon as one is found, and the author's is not looked for beyond. */
  readonly anyones?: boolean
  /** Whether 20,000 messages beyond those in memory are looked through, or else 2,000. */
  readonly far: boolean
}

/** Which message: by its place, or else by its id. */
interface Wanted extends Search {
  readonly roomId: RoomId
  readonly messageId: MessageId
  readonly at: Position | undefined
}

type Failure = HistoryUnavailable | StoreUnavailable | TooManySearches

/** A message that was read, as it is now. */
export const entryOf = (
  roomId: RoomId,
  { json, place, revision }: Placed<Position>,
  overlay: Pick<Overlay, "get">
): Entry => {
  const { epoch, seq } = place
  const changed = overlay.get(roomId, place)
  const now = changed?.json ?? json
  const { messageId, timestamp, userId }: Message = JSON.parse(now)
  return {
    roomId,
    epoch,
    seq,
    userId,
    messageId,
    at: Date.parse(timestamp),
    json: now,
    revision: changed?.revision ?? revision ?? 0
  }
}

/** How the JSON of a message with this id begins: the id comes first in it, and in any case. */
const beginningOf = (messageId: MessageId) => `{"messageid":"${messageId.toLowerCase()}"`

/** Messages of an id that are in memory, newest first, and the place before which the others are. */
const remembered = ({ log, overlay }: Grounds, roomId: RoomId, messageId: MessageId) => {
  const stream = log.find(roomId)
  if (stream === undefined) return { entries: [], before: undefined }
  const { epoch, oldest } = stream
  const entries: ReadonlyArray<Entry> = stream
    .placesOf(messageId)
    .map((seq) => entryOf(roomId, { place: { epoch, seq }, json: stream.text(seq) }, overlay))
  return { entries, before: { epoch, seq: oldest } }
}

/** Goes through the `reach` messages before a place, newest first, until one that has the id is enough. */
const goThrough = Effect.fnUntraced(function* (
  { log, overlay, store }: Grounds,
  roomId: RoomId,
  messageId: MessageId,
  { before: start, reach }: { readonly before: Position | undefined; readonly reach: number },
  enough: (entry: Entry) => boolean
): Effect.fn.Return<void, HistoryUnavailable | StoreUnavailable> {
  const beginning = beginningOf(messageId)
  let before = start
  for (let left = reach; left > 0;) {
    const { items, more } = yield* withLogPart(log, roomId, (part) =>
      new RoomLine(part, store, roomId).down(before, Math.min(PAGE, left))
    )
    for (const item of items.toReversed()) {
      if (item.json.slice(0, beginning.length).toLowerCase() !== beginning) continue
      if (enough(entryOf(roomId, item, overlay))) return
    }
    before = items[0]?.place
    left -= items.length
    if (!more || before === undefined) return
    yield* Effect.yieldNow
  }
})

const messageAt = Effect.fnUntraced(function* (
  { log, overlay, store }: Grounds,
  { messageId, roomId }: Wanted,
  { epoch, seq }: Position
) {
  if (seq < 1) return undefined
  const { items } = yield* withLogPart(log, roomId, (part) =>
    new RoomLine(part, store, roomId).up({ epoch, seq: seq - 1 }, 1)
  )
  const found = items.find(({ place }) => place.epoch === epoch && place.seq === seq)
  if (found === undefined) return undefined
  const entry = entryOf(roomId, found, overlay)
  return entry.messageId.toLowerCase() === messageId.toLowerCase() ? entry : undefined
})

/** A message of a room as it is now, at its place or among those within reach. */
export const findMessage = Effect.fnUntraced(function* (
  grounds: Grounds,
  wanted: Wanted
): Effect.fn.Return<Entry | undefined, Failure> {
  const { anyones = false, at, author, far, messageId, roomId } = wanted
  if (at !== undefined) return yield* messageAt(grounds, wanted, at)

  // what is in memory is known by who said it
  const stream = grounds.log.find(roomId)
  const own = author === undefined ? undefined : stream?.find(idempotencyKey(author, messageId))
  if (stream !== undefined && own !== undefined) {
    return entryOf(roomId, { place: { epoch: stream.epoch, seq: own }, json: stream.text(own) }, grounds.overlay)
  }

  const { before, entries } = remembered(grounds, roomId, messageId)
  let best = entries[0]
  const enough = (entry: Entry) => {
    const isTheirs = entry.userId === author
    if (isTheirs || best === undefined) best = entry
    return isTheirs || anyones || author === undefined
  }
  if (best !== undefined && enough(best)) return best
  yield* grounds.searches.run(goThrough(grounds, roomId, messageId, { before, reach: far ? FAR : NEAR }, enough))
  return best
})

/** Every message of an id as it is now, newest first: those in memory, and those among the 20,000 beyond. */
export const findMessages = (grounds: Grounds, roomId: RoomId, messageId: MessageId) =>
  Effect.sync(() => {
    const { before, entries } = remembered(grounds, roomId, messageId)
    const beyond = Effect.suspend(() => {
      const found: Array<Entry> = []
      const search = goThrough(grounds, roomId, messageId, { before, reach: FAR }, (entry) => {
        found.push(entry)
        return false
      })
      return Effect.as(grounds.searches.run(search), found)
    })
    return { remembered: entries, beyond }
  })
