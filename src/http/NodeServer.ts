/**
 * One `http.Server`, two owners: `request` belongs to Effect's router, `upgrade` to the gateway. Effect's own server layer would claim both,
 * and two `upgrade` listeners corrupt each other's sockets.
 */
import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import * as Etag from "effect/http/Etag"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpServer from "effect/http/HttpServer"
import * as NetAddress from "effect/net/NetAddress"
import * as NodeHttpPlatform from "@effect/platform-node/NodeHttpPlatform"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Context, Data, Effect, Layer, Scope } from "effect"

/** The server cannot listen where it was told to. */
export class CannotListen extends Data.TaggedError("CannotListen")<{
  readonly host: string
  readonly port: number
  readonly code: string
  /** What the names of the two settings begin with. */
  readonly settings?: "METRICS_"
}> {
  override get message() {
    const [HOST, PORT] = [`${this.settings ?? ""}HOST`, `${this.settings ?? ""}PORT`]
    const why: Record<string, string> = {
      EADDRINUSE: `another process listens there; stop it or set ${PORT} to another one`,
      EACCES: `this user may not; set ${PORT} to 1024 or more`,
      EADDRNOTAVAIL: `this machine has no such address; set ${HOST} to one of its own`,
      ENOTFOUND: `there is no such host; set ${HOST} to an address of this machine`
    }
    return `cannot listen on ${HOST}=${this.host} ${PORT}=${this.port}: ${why[this.code] ?? this.code}`
  }
}

export interface ListenOptions {
  readonly host: string
  readonly port: number
  /** Milliseconds a request may take to send its headers. */
  readonly headersTimeoutMs: number
}

/** What happens around every request: answers its errors, adds to its answers. */
export type Around = <E, R>(
  app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
) => Effect.Effect<HttpServerResponse.HttpServerResponse, E, R | HttpServerRequest.HttpServerRequest>

/** The port of a server that listens; 0 before. */
export const portOf = (address: string | AddressInfo | null): number =>
  typeof address === "object" && address !== null ? address.port : 0

/** Milliseconds that requests under way are given on a stop. */
const CLOSE_MS = 2000

/** Begins to listen. */
export const listening = (http: Http.Server, where: Omit<ListenOptions, "headersTimeoutMs">, settings?: "METRICS_") =>
  Effect.callback<void, CannotListen>((resume) => {
    const { host, port } = where
    http.once("error", ({ code, message }: NodeJS.ErrnoException) => {
      const how = settings === undefined ? {} : { settings }
      resume(Effect.fail(new CannotListen({ host, port, code: code ?? message, ...how })))
    })
    http.listen({ port, host, backlog: 4096 }, () => resume(Effect.void))
  })

/** Stops listening, and cuts off what does not end by itself in time. */
export const closing = (http: Http.Server) =>
  Effect.callback<void>((resume) => {
    http.close(() => resume(Effect.void))
    http.closeIdleConnections()
  }).pipe(Effect.timeoutOrElse({ duration: CLOSE_MS, orElse: () => Effect.sync(() => http.closeAllConnections()) }))

export class NodeServer extends Context.Service<
  NodeServer,
  {
    readonly http: Http.Server
    readonly host: string
    /** The port it listens on, once it does. */
    port(): number
    /** Begins to listen: last of all, since what comes before there is someone to answer is never answered. */
    readonly listen: Effect.Effect<void, CannotListen>
  }
>()("hubbub/http/NodeServer") {
  static readonly layer = ({ headersTimeoutMs, host, port }: ListenOptions) =>
    Layer.effect(
      NodeServer,
      Effect.acquireRelease(
        Effect.sync(() => {
          const http = Http.createServer({
            headersTimeout: headersTimeoutMs,
            requestTimeout: headersTimeoutMs * 3,
            connectionsCheckingInterval: Math.min(1000, headersTimeoutMs),
            // clients that offer HTTP/2 (`Upgrade: h2c`) are answered over HTTP/1.1, as RFC 9110 section 7.8 allows
            shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === "websocket"
          })
          const listen = listening(http, { host, port })
          return NodeServer.of({ http, host, port: () => portOf(http.address()), listen })
        }),
        ({ http }) => closing(http)
      )
    )
}

/**
 * Effect's HTTP server over the shared one: only its `request` event. `around` sees every request and every answer, also those to paths
 * that no route has; middleware of the router or of `serve` does not.
 */
export const layerHttpServer = (around: Around) =>
  Layer.effect(
    HttpServer.HttpServer,
    Effect.gen(function* () {
      const { http } = yield* NodeServer
      // asked for by nobody here, and not known before the server listens
      const address = yield* Effect.fromResult(NetAddress.inetAddressFromIpString("127.0.0.1", 0)).pipe(Effect.orDie)
      return HttpServer.make({
        address,
        serve: Effect.fnUntraced(function* (app, middleware) {
          const scope = Scope.forkUnsafe(yield* Effect.scope, "parallel")
          const options = middleware === undefined ? { scope } : { scope, middleware }
          const handler = yield* NodeHttpServer.makeHandler(around(app), options)
          yield* Effect.acquireRelease(
            Effect.sync(() => http.on("request", handler)),
            () => Effect.sync(() => http.off("request", handler))
          )
        })
      })
    })
  ).pipe(Layer.provideMerge(Layer.mergeAll(NodeHttpPlatform.layer, Etag.layerWeak, NodeServices.layer)))
