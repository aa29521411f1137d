/**
 * Finds out who a request is from before its route answers, and turns away whoever may not be answered at all. It goes by the route that
 * was found, not by the path as it was written, of which there are many for one route.
 */
import { createHash, timingSafeEqual } from "node:crypto"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Effect, Redacted } from "effect"
import { bearerToken } from "../identity/credentials.ts"
import type { IssuerAway } from "../identity/IssuerAway.ts"
import { Rights } from "../identity/Rights.ts"
import { TokenRefused } from "../identity/TokenRefused.ts"
import { Tokens } from "../identity/Tokens.ts"
import { Viewer } from "../identity/Viewer.ts"
import { problemResponse } from "./problemResponse.ts"

/** What a route asks of who wants it answered, where tokens are on: nothing, any token, or the right to see figures. */
const needOf = (path: string): "nothing" | "token" | "figures" => {
  if (path === "/metrics" || path === "/api/analytics" || path.startsWith("/api/analytics/")) return "figures"
  return path.startsWith("/api/") ? "token" : "nothing"
}

const nobody: Viewer = { userId: undefined, rights: Rights.none }
const anyone: Viewer = { userId: undefined, rights: Rights.open }

const digest = (text: string) => createHash("sha256").update(text).digest()

const forbidden = problemResponse(403, {
  code: "forbidden",
  detail: "figures are for the roles analyst and admin"
})

const refused = ({ challenge, code, message }: TokenRefused) =>
  HttpServerResponse.setHeader(problemResponse(401, { code, detail: message }), "www-authenticate", challenge)

const away = ({ message, retryAfterMs }: IssuerAway) =>
  problemResponse(503, { code: "unavailable", detail: message, retryAfterMs })

/** For the routes it is provided to. `metricsToken` opens `/metrics`, and nothing else; an empty one is none. */
export const layer = (metricsToken: Redacted.Redacted) =>
  HttpRouter.middleware(
    Effect.gen(function* () {
      const tokens = yield* Tokens
      const key = Redacted.value(metricsToken) === "" ? undefined : digest(Redacted.value(metricsToken))

      const viewerOf = (token: string | undefined) =>
        token === undefined
          ? Effect.fail(new TokenRefused({ reason: "missing" }))
          : Effect.map(tokens.verify(token), ({ rights, userId }): Viewer => ({ userId, rights }))

      return (app) =>
        Effect.gen(function* () {
          const { path } = (yield* HttpRouter.RouteContext).route
          const { authorization } = (yield* HttpServerRequest.HttpServerRequest).headers
          const token = bearerToken(authorization)
          if (path === "/metrics" && key !== undefined) {
            if (token !== undefined && timingSafeEqual(digest(token), key)) return yield* app
            if (!tokens.on) return refused(new TokenRefused({ reason: token === undefined ? "missing" : "key" }))
          }
          if (!tokens.on) return yield* Effect.provideService(app, Viewer, anyone)
          const need = needOf(path)
          if (need === "nothing") return yield* Effect.provideService(app, Viewer, nobody)
          const found = yield* Effect.catchTags(viewerOf(token), {
            TokenRefused: (refusal) => Effect.succeed(refused(refusal)),
            IssuerAway: (failure) => Effect.succeed(away(failure))
          })
          if (HttpServerResponse.isHttpServerResponse(found)) return found
          if (need === "figures" && !found.rights.figures) return forbidden
          return yield* Effect.provideService(app, Viewer, found)
        })
    })
  ).layer
