/** Searches through many messages: each reads much, so one is under way at a time and few wait for it. */
import { Data, Effect, Semaphore } from "effect"

/** Searches that may wait. */
const WAITING = 8
/** Searches of one seeker that may be under way or wait. */
const OF_ONE = 2
/** Milliseconds after which a search that found too many waiting is worth another try. */
const RETRY_MS = 1000

/** As many searches wait as may; `retryAfterMs` milliseconds later it may be worth asking again. */
export class TooManySearches extends Data.TaggedError("TooManySearches")<{ readonly retryAfterMs: number }> {}

export class Searches {
  private readonly turn = Semaphore.makeUnsafe(1)
  private begun = 0
  /** How many of whom are under way or wait. */
  private readonly seekers = new Map<string, number>()

  /** Does a search once it is its turn; of one `seeker`, two are under way or wait at the most. */
  run<A, E>(search: Effect.Effect<A, E>, seeker?: string): Effect.Effect<A, E | TooManySearches> {
    const begin = Effect.suspend(() => {
      if (this.begun > WAITING || this.of(seeker) >= OF_ONE) {
        return Effect.fail(new TooManySearches({ retryAfterMs: RETRY_MS }))
      }
      this.begun++
      if (seeker !== undefined) this.seekers.set(seeker, this.of(seeker) + 1)
      return Effect.void
    })
    const end = Effect.sync(() => {
      this.begun--
      if (seeker === undefined) return
      const left = this.of(seeker) - 1
      if (left > 0) this.seekers.set(seeker, left)
      else this.seekers.delete(seeker)
    })
    return Effect.acquireUseRelease(
      begin,
      () => this.turn.withPermit(search),
      () => end
    )
  }
  private of(seeker: string | undefined): number {
    return seeker === undefined ? 0 : (this.seekers.get(seeker) ?? 0)
  }
}
