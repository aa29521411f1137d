/**
 * What one node counted for one scope in one stretch of time, as stores keep it. Values are absolute: writing a rollup again, or a later
 * one under the same key, replaces it, so that a retry or a replay changes nothing; readers add up the nodes.
 */

/**
 * `G` everything, `R` one room, `U` one user, `T` a node's totals since it began. Tiers: `m` a UTC minute, `q` a UTC quarter of an hour,
 * `d` a UTC day (users only), `t` all time (totals only). `G` and `R` come in `m` and `q`, `U` in `m` and `d`, `T` in `t`.
 */
export interface RollupKey {
  readonly scope: "G" | "R" | "U" | "T"
  readonly tier: "m" | "q" | "d" | "t"
  /** The room's or the user's id; empty for `G` and `T`. */
  readonly id: string
  /** Milliseconds since 1970 at which the stretch begins, a multiple of its length; 0 for `T`. */
  readonly start: number
  readonly node: string
}

export interface Rollup extends RollupKey {
  /** Everything before this moment (milliseconds since 1970) that belongs here is in it. */
  readonly through: number
  /** JSON of plain numbers. */
  readonly counts: string
  /** JSON of sketches and histograms; empty where there are none. */
  readonly sketches: string
}

/** Length of a tier's stretch in milliseconds. */
export const TIER_MS = { m: 60_000, q: 900_000, d: 86_400_000 } as const
