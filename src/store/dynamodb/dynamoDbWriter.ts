/**
 * Writes entries, and before them what they are found by. Every write puts a whole item under a key that follows from it, so all may be
 * repeated: messages as they were said in batches, which know no conditions, changed ones one by one. What puts a message back as it was
 * said is a journal that is drained again, which has the change behind it.
 */
import { Effect } from "effect"
import type { Entry } from "../../log/Entry.ts"
import { persistently } from "./dynamoDbBackoff.ts"
import type { DynamoDbClient } from "./DynamoDbClient.ts"
import { entryChange, entryItem } from "./dynamoDbEntry.ts"
import type { DynamoDbFailure } from "./DynamoDbFailure.ts"
import { entryProblem, messageKey, nameOf, signposts } from "./dynamoDbKeys.ts"
import { Signposts } from "./dynamoDbSignposts.ts"
import { CONCURRENCY, putting, type WriteAll } from "./dynamoDbWrites.ts"
import { EntriesRefused } from "../MessageStore.ts"

export interface DynamoDbWriter {
  /** Writes entries of any rooms in any order. */
  put(entries: ReadonlyArray<Entry>): Effect.Effect<void, DynamoDbFailure | EntriesRefused>
  /** Forgets what was written: the table may be a new one. */
  forget(): void
}

/** Of each place the entry of the highest revision: a batch may not have one key twice. */
const newestOf = (entries: ReadonlyArray<Entry>): ReadonlyArray<Entry> => {
  const newest = new Map<string, Entry>()
  for (const entry of entries) {
    const name = nameOf(messageKey(entry))
    if ((entry.revision ?? 0) >= (newest.get(name)?.revision ?? 0)) newest.set(name, entry)
  }
  return [...newest.values()]
}

export const makeWriter = (writeAll: WriteAll, client: Pick<DynamoDbClient, "update">): DynamoDbWriter => {
  const posts = new Signposts(writeAll)

  const change = (entry: Entry) => persistently(client.update(messageKey(entry), entryChange(entry)))

  return {
    put: (entries) =>
      Effect.suspend((): Effect.Effect<void, DynamoDbFailure | EntriesRefused> => {
        const problem = entries.map(entryProblem).find((one) => one !== undefined)
        if (problem !== undefined) return Effect.fail(new EntriesRefused({ reason: problem }))
        const newest = newestOf(entries)
        const said = newest.filter(({ revision = 0 }) => revision === 0)
        const changed = newest.filter(({ revision = 0 }) => revision > 0)
        const written = writeAll(said.map((entry) => putting(entryItem(entry)))).pipe(
          Effect.andThen(Effect.forEach(changed, change, { concurrency: CONCURRENCY, discard: true }))
        )
        return posts.ahead(newest.flatMap(signposts), written)
      }),
    forget: () => posts.forget()
  }
}
