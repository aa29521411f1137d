/** Full-jitter back-off: anything up to a bound that doubles, so that callers who failed together do not come back together. */
import { Duration, Effect, Random, Schedule } from "effect"
import { DynamoDbFailure } from "./DynamoDbFailure.ts"

/** Milliseconds of the first bound, and of the last. */
const BASE_MS = 200
const CAP_MS = 1000

/** Pauses before the try that follows `failures` failed ones in a row. */
export const backOff = (failures: number): Effect.Effect<void> =>
  Effect.flatMap(Random.next, (share) => Effect.sleep(share * Math.min(CAP_MS, BASE_MS * 2 ** failures)))

/** The same as a schedule for `Effect.retry`. */
const fullJitter = Schedule.min([Schedule.exponential(BASE_MS), Schedule.spaced(CAP_MS)]).pipe(
  Schedule.modifyDelay(({ duration }) => Effect.map(Random.next, (share) => Duration.times(duration, share)))
)

/** Tries of one call, and the milliseconds that they may take together. */
const TRIES = 3
const TRIES_MS = 4000

const late = new DynamoDbFailure({ kind: "transient", reason: "DynamoDB did not answer in time" })

/** Calls again what may succeed the next time. */
export const persistently = <A>(call: Effect.Effect<A, DynamoDbFailure>): Effect.Effect<A, DynamoDbFailure> =>
  call.pipe(
    Effect.retry({ while: ({ kind }) => kind === "transient", schedule: fullJitter, times: TRIES - 1 }),
    Effect.timeoutOrElse({ duration: TRIES_MS, orElse: () => Effect.fail(late) })
  )
