/** All of HTTP but the sockets: routes, CORS, security headers, and problem documents (RFC 9457) for whatever goes wrong. */
import * as HttpMiddleware from "effect/http/HttpMiddleware"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Cause, Effect, Layer, Redacted } from "effect"
import type { AllowedOrigins } from "../identity/Origins.ts"
import { REPORTS } from "./AnalyticsQuery.ts"
import * as Authentication from "./Authentication.ts"
import * as DocsPage from "./DocsPage.ts"
import * as Handlers from "./handlers.ts"
import * as HomePage from "./HomePage.ts"
import * as MetricsPage from "./MetricsPage.ts"
import { layerHttpServer } from "./NodeServer.ts"
import { problemResponse } from "./problemResponse.ts"
import * as RevocationsRoute from "./RevocationsRoute.ts"

export interface RoutesOptions {
  readonly origins: AllowedOrigins
  /** Figures that say who are withheld where fewer users than this stand behind them; 1 without it, which withholds nothing. */
  readonly minUsers?: number
  /** Opens `/metrics`; without it, that is open to whom figures are, and to everyone in open mode. */
  readonly metricsToken?: Redacted.Redacted
}

const respond = (status: number, code: string, detail: string, headers: Readonly<Record<string, string>> = {}) =>
  HttpServerResponse.setHeaders(problemResponse(status, { code, detail }), headers)

/** Paths that answer GET; with another method they answer 405, not 404. */
const GET_PATHS = new RegExp(
  `^/(?:health|ready|metrics|ws|docs|openapi\\.json|api/rooms|api/(?:rooms|users)/[^/]+/messages|api/analytics(?:/(?:${[
    ...REPORTS,
    "export",
    "(?:rooms|users)/[^/]+"
  ].join("|")}))?)?$`
)

/** A userId of 64 code points, four percent-encoded bytes each, has 768 characters; a longer one is still told what is wrong with it. */
const MAX_PARAM_LENGTH = 1024

const Upgrade = HttpRouter.add(
  "GET",
  "/ws",
  respond(426, "upgrade_required", "this is a WebSocket; a proxy on the way may have dropped the Upgrade header", {
    upgrade: "websocket",
    connection: "upgrade"
  })
)

const pathOf = (request: HttpServerRequest.HttpServerRequest) => request.url.split("?", 1)[0]!

const problems = HttpMiddleware.make((app) =>
  Effect.catchCause(app, (cause) =>
    Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      if (Cause.hasInterruptsOnly(cause)) return yield* Effect.failCause(cause)
      const failure = cause.reasons.find((reason) => reason._tag === "Fail")?.error
      const why = failure instanceof HttpServerError.HttpServerError ? failure.reason._tag : undefined
      if (why === "RouteNotFound") {
        if (pathOf(request) === "/api/admin/revocations") {
          return respond(405, "method_not_allowed", `${request.method} is not allowed here`, { allow: "POST" })
        }
        const asks = request.method === "GET" || request.method === "HEAD"
        if (asks || !GET_PATHS.test(pathOf(request))) return respond(404, "not_found", "there is nothing at this path")
        return respond(405, "method_not_allowed", `${request.method} is not allowed here`, { allow: "GET, HEAD" })
      }
      if (why === "RequestParseError") return respond(400, "bad_request", "the request could not be read")
      yield* Effect.logError("request failed", { method: request.method, path: pathOf(request) }, cause)
      return respond(500, "internal", "something went wrong on this side")
    })
  )
)

const security = HttpMiddleware.make((app) =>
  Effect.map(app, (response) =>
    HttpServerResponse.setHeaders(response, {
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      "cache-control": "no-store",
      ...response.headers,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-resource-policy": "same-origin"
    })
  )
)

/** Pages of other origins may read what they are allowed to; without an entry, none is. */
const cors = (origins: AllowedOrigins) =>
  origins === "*"
    ? HttpMiddleware.cors({ allowedMethods: ["GET", "HEAD"], maxAge: 600 })
    : // an empty list means any origin to the library, a function does not
      HttpMiddleware.cors({
        allowedOrigins: (origin) => origins.includes(origin),
        allowedMethods: ["GET", "HEAD"],
        maxAge: 600
      })

export const layer = ({ metricsToken = Redacted.make(""), minUsers = 1, origins }: RoutesOptions) =>
  HttpRouter.serve(
    Layer.mergeAll(
      Handlers.layer({ minUsers }),
      DocsPage.layer,
      HomePage.layer,
      MetricsPage.layer,
      RevocationsRoute.layer,
      Upgrade
    ).pipe(Layer.provide(Authentication.layer(metricsToken))),
    {
      disableLogger: true,
      disableListenLog: true,
      routerConfig: { maxParamLength: MAX_PARAM_LENGTH }
    }
  ).pipe(Layer.provide(layerHttpServer((app) => security(cors(origins)(problems(app))))))
