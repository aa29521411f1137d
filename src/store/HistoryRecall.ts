/** A room's past for the hub, read from wherever history is. */
import { Effect, Layer } from "effect"
import { Recall, RecallFailed } from "../log/Recall.ts"
import { History } from "./History.ts"

export const layer = Layer.effect(
  Recall,
  Effect.gen(function* () {
    const history = yield* History
    return Recall.of({
      range: (roomId, after, to, maxBytes) =>
        Effect.mapError(
          history.range(roomId, after, to, maxBytes),
          ({ message }) => new RecallFailed({ reason: message })
        )
    })
  })
)
