/** Has the hub say what the house says, in order with what everybody else does. */
import { Clock, Effect, Layer } from "effect"
import { type ProtocolError, refusal } from "../../domain/ProtocolError.ts"
import { Hub } from "../../hub/Hub.ts"
import { type Speaker as Service, Speaker, type Spoken } from "./Speaker.ts"

/** Milliseconds until whoever asks is told that it takes too long. */
const DEADLINE_MS = 10_000
/** Milliseconds after which what found the hub's inbox full is worth another try. */
const RETRY_MS = 1000

const full = refusal("overloaded", "too much waits to be said; try again later", undefined, RETRY_MS)
const crowded = refusal("overloaded", "too many rooms are in use", "roomId", 60 * RETRY_MS)
const late = refusal("unavailable", "it may have been said or not; send it again with the same Idempotency-Key")

export const layer = Layer.effect(
  Speaker,
  Effect.gen(function* () {
    const hub = yield* Hub
    const clock = yield* Clock.Clock
    const say: Service["say"] = (draft) =>
      Effect.callback<Spoken, ProtocolError>((resume) => {
        if (!hub.takes(draft.roomId)) return resume(Effect.fail(crowded))
        const arrivedAt = Number(clock.monotonicTimeNanosUnsafe()) / 1e6
        const taken = hub.submit({
          _tag: "Announce",
          draft,
          arrivedAt,
          settled: (outcome) => {
            if (outcome._tag === "refused") return resume(Effect.fail(outcome.error))
            const { duplicate, epoch, message } = outcome
            const { messageId, seq, timestamp } = message
            resume(Effect.succeed({ messageId, seq, epoch, timestamp, duplicate }))
          }
        })
        if (!taken) resume(Effect.fail(full))
      }).pipe(Effect.timeoutOrElse({ duration: DEADLINE_MS, orElse: () => Effect.fail(late) }))
    return { say }
  })
)
