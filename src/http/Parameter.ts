/** Pieces that the contracts of routes are made of: parameters, and refusals. */
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { Schema } from "effect"
import { Problem } from "../domain/Problem.ts"

/**
 * A parameter of a query. Whatever is given is let through and read by hand, so that a refusal says which parameter is wrong, and why;
 * `shape` is what the document says of it.
 */
export const parameter = (description: string, shape: Schema.Codec<string> = Schema.String) =>
  Schema.optionalKey(Schema.Union([shape, Schema.String, Schema.Array(Schema.String)]).annotate({ description }))

/** A parameter that is one of some words. */
export const choice = (description: string, words: ReadonlyArray<string>) =>
  parameter(description, Schema.Literals(words))

/** What a route is, for the document: its `operationId`, a few words, and a sentence or more. */
export const about = (identifier: string, summary: string, description: string) =>
  OpenApi.annotations({ identifier, summary, description })

/** A part of a path. */
export const segment = (description: string) => Schema.String.annotate({ description })

const PROBLEM_TYPE = "application/problem+json"

/** An answer that is a problem document. */
export const problem = (status: number, description: string) =>
  Problem.annotate({ description }).pipe(
    HttpApiSchema.status(status),
    HttpApiSchema.asJson({ contentType: PROBLEM_TYPE })
  )

/** The request is refused: `field` names the part that is wrong, `detail` says why and what is allowed. */
export const badRequest = problem(400, "The request is refused; the problem says which part of it is wrong, and why")

/** Answered with `Retry-After`. */
export const unavailable = problem(503, "This cannot be answered at present; try again after `Retry-After` seconds")
