/** Has who is taken into a group begin to read there from then on, beside what else a herald does. */
import { Effect, FiberSet, Layer } from "effect"
import { Herald } from "../private/Herald.ts"
import { ReadMarkers } from "../reading/ReadMarkers.ts"

/** Needs, and gives, a Herald; and ReadMarkers. */
export const layer = Layer.effect(
  Herald,
  Effect.gen(function* () {
    const herald = yield* Herald
    const markers = yield* ReadMarkers
    const fork = yield* FiberSet.makeRuntime<never, void>()
    return {
      tell: (userId, frame) => herald.tell(userId, frame),
      expel: (userId, roomId) => herald.expel(userId, roomId),
      admit: (userId, roomId) => {
        herald.admit(userId, roomId)
        if (markers === undefined) return
        fork(
          markers.admitted(userId, roomId).pipe(
            // they read from the beginning then
            Effect.catchTag("ProtocolError", ({ message }) =>
              Effect.logDebug("where a new member begins to read could not be noted", { room: roomId, why: message })
            )
          )
        )
      }
    }
  })
)
