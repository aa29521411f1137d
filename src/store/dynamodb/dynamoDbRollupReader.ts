/**
 * Reads rollups day by day, those days that have any. A page over all rooms asks every room of a day for a few starts at a time, as many
 * as are likely to fill it.
 */
import { Effect } from "effect"
import type { Rollup, RollupKey } from "../Rollup.ts"
import type { RollupRange } from "../RollupStore.ts"
import { keyOf, type Page } from "./DynamoDbClient.ts"
import type { DynamoDbFailure } from "./DynamoDbFailure.ts"
import { type Key, nameOf, type Range } from "./dynamoDbKeys.ts"
import { type DynamoDbReads, GET_MAX, type Walk } from "./dynamoDbReads.ts"
import { rollupsOf, rollupsUnder, WITHOUT_SKETCHES } from "./dynamoDbRollup.ts"
import {
  dayOfSort,
  DAYS,
  daysOf,
  firstOf,
  hasPlace,
  partitionOf,
  restOf,
  rollupKey,
  roomOfSort,
  roomsPartition,
  type Scope,
  type Shelf,
  slice,
  type Span,
  spanOf,
  spanOfDay,
  type Tier,
  within
} from "./dynamoDbRollupKeys.ts"
import type { StoreUnavailable } from "../MessageStore.ts"

/** Where rooms had less than half of what they might have, how many times as many starts are asked for next. */
const SPARSE = 4

/** Partitions asked at a time. */
export const AT_ONCE = 8

type Failure = DynamoDbFailure | StoreUnavailable
type Read = Effect.Effect<ReadonlyArray<Rollup>, Failure>

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const byPlace = (a: RollupKey, b: RollupKey) => a.start - b.start || byText(a.id, b.id) || byText(a.node, b.node)

export interface DynamoDbRollupReader {
  range(range: RollupRange): Read
  find(keys: ReadonlyArray<RollupKey>): Read
  /** The days of a span that have rollups, in their order. */
  days(scope: Scope, tier: Tier, span: Span): Effect.Effect<ReadonlyArray<Shelf>, DynamoDbFailure>
  /** The rooms that have rollups on a day. */
  rooms(day: string): Effect.Effect<ReadonlyArray<string>, DynamoDbFailure>
  /** Keys of the rollups in a part of a partition, at most `limit`. */
  keys(partition: string, range: Range, limit: number): Effect.Effect<ReadonlyArray<Key>, DynamoDbFailure>
}

const walk = (partition: string, range: Range): Walk => ({ of: "table", partition, range, forward: true })
const everything: Range = { from: "!", to: "\u{10ffff}" }

export const makeRollupReader = (reads: DynamoDbReads): DynamoDbRollupReader => {
  const days: DynamoDbRollupReader["days"] = (scope, tier, span) =>
    Effect.map(reads.all(walk(DAYS, daysOf(scope, tier, span))), (posts) =>
      posts.map((post) => ({ scope, tier, day: dayOfSort(keyOf(post).sk) }))
    )

  const rooms: DynamoDbRollupReader["rooms"] = (day) =>
    Effect.map(reads.all(walk(roomsPartition(day), everything)), (posts) =>
      posts.map((post) => roomOfSort(keyOf(post).sk))
    )

  /** Rollups of one partition, at most `need`, with the starts of a span and after the end of the previous page. */
  const inPartition = Effect.fnUntraced(function* (
    { after, id, sketches }: RollupRange,
    shelf: Shelf,
    room: string,
    span: Span,
    need: number
  ) {
    const goesOn = after !== undefined && after.start >= span.first
    const found: Array<Rollup> = []
    const part: Walk = {
      ...walk(partitionOf(shelf, room), slice(shelf, span, { only: id, from: goesOn ? after.id : undefined })),
      ...(sketches ? {} : { only: WITHOUT_SKETCHES })
    }
    let start: Page["next"]
    while (found.length < need) {
      const page: Page = yield* reads.page(part, need, start)
      for (const rollup of yield* rollupsOf(shelf, room, page.items)) {
        const asked = (id === undefined || rollup.id === id) && (after === undefined || byPlace(rollup, after) > 0)
        if (asked && found.length < need) found.push(rollup)
      }
      if (page.next === undefined) break
      start = page.next
    }
    return found
  })

  /** Days that each are one partition. */
  const alongDays = Effect.fnUntraced(function* (range: RollupRange, shelves: ReadonlyArray<Shelf>, span: Span) {
    const found: Array<Rollup> = []
    for (let i = 0; i < shelves.length && found.length < range.limit; i += AT_ONCE) {
      const need = range.limit - found.length
      const parts = yield* Effect.forEach(
        shelves.slice(i, i + AT_ONCE),
        (shelf) => {
          const own = within(span, spanOfDay(shelf))
          return own === undefined ? Effect.succeed([]) : inPartition(range, shelf, range.id ?? "", own, need)
        },
        { concurrency: AT_ONCE }
      )
      for (const rollup of parts.flat().slice(0, need)) found.push(rollup)
    }
    return found
  })

  /** Days on which every room is a partition of its own. */
  const acrossRooms = Effect.fnUntraced(function* (range: RollupRange, shelves: ReadonlyArray<Shelf>, span: Span) {
    const found: Array<Rollup> = []
    for (const shelf of shelves) {
      const all = yield* rooms(shelf.day)
      let starts = Math.max(1, Math.floor((range.limit - found.length) / Math.max(1, all.length)))
      for (let own = all.length === 0 ? undefined : within(span, spanOfDay(shelf)); own !== undefined;) {
        const part = firstOf(own, shelf.tier, starts)
        const need = range.limit - found.length
        const parts = yield* Effect.forEach(all, (room) => inPartition(range, shelf, room, part, need), {
          concurrency: AT_ONCE
        })
        const rollups = parts.flat().sort(byPlace)
        for (const rollup of rollups.slice(0, need)) found.push(rollup)
        if (found.length >= range.limit) return found
        // most rooms are silent most of the time: whoever asked for too little would ask again and again
        if (2 * rollups.length < starts * all.length) starts *= SPARSE
        own = restOf(own, part, shelf.tier)
      }
    }
    return found
  })

  return {
    days,
    rooms,
    keys: (partition, range, limit) =>
      Effect.map(reads.all({ ...walk(partition, range), only: ["pk", "sk"] }, limit), (items) => items.map(keyOf)),
    range: Effect.fnUntraced(function* (range) {
      const { after, from, id, limit, scope, tier, to } = range
      const span = spanOf(tier, Math.max(from, after?.start ?? from), to)
      if (span === undefined || limit < 1) return []
      const shelves = yield* days(scope, tier, span)
      return yield* scope === "R" && id === undefined
        ? acrossRooms(range, shelves, span)
        : alongDays(range, shelves, span)
    }),
    find: Effect.fnUntraced(function* (keys) {
      const named = new Map(keys.filter(hasPlace).map((key) => [nameOf(rollupKey(key)), key]))
      const wanted = [...named.values()].map(rollupKey)
      const chunks = Array.from({ length: Math.ceil(wanted.length / GET_MAX) }, (_, i) =>
        wanted.slice(i * GET_MAX, (i + 1) * GET_MAX)
      )
      const parts = yield* Effect.forEach(chunks, (chunk) => reads.items(chunk), { concurrency: AT_ONCE })
      return yield* rollupsUnder(
        parts.flatMap((part) => [...part].map(([name, item]) => [named.get(name)!, item] as const))
      )
    })
  }
}
