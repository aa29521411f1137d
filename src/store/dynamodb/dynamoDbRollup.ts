/** A rollup as an item of the table, and back. Scope, tier, id, start and node are in the key; everything else is an attribute. */
import { Effect } from "effect"
import type { Rollup, RollupKey } from "../Rollup.ts"
import { type Item, keyItem, keyOf } from "./DynamoDbClient.ts"
import { placeOf, rollupKey, type Shelf } from "./dynamoDbRollupKeys.ts"
import { StoreUnavailable } from "../MessageStore.ts"

/** The attributes without the largest one. */
export const WITHOUT_SKETCHES = ["pk", "sk", "through", "counts"]

export const rollupItem = (rollup: Rollup): Item => ({
  ...keyItem(rollupKey(rollup)),
  through: { N: String(rollup.through) },
  counts: { S: rollup.counts },
  sketches: { S: rollup.sketches }
})

const foreign = (item: Item) => {
  const { pk, sk } = keyOf(item)
  return new StoreUnavailable({ reason: `the item ${pk} ${sk} in DynamoDB is not a rollup` })
}

/** The item under a key as a rollup; `undefined` for an item that this program did not write. */
const rollupOf = ({ id, node, scope, start, tier }: RollupKey, item: Item): Rollup | undefined => {
  const through = Number(item["through"]?.N)
  const counts = item["counts"]?.S
  return counts === undefined || !Number.isSafeInteger(through)
    ? undefined
    : { scope, tier, id, start, node, through, counts, sketches: item["sketches"]?.S ?? "" }
}

/** The items of a shelf, of one room where they are of rooms; fails, rather than leave one out, for one that is not ours. */
export const rollupsOf = (
  shelf: Shelf,
  room: string,
  items: ReadonlyArray<Item>
): Effect.Effect<ReadonlyArray<Rollup>, StoreUnavailable> =>
  Effect.suspend(() => {
    const rollups: Array<Rollup> = []
    const { scope, tier } = shelf
    for (const item of items) {
      const place = placeOf(shelf, keyOf(item).sk)
      const id = scope === "R" ? room : place?.id
      const rollup = place && rollupOf({ ...place, scope, tier, id: id ?? "" }, item)
      if (rollup === undefined) return Effect.fail(foreign(item))
      rollups.push(rollup)
    }
    return Effect.succeed(rollups)
  })

/** The items under their keys. */
export const rollupsUnder = (
  found: Iterable<readonly [RollupKey, Item]>
): Effect.Effect<ReadonlyArray<Rollup>, StoreUnavailable> =>
  Effect.forEach(found, ([key, item]) => {
    const rollup = rollupOf(key, item)
    return rollup === undefined ? Effect.fail(foreign(item)) : Effect.succeed(rollup)
  })
