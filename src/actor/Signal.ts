/**
 * A flag one fiber waits for. Like a Latch with a single waiter, at a tenth of its memory (a Latch carries three effects of its own, and
 * there is one of these per connection); raising it resumes the waiter on the spot, without a turn of the event loop between.
 */
import { Effect } from "effect"

export class Signal {
  private raised = false
  private waiter: ((effect: Effect.Effect<void>) => void) | undefined

  raise(): void {
    this.raised = true
    const waiter = this.waiter
    if (waiter === undefined) return
    this.waiter = undefined
    waiter(Effect.void)
  }

  lower(): void {
    this.raised = false
  }

  /** Waits until the flag is up; does not lower it. */
  get wait(): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      if (this.raised) return resume(Effect.void)
      // no cleanup, which would be kept while parked: resuming a fiber that is gone does nothing
      this.waiter = resume
    })
  }
}
