/** Rollups in the archive's file, by the same two threads: what was put is there for the reader as soon as the writer has answered. */
import { Effect } from "effect"
import type { Rollup, RollupKey } from "../Rollup.ts"
import { RollupStore } from "../RollupStore.ts"
import type { RollupColumns, RollupShelfColumns } from "./SqliteRequest.ts"
import { askSurely, type SqliteThread } from "./SqliteThread.ts"

const columnsOf = (rollups: ReadonlyArray<Rollup>): RollupShelfColumns & RollupColumns => ({
  scope: rollups.map(({ scope }) => scope),
  tier: rollups.map(({ tier }) => tier),
  id: rollups.map(({ id }) => id),
  start: rollups.map(({ start }) => start),
  node: rollups.map(({ node }) => node),
  through: rollups.map(({ through }) => through),
  counts: rollups.map(({ counts }) => counts),
  sketches: rollups.map(({ sketches }) => sketches)
})

const rollupsOf = (
  { scope, tier }: Pick<Rollup, "scope" | "tier">,
  { counts, id, node, sketches, start, through }: RollupColumns
): ReadonlyArray<Rollup> =>
  id.map((one, i) => ({
    scope,
    tier,
    id: one,
    start: start[i]!,
    node: node[i]!,
    through: through[i]!,
    counts: counts[i]!,
    sketches: sketches[i] ?? ""
  }))

// only what makes a key: callers may give whole rollups, which would be copied to the thread
const keyOf = ({ id, node, scope, start, tier }: RollupKey): RollupKey => ({ scope, tier, id, start, node })

/** Each key once. */
const distinct = (keys: ReadonlyArray<RollupKey>): ReadonlyArray<RollupKey> => [
  ...new Map(
    keys.map((key) => [JSON.stringify([key.scope, key.tier, key.id, key.start, key.node]), keyOf(key)])
  ).values()
]

export const sqliteRollupStore = (writer: SqliteThread, reader: SqliteThread): RollupStore["Service"] =>
  RollupStore.of({
    put: (rollups) => Effect.suspend(() => askSurely(writer, "putRollups", columnsOf(rollups))),
    range: ({ after, from, id, limit, scope, sketches, tier, to }) =>
      Effect.map(
        askSurely(reader, "rangeRollups", {
          scope,
          tier,
          from,
          to,
          id,
          sketches,
          after: after && keyOf(after),
          limit
        }),
        (columns) => rollupsOf({ scope, tier }, columns)
      ),
    find: (asked) =>
      Effect.suspend(() => {
        const keys = distinct(asked)
        return Effect.map(askSurely(reader, "findRollups", keys), ({ at, counts, sketches, through }) =>
          at.map((index, i) => ({
            ...keys[index]!,
            through: through[i]!,
            counts: counts[i]!,
            sketches: sketches[i]!
          }))
        )
      }),
    remove: ({ before, limit, scope, tier }) => askSurely(writer, "removeRollups", { scope, tier, before, limit })
  })
