/** The past of a room beyond what is in memory, for clients that resume from far back and for rooms that come back into memory. */
import { Context, Effect, Layer, Schema } from "effect"
import type { RoomId } from "../domain/RoomId.ts"

/** What is asked for cannot be read now. `reason` is for operators. */
export class RecallFailed extends Schema.TaggedError<RecallFailed>()("RecallFailed", { reason: Schema.String }) {}

/** The messages with `from` < seq ≤ the end that was asked for, in order. */
export interface Recalled {
  readonly from: number
  /** The wire JSON of each. */
  readonly messages: ReadonlyArray<string>
}

export class Recall extends Context.Service<
  Recall,
  {
    /**
     * A room's messages of the present epoch with `after` < seq ≤ `to`, or as many of the newest of them as `maxBytes` of JSON hold,
     * in which case `from` is larger than `after`.
     */
    range(roomId: RoomId, after: number, to: number, maxBytes: number): Effect.Effect<Recalled, RecallFailed>
  }
>()("hubbub/log/Recall") {
  /** For a log that has nothing beyond what is in memory. */
  static readonly layerNone = Layer.succeed(Recall, {
    range: (_roomId, _after, to) => Effect.succeed({ from: to, messages: [] })
  })
}
