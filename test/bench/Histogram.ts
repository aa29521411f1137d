/**
 * Latencies in microseconds, log-bucketed: exact up to 128, then 64 buckets per power of two, so a quantile is at most 1.6 %
 * off. Recording is two array accesses; it happens for every delivered frame, millions a second.
 */
const linear = 128
const perOctave = 64
const octaves = 24

export class Histogram {
  readonly counts = new Float64Array(linear + perOctave * octaves)
  count = 0
  max = 0

  record(micros: number): void {
    const value = micros < 0 ? 0 : micros > 1_073_741_823 ? 1_073_741_823 : Math.floor(micros)
    const index = bucketOf(value)
    this.counts[index] = (this.counts[index] ?? 0) + 1
    this.count++
    if (value > this.max) this.max = value
  }

  reset(): void {
    this.counts.fill(0)
    this.count = 0
    this.max = 0
  }

  /** The middle of the bucket in which the given share (0–1) of all values has been reached; `NaN` when empty. */
  quantile(share: number): number {
    if (this.count === 0) return Number.NaN
    const target = Math.max(1, Math.ceil(share * this.count))
    let seen = 0
    for (let index = 0; index < this.counts.length; index++) {
      seen += this.counts[index] ?? 0
      if (seen >= target) return Math.min(middleOf(index), this.max)
    }
    return this.max
  }
}

const bucketOf = (value: number): number => {
  if (value < linear) return value
  // 25 leading zeros is 64–127: the shift leaves 64–127 in every octave above.
  const shift = 25 - Math.clz32(value)
  return Math.min(linear + (shift - 1) * perOctave + (value >>> shift) - perOctave, linear + perOctave * octaves - 1)
}

const middleOf = (index: number): number => {
  if (index < linear) return index
  const shift = Math.floor((index - linear) / perOctave) + 1
  const low = (perOctave + ((index - linear) % perOctave)) * 2 ** shift
  return low + (2 ** shift - 1) / 2
}
