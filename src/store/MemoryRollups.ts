/** Keeps rollups in memory, sorted: for servers that keep nothing, for tests, and as the model that the other engines must agree with. */
import { Effect, Layer } from "effect"
import type { Rollup, RollupKey } from "./Rollup.ts"
import { RollupStore } from "./RollupStore.ts"
import { Sorted } from "./Sorted.ts"

type Place = Pick<RollupKey, "start" | "id" | "node">

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const byPlace = (a: Place, b: Place) => a.start - b.start || byText(a.id, b.id) || byText(a.node, b.node)

/** Before every rollup that starts then: no text comes before the empty one. */
const startOf = (start: number): Place => ({ start, id: "", node: "" })

/** Rollups of one scope and tier, altogether and by id. */
class Shelf {
  private readonly all = new Sorted<Place, Rollup>(byPlace)
  private readonly byId = new Map<string, Sorted<Place, Rollup>>()

  /** All, or those of one id. */
  of(id: string | undefined): Sorted<Place, Rollup> | undefined {
    return id === undefined ? this.all : this.byId.get(id)
  }

  set(rollup: Rollup): void {
    let own = this.byId.get(rollup.id)
    if (own === undefined) this.byId.set(rollup.id, (own = new Sorted(byPlace)))
    own.set(rollup)
    this.all.set(rollup)
  }

  remove(before: number, limit: number): number {
    const gone = this.all.shift(Math.min(limit, this.all.at(startOf(before))))
    for (const rollup of gone) {
      const own = this.byId.get(rollup.id)
      own?.remove(rollup)
      if (own?.size === 0) this.byId.delete(rollup.id)
    }
    return gone.length
  }
}

const nameOf = ({ scope, tier }: Pick<RollupKey, "scope" | "tier">) => scope + tier

export const layer: Layer.Layer<RollupStore> = Layer.sync(RollupStore, () => {
  const shelves = new Map<string, Shelf>()

  return RollupStore.of({
    put: (rollups) =>
      Effect.sync(() => {
        for (const rollup of rollups) {
          const name = nameOf(rollup)
          let shelf = shelves.get(name)
          if (shelf === undefined) shelves.set(name, (shelf = new Shelf()))
          shelf.set(rollup)
        }
      }),
    range: ({ after, from, id, limit, sketches, to, ...shelf }) =>
      Effect.sync(() => {
        const rollups = shelves.get(nameOf(shelf))?.of(id)
        if (rollups === undefined) return []
        const first = Math.max(rollups.at(startOf(from)), after === undefined ? 0 : rollups.after(after))
        const page = rollups.slice(first, Math.min(rollups.at(startOf(to)), first + limit))
        return sketches ? page : page.map((rollup) => ({ ...rollup, sketches: "" }))
      }),
    find: (keys) =>
      Effect.sync(() => {
        const found = new Set<Rollup>()
        for (const key of keys) {
          const rollup = shelves.get(nameOf(key))?.of(key.id)?.get(key)
          if (rollup !== undefined) found.add(rollup)
        }
        return [...found]
      }),
    remove: ({ before, limit, ...shelf }) => Effect.sync(() => shelves.get(nameOf(shelf))?.remove(before, limit) ?? 0)
  })
})
