/**
 * Values in logarithmic buckets that can be merged (the scheme of DDSketch, Masson et al. 2019): any quantile is within 1 % of the true
 * value, from 0.001 to 100,000 in the caller's unit (1 µs to 100 s for milliseconds, 1 ms to 28 h for seconds). Stored by bucket number,
 * so the buckets may not change.
 */

/** Each bucket ends 2 % above the one before; its middle is 0.99 % from either end. */
const GAMMA = 1.02
const PER_LOG = 1 / Math.log(GAMMA)
const LOWEST = 0.001
const HIGHEST = 100_000
const BUCKETS = Math.ceil(Math.log(HIGHEST / LOWEST) * PER_LOG) + 1

export class Histogram {
  /** Floats, since 32 bits of deliveries are used up within an hour; exact to 2^53. Nothing before the first record. */
  private counts: Float64Array | undefined
  private records = 0
  private total = 0
  private smallest = Infinity
  private largest = -Infinity

  /** How many values were recorded. */
  get count(): number {
    return this.records
  }

  /** Of all values, but for the rounding of floats. */
  get sum(): number {
    return this.total
  }

  /** Exact; `null` without a record. */
  get min(): number | null {
    return this.records === 0 ? null : this.smallest
  }

  /** Exact; `null` without a record. */
  get max(): number | null {
    return this.records === 0 ? null : this.largest
  }

  /**
   * Adds a value, `times` times (a whole number). No time is negative, so what is below 0 (a clock set back) and what is no number count
   * as 0, and what has no end as 100,000.
   */
  record(value: number, times = 1): void {
    if (times < 1) return
    const kept = value > 0 ? (value === Infinity ? HIGHEST : value) : 0
    this.counts ??= new Float64Array(BUCKETS)
    this.counts[bucketOf(kept)]! += times
    this.records += times
    this.total += kept * times
    if (kept < this.smallest) this.smallest = kept
    if (kept > this.largest) this.largest = kept
  }

  /** Adds all of another, which stays as it is. */
  merge(other: Histogram): void {
    if (other.counts === undefined || other.records === 0) return
    this.counts ??= new Float64Array(BUCKETS)
    for (let i = 0; i < BUCKETS; i++) this.counts[i]! += other.counts[i]!
    this.records += other.records
    this.total += other.total
    this.smallest = Math.min(this.smallest, other.smallest)
    this.largest = Math.max(this.largest, other.largest)
  }

  clear(): void {
    this.counts?.fill(0)
    this.records = 0
    this.total = 0
    this.smallest = Infinity
    this.largest = -Infinity
  }

  /**
   * The smallest value that a share `q` (0 to 1) of all records does not exceed, at most 1 % off and never outside `min` and `max`,
   * which are what 0 and 1 give; `null` without a record. Above 100,000 and below 0.001 only `min` and `max` are known.
   */
  quantile(q: number): number | null {
    if (this.counts === undefined || this.records === 0) return null
    // a whole rank may come out a hair above itself: 0.07 × 100 is 7.000000000000001
    const rank = Math.ceil(q * this.records * (1 - 2 ** -51))
    if (rank <= 1) return this.smallest
    if (rank >= this.records) return this.largest
    let seen = 0
    let bucket = 0
    while (bucket < BUCKETS - 1 && (seen += this.counts[bucket]!) < rank) bucket++
    return Math.min(Math.max(middleOf(bucket), this.smallest), this.largest)
  }

  /** JSON: `[min,max,sum,[[bucket,count],…]]` with the buckets that have records, in ascending order. */
  encode(): string {
    const filled: Array<readonly [number, number]> = []
    this.counts?.forEach((count, bucket) => {
      if (count > 0) filled.push([bucket, count])
    })
    return JSON.stringify([this.min, this.max, this.total, filled])
  }

  /** What `encode` wrote. Throws a `SyntaxError` or `RangeError` for a text that it cannot have written. */
  static decode(text: string): Histogram {
    const histogram = new Histogram()
    const stored: unknown = JSON.parse(text)
    const [min, max, sum, filled, ...rest]: ReadonlyArray<unknown> = Array.isArray(stored) ? stored : []
    if (!Array.isArray(filled) || rest.length > 0) throw malformed()
    if (filled.length === 0) return histogram
    if (!isAmount(min) || !isAmount(max) || !isAmount(sum) || min > max) throw malformed()
    const counts = new Float64Array(BUCKETS)
    for (const pair of filled) {
      const [bucket, count]: ReadonlyArray<unknown> = Array.isArray(pair) ? pair : []
      if (!isWhole(bucket) || bucket >= BUCKETS || !isWhole(count) || count === 0) throw malformed()
      counts[bucket]! += count
      histogram.records += count
    }
    histogram.counts = counts
    histogram.smallest = min
    histogram.largest = max
    histogram.total = sum
    return histogram
  }
}

/** The first bucket ends at 0.001, the last takes all that is more than 100,000. */
const bucketOf = (value: number): number =>
  value <= LOWEST ? 0 : Math.min(Math.ceil(Math.log(value / LOWEST) * PER_LOG), BUCKETS - 1)

/** The value that is nearest, by its share, to both ends of a bucket. */
const middleOf = (bucket: number): number => (bucket === 0 ? LOWEST : (2 * LOWEST * GAMMA ** bucket) / (GAMMA + 1))

const isAmount = (value: unknown): value is number => typeof value === "number" && value >= 0
const isWhole = (value: unknown): value is number => isAmount(value) && Number.isSafeInteger(value)
const malformed = () => new RangeError("a histogram is stored as [min,max,sum,[[bucket,count],…]]")
