/** A place in a room's log. `seq` counts from 1 within an `epoch`; another epoch is another stream, never a continuation. */
import { Schema } from "effect"

export const Seq = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))

export const Position = Schema.Struct({ epoch: Seq, seq: Seq })
export type Position = typeof Position.Type
