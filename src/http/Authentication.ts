/**
 * Finds out who a request is from before its route answers, and turns away whoever may not be answered at all. It goes by the route that
 * was found, not by the path as it was written, of which there are many for one route.
 */
import { createHash, timingSafeEqual } from "node:crypto"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Effect, Redacted } from "effect"
import { ApiKeys, type ApiKey } from "../identity/ApiKeys.ts"
import { bearerToken, shownKey } from "../identity/credentials.ts"
import type { IssuerAway } from "../identity/IssuerAway.ts"
import { Rights } from "../identity/Rights.ts"
import { TokenRefused } from "../identity/TokenRefused.ts"
import { Tokens } from "../identity/Tokens.ts"
import { Viewer } from "../identity/Viewer.ts"
import { Moderation } from "../moderation/Moderation.ts"
import { Door } from "./Door.ts"
import { problemResponse } from "./problemResponse.ts"

export interface AuthenticationOptions {
  /** Opens `/metrics`, and nothing else; an empty one is none. */
  readonly metricsToken: Redacted.Redacted
  readonly apiKeys: Redacted.Redacted<ReadonlyArray<ApiKey>>
}

type Need = "nothing" | "token" | "figures" | "order" | "admin"

/** What a route asks of who wants it answered: nothing, any token where tokens are on, the right to see figures, to moderate, or to rule. */
const needOf = (path: string): Need => {
  if (path === "/metrics" || path === "/api/analytics" || path.startsWith("/api/analytics/")) return "figures"
  if (path.startsWith("/api/admin/")) return "admin"
  if (path === "/api/moderation" || path.startsWith("/api/moderation/")) return "order"
  // who is not signed in has to learn how to
  if (path === "/api/config") return "nothing"
  return path.startsWith("/api/") ? "token" : "nothing"
}

const nobody: Viewer = { userId: undefined, rights: Rights.none }
const anyone: Viewer = { userId: undefined, rights: Rights.open }

const digest = (text: string) => createHash("sha256").update(text).digest()

const forbidden = (detail: string) => problemResponse(403, { code: "forbidden", detail })

const figuresOnly = forbidden("figures are for the roles analyst and admin")
const adminsOnly = forbidden("this is for the role admin, and for API keys")
const nobodys = forbidden("this is for API keys where tokens are off, and there are none; see API_KEYS")

const refused = ({ challenge, code, message }: TokenRefused) =>
  HttpServerResponse.setHeader(problemResponse(401, { code, detail: message }), "www-authenticate", challenge)

const away = ({ message, retryAfterMs }: IssuerAway) =>
  problemResponse(503, { code: "unavailable", detail: message, retryAfterMs })

/** For the routes it is provided to. */
export const layer = ({ apiKeys, metricsToken }: AuthenticationOptions) =>
  HttpRouter.middleware(
    Effect.gen(function* () {
      const tokens = yield* Tokens
      const door = yield* Door
      const moderation = yield* Moderation
      const keys = new ApiKeys(apiKeys)
      const metrics = Redacted.value(metricsToken) === "" ? undefined : digest(Redacted.value(metricsToken))

      /** Who shows these; a failure where it is nobody's. */
      const viewerOf = Effect.fnUntraced(function* (token: string | undefined, key: string | undefined, need: Need) {
        const shown = key ?? token
        const apiKey = shown === undefined ? undefined : keys.nameOf(shown)
        if (apiKey !== undefined) return { userId: undefined, rights: Rights.admin, apiKey } satisfies Viewer
        if (key !== undefined) return yield* new TokenRefused({ reason: "unknown" })
        if (tokens.on) {
          if (token === undefined) return yield* new TokenRefused({ reason: "missing" })
          const { rights, userId } = yield* tokens.verify(token)
          const barred = moderation?.bars(userId, undefined)
          if (barred !== undefined) return yield* barred
          return { userId, rights } satisfies Viewer
        }
        if ((need !== "admin" && (need !== "order" || token === undefined)) || !keys.on) return anyone
        return yield* new TokenRefused({ reason: token === undefined ? "missing" : "unknown" })
      })

      return (app) =>
        Effect.gen(function* () {
          const { path } = (yield* HttpRouter.RouteContext).route
          const need = needOf(path)
          if (need === "nothing") return yield* Effect.provideService(app, Viewer, tokens.on ? nobody : anyone)
          const request = yield* HttpServerRequest.HttpServerRequest
          const token = bearerToken(request.headers.authorization)
          const key = shownKey(request.headers["x-api-key"])
          const guarded = path === "/metrics" && metrics !== undefined
          if (guarded && token !== undefined && timingSafeEqual(digest(token), metrics)) return yield* app
          const found = yield* Effect.catchTags(viewerOf(token, key, need), {
            TokenRefused: (refusal) => {
              if (refusal.reason !== "missing") door.failed(request)
              return Effect.succeed(refused(refusal))
            },
            IssuerAway: (failure) => Effect.succeed(away(failure)),
            ProtocolError: ({ code, message, retryAfterMs }) =>
              Effect.succeed(
                problemResponse(403, {
                  code,
                  detail: message,
                  ...(retryAfterMs === undefined ? {} : { retryAfterMs })
                })
              )
          })
          if (HttpServerResponse.isHttpServerResponse(found)) return found
          if (guarded && found === anyone) {
            if (token !== undefined) door.failed(request)
            return refused(new TokenRefused({ reason: token === undefined ? "missing" : "key" }))
          }
          if (need === "figures" && !found.rights.figures) return figuresOnly
          if (need === "admin" && found.rights.role !== "admin") return found === anyone ? nobodys : adminsOnly
          return yield* Effect.provideService(app, Viewer, found)
        })
    })
  ).layer
