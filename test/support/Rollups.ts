/** All rollups of a store, in a form that is the same for what counts the same, whatever order it was counted in. */
import { Effect } from "effect"
import type { Rollup } from "../../src/store/Rollup.ts"
import type { RollupStore } from "../../src/store/RollupStore.ts"
import type { StoreUnavailable } from "../../src/store/MessageStore.ts"

const shelves = [
  ["G", "m"],
  ["R", "m"],
  ["U", "m"],
  ["G", "q"],
  ["R", "q"],
  ["U", "d"],
  ["T", "t"]
] as const

/** Every rollup there is. */
export const allRollups = Effect.fnUntraced(function* (
  store: RollupStore["Service"]
): Effect.fn.Return<ReadonlyArray<Rollup>, StoreUnavailable> {
  const found: Array<Rollup> = []
  for (const [scope, tier] of shelves) {
    const range = { scope, tier, from: 0, to: Infinity, sketches: true, limit: 1_000_000 } as const
    for (const rollup of yield* store.range(range)) found.push(rollup)
  }
  return found
})

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value
  if (typeof value !== "object" || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]))
}

/** A histogram's sum is one of floats, which depends on their order. */
const rounded = (histogram: string) => {
  const [min, max, sum, buckets] = JSON.parse(histogram) as [number, number, number, unknown]
  return [min, max, Math.round(sum * 1000), buckets]
}

/** By name, which begins with scope and tier. */
export const comparable = (rollups: ReadonlyArray<Rollup>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    rollups.map(({ counts, id, node, scope, sketches, start, through, tier }) => {
      const { sent = [], ...numbers } = JSON.parse(counts) as { readonly sent?: ReadonlyArray<[number, number]> }
      const sets = JSON.parse(sketches === "" ? "{}" : sketches) as Readonly<Record<string, string>>
      const { response, ...others } = sets
      return [
        `${scope}${tier} ${start} ${id} ${node}`,
        {
          through,
          numbers: sorted(numbers),
          sent: [...sent].sort(([a], [b]) => a - b),
          sets: sorted(others),
          response: response === undefined ? null : rounded(response)
        }
      ]
    })
  )

type Comparable = ReturnType<typeof comparable>

/** Names of those that differ, or are in one of both only. */
export const differing = (one: Comparable, other: Comparable): ReadonlyArray<string> =>
  Array.from(new Set([...Object.keys(one), ...Object.keys(other)])).filter(
    (name) => JSON.stringify(one[name]) !== JSON.stringify(other[name])
  )
