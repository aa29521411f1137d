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

/** Messages looked through for one that nobody says the place of, and read at a time. */
const REACH = 20_000
const PAGE = 500

/** Which message: by its place, or else by its id, preferably the author's. */
export interface Wanted {
  readonly roomId: RoomId
  readonly messageId: MessageId
  readonly at: Position | undefined
  readonly author: UserId | undefined
}

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

/** A message of a room as it is now, at its place or among the last `REACH`. */
export const findMessage = Effect.fnUntraced(function* (
  log: RoomLog["Service"],
  store: MessageStore["Service"],
  overlay: Pick<Overlay, "get">,
  { at, author, messageId, roomId }: Wanted
): Effect.fn.Return<Entry | undefined, HistoryUnavailable | StoreUnavailable> {
  const id = messageId.toLowerCase()
  const isIt = (entry: Entry) => entry.messageId.toLowerCase() === id
  const entry = (item: Placed<Position>) => entryOf(roomId, item, overlay)

  if (at !== undefined) {
    if (at.seq < 1) return undefined
    const { items } = yield* withLogPart(log, roomId, (part) =>
      new RoomLine(part, store, roomId).up({ epoch: at.epoch, seq: at.seq - 1 }, 1)
    )
    const [found] = items.filter(({ place }) => place.epoch === at.epoch && place.seq === at.seq).map(entry)
    return found !== undefined && isIt(found) ? found : undefined
  }

  // what is in memory is known by who said it
  const stream = log.find(roomId)
  const own = author === undefined ? undefined : stream?.find(idempotencyKey(author, messageId))
  if (stream !== undefined && own !== undefined) {
    return entry({ place: { epoch: stream.epoch, seq: own }, json: stream.text(own) })
  }

  // the id comes first in the JSON of a message, and nobody can write it with these quotes anywhere else
  const named = new RegExp(`"messageId":"${id}"`, "i")
  let before: Position | undefined
  for (let left = REACH; left > 0;) {
    const { items, more } = yield* withLogPart(log, roomId, (part) =>
      new RoomLine(part, store, roomId).down(before, Math.min(PAGE, left))
    )
    const found = items
      .filter(({ json }) => named.test(json))
      .map(entry)
      .filter(isIt)
    const best = found.findLast(({ userId }) => userId === author) ?? found.at(-1)
    if (best !== undefined) return best
    before = items[0]?.place
    left -= items.length
    if (!more || before === undefined) return undefined
    yield* Effect.yieldNow
  }
  return undefined
})
