/** Reads the body of a request as JSON: small, whole, and of one shape. */
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import { ByteSize, Effect, Exit, Predicate, Result, Schema, SchemaIssue } from "effect"
import { parseJson } from "../../domain/parseJson.ts"
import { invalidBody, Refusal } from "./Refusal.ts"

/** Bytes. */
const BODY_MAX = 65_536

const tooLarge = new Refusal({ status: 413, code: "too_large", detail: `a body may have ${BODY_MAX} bytes` })
const notJson = new Refusal({
  status: 415,
  code: "unsupported_media_type",
  detail: "the body must be sent as application/json",
  field: "Content-Type"
})
const unreadable = new Refusal({ status: 400, code: "bad_request", detail: "the body could not be read" })

const utf8 = new TextDecoder("utf-8", { fatal: true })
const standardIssues = SchemaIssue.makeFormatterStandardSchemaV1()

const textOf = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
  if (!/^application\/json *(?:;|$)/i.test(request.headers["content-type"] ?? "")) return yield* notJson
  if (Number(request.headers["content-length"] ?? 0) > BODY_MAX) return yield* tooLarge
  const bytes = yield* request.arrayBuffer.pipe(
    Effect.provideService(HttpServerRequest.MaxBodySize, ByteSize.bytes(BODY_MAX)),
    Effect.mapError(({ reason }) => {
      const cause = "cause" in reason ? reason.cause : undefined
      return Predicate.isTagged(cause, "MaxBytesError") ? tooLarge : unreadable
    })
  )
  return yield* Effect.try({ try: () => utf8.decode(bytes), catch: () => invalidBody("the body is not UTF-8") })
})

/** Which part of a body is wrong, and why. */
const describe = (issue: SchemaIssue.Issue): Refusal => {
  const first = standardIssues(issue).issues[0]
  const field = first?.path?.map(String).join(".") ?? ""
  const said = first?.message ?? "does not have the right shape"
  if (field === "") return invalidBody(said)
  return invalidBody(said.startsWith(field) ? said : `${field}: ${said}`, field)
}

/** The body of a request, as one JSON object of this shape. Keys that are not of it are left out. */
export const jsonBody = <A>(shape: Schema.Codec<A, unknown>) => {
  const decode = Schema.decodeUnknownExit(shape)
  return Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
    const parsed = parseJson(yield* textOf(request))
    if (Result.isFailure(parsed)) return yield* invalidBody(`the body ${parsed.failure}`)
    const value = parsed.success
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return yield* invalidBody("the body must be one JSON object")
    }
    const exit = decode(value)
    if (Exit.isSuccess(exit)) return exit.value
    const failure = exit.cause.reasons.find((reason) => reason._tag === "Fail")
    return yield* failure === undefined ? invalidBody("the body could not be read") : describe(failure.error.issue)
  })
}
