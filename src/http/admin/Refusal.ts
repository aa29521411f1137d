/** An admin's request that is refused, and how that is answered. */
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Data, Effect } from "effect"
import type { ErrorCode, ProtocolError } from "../../domain/ProtocolError.ts"
import { problemResponse } from "../problemResponse.ts"

export class Refusal extends Data.TaggedError("Refusal")<{
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly field?: string
  readonly retryAfterMs?: number
}> {}

const statuses: Partial<Record<ErrorCode, number>> = {
  forbidden: 403,
  forbidden_room: 403,
  not_found: 404,
  idempotency_conflict: 409,
  internal: 500,
  overloaded: 503,
  storage_full: 503,
  unavailable: 503,
  draining: 503
}

/** Milliseconds to wait where nothing is said of it. */
const RETRY_MS = 1000

/** A refusal of the protocol, over HTTP. */
export const refusalOf = ({ code, field, message, retryAfterMs }: ProtocolError): Refusal => {
  const status = statuses[code] ?? 400
  const wait = status === 503 ? (retryAfterMs ?? RETRY_MS) : retryAfterMs
  return new Refusal({
    status,
    code,
    detail: message,
    ...(field === undefined ? {} : { field }),
    ...(wait === undefined ? {} : { retryAfterMs: wait })
  })
}

/** A body, or a part of it, that is wrong. */
export const invalidBody = (detail: string, field?: string): Refusal =>
  new Refusal({ status: 400, code: "invalid_body", detail, ...(field === undefined ? {} : { field }) })

/** Answers what is refused. */
export const answered = <R>(
  answer: Effect.Effect<HttpServerResponse.HttpServerResponse, Refusal, R>
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, R> =>
  answer.pipe(
    Effect.catch(({ code, detail, field, retryAfterMs, status }) =>
      Effect.succeed(
        problemResponse(status, {
          code,
          detail,
          ...(field === undefined ? {} : { field }),
          ...(retryAfterMs === undefined ? {} : { retryAfterMs })
        })
      )
    )
  )
