/**
 * The door: takes the server's `upgrade` event, refuses what can be refused before a WebSocket exists, and runs one connection for the
 * rest. On a stop it sends everyone away, spread over a window, so that they do not all come back at once.
 */
import type { IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import type { Duplex } from "node:stream"
import { Cause, Clock, Effect, Fiber, Layer, Result, Schedule } from "effect"
import { type ServerOptions, WebSocketServer } from "ws"
import { Lifecycle } from "../actor/Lifecycle.ts"
import { supervise } from "../actor/supervise.ts"
import { Supervisor } from "../actor/Supervisor.ts"
import * as Connection from "../connection/Connection.ts"
import type { Dialect } from "../domain/ClientFrame.ts"
import type { ErrorCode } from "../domain/ProtocolError.ts"
import { anonymous } from "../domain/UserId.ts"
import { NodeServer } from "../http/NodeServer.ts"
import { Allowances } from "../identity/Allowances.ts"
import type { Claims } from "../identity/Claims.ts"
import { BEARER, offered, upgradeToken } from "../identity/credentials.ts"
import type { IssuerAway } from "../identity/IssuerAway.ts"
import { type AllowedOrigins, originAllowed } from "../identity/Origins.ts"
import { Proxies } from "../identity/Proxies.ts"
import { TokenRefused } from "../identity/TokenRefused.ts"
import { Tokens } from "../identity/Tokens.ts"
import { Moderation } from "../moderation/Moderation.ts"
import { Admission, type AdmissionOptions } from "./Admission.ts"
import { Crowd } from "./Crowd.ts"
import { drain, type DrainOptions } from "./drain.ts"
import { refuseUpgrade } from "./refuseUpgrade.ts"
import { decodeUpgradeQuery } from "./UpgradeQuery.ts"
import { WsClientSocket } from "./WsClientSocket.ts"

export interface GatewayOptions {
  readonly connection: Connection.ConnectionOptions
  readonly admission: AdmissionOptions
  readonly drain: DrainOptions
  readonly origins: AllowedOrigins
  /** Addresses whose forwarding headers count. */
  readonly trustedProxies: ReadonlyArray<string>
  readonly maxConnections: number
  readonly maxFrameBytes: number
  readonly maxFragments: number
  readonly closeTimeoutMs: number
}

const SUBPROTOCOL = "hubbub.v1"
const SWEEP_MS = 10_000
/** Suggested wait when the house is full. */
const FULL_RETRY_MS = 5000

/** Tokens that may be checked at a time; upgrades beyond are told to come back. */
const CHECKS_AT_ONCE = 1024

/** What is agreed to of what a client offers. A browser that offers something and is granted nothing hangs up. */
const agreed = (protocols: Set<string>) =>
  protocols.has(SUBPROTOCOL) ? SUBPROTOCOL : protocols.has(BEARER) ? BEARER : false

/** An upgrade that was let in so far, and how to refuse it. */
interface Caller {
  readonly request: IncomingMessage
  readonly socket: Socket
  readonly head: Buffer
  readonly query: URLSearchParams
  readonly address: string
  readonly refuse: (status: number, code: string, detail: string, more?: Refusal) => void
}

interface Refusal {
  readonly field?: string | undefined
  readonly retryAfterMs?: number | undefined
  readonly headers?: Readonly<Record<string, string>>
}

const full = ({ refuse }: Caller) =>
  refuse(503, "overloaded" satisfies ErrorCode, "too many connections", { retryAfterMs: FULL_RETRY_MS })
const stopping = ({ refuse }: Caller) =>
  refuse(503, "draining" satisfies ErrorCode, "the server is stopping; connect again", { retryAfterMs: 1000 })
const hasty = ({ refuse }: Caller, retryAfterMs: number) =>
  refuse(429, "rate_limited" satisfies ErrorCode, "too many connections from this address", { retryAfterMs })

const turnAway = ({ refuse }: Caller, failure: TokenRefused | IssuerAway) => {
  if (failure._tag === "IssuerAway") {
    const { message, retryAfterMs } = failure
    return refuse(503, "unavailable" satisfies ErrorCode, message, { retryAfterMs })
  }
  refuse(401, failure.code, failure.message, { headers: { "WWW-Authenticate": failure.challenge } })
}

export const layer = (options: GatewayOptions) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const { http } = yield* NodeServer
      const lifecycle = yield* Lifecycle
      const allowances = yield* Allowances
      const supervisor = yield* Supervisor
      const tokens = yield* Tokens
      const moderation = yield* Moderation
      const clock = yield* Clock.Clock
      const now = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
      const fork = Effect.runForkWith(yield* Effect.context())
      const connect = yield* Connection.make(options.connection, allowances)
      const live = yield* Crowd.make
      const admission = new Admission(options.admission)
      const serverOptions: ServerOptions & { readonly maxFragments: number; readonly closeTimeout: number } = {
        noServer: true,
        clientTracking: false,
        perMessageDeflate: false,
        maxPayload: options.maxFrameBytes,
        maxFragments: options.maxFragments,
        // after a close frame, either way, for the peer to end its half
        closeTimeout: options.closeTimeoutMs,
        handleProtocols: agreed
      }
      const wss = new WebSocketServer(serverOptions)
      const proxies = new Proxies(options.trustedProxies)
      /** Upgrades whose tokens are being checked. */
      const checks = new Map<Duplex, Fiber.Fiber<void>>()

      /** Asking the kernel for it is a system call. */
      const addressOf = (request: IncomingMessage) => (admission.counts ? proxies.addressOf(request) : "")

      const accept = ({ address, head, request, socket }: Caller, arrival: Connection.Arrival) =>
        wss.handleUpgrade(request, socket, head, (ws) => {
          const connection = connect(new WsClientSocket(ws, socket, options.closeTimeoutMs), arrival.identity)
          admission.enter(address, now())
          const left = () => {
            live.delete(connection)
            admission.leave(address)
          }
          live.add(connection, fork(connection.run(arrival, left)))
        })

      const welcome = (caller: Caller, claims: Claims | undefined) => {
        const dialect: Dialect = offered(caller.request.headers).includes(SUBPROTOCOL) ? SUBPROTOCOL : "plain"
        const query = decodeUpgradeQuery(caller.query, dialect, options.connection.limits.historyPage, claims)
        if (Result.isFailure(query)) {
          const { code, field, message } = query.failure
          return caller.refuse(code === "forbidden_room" ? 403 : 400, code, message, { field })
        }
        const { history, identity, room } = query.success
        const barred = moderation?.bars(identity.userId, undefined) ?? (room && moderation?.bars(identity.userId, room))
        if (barred !== undefined) {
          const { code, field, message, retryAfterMs } = barred
          return caller.refuse(403, code, message, { field, retryAfterMs })
        }
        const key = identity.userId === anonymous ? `connection ${identity.connectionId}` : identity.userId
        accept(caller, { identity, claims, allowanceKey: key, room, history })
      }

      /** Lets in whoever shows a token; until it is checked the socket is not read, so that nothing sent early is lost. */
      const check = (caller: Caller) => {
        const { address, query, request, socket } = caller
        const token = upgradeToken(request.headers, query)
        if (token === undefined) return turnAway(caller, new TokenRefused({ reason: "missing" }))
        if (checks.size >= CHECKS_AT_ONCE) return full(caller)
        const wait = admission.check(address, now())
        if (wait > 0) return hasty(caller, wait)
        const fiber = fork(
          tokens.verify(token).pipe(
            Effect.match({
              onFailure: (failure) => turnAway(caller, failure),
              onSuccess: (claims) => {
                if (socket.destroyed) return
                if (lifecycle.draining()) return stopping(caller)
                welcome(caller, claims)
              }
            }),
            Effect.catchCause((cause) => {
              if (Cause.hasInterruptsOnly(cause)) return Effect.sync(() => socket.destroy())
              caller.refuse(500, "internal" satisfies ErrorCode, "something went wrong on this side")
              return supervisor.noted("upgrade", cause)
            })
          )
        )
        checks.set(socket, fiber)
        const left = () => fiber.interruptUnsafe()
        socket.once("close", left)
        fiber.addObserver(() => {
          socket.off("close", left)
          checks.delete(socket)
          admission.checked(address)
        })
      }

      const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
        // Node takes its own listener off a socket that is upgraded
        socket.on("error", () => {})
        const [path, search = ""] = (request.url ?? "/").split("?", 2)
        const caller: Caller = {
          request,
          socket: socket as Socket,
          head,
          query: new URLSearchParams(search),
          address: addressOf(request),
          refuse: (status, code, detail, { field, headers, retryAfterMs } = {}) =>
            refuseUpgrade(
              socket,
              status,
              {
                code,
                detail,
                ...(field === undefined ? {} : { field }),
                ...(retryAfterMs === undefined ? {} : { retryAfterMs })
              },
              headers
            )
        }
        if (path !== "/ws") return caller.refuse(404, "not_found", "WebSockets are served on /ws")
        if (lifecycle.draining()) return stopping(caller)
        const { host, scheme } = proxies.siteOf(request)
        if (!originAllowed(options.origins, request.headers.origin, host, scheme)) {
          return caller.refuse(403, "forbidden_origin", "pages of this origin may not connect; see ALLOWED_ORIGINS")
        }
        if (live.size + checks.size >= options.maxConnections) return full(caller)
        const wait = admission.ask(caller.address, now())
        if (wait > 0) return hasty(caller, wait)
        if (tokens.on) check(caller)
        else welcome(caller, undefined)
      }

      yield* Effect.sync(() => admission.sweep(now())).pipe(
        Effect.schedule(Schedule.spaced(SWEEP_MS)),
        Effect.andThen(Effect.never),
        supervise("admission")
      )
      yield* Effect.acquireRelease(
        Effect.sync(() => http.on("upgrade", onUpgrade)),
        () =>
          lifecycle.drain.pipe(
            Effect.andThen(drain(() => live.all, live.empty, options.drain)),
            Effect.ensuring(Effect.sync(() => http.off("upgrade", onUpgrade))),
            Effect.ensuring(Effect.suspend(() => Fiber.interruptAll(Array.from(checks.values()))))
          )
      )
    })
  )
