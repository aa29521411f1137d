/**
 * Whether the table can be used. One supervised fiber tries until it can, at most about once a second; everybody else is told at once how
 * the last try ended, and only waits while none has ended yet.
 */
import { Deferred, Effect, Latch, Random, type Scope } from "effect"
import { supervise } from "../../actor/supervise.ts"
import type { Supervisor } from "../../actor/Supervisor.ts"
import type { DynamoDbFailure } from "./DynamoDbFailure.ts"
import { StoreUnavailable } from "../MessageStore.ts"

/** Milliseconds between two tries: from the one to the other, at random, so that several servers do not try together. */
const RETRY_MIN_MS = 700
const RETRY_MAX_MS = 1200

export interface DynamoDbConnection {
  /** Succeeds when the last try did, and fails with its reason when it did not. */
  readonly ready: Effect.Effect<void, StoreUnavailable>
  /** Tells that the table is not what it was: it is looked at, and made, again. */
  readonly lost: Effect.Effect<void>
}

const pause = Effect.flatMap(Random.nextBetween(RETRY_MIN_MS, RETRY_MAX_MS), (ms) => Effect.sleep(ms))

/** Connects by `attempt` for as long as its scope is open. */
export const connect = (
  attempt: Effect.Effect<void, DynamoDbFailure>
): Effect.Effect<DynamoDbConnection, never, Scope.Scope | Supervisor> =>
  Effect.gen(function* () {
    const disconnected = yield* Latch.make(true)
    let outcome = Deferred.makeUnsafe<void, StoreUnavailable>()
    let told: string | undefined

    const conclude = (effect: Effect.Effect<void, StoreUnavailable>) => {
      if (Deferred.isDoneUnsafe(outcome)) outcome = Deferred.makeUnsafe()
      Deferred.doneUnsafe(outcome, effect)
    }

    const failed = Effect.fnUntraced(function* ({ reason }: DynamoDbFailure) {
      conclude(Effect.fail(new StoreUnavailable({ reason })))
      // once for each reason, not once for each try
      if (reason !== told) yield* Effect.logWarning("message store unavailable", { reason })
      told = reason
      yield* pause
    })

    const succeeded = Effect.gen(function* () {
      Latch.closeUnsafe(disconnected)
      conclude(Effect.void)
      yield* Effect.logInfo("message store ready")
      told = undefined
      yield* pause
    })

    yield* Effect.addFinalizer(() =>
      Effect.sync(() => conclude(Effect.fail(new StoreUnavailable({ reason: "the message store is closed" }))))
    )
    yield* disconnected.await.pipe(
      Effect.andThen(Effect.matchEffect(attempt, { onFailure: failed, onSuccess: () => succeeded })),
      Effect.forever,
      supervise("dynamoDbConnection")
    )

    return {
      ready: Effect.suspend(() => Deferred.await(outcome)),
      lost: Effect.sync(() => {
        if (Latch.isOpen(disconnected)) return
        outcome = Deferred.makeUnsafe()
        Latch.openUnsafe(disconnected)
      })
    }
  })
