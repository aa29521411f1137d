/** Reads stretches of history. A page of a query may be short for reasons of size, so every query is followed to its end or to the limit. */
import type { QueryCommandInput } from "@aws-sdk/client-dynamodb"
import { Effect } from "effect"
import type { Position } from "../../domain/Position.ts"
import type { RoomId } from "../../domain/RoomId.ts"
import type { UserId } from "../../domain/UserId.ts"
import type { Entry } from "../../log/Entry.ts"
import { backOff, fullJitter } from "./dynamoDbBackoff.ts"
import { type DynamoDbClient, type Item, keyOf } from "./DynamoDbClient.ts"
import { entryOf } from "./dynamoDbEntry.ts"
import { DynamoDbFailure } from "./DynamoDbFailure.ts"
import {
  bucketOfSort,
  bucketPartition,
  type Key,
  monthOfSort,
  monthPartition,
  type Range,
  roomPartition,
  RoomRange,
  userPartition,
  userRange
} from "./dynamoDbKeys.ts"
import { INDEX } from "./dynamoDbTable.ts"
import type { Stretch, StoreUnavailable, UserPosition } from "../MessageStore.ts"

/** Tries of one call, and the milliseconds that they may take together. */
const TRIES = 3
const TRIES_MS = 4000

/** Rounds in a row in which a batch of items is not read at all before the caller is told. */
const STALLED_ROUNDS = 5

/** Keys of one BatchGetItem at most, by DynamoDB's own limit. */
const GET_MAX = 100

/** Signposts read at a time: a page of history seldom reaches further. */
const SIGNPOSTS = 25

/** Buckets read at a time, once the first was not enough: after many restarts a room has many with few messages each. */
const BUCKETS_AT_ONCE = 4

/** A query: a part of a partition of the table or of its index, in one direction. */
interface Walk {
  readonly of: "table" | "index"
  readonly partition: string
  readonly range: Range
  readonly forward: boolean
}

type Start = QueryCommandInput["ExclusiveStartKey"]
type Page = Effect.Success<ReturnType<DynamoDbClient["query"]>>
type Batch = Effect.Success<ReturnType<DynamoDbClient["get"]>>
type Failure = DynamoDbFailure | StoreUnavailable

const late = new DynamoDbFailure({ kind: "transient", reason: "DynamoDB did not answer in time" })

/** Calls again what may succeed the next time. */
const persistently = <A>(call: Effect.Effect<A, DynamoDbFailure>) =>
  call.pipe(
    Effect.retry({ while: ({ kind }) => kind === "transient", schedule: fullJitter, times: TRIES - 1 }),
    Effect.timeoutOrElse({ duration: TRIES_MS, orElse: () => Effect.fail(late) })
  )

const nameOf = ({ pk, sk }: Key) => `${pk} ${sk}`

export interface DynamoDbReader {
  /** A stretch of a room, by the buckets that its signposts name. */
  room(roomId: RoomId, stretch: Stretch<Position>): Effect.Effect<ReadonlyArray<Entry>, Failure>
  /** A stretch of a user's messages, by the months that their signposts name. */
  user(userId: UserId, stretch: Stretch<UserPosition>): Effect.Effect<ReadonlyArray<Entry>, Failure>
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

export const makeReader = (client: DynamoDbClient): DynamoDbReader => {
  /** One page of the table or of its index. */
  const page = ({ forward, of, partition, range }: Walk, limit: number, start: Start) => {
    const [pk, sk] = of === "table" ? ["pk", "sk"] : ["gsi1pk", "gsi1sk"]
    return persistently(
      client.query({
        ...(of === "table" ? { ConsistentRead: true } : { IndexName: INDEX }),
        KeyConditionExpression: `${pk} = :pk AND ${sk} BETWEEN :from AND :to`,
        ExpressionAttributeValues: { ":pk": { S: partition }, ":from": { S: range.from }, ":to": { S: range.to } },
        ScanIndexForward: forward,
        Limit: limit,
        ...(start === undefined ? {} : { ExclusiveStartKey: start })
      })
    )
  }

  /** Follows a query page by page; `read` gives at most `need` entries of a page. Stops when `limit` are found. */
  const follow = Effect.fnUntraced(function* (
    walk: Walk,
    limit: number,
    pageMax: number,
    read: (items: ReadonlyArray<Item>, need: number) => Effect.Effect<ReadonlyArray<Entry>, Failure>
  ) {
    const found: Array<Entry> = []
    let start: Start
    while (found.length < limit) {
      const { items, next }: Page = yield* page(walk, pageMax, start)
      found.push(...(yield* read(items, limit - found.length)))
      if (next === undefined) break
      start = next
    }
    return found
  })

  /** The entries under keys of the index, in their order. The index lags a little; the items are read as they are now. */
  const entriesUnder = Effect.fnUntraced(function* (keys: ReadonlyArray<Key>) {
    const read = new Map<string, Item>()
    let rest = keys
    for (let stalled = 0; rest.length > 0;) {
      const answer: Batch = yield* persistently(client.get(rest))
      for (const item of answer.items) read.set(nameOf(keyOf(item)), item)
      rest = answer.rest
      // what did not fit into the answer is asked for at once, what there was no capacity for later
      if (answer.items.length > 0) {
        stalled = 0
        continue
      }
      if (++stalled === STALLED_ROUNDS) {
        return yield* new DynamoDbFailure({ kind: "transient", reason: `DynamoDB left ${rest.length} items unread` })
      }
      yield* backOff(stalled - 1)
    }
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
    }
  }
}
