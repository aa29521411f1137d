/** Forked fibers fail in silence; every long-lived fiber of ours starts through here instead. */
import { Cause, Effect, Schedule } from "effect"
import { Supervisor } from "./Supervisor.ts"

const backoff = Schedule.min([Schedule.exponential("10 millis"), Schedule.spaced("1 second")]).pipe(Schedule.jittered)

/** Keeps `loop` running until its scope closes: a crash is logged, counted and restarted with capped back-off. */
export const supervise =
  (name: string) =>
  <E, R>(loop: Effect.Effect<never, E, R>) =>
    Effect.gen(function* () {
      const supervisor = yield* Supervisor
      return yield* loop.pipe(
        Effect.sandbox,
        Effect.tapError((cause) => (Cause.hasInterruptsOnly(cause) ? Effect.void : supervisor.crashed(name, cause))),
        Effect.retry({
          schedule: backoff,
          while: (cause) => !Cause.hasInterruptsOnly(cause) && supervisor.healthy()
        }),
        Effect.forkScoped
      )
    })
