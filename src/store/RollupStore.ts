/** Where rollups are kept: beside the messages, in the same engine. Every engine passes `test/contract/rollupStore.ts`. */
import { Context, type Effect } from "effect"
import type { StoreUnavailable } from "./MessageStore.ts"
import type { Rollup, RollupKey } from "./Rollup.ts"

/** Rollups of one scope and tier with `from` ≤ start < `to`, in the order of (start, id, node); ids compare by code unit. */
export interface RollupRange {
  readonly scope: Rollup["scope"]
  readonly tier: Rollup["tier"]
  readonly from: number
  readonly to: number
  /** Only those of this room or user. */
  readonly id?: string | undefined
  /** Whether `sketches` are needed; they are empty otherwise, which spares reading them. */
  readonly sketches: boolean
  /** Where the previous page ended. */
  readonly after?: RollupKey | undefined
  /** Rollups at most; fewer only at the end. */
  readonly limit: number
}

/** Rollups of one scope and tier that began before a moment, at most `limit` of them. */
export interface RollupsBefore {
  readonly scope: Rollup["scope"]
  readonly tier: Rollup["tier"]
  readonly before: number
  readonly limit: number
}

export class RollupStore extends Context.Service<
  RollupStore,
  {
    /**
     * Writes rollups, each as a whole, in any order; of two under one key the later one counts. One may be kept and another not where
     * this fails. Repeating it changes nothing. A rollup that no repetition would make fit, such as one that starts at no whole
     * number, or one of over 400 KB in DynamoDB, is a mistake of the caller and a defect.
     */
    put(rollups: ReadonlyArray<Rollup>): Effect.Effect<void, StoreUnavailable>
    /** A page of a range. */
    range(range: RollupRange): Effect.Effect<ReadonlyArray<Rollup>, StoreUnavailable>
    /** Those of the keys that exist, with their sketches, each once and in any order. */
    find(keys: ReadonlyArray<RollupKey>): Effect.Effect<ReadonlyArray<Rollup>, StoreUnavailable>
    /** Deletes rollups, in any order; answers how many, which are fewer than `limit` only when none are left. */
    remove(old: RollupsBefore): Effect.Effect<number, StoreUnavailable>
  }
>()("hubbub/analytics/RollupStore") {}
