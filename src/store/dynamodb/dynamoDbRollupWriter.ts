/** Writes rollups, and before them what they are found by; and deletes those that are old, and what they were found by after them. */
import { Clock, Effect } from "effect"
import { type Rollup, TIER_MS } from "../Rollup.ts"
import type { RollupsBefore } from "../RollupStore.ts"
import { keyOf } from "./DynamoDbClient.ts"
import { DynamoDbFailure } from "./DynamoDbFailure.ts"
import { nameOf } from "./dynamoDbKeys.ts"
import type { DynamoDbReads } from "./dynamoDbReads.ts"
import { rollupItem } from "./dynamoDbRollup.ts"
import {
  dayPost,
  otherTiers,
  partitionOf,
  rollupPosts,
  rollupProblem,
  roomPost,
  type Shelf,
  slice,
  type Span,
  spanOf,
  spanOfDay,
  startOfPost,
  within
} from "./dynamoDbRollupKeys.ts"
import { AT_ONCE, type DynamoDbRollupReader } from "./dynamoDbRollupReader.ts"
import { Signposts } from "./dynamoDbSignposts.ts"
import { deleting, putting, type WriteAll } from "./dynamoDbWrites.ts"

/** Nobody deletes what is younger, so its signposts need not be written again. */
const LASTS_MS = 2 * TIER_MS.d

export interface DynamoDbRollupWriter {
  /** Writes rollups in any order; of two under one key the later one counts. */
  put(rollups: ReadonlyArray<Rollup>): Effect.Effect<void, DynamoDbFailure>
  /** Deletes rollups, and answers how many. */
  remove(old: RollupsBefore): Effect.Effect<number, DynamoDbFailure>
  /** Forgets what was written: the table may be a new one. */
  forget(): void
}

export const makeRollupWriter = (
  reads: DynamoDbReads,
  reader: DynamoDbRollupReader,
  writeAll: WriteAll
): DynamoDbRollupWriter => {
  const posts = new Signposts(writeAll)

  /** Deletes at most `limit` rollups of a day; `none` says whether none are left. */
  const clear = Effect.fnUntraced(function* (shelf: Shelf, span: Span, limit: number) {
    const rooms = shelf.scope === "R" ? yield* reader.rooms(shelf.day) : [""]
    let removed = 0
    for (let i = 0; i < rooms.length; i += AT_ONCE) {
      const most = limit - removed
      if (most === 0) return { removed, none: false }
      const parts = yield* Effect.forEach(
        rooms.slice(i, i + AT_ONCE),
        (room) => reader.keys(partitionOf(shelf, room), slice(shelf, span), most),
        { concurrency: AT_ONCE }
      )
      const keys = parts.flat()
      yield* writeAll(keys.slice(0, most).map(deleting))
      removed += Math.min(keys.length, most)
      // a part that is as long as it may be may have been cut
      if (keys.length >= most) return { removed, none: false }
    }
    return { removed, none: true }
  })

  /** Takes the signposts to a day away; those of its rooms lead to the other tier as well. */
  const close = Effect.fnUntraced(function* (shelf: Shelf) {
    const { day, scope, tier } = shelf
    if (scope === "R") {
      const others = otherTiers(scope, tier).map((other) => dayPost({ scope, tier: other, day }))
      if ((yield* reads.items(others)).size === 0) {
        yield* writeAll((yield* reader.rooms(day)).map((room) => deleting(roomPost(day, room))))
      }
    }
    yield* writeAll([deleting(dayPost(shelf))])
  })

  return {
    put: Effect.fnUntraced(function* (rollups) {
      const problem = rollups.map(rollupProblem).find((one) => one !== undefined)
      if (problem !== undefined) return yield* new DynamoDbFailure({ kind: "refused", reason: problem })
      const now = yield* Clock.currentTimeMillis
      const items = new Map(rollups.map(rollupItem).map((item) => [nameOf(keyOf(item)), putting(item)]))
      return yield* posts.ahead(
        rollups.flatMap(rollupPosts),
        writeAll([...items.values()]),
        (post) => startOfPost(post) >= now - LASTS_MS
      )
    }),
    remove: Effect.fnUntraced(function* ({ before, limit, scope, tier }) {
      const span = spanOf(tier, 0, before)
      if (span === undefined) return 0
      let removed = 0
      for (const shelf of yield* reader.days(scope, tier, span)) {
        const whole = spanOfDay(shelf)
        const part = within(span, whole)
        if (part === undefined) continue
        const cleared = yield* clear(shelf, part, limit - removed)
        removed += cleared.removed
        if (!cleared.none) break
        if (part.last === whole.last) yield* close(shelf)
      }
      return removed
    }),
    forget: () => posts.forget()
  }
}
