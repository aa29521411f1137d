/**
 * Durations in logarithmic buckets that can be merged (the scheme of DDSketch, Masson et al. 2019): any quantile is within 5 % of the
 * true value, from 1 µs to 100 s, in one small array.
 */

const GAMMA = 1.1
const LOG_GAMMA = Math.log(GAMMA)
const MIN_MS = 0.001
const BUCKETS = Math.ceil(Math.log(100_000 / MIN_MS) / LOG_GAMMA) + 1

export class LatencyHistogram {
  private readonly counts = new Uint32Array(BUCKETS)
  count = 0

  /** Adds a duration in milliseconds; what is under 1 µs counts as 1 µs, over 100 s as 100 s. */
  record(ms: number): void {
    const index = ms <= MIN_MS ? 0 : Math.ceil(Math.log(ms / MIN_MS) / LOG_GAMMA)
    this.counts[Math.min(index, BUCKETS - 1)]!++
    this.count++
  }

  merge(other: LatencyHistogram): void {
    for (let i = 0; i < BUCKETS; i++) this.counts[i]! += other.counts[i]!
    this.count += other.count
  }

  clear(): void {
    this.counts.fill(0)
    this.count = 0
  }

  /** The duration in milliseconds that a share `q` (0 to 1) of all records does not exceed; `null` without a record. */
  quantile(q: number): number | null {
    if (this.count === 0) return null
    const rank = Math.max(1, Math.ceil(q * this.count))
    let seen = 0
    for (let i = 0; i < BUCKETS; i++) {
      seen += this.counts[i]!
      if (seen >= rank) return i === 0 ? MIN_MS : (2 * MIN_MS * GAMMA ** i) / (GAMMA + 1)
    }
    return null
  }
}
