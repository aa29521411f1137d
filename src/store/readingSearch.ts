import { Effect } from "effect"
import type { RoomId } from "../domain/RoomId.ts"
import type { MessageStore, StoreUnavailable } from "./MessageStore.ts"
import { sift } from "./sift.ts"
import type { Sighting, Sought } from "./Sighting.ts"

/** Messages that are read at a time. */
const PAGE = 500

/** The search of an engine without an index: one page of the room, of which each message is looked at. */
export const readingSearch = (room: MessageStore["Service"]["room"]) =>
  Effect.fnUntraced(function* (
    roomId: RoomId,
    { before, limit, sought }: Sought
  ): Effect.fn.Return<Sighting, StoreUnavailable> {
    const page = yield* room(roomId, { before, limit: PAGE, order: "newest" })
    const found = yield* sift(sought, page)
    const entries = found.slice(0, limit)
    const last = found.length >= limit ? entries.at(-1) : page.length < PAGE ? undefined : page.at(-1)
    const through = last === undefined ? page : page.slice(0, page.indexOf(last) + 1)
    return {
      entries,
      reached: last === undefined ? undefined : { epoch: last.epoch, seq: last.seq },
      epochs: [...new Set(through.map(({ epoch }) => epoch))],
      looked: through.length
    }
  })
