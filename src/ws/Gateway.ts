/**
 * The door: takes the server's `upgrade` event, refuses what can be refused before a WebSocket exists, and runs one connection for the
 * rest. On a stop it sends everyone away, spread over a window, so that they do not all come back at once.
 */
import type { IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import type { Duplex } from "node:stream"
import { Clock, Effect, Layer, Result, Schedule } from "effect"
import { type ServerOptions, WebSocketServer } from "ws"
import { Lifecycle } from "../actor/Lifecycle.ts"
import { supervise } from "../actor/supervise.ts"
import * as Connection from "../connection/Connection.ts"
import type { Dialect } from "../domain/ClientFrame.ts"
import type { ErrorCode } from "../domain/ProtocolError.ts"
import { anonymous } from "../domain/UserId.ts"
import { NodeServer } from "../http/NodeServer.ts"
import { Allowances } from "../identity/Allowances.ts"
import { type AllowedOrigins, originAllowed } from "../identity/Origins.ts"
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
  readonly maxConnections: number
  readonly maxFrameBytes: number
  readonly maxFragments: number
  readonly closeTimeoutMs: number
}

const SUBPROTOCOL = "hubbub.v1"
const SWEEP_MS = 10_000
/** Suggested wait when the house is full. */
const FULL_RETRY_MS = 5000

/** What the client offers in `Sec-WebSocket-Protocol`, in its order. */
const offered = (request: IncomingMessage): ReadonlyArray<string> =>
  (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim())

export const layer = (options: GatewayOptions) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const { http } = yield* NodeServer
      const lifecycle = yield* Lifecycle
      const allowances = yield* Allowances
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
        handleProtocols: (protocols) => (protocols.has(SUBPROTOCOL) ? SUBPROTOCOL : false)
      }
      const wss = new WebSocketServer(serverOptions)

      /** Asking the kernel for it is a system call. */
      const addressOf = (request: IncomingMessage) => (admission.counts ? (request.socket.remoteAddress ?? "") : "")

      const accept = (request: IncomingMessage, tcp: Socket, head: Buffer, arrival: Connection.Arrival) => {
        const address = addressOf(request)
        wss.handleUpgrade(request, tcp, head, (ws) => {
          const connection = connect(new WsClientSocket(ws, tcp, options.closeTimeoutMs), arrival.identity)
          admission.enter(address, now())
          const left = () => {
            live.delete(connection)
            admission.leave(address)
          }
          live.add(connection, fork(connection.run(arrival, left)))
        })
      }

      const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
        // Node takes its own listener off a socket that is upgraded
        socket.on("error", () => {})
        const refuse = (status: number, code: string, detail: string, field?: string, retryAfterMs?: number) =>
          refuseUpgrade(socket, status, {
            code,
            detail,
            ...(field === undefined ? {} : { field }),
            ...(retryAfterMs === undefined ? {} : { retryAfterMs })
          })
        const [path, search = ""] = (request.url ?? "/").split("?", 2)
        if (path !== "/ws") return refuse(404, "not_found", "WebSockets are served on /ws")
        if (lifecycle.draining()) {
          const message = "the server is stopping; connect again"
          return refuse(503, "draining" satisfies ErrorCode, message, undefined, 1000)
        }
        const { host, origin } = request.headers
        if (!originAllowed(options.origins, origin, host)) {
          return refuse(403, "forbidden_origin", "pages of this origin may not connect; see ALLOWED_ORIGINS")
        }
        if (live.size >= options.maxConnections) {
          return refuse(503, "overloaded" satisfies ErrorCode, "too many connections", undefined, FULL_RETRY_MS)
        }
        const wait = admission.ask(addressOf(request), now())
        if (wait > 0) {
          return refuse(
            429,
            "rate_limited" satisfies ErrorCode,
            "too many connections from this address",
            undefined,
            wait
          )
        }
        const dialect: Dialect = offered(request).includes(SUBPROTOCOL) ? SUBPROTOCOL : "plain"
        const query = decodeUpgradeQuery(new URLSearchParams(search), dialect, options.connection.limits.historyPage)
        if (Result.isFailure(query)) {
          const { code, field, message } = query.failure
          return refuse(400, code, message, field)
        }
        const { history, identity, room } = query.success
        const key = identity.userId === anonymous ? `connection ${identity.connectionId}` : identity.userId
        accept(request, socket as Socket, head, { identity, allowanceKey: key, room, history })
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
            Effect.ensuring(Effect.sync(() => http.off("upgrade", onUpgrade)))
          )
      )
    })
  )
