/** Markers as records: under each user one for every room. */
import { Effect } from "effect"
import { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import type { StoreUnavailable } from "../store/MessageStore.ts"
import type { RecordConflict, RecordStore, RecordTooLarge } from "../store/RecordStore.ts"
import { type Marker, readMarker, writeMarker } from "./Marker.ts"

/** Records that are read at a time. */
const PAGE = 1000

const keyOf = (userId: UserId) => `reading:${userId}`

export class MarkerRecords {
  private readonly store: RecordStore["Service"]

  constructor(store: RecordStore["Service"]) {
    this.store = store
  }

  /** All of a user's markers. One that cannot be read is logged and left out. */
  of(userId: UserId): Effect.Effect<ReadonlyArray<readonly [RoomId, Marker]>, StoreUnavailable> {
    const { store } = this
    return Effect.gen(function* () {
      const found: Array<readonly [RoomId, Marker]> = []
      let after: string | undefined
      do {
        const page = yield* store.list({ pk: keyOf(userId), after, limit: PAGE })
        for (const { sk, value } of page) {
          const marker = readMarker(value)
          if (marker === undefined) yield* Effect.logError("a record of read markers cannot be read", { room: sk })
          else found.push([RoomId.make(sk), marker])
        }
        after = page.length < PAGE ? undefined : page.at(-1)?.sk
      } while (after !== undefined)
      return found
    })
  }

  /** Writes a marker down, or takes it away where there is none any more. */
  write(
    userId: UserId,
    roomId: RoomId,
    marker: Marker | undefined
  ): Effect.Effect<void, StoreUnavailable | RecordConflict | RecordTooLarge> {
    const pk = keyOf(userId)
    if (marker === undefined) return Effect.asVoid(this.store.remove(pk, roomId))
    return Effect.asVoid(this.store.put({ pk, sk: roomId, value: writeMarker(marker) }))
  }
}
