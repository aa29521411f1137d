/** Writes entries, and before them what they are found by. Every write puts a whole item under a key that follows from it, so all may be repeated. */
import { Effect } from "effect"
import type { Entry } from "../../log/Entry.ts"
import { backOff } from "./dynamoDbBackoff.ts"
import type { DynamoDbClient, Item } from "./DynamoDbClient.ts"
import { entryItem, keyItem } from "./dynamoDbEntry.ts"
import { DynamoDbFailure } from "./DynamoDbFailure.ts"
import { entryProblem, type Key, messageKey, signposts } from "./dynamoDbKeys.ts"
import { EntriesRefused } from "../MessageStore.ts"

/** Items of one BatchWriteItem at most, by DynamoDB's own limit. */
export const CHUNK = 25

/** Chunks on their way at a time. */
export const CONCURRENCY = 4

/** Rounds in a row in which nothing is written before the caller is told. */
const STALLED_ROUNDS = 8

/** Signposts remembered as written, which saves writing them with every message; about 100 bytes each. */
const KNOWN_MAX = 20_000

const name = ({ pk, sk }: Key) => `${pk} ${sk}`

const chunksOf = <A>(all: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(all.length / CHUNK) }, (_, i) => all.slice(i * CHUNK, (i + 1) * CHUNK))

/** No two with one key: DynamoDB refuses a batch that has the same key twice. */
const distinct = (keys: Iterable<Key>): ReadonlyArray<Key> => [
  ...new Map([...keys].map((key) => [name(key), key])).values()
]

const changed = new DynamoDbFailure({ kind: "transient", reason: "the DynamoDB table changed during a write" })

export interface DynamoDbWriter {
  /** Writes entries of any rooms in any order. */
  put(entries: ReadonlyArray<Entry>): Effect.Effect<void, DynamoDbFailure | EntriesRefused>
  /** Forgets what was written: the table may be a new one. */
  forget(): void
}

export const makeWriter = (client: DynamoDbClient): DynamoDbWriter => {
  const known = new Set<string>()
  // goes up whenever the table may be a new one
  let generation = 0

  const remember = (posts: ReadonlyArray<Key>) => {
    for (const key of posts) known.add(name(key))
    for (const oldest of known) {
      if (known.size <= KNOWN_MAX) return
      known.delete(oldest)
    }
  }

  /** Writes chunk after chunk until one is left as it is: a table at its limit is not asked four times at once. Answers what is left. */
  const writeWhileTaken = Effect.fnUntraced(function* (items: ReadonlyArray<Item>) {
    const chunks = chunksOf(items)
    const left: Array<Item> = []
    for (const [i, chunk] of chunks.entries()) {
      const still = yield* client.write(chunk)
      left.push(...still)
      if (still.length === chunk.length) return [...left, ...chunks.slice(i + 1).flat()]
    }
    return left
  })

  /** Writes all items; what DynamoDB left is sent again, and nothing else is. */
  const write = Effect.fnUntraced(function* (items: ReadonlyArray<Item>) {
    const left = yield* Effect.forEach(chunksOf(items), (chunk) => client.write(chunk), { concurrency: CONCURRENCY })
    let rest = left.flat()
    for (let stalled = 0; rest.length > 0 && stalled < STALLED_ROUNDS;) {
      yield* backOff(stalled)
      const still = yield* writeWhileTaken(rest)
      stalled = still.length < rest.length ? 0 : stalled + 1
      rest = still
    }
    const reason = `DynamoDB took only ${items.length - rest.length} of ${items.length} items`
    return yield* rest.length === 0 ? Effect.void : Effect.fail(new DynamoDbFailure({ kind: "transient", reason }))
  })

  const put = Effect.fnUntraced(function* (entries: ReadonlyArray<Entry>) {
    const problem = entries.map(entryProblem).find((one) => one !== undefined)
    if (problem !== undefined) return yield* new EntriesRefused({ reason: problem })
    const began = generation
    const posts = distinct(entries.flatMap(signposts)).filter((key) => !known.has(name(key)))
    yield* write(posts.map(keyItem))
    if (began === generation) remember(posts)
    const items = new Map(entries.map((entry) => [name(messageKey(entry)), entryItem(entry)]))
    yield* write([...items.values()])
    // the entries may now lie in a table without their signposts
    return yield* began === generation ? Effect.void : Effect.fail(changed)
  })

  return {
    put,
    forget: () => {
      known.clear()
      generation++
    }
  }
}
