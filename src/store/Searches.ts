/** The searches for messages that nobody says the place of: each reads much, so one is under way at a time and few wait for it. */
import { Data, Effect, Semaphore } from "effect"

/** Searches that may wait. */
const WAITING = 8
/** Milliseconds after which a search that found too many waiting is worth another try. */
const RETRY_MS = 1000

/** As many searches wait as may; `retryAfterMs` milliseconds later it may be worth asking again. */
export class TooManySearches extends Data.TaggedError("TooManySearches")<{ readonly retryAfterMs: number }> {}

export class Searches {
  private readonly turn = Semaphore.makeUnsafe(1)
  private begun = 0

  /** Does a search once it is its turn. */
  run<A, E>(search: Effect.Effect<A, E>): Effect.Effect<A, E | TooManySearches> {
    const begin = Effect.suspend(() => {
      if (this.begun > WAITING) return Effect.fail(new TooManySearches({ retryAfterMs: RETRY_MS }))
      this.begun++
      return Effect.void
    })
    const end = Effect.sync(() => {
      this.begun--
    })
    return Effect.acquireUseRelease(
      begin,
      () => this.turn.withPermit(search),
      () => end
    )
  }
}
