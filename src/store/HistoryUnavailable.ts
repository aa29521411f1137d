import { Schema } from "effect"

/**
 * A page of history cannot be given just now, and none that lacks something is given instead. `reason` is for whoever asked;
 * `retryAfterMs` milliseconds later it may be worth asking again.
 */
export class HistoryUnavailable extends Schema.TaggedError<HistoryUnavailable>()("HistoryUnavailable", {
  reason: Schema.String,
  retryAfterMs: Schema.Int
}) {
  override get message() {
    return this.reason
  }
}
