/** Reads stretches of history. A page of a query may be short for reasons of size, so every query is followed to its end or to the limit. */
import { Effect, Schema } from "effect"
import type { Position } from "../../domain/Position.ts"
import { RoomId } from "../../domain/RoomId.ts"
import type { UserId } from "../../domain/UserId.ts"
import type { Entry } from "../../log/Entry.ts"
import { type Item, keyOf, type Page } from "./DynamoDbClient.ts"
import { entryOf } from "./dynamoDbEntry.ts"
import type { DynamoDbFailure } from "./DynamoDbFailure.ts"
import {
  BUCKET_SORT,
  bucketOfSort,
  bucketPartition,
  type Key,
  monthOfSort,
  monthPartition,
  nameOf,
  roomOfPartition,
  roomPartition,
  RoomRange,
  userPartition,
  userRange
} from "./dynamoDbKeys.ts"
import { type DynamoDbReads, GET_MAX, type Walk } from "./dynamoDbReads.ts"
import type { RoomsPage, Stretch, StoreUnavailable, UserPosition } from "../MessageStore.ts"

/** Signposts read at a time: a page of history seldom reaches further. */
const SIGNPOSTS = 25

/** Buckets read at a time, once the first was not enough: after many restarts a room has many with few messages each. */
const BUCKETS_AT_ONCE = 4

type Failure = DynamoDbFailure | StoreUnavailable

const isRoomId = Schema.is(RoomId)

export interface DynamoDbReader {
  /** A stretch of a room, by the buckets that its signposts name. */
  room(roomId: RoomId, stretch: Stretch<Position>): Effect.Effect<ReadonlyArray<Entry>, Failure>
  /** A stretch of a user's messages, by the months that their signposts name. */
  user(userId: UserId, stretch: Stretch<UserPosition>): Effect.Effect<ReadonlyArray<Entry>, Failure>
  /** The rooms that have signposts, which are scattered over the table: all of it is read for each page, and put in order here. */
  rooms(page: RoomsPage): Effect.Effect<ReadonlyArray<RoomId>, Failure>
}

/** The entries that signposts lead to, in their order; several are followed at once after the first was not enough. */
const along = (atOnce: number, read: (sk: string, need: number) => Effect.Effect<ReadonlyArray<Entry>, Failure>) => {
  let width = 1
  return Effect.fnUntraced(function* (posts: ReadonlyArray<Item>, need: number) {
    const found: Array<Entry> = []
    for (let i = 0; i < posts.length && found.length < need;) {
      const missing = need - found.length
      const some = posts.slice(i, i + width)
      const parts = yield* Effect.forEach(some, (item) => read(keyOf(item).sk, missing), { concurrency: atOnce })
      found.push(...parts.flat().slice(0, missing))
      i += width
      width = atOnce
    }
    return found
  })
}

export const makeReader = (reads: DynamoDbReads): DynamoDbReader => {
  /** Follows a query page by page; `read` gives at most `need` entries of a page. Stops when `limit` are found. */
  const follow = Effect.fnUntraced(function* (
    walk: Walk,
    limit: number,
    pageMax: number,
    read: (items: ReadonlyArray<Item>, need: number) => Effect.Effect<ReadonlyArray<Entry>, Failure>
  ) {
    const found: Array<Entry> = []
    let start: Page["next"]
    while (found.length < limit) {
      const { items, next }: Page = yield* reads.page(walk, pageMax, start)
      found.push(...(yield* read(items, limit - found.length)))
      if (next === undefined) break
      start = next
    }
    return found
  })

  /** The entries under keys of the index, in their order. The index lags a little; the items are read as they are now. */
  const entriesUnder = Effect.fnUntraced(function* (keys: ReadonlyArray<Key>) {
    const read = yield* reads.items(keys)
    // what is missing is gone since the index was read
    const items = keys.map((key) => read.get(nameOf(key))).filter((item) => item !== undefined)
    return yield* Effect.forEach(items, entryOf)
  })

  return {
    room: (roomId, { limit, order, ...ends }) => {
      const stretch = RoomRange.of(ends)
      if (stretch === undefined) return Effect.succeed([])
      const forward = order === "oldest"
      const bucketEntries = (sk: string, need: number) => {
        const bucket = bucketOfSort(sk)
        if (bucket === undefined) return Effect.succeed([])
        const partition = bucketPartition(roomId, bucket)
        return follow({ of: "table", partition, range: stretch.within(bucket), forward }, need, need, (items) =>
          Effect.forEach(items, entryOf)
        )
      }
      const posts: Walk = { of: "table", partition: roomPartition(roomId), range: stretch.buckets, forward }
      return follow(posts, limit, SIGNPOSTS, along(BUCKETS_AT_ONCE, bucketEntries))
    },

    user: (userId, { limit, order, ...ends }) => {
      const stretch = userRange(ends)
      if (stretch === undefined) return Effect.succeed([])
      const forward = order === "oldest"
      const monthEntries = (sk: string, need: number) => {
        const month = monthOfSort(sk)
        if (month === undefined) return Effect.succeed([])
        const partition = monthPartition(userId, month)
        const most = Math.min(need, GET_MAX)
        return follow({ of: "index", partition, range: stretch.messages, forward }, need, most, (items, need) =>
          entriesUnder(items.slice(0, need).map(keyOf))
        )
      }
      const posts: Walk = { of: "table", partition: userPartition(userId), range: stretch.months, forward }
      return follow(posts, limit, SIGNPOSTS, along(1, monthEntries))
    },

    rooms: Effect.fnUntraced(function* ({ after = "", limit }) {
      const found = new Set<RoomId>()
      let start: Page["next"]
      do {
        const { items, next }: Page = yield* reads.scan({
          FilterExpression: "begins_with(sk, :bucket)",
          ExpressionAttributeValues: { ":bucket": { S: BUCKET_SORT } },
          ProjectionExpression: "pk",
          ...(start === undefined ? {} : { ExclusiveStartKey: start })
        })
        for (const item of items) {
          const roomId = roomOfPartition(keyOf(item).pk)
          if (isRoomId(roomId) && roomId > after) found.add(roomId)
        }
        start = next
      } while (start !== undefined)
      return [...found].sort().slice(0, limit)
    })
  }
}
