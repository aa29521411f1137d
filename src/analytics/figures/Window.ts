/** The stretch of time that figures are asked for, and the local days and hours in it. */
import type { Kept } from "../Figures.ts"
import type { Bucket, BucketSize, Zone } from "../../domain/Zone.ts"

/** Half-open, milliseconds since 1970, moved outwards to whole minutes or quarters. */
export interface Window {
  readonly from: number
  readonly to: number
  readonly zone: Zone
  readonly kept: Kept
}

/** Whole buckets that overlap the window, but for those that begin after everything that was counted. */
export const wholeBuckets = ({ from, kept, to, zone }: Window, size: BucketSize): Array<Bucket> =>
  zone.buckets(from, Math.min(to, kept.computedAt + 1), size)

/** The same, cut by the window. `partial`: cut, or not over yet. */
export const cutBuckets = (window: Window, size: BucketSize): Array<Bucket & { readonly partial: boolean }> =>
  wholeBuckets(window, size).map(({ end, start }) => ({
    start: Math.max(start, window.from),
    end: Math.min(end, window.to),
    partial: start < window.from || end > window.to || end > window.kept.computedAt
  }))

/** Number of the bucket that a moment lies in. Moments must come in ascending order; −1 for those after the last bucket. */
export const locator = (buckets: ReadonlyArray<Bucket>): ((at: number) => number) => {
  let index = 0
  return (at) => {
    while (index < buckets.length && at >= buckets[index]!.end) index++
    return index < buckets.length ? index : -1
  }
}

/** One number by another; `null` where there is nothing to divide by. */
export const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)

/** A percentile of a histogram is 1 % off at most; six digits of it are plenty. */
export const rounded = (value: number | null): number | null => (value === null ? null : Number(value.toPrecision(6)))
