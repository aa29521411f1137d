/** Every refusal a client can be answered with. A refusal is an answer to one frame; it never closes the connection. */
import { Schema } from "effect"

/** `code` of an `error` frame and of a refused upgrade. Codes are part of the wire protocol: add, never rename. */
export const ErrorCode = Schema.Literals([
  "invalid_frame",
  "forbidden_type",
  "forbidden_room",
  "invalid_token",
  "invalid_username",
  "invalid_user_id",
  "invalid_room",
  "invalid_history",
  "empty_content",
  "content_too_long",
  "invalid_content",
  "rejected",
  "forbidden",
  "not_found",
  "banned",
  "muted",
  "slow_mode",
  "frozen",
  "not_subscribed",
  "not_supported",
  "too_many_rooms",
  "rate_limited",
  "overloaded",
  "storage_full",
  "unavailable",
  "idempotency_conflict",
  "internal",
  "draining"
])
export type ErrorCode = typeof ErrorCode.Type

/** A frame that was refused: why, which field, and after how many milliseconds a retry can succeed (where waiting helps). */
export class ProtocolError extends Schema.TaggedError<ProtocolError>()("ProtocolError", {
  code: ErrorCode,
  message: Schema.String,
  field: Schema.optionalKey(Schema.String),
  retryAfterMs: Schema.optionalKey(Schema.Int)
}) {}

/** `field` names the part of the frame or query that is wrong; `retryAfterMs` is given where waiting helps. */
export const refusal = (code: ErrorCode, message: string, field?: string, retryAfterMs?: number): ProtocolError =>
  new ProtocolError({
    code,
    message,
    ...(field === undefined ? {} : { field }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs })
  })
