/** A clock that shows whatever time it is set to, while waiting takes as long as it really does. */
import { Clock, Effect } from "effect"

export interface StandingClock extends Clock.Clock {
  /** Shows `at`, milliseconds since 1970, from now on; nothing: the real time, as it does at first. */
  set(at: number | undefined): void
}

export const standingClock: Effect.Effect<StandingClock> = Effect.map(Clock.Clock, (real) => {
  let shown: number | undefined
  const millis = () => shown ?? real.currentTimeMillisUnsafe()
  const nanos = () => (shown === undefined ? real.currentTimeNanosUnsafe() : BigInt(shown) * 1_000_000n)
  return {
    set: (at) => {
      shown = at
    },
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: real.monotonicTimeNanos,
    sleep: (duration) => real.sleep(duration)
  }
})
