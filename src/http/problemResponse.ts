import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as ProblemDetails from "effect/http/ProblemDetails"
import { type Problem, problem } from "../domain/Problem.ts"

/** A problem document as an answer, with `Retry-After` (whole seconds) where it says when to come back. */
export const problemResponse = (
  status: number,
  details: Omit<Problem, "type" | "title" | "status">
): HttpServerResponse.HttpServerResponse => {
  const response = ProblemDetails.toResponse(problem(status, details))
  return details.retryAfterMs === undefined
    ? response
    : HttpServerResponse.setHeader(response, "retry-after", String(Math.ceil(details.retryAfterMs / 1000)))
}
