/** Single reads, tried again where that may help. All but those of the index read what is there now. */
import type { QueryCommandInput, ScanCommandInput } from "@aws-sdk/client-dynamodb"
import { Effect } from "effect"
import { backOff, persistently } from "./dynamoDbBackoff.ts"
import { type DynamoDbClient, type Item, keyOf, type Page } from "./DynamoDbClient.ts"
import { DynamoDbFailure } from "./DynamoDbFailure.ts"
import { type Key, nameOf, type Range } from "./dynamoDbKeys.ts"
import { INDEX } from "./dynamoDbTable.ts"

/** Rounds in a row in which a batch of items is not read at all before the caller is told. */
const STALLED_ROUNDS = 5

/** Keys of one BatchGetItem at most, by DynamoDB's own limit. */
export const GET_MAX = 100

/** A query: a part of a partition of the table or of its index, in one direction. */
export interface Walk {
  readonly of: "table" | "index"
  readonly partition: string
  readonly range: Range
  readonly forward: boolean
  /** The attributes to answer with; all unless given. What is left out is paid for all the same. */
  readonly only?: ReadonlyArray<string>
}

type Start = QueryCommandInput["ExclusiveStartKey"]
type Batch = Effect.Success<ReturnType<DynamoDbClient["get"]>>

/** Names stand for attributes, of which any might be a word of the language. */
const projection = (only: ReadonlyArray<string>) => ({
  ProjectionExpression: only.map((name) => `#${name}`).join(", "),
  ExpressionAttributeNames: Object.fromEntries(only.map((name) => [`#${name}`, name]))
})

export interface DynamoDbReads {
  /** One page of a query, of at most `limit` items and 1 MB. */
  page(walk: Walk, limit: number, start: Start): Effect.Effect<Page, DynamoDbFailure>
  /** A query to its end, or until there are `limit` items. */
  all(walk: Walk, limit?: number): Effect.Effect<ReadonlyArray<Item>, DynamoDbFailure>
  /** One page of the whole table, as far as a filter lets it pass. */
  scan(input: Omit<ScanCommandInput, "TableName">): Effect.Effect<Page, DynamoDbFailure>
  /** Up to `GET_MAX` items by their keys, no two the same; what is not there is left out. */
  items(keys: ReadonlyArray<Key>): Effect.Effect<ReadonlyMap<string, Item>, DynamoDbFailure>
}

export const makeReads = (client: DynamoDbClient): DynamoDbReads => {
  const page: DynamoDbReads["page"] = ({ forward, of, only, partition, range }, limit, start) => {
    const [pk, sk] = of === "table" ? ["pk", "sk"] : ["gsi1pk", "gsi1sk"]
    return persistently(
      client.query({
        ...(of === "table" ? { ConsistentRead: true } : { IndexName: INDEX }),
        KeyConditionExpression: `${pk} = :pk AND ${sk} BETWEEN :from AND :to`,
        ExpressionAttributeValues: { ":pk": { S: partition }, ":from": { S: range.from }, ":to": { S: range.to } },
        ScanIndexForward: forward,
        ...(limit === Infinity ? {} : { Limit: limit }),
        ...(only === undefined ? {} : projection(only)),
        ...(start === undefined ? {} : { ExclusiveStartKey: start })
      })
    )
  }

  return {
    page,
    all: Effect.fnUntraced(function* (walk, limit = Infinity) {
      const found: Array<Item> = []
      let start: Start
      while (found.length < limit) {
        const { items, next }: Page = yield* page(walk, limit - found.length, start)
        for (const item of items) found.push(item)
        if (next === undefined) break
        start = next
      }
      return found
    }),
    scan: (input) => persistently(client.scan({ ...input, ConsistentRead: true })),
    items: Effect.fnUntraced(function* (keys) {
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
        if (rest.length === 0) break
        if (++stalled === STALLED_ROUNDS) {
          return yield* new DynamoDbFailure({ kind: "transient", reason: `DynamoDB left ${rest.length} items unread` })
        }
        yield* backOff(stalled - 1)
      }
      return read
    })
  }
}
