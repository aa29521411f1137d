/** Counts crashes of supervised fibers and gives up when one keeps crashing, so that an orchestrator can restart the process. */
import { Cause, Clock, Context, Data, Deferred, Effect, Layer } from "effect"

/** More crashes than this within the window and a restart no longer helps. */
export const MAX_RESTARTS = 5
export const RESTART_WINDOW_MS = 30_000

/** A supervised fiber crashed too often. Ends the process with a non-zero code. */
export class TooManyRestarts extends Data.TaggedError("TooManyRestarts")<{
  readonly fiber: string
  readonly restarts: number
}> {
  override get message() {
    return `${this.fiber} crashed ${this.restarts} times within ${RESTART_WINDOW_MS / 1000} s`
  }
}

export class Supervisor extends Context.Service<
  Supervisor,
  {
    /** Logs and counts the crash of a fiber that is not restarted: its owner ends with it. */
    noted(fiber: string, cause: Cause.Cause<unknown>): Effect.Effect<void>
    /** Logs and counts a crash; from then on `healthy` may be false. */
    crashed(fiber: string, cause: Cause.Cause<unknown>): Effect.Effect<void>
    /** False once some fiber was given up. */
    healthy(): boolean
    /** Crashes since start. */
    crashes(): number
    /** Waits until a fiber is given up, then fails with it. */
    readonly failure: Effect.Effect<never, TooManyRestarts>
  }
>()("hubbub/actor/Supervisor") {
  static readonly layer = Layer.effect(
    Supervisor,
    Effect.gen(function* () {
      const failed = yield* Deferred.make<never, TooManyRestarts>()
      const recent = new Map<string, Array<number>>()
      let healthy = true
      let total = 0
      return Supervisor.of({
        noted: (fiber, cause) =>
          Effect.suspend(() => {
            total++
            return Effect.logError("fiber crashed", { fiber }, cause)
          }),
        crashed: Effect.fnUntraced(function* (fiber, cause) {
          const now = Number(yield* Clock.monotonicTimeNanos) / 1e6
          const times = (recent.get(fiber) ?? []).filter((time) => now - time < RESTART_WINDOW_MS)
          times.push(now)
          recent.set(fiber, times)
          total++
          yield* Effect.logError("fiber crashed", { fiber, restarts: times.length }, cause)
          if (times.length <= MAX_RESTARTS) return
          healthy = false
          yield* Deferred.fail(failed, new TooManyRestarts({ fiber, restarts: times.length }))
        }),
        healthy: () => healthy,
        crashes: () => total,
        failure: Deferred.await(failed)
      })
    })
  )
}
