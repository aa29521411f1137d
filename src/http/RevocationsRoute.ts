/** `POST /api/admin/revocations`: an admin ends a token, or all that a user has. */
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Clock, Effect, Layer, Result, Schema } from "effect"
import { parseJson } from "../domain/parseJson.ts"
import { UserId, userIdProblem } from "../domain/UserId.ts"
import { Revocations } from "../identity/Revocations.ts"
import { Tokens } from "../identity/Tokens.ts"
import { Viewer } from "../identity/Viewer.ts"
import { problemResponse } from "./problemResponse.ts"

/** Bytes of a body. */
const BODY_MAX = 65_536
/** Milliseconds for which tokens are revoked where nothing is said: no token should be valid for longer. */
const LASTING_MS = 400 * 86_400_000
const TOKEN_ID_MAX = 256

const invalid = (field: string, detail: string) => problemResponse(400, { code: "invalid_body", detail, field })

const forbidden = problemResponse(403, { code: "forbidden", detail: "tokens are revoked by the role admin" })

const tooLarge = problemResponse(413, { code: "too_large", detail: `a body may have ${BODY_MAX} bytes` })

const isUserId = Schema.is(UserId)

/** What is to be revoked, or the answer to a body that does not say. */
const asked = (body: unknown, now: number) => {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    return Result.fail(problemResponse(400, { code: "invalid_body", detail: "the body must be one JSON object" }))
  }
  const { tokenId, until, userId } = body as Readonly<Record<string, unknown>>
  if (userId === undefined && tokenId === undefined) {
    return Result.fail(invalid("userId", "userId or tokenId is required"))
  }
  if (userId !== undefined && !isUserId(userId)) {
    const problem = typeof userId === "string" ? userIdProblem(userId) : undefined
    return Result.fail(invalid("userId", problem ?? "userId must be a user's id"))
  }
  if (tokenId !== undefined && !(typeof tokenId === "string" && tokenId !== "" && tokenId.length <= TOKEN_ID_MAX)) {
    return Result.fail(invalid("tokenId", `tokenId must be the jti of a token, of at most ${TOKEN_ID_MAX} characters`))
  }
  const end = until === undefined ? now + LASTING_MS : typeof until === "string" ? Date.parse(until) : Number.NaN
  if (!(end > now))
    return Result.fail(invalid("until", "until must be an instant to come, such as 2027-01-01T00:00:00Z"))
  return Result.succeed({
    ...(userId === undefined ? {} : { userId }),
    ...(tokenId === undefined ? {} : { tokenId }),
    until: end
  })
}

export const layer = Layer.unwrap(
  Effect.gen(function* () {
    const revocations = yield* Revocations
    const tokens = yield* Tokens
    return HttpRouter.add(
      "POST",
      "/api/admin/revocations",
      Effect.gen(function* () {
        const { rights } = yield* Viewer
        if (!tokens.on || rights.role !== "admin") return forbidden
        const request = yield* HttpServerRequest.HttpServerRequest
        const text = Number(request.headers["content-length"] ?? 0) > BODY_MAX ? undefined : yield* request.text
        if (text === undefined || text.length > BODY_MAX) return tooLarge
        const body = parseJson(text)
        if (Result.isFailure(body)) return problemResponse(400, { code: "invalid_body", detail: body.failure })
        const what = asked(body.success, yield* Clock.currentTimeMillis)
        if (Result.isFailure(what)) return what.failure
        yield* revocations.revoke(what.success)
        const { until, ...whose } = what.success
        return HttpServerResponse.jsonUnsafe({ ...whose, until: new Date(until).toISOString() })
      })
    )
  })
)
