/**
 * Windows that were measured in turn, each beside one of the other kind. They are compared pair by pair: medians of each side alone would
 * tell more about what else the machine did.
 */
import { median } from "./Row.ts"

export interface Compared {
  /** Medians of each side. */
  readonly on: number
  readonly off: number
  /** Median of `on` ÷ `off` over all pairs, and its standard error. */
  readonly ratio: number
  readonly error: number
}

/** Standard error of their median, from the range in which half of them lie. */
const errorOf = (ratios: ReadonlyArray<number>): number => {
  const sorted = ratios.filter((ratio) => !Number.isNaN(ratio)).sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN
  return (0.93 * (at(0.75) - at(0.25))) / Math.sqrt(sorted.length)
}

export const compared = (on: ReadonlyArray<number>, off: ReadonlyArray<number>): Compared => {
  const ratios = on.map((value, index) => value / (off[index] ?? Number.NaN))
  return { on: median(on), off: median(off), ratio: median(ratios), error: errorOf(ratios) }
}

export const ratioOf = ({ error, ratio }: Compared): string => `${ratio.toFixed(3)} ± ${error.toFixed(3)} ×`
