/**
 * Keeps calls from something that does not answer: after some failures in a row nobody calls for a while, then one caller finds out. It
 * has no clock of its own; every `now` is in monotonic milliseconds.
 */

/** Failures in a row that open it. */
export const OPENS_AFTER = 5
/** Milliseconds it stays open, at first and at most; each failed probe doubles them. */
export const OPEN_MS = { first: 1000, most: 30_000 } as const

/** Leave to call, to be handed back with how it went. `probe`: the one call on which it depends whether others may again. */
export type Leave = "call" | "probe"

export class Breaker {
  private failures = 0
  private until: number | undefined
  private openMs: number = OPEN_MS.first
  private probing = false

  /** Whether it is open, a probe in progress included. */
  get open(): boolean {
    return this.until !== undefined
  }

  /** Leave to call, or nothing. */
  ask(now: number): Leave | undefined {
    if (this.until === undefined) return "call"
    if (this.probing || now < this.until) return undefined
    this.probing = true
    return "probe"
  }

  /** The call was answered. */
  succeeded(leave: Leave): void {
    if (leave === "call") {
      // one that began before it opened changes nothing: the probe decides
      if (this.until === undefined) this.failures = 0
      return
    }
    this.probing = false
    this.until = undefined
    this.failures = 0
    this.openMs = OPEN_MS.first
  }

  /** The call was not answered. */
  failed(leave: Leave, now: number): void {
    if (leave === "probe") {
      this.probing = false
      this.openMs = Math.min(OPEN_MS.most, this.openMs * 2)
      this.until = now + this.openMs
      return
    }
    if (this.until === undefined && ++this.failures >= OPENS_AFTER) this.until = now + this.openMs
  }

  /** The caller left before it could know. */
  left(leave: Leave): void {
    if (leave === "probe") this.probing = false
  }
}
