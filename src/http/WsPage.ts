/**
 * `GET /ws` without an upgrade: 426, as behind a proxy that drops the header. A browser does not tell its page why an upgrade was refused, so
 * where users are who they say they are, one who is banned is told so here as well.
 */
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Effect, Layer, Schema } from "effect"
import { UserId } from "../domain/UserId.ts"
import { Tokens } from "../identity/Tokens.ts"
import { Moderation } from "../moderation/Moderation.ts"
import { problemResponse } from "./problemResponse.ts"

const detail = "this is a WebSocket; a proxy on the way may have dropped the Upgrade header"
const upgradeRequired = HttpServerResponse.setHeaders(problemResponse(426, { code: "upgrade_required", detail }), {
  upgrade: "websocket",
  connection: "upgrade"
})

const isUserId = Schema.is(UserId)

export const layer = Layer.unwrap(
  Effect.gen(function* () {
    const tokens = yield* Tokens
    const moderation = yield* Moderation
    const answer = HttpServerRequest.HttpServerRequest.use(({ url }) => {
      const userId = new URLSearchParams(url.split("?", 2)[1]).get("userId")
      // with tokens, it is only their owners' to know
      const barred = tokens.on || !isUserId(userId) ? undefined : moderation?.bars(userId, undefined)
      if (barred === undefined) return Effect.succeed(upgradeRequired)
      const { code, message, retryAfterMs } = barred
      return Effect.succeed(
        problemResponse(403, { code, detail: message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })
      )
    })
    return HttpRouter.add("GET", "/ws", answer)
  })
)
