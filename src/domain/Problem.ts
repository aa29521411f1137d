/** A refusal over HTTP: RFC 9457 problem details, with the same codes and fields as an `error` frame. */
import { Schema } from "effect"

export const Problem = Schema.Struct({
  type: Schema.String,
  title: Schema.String,
  status: Schema.Int,
  code: Schema.String,
  detail: Schema.String,
  field: Schema.optionalKey(Schema.String),
  retryAfterMs: Schema.optionalKey(Schema.Int)
})
export type Problem = typeof Problem.Type

const titles: Record<number, string> = {
  400: "Bad request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  413: "Content too large",
  415: "Unsupported media type",
  426: "Upgrade required",
  429: "Too many requests",
  500: "Internal error",
  503: "Service unavailable"
}

/** `type` is `about:blank`: the status says what kind it is, `code` what exactly. */
export const problem = (status: number, details: Omit<Problem, "type" | "title" | "status">): Problem => ({
  type: "about:blank",
  title: titles[status] ?? "Error",
  status,
  ...details
})
