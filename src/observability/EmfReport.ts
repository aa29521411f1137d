/** Writes a line for CloudWatch to standard output once a minute, and what is left on a stop. */
import { Clock, Console, Effect, Layer, Schedule } from "effect"
import { supervise } from "../actor/supervise.ts"
import { version } from "../version.ts"
import { emfLine } from "./emfLine.ts"
import { Vitals } from "./Vitals.ts"

const MINUTE_MS = 60_000

/** `service`: value of the only dimension. */
export const layer = ({ service }: { readonly service: string }) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const vitals = yield* Vitals
      let before = vitals.read()
      const report = Effect.gen(function* () {
        const now = vitals.read()
        const line = emfLine(now, before, { service, version, at: yield* Clock.currentTimeMillis })
        before = now
        yield* Console.log(line)
      })
      yield* Effect.addFinalizer(() => report)
      yield* report.pipe(
        Effect.schedule(Schedule.fixed(MINUTE_MS)),
        Effect.andThen(Effect.never),
        supervise("cloudwatch report")
      )
    })
  )
