/** All of HTTP but the sockets: routes, CORS, security headers, and problem documents (RFC 9457) for whatever goes wrong. */
import * as HttpMiddleware from "effect/http/HttpMiddleware"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Cause, Effect, Layer, Redacted } from "effect"
import type { ApiKey } from "../identity/ApiKeys.ts"
import type { AllowedOrigins } from "../identity/Origins.ts"
import * as Authentication from "./Authentication.ts"
import { Door, type DoorOptions } from "./Door.ts"
import * as DocsPage from "./DocsPage.ts"
import * as Handlers from "./handlers.ts"
import * as HomePage from "./HomePage.ts"
import * as MetricsPage from "./MetricsPage.ts"
import { layerHttpServer } from "./NodeServer.ts"
import { allowedOn } from "./Paths.ts"
import { problemResponse } from "./problemResponse.ts"
import { SECURITY_HEADERS } from "./securityHeaders.ts"
import type { SignIn } from "./SignIn.ts"
import * as webApp from "./webApp.ts"
import * as WsPage from "./WsPage.ts"

export interface RoutesOptions extends Partial<DoorOptions> {
  readonly origins: AllowedOrigins
  /** Figures that say who are withheld where fewer users than this stand behind them; 1 without it, which withholds nothing. */
  readonly minUsers?: number
  /** Opens `/metrics`; without it, that is open to whom figures are, and to everyone in open mode. */
  readonly metricsToken?: Redacted.Redacted
  /** Keys of programs that act as admins; none without it. */
  readonly apiKeys?: Redacted.Redacted<ReadonlyArray<ApiKey>>
  /** How users of the web app sign in: by a name, without it. */
  readonly signIn?: SignIn
  /** Without it, the root path has a page that says how to talk to the server. */
  readonly web?: webApp.WebAppOptions
}

/** What is always answered, so that whoever watches over the server is not shut out by those who flood it. */
const UNLIMITED = ["/health", "/ready"]

const respond = (status: number, code: string, detail: string, headers: Readonly<Record<string, string>> = {}) =>
  HttpServerResponse.setHeaders(problemResponse(status, { code, detail }), headers)

/** A userId of 64 code points, four percent-encoded bytes each, has 768 characters; a longer one is still told what is wrong with it. */
const MAX_PARAM_LENGTH = 1024

const pathOf = (request: HttpServerRequest.HttpServerRequest) => request.url.split("?", 1)[0]!

const problems = HttpMiddleware.make((app) =>
  Effect.catchCause(app, (cause) =>
    Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      if (Cause.hasInterruptsOnly(cause)) return yield* Effect.failCause(cause)
      const failure = cause.reasons.find((reason) => reason._tag === "Fail")?.error
      const why = failure instanceof HttpServerError.HttpServerError ? failure.reason._tag : undefined
      if (why === "RouteNotFound") {
        const allow = allowedOn(pathOf(request))
        // what the pattern takes for a path of ours and the router does not, as one with a broken escape
        const missed = allow === undefined || allow.split(", ").includes(request.method)
        if (missed) return respond(404, "not_found", "there is nothing at this path")
        return respond(405, "method_not_allowed", `${request.method} is not allowed here`, { allow })
      }
      if (why === "RequestParseError") return respond(400, "bad_request", "the request could not be read")
      yield* Effect.logError("request failed", { method: request.method, path: pathOf(request) }, cause)
      return respond(500, "internal", "something went wrong on this side")
    })
  )
)

/** A page may say itself what it may run, and whether it may be kept. */
const security = HttpMiddleware.make((app) =>
  Effect.map(app, (response) => {
    const { "cache-control": keep, "content-security-policy": policy } = response.headers
    return HttpServerResponse.setHeaders(response, {
      ...SECURITY_HEADERS,
      ...(keep === undefined ? {} : { "cache-control": keep }),
      ...(policy === undefined ? {} : { "content-security-policy": policy })
    })
  })
)

/** Turns away whoever asks too often, and what pages send that may not. */
const guard = (door: Door["Service"]) =>
  HttpMiddleware.make((app) =>
    Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const wait = UNLIMITED.includes(pathOf(request)) ? 0 : door.ask(request)
      if (wait > 0) {
        const detail = "too many requests from this address"
        return problemResponse(429, { code: "rate_limited", detail, retryAfterMs: wait })
      }
      if (door.admits(request)) return yield* app
      return respond(403, "forbidden_origin", "pages of this origin may not send this; see ALLOWED_ORIGINS")
    })
  )

const METHODS = ["GET", "HEAD", "POST"] as const

/** Pages of other origins may read what they are allowed to; without an entry, none is. */
const cors = (origins: AllowedOrigins) =>
  HttpMiddleware.cors({
    // an empty list means any origin to the library, a function does not
    ...(origins === "*" ? {} : { allowedOrigins: (origin: string) => origins.includes(origin) }),
    allowedMethods: METHODS,
    maxAge: 600
  })

const unlimited = { requestsPerSecond: 0, requestBurst: 0, limitLoopback: false }
const none = Redacted.make("")
const noKeys = Redacted.make<ReadonlyArray<ApiKey>>([])

/** Without `limits`, there are none. */
export const layer = ({
  apiKeys = noKeys,
  limits = unlimited,
  metricsToken = none,
  minUsers = 1,
  origins,
  signIn = { mode: "open" },
  trustedProxies = [],
  web
}: RoutesOptions) =>
  HttpRouter.serve(
    Layer.mergeAll(
      Handlers.layer({ minUsers, signIn }),
      DocsPage.layer,
      web === undefined ? HomePage.layer : webApp.layer(web),
      MetricsPage.layer,
      WsPage.layer
    ).pipe(Layer.provide(Authentication.layer({ apiKeys, metricsToken }))),
    {
      disableLogger: true,
      disableListenLog: true,
      routerConfig: { maxParamLength: MAX_PARAM_LENGTH }
    }
  ).pipe(
    Layer.provide(
      Layer.unwrap(
        Effect.map(Door, (door) => {
          const guarded = guard(door)
          const open = cors(origins)
          return layerHttpServer((app) => security(open(guarded(problems(app)))))
        })
      )
    ),
    Layer.provide(Door.layer({ limits, origins, trustedProxies }))
  )
