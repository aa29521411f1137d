/** Items that are nothing but a key, by which others are found. They are written before what they lead to, and once by each process. */
import { Effect } from "effect"
import { keyItem } from "./DynamoDbClient.ts"
import { DynamoDbFailure } from "./DynamoDbFailure.ts"
import { type Key, nameOf } from "./dynamoDbKeys.ts"
import { putting, type WriteAll } from "./dynamoDbWrites.ts"

/** Signposts remembered as written, which saves writing them with every item; about 100 bytes each. */
const KNOWN_MAX = 20_000

/** No two with one key. */
const distinct = (keys: Iterable<Key>): ReadonlyArray<Key> => [
  ...new Map([...keys].map((key) => [nameOf(key), key])).values()
]

const changed = new DynamoDbFailure({ kind: "transient", reason: "the DynamoDB table changed during a write" })

export class Signposts {
  private readonly writeAll: WriteAll
  private readonly known = new Set<string>()
  /** Goes up whenever the table may be a new one. */
  private generation = 0

  constructor(writeAll: WriteAll) {
    this.writeAll = writeAll
  }

  /** Writes signposts, and then what they lead to. Those that do not `last` may be taken away by others, and are written every time. */
  ahead<E>(
    posts: Iterable<Key>,
    then: Effect.Effect<void, E>,
    lasts: (post: Key) => boolean = () => true
  ): Effect.Effect<void, E | DynamoDbFailure> {
    return Effect.suspend(() => {
      const began = this.generation
      const missing = distinct(posts).filter((key) => !this.known.has(nameOf(key)))
      const written = this.writeAll(missing.map((key) => putting(keyItem(key))))
      return Effect.andThen(
        Effect.tap(written, () => {
          if (began === this.generation) this.remember(missing.filter(lasts))
          return Effect.void
        }),
        Effect.tap(then, () =>
          // it may now lie in a table without its signposts
          began === this.generation ? Effect.void : Effect.fail(changed)
        )
      )
    })
  }

  /** Forgets what was written: the table may be a new one. */
  forget(): void {
    this.known.clear()
    this.generation++
  }

  private remember(posts: ReadonlyArray<Key>): void {
    for (const key of posts) this.known.add(nameOf(key))
    for (const oldest of this.known) {
      if (this.known.size <= KNOWN_MAX) return
      this.known.delete(oldest)
    }
  }
}
