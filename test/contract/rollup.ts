/** Rollups for the tests of their stores, and what a store that has them should answer. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { type Rollup, type RollupKey, TIER_MS } from "../../src/store/Rollup.ts"
import { type RollupRange, type RollupsBefore, RollupStore } from "../../src/store/RollupStore.ts"

/** The first moment of a day. */
export const DAY = Date.UTC(2025, 11, 30)
export const { d: DAY_MS, m: MINUTE_MS, q: QUARTER_MS } = TIER_MS

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const byPlace = (a: RollupKey, b: RollupKey) => a.start - b.start || byText(a.id, b.id) || byText(a.node, b.node)

const nameOf = ({ id, node, scope, start, tier }: RollupKey) => JSON.stringify([scope, tier, id, start, node])

export const keyOf = ({ id, node, scope, start, tier }: RollupKey): RollupKey => ({ scope, tier, id, start, node })

/** A rollup that differs from every other one; a quarter of an hour of everything unless more is said. */
export const rollup = (start: number, more: Partial<Rollup> = {}): Rollup => {
  const { id = "", node = "node-1", scope = "G", tier = "q" } = more
  const through = more.through ?? start + 1
  const counts = more.counts ?? JSON.stringify({ messages: start % 997, of: id.length })
  return { scope, tier, id, start, node, through, counts, sketches: more.sketches ?? "" }
}

export const user = (id: string, start = DAY, more: Partial<Rollup> = {}) =>
  rollup(start, { ...more, scope: "U", tier: "d", id })
export const room = (id: string, start = DAY, more: Partial<Rollup> = {}) => rollup(start, { ...more, scope: "R", id })
export const totals = (node: string, more: Partial<Rollup> = {}) => rollup(0, { ...more, scope: "T", tier: "t", node })

/** The simplest store there can be. */
export class RollupModel {
  private readonly all = new Map<string, Rollup>()

  put(rollups: ReadonlyArray<Rollup>): void {
    for (const one of rollups) this.all.set(nameOf(one), one)
  }

  range({ after, from, id, limit, scope, sketches, tier, to }: RollupRange): ReadonlyArray<Rollup> {
    return [...this.all.values()]
      .filter((one) => one.scope === scope && one.tier === tier && one.start >= from && one.start < to)
      .filter((one) => (id === undefined || one.id === id) && (after === undefined || byPlace(one, after) > 0))
      .sort(byPlace)
      .slice(0, limit)
      .map((one) => (sketches ? one : { ...one, sketches: "" }))
  }

  find(keys: ReadonlyArray<RollupKey>): ReadonlyArray<Rollup> {
    const names = new Set(keys.map(nameOf))
    return inOrder([...this.all.values()].filter((one) => names.has(nameOf(one))))
  }

  /** Those that began before, all of them. */
  remove({ before, scope, tier }: Omit<RollupsBefore, "limit">): number {
    const old = [...this.all].filter(([, one]) => one.scope === scope && one.tier === tier && one.start < before)
    for (const [name] of old) this.all.delete(name)
    return old.length
  }
}

/** For answers whose order is open. */
export const inOrder = (rollups: ReadonlyArray<Rollup>) => rollups.toSorted((a, b) => byText(nameOf(a), nameOf(b)))

type Part = Omit<RollupRange, "after" | "limit" | "from" | "to" | "sketches"> &
  Partial<Pick<RollupRange, "from" | "to" | "sketches">>

/** Follows pages until one is not full; each begins where the last one ended. */
export const whole = Effect.fnUntraced(function* (part: Part, limit = 1000) {
  const store = yield* RollupStore
  const all: Array<Rollup> = []
  for (;;) {
    const page = yield* store.range({
      from: 0,
      to: DAY + 1000 * DAY_MS,
      sketches: true,
      ...part,
      after: all.at(-1),
      limit
    })
    assert.isAtMost(page.length, limit)
    all.push(...page)
    if (page.length < limit) return all
    assert.isAtMost(all.length, 100_000, "the pages go round in a circle")
  }
})
