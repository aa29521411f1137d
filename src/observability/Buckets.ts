/** A histogram with fixed bounds that only ever grows, as Prometheus wants it. */
import type { Distribution, Labels } from "./MetricFamily.ts"

/** Seconds; from a write that meets no one to a client's patience. */
export const LATENCY_SECONDS: ReadonlyArray<number> = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
]

export class Buckets {
  private readonly bounds: ReadonlyArray<number>
  private readonly counts: Float64Array
  private sum = 0

  /** `bounds`: upper ones, inclusive, ascending; what lies above the last is counted too. */
  constructor(bounds: ReadonlyArray<number>) {
    this.bounds = bounds
    this.counts = new Float64Array(bounds.length + 1)
  }

  add(value: number): void {
    const { bounds } = this
    let index = 0
    // most values are small, so the walk is short; `!(≤)` puts NaN nowhere but at the end
    while (index < bounds.length && !(value <= bounds[index]!)) index++
    this.counts[index]!++
    this.sum += value
  }

  read(labels: Labels = {}): Distribution {
    return { labels, bounds: this.bounds, counts: Array.from(this.counts), sum: this.sum }
  }
}
