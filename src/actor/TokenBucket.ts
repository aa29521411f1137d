/** A token bucket (ITU-T I.371 leaky bucket as a meter): `rate` tokens a second, at most `burst` saved up. */

/** A whole token but for rounding: a bucket refilled in small steps still has one when the wait it named is over. */
const WHOLE = 1 - 1e-9

export class TokenBucket {
  private tokens: number
  private at: number
  private readonly rate: number
  private readonly burst: number

  /** `rate` in tokens per second, 0 for no limit; `now` in monotonic milliseconds. */
  constructor(rate: number, burst: number, now: number) {
    this.rate = rate
    this.burst = burst
    this.tokens = burst
    this.at = now
  }

  /** Takes a token and returns 0, or takes none and returns the milliseconds until one is there. */
  take(now: number): number {
    if (this.rate === 0) return 0
    this.refill(now)
    if (this.tokens >= WHOLE) {
      this.tokens -= 1
      return 0
    }
    return Math.max(1, Math.ceil(((WHOLE - this.tokens) / this.rate) * 1000))
  }

  /** Whether it has been left alone long enough to be the same as a new one. */
  full(now: number): boolean {
    this.refill(now)
    return this.tokens >= this.burst
  }

  private refill(now: number) {
    const elapsed = now - this.at
    if (elapsed <= 0) return
    this.at = now
    this.tokens = Math.min(this.burst, this.tokens + (elapsed / 1000) * this.rate)
  }
}
