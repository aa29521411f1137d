/** Writes of any number of items: in chunks, a few at a time, and what DynamoDB left is sent again. */
import type { WriteRequest } from "@aws-sdk/client-dynamodb"
import { Effect } from "effect"
import { backOff } from "./dynamoDbBackoff.ts"
import type { DynamoDbClient, Item } from "./DynamoDbClient.ts"
import { DynamoDbFailure } from "./DynamoDbFailure.ts"
import type { Key } from "./dynamoDbKeys.ts"

/** Items of one BatchWriteItem at most, by DynamoDB's own limit. */
export const CHUNK = 25

/** Chunks on their way at a time. */
export const CONCURRENCY = 4

/** Rounds in a row in which nothing is written before the caller is told. */
const STALLED_ROUNDS = 8

export const putting = (item: Item): WriteRequest => ({ PutRequest: { Item: item } })

export const deleting = ({ pk, sk }: Key): WriteRequest => ({
  DeleteRequest: { Key: { pk: { S: pk }, sk: { S: sk } } }
})

const chunksOf = <A>(all: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(all.length / CHUNK) }, (_, i) => all.slice(i * CHUNK, (i + 1) * CHUNK))

/** Writes all, of which no two may have one key: DynamoDB refuses a batch that has the same key twice. */
export type WriteAll = (requests: ReadonlyArray<WriteRequest>) => Effect.Effect<void, DynamoDbFailure>

export const makeWriteAll = (client: DynamoDbClient): WriteAll => {
  /** Writes chunk after chunk until one is left as it is: a table at its limit is not asked four times at once. Answers what is left. */
  const writeWhileTaken = Effect.fnUntraced(function* (requests: ReadonlyArray<WriteRequest>) {
    const chunks = chunksOf(requests)
    const left: Array<WriteRequest> = []
    for (const [i, chunk] of chunks.entries()) {
      const still = yield* client.write(chunk)
      left.push(...still)
      if (still.length === chunk.length) return [...left, ...chunks.slice(i + 1).flat()]
    }
    return left
  })

  return Effect.fnUntraced(function* (requests) {
    const left = yield* Effect.forEach(chunksOf(requests), (chunk) => client.write(chunk), { concurrency: CONCURRENCY })
    let rest = left.flat()
    for (let stalled = 0; rest.length > 0 && stalled < STALLED_ROUNDS;) {
      yield* backOff(stalled)
      const still = yield* writeWhileTaken(rest)
      stalled = still.length < rest.length ? 0 : stalled + 1
      rest = still
    }
    const reason = `DynamoDB took only ${requests.length - rest.length} of ${requests.length} items`
    return yield* rest.length === 0 ? Effect.void : Effect.fail(new DynamoDbFailure({ kind: "transient", reason }))
  })
}
