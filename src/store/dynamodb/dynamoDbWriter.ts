/** Writes entries, and before them what they are found by. Every write puts a whole item under a key that follows from it, so all may be repeated. */
import { Effect } from "effect"
import type { Entry } from "../../log/Entry.ts"
import { entryItem } from "./dynamoDbEntry.ts"
import type { DynamoDbFailure } from "./DynamoDbFailure.ts"
import { entryProblem, messageKey, nameOf, signposts } from "./dynamoDbKeys.ts"
import { Signposts } from "./dynamoDbSignposts.ts"
import { putting, type WriteAll } from "./dynamoDbWrites.ts"
import { EntriesRefused } from "../MessageStore.ts"

export interface DynamoDbWriter {
  /** Writes entries of any rooms in any order. */
  put(entries: ReadonlyArray<Entry>): Effect.Effect<void, DynamoDbFailure | EntriesRefused>
  /** Forgets what was written: the table may be a new one. */
  forget(): void
}

export const makeWriter = (writeAll: WriteAll): DynamoDbWriter => {
  const posts = new Signposts(writeAll)

  return {
    put: (entries) =>
      Effect.suspend((): Effect.Effect<void, DynamoDbFailure | EntriesRefused> => {
        const problem = entries.map(entryProblem).find((one) => one !== undefined)
        if (problem !== undefined) return Effect.fail(new EntriesRefused({ reason: problem }))
        const items = new Map(entries.map((entry) => [nameOf(messageKey(entry)), putting(entryItem(entry))]))
        return posts.ahead(entries.flatMap(signposts), writeAll([...items.values()]))
      }),
    forget: () => posts.forget()
  }
}
