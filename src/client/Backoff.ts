/** How long to wait before coming back: anything up to a bound that doubles with each attempt ("full jitter"), so that a crowd spreads. */

export interface Backoff {
  /** Half the bound of the first wait, and the bound of all, in milliseconds. */
  readonly minMs: number
  readonly maxMs: number
}

/** Milliseconds before the `attempt`th try in a row, counted from 1; `random` gives numbers of [0, 1). */
export const waitBefore = (attempt: number, { maxMs, minMs }: Backoff, random: () => number): number =>
  Math.floor(random() * Math.min(maxMs, minMs * 2 ** attempt))
