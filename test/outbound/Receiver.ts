/** A real HTTP server that is called out to: keeps what it was sent, and answers as it is told to. */
import { once } from "node:events"
import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerResponse
} from "node:http"
import { createServer as createSecureServer } from "node:https"
import { Effect } from "effect"

export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Sends an answer, or leaves the caller waiting. */
export type Answering = (response: ServerResponse, received: Received) => void

export const status =
  (code: number, body = "", headers: Record<string, string> = {}): Answering =>
  (response) => {
    response.writeHead(code, headers)
    response.end(body)
  }

export const silence: Answering = () => {}

const portOf = (server: Server): number => {
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("the receiver listens on no port")
  return address.port
}

export class Receiver {
  readonly received: Array<Received> = []
  answer: Answering = status(200)
  /** Calls that are being answered right now, and the most there have been. */
  busy = 0
  busiest = 0
  /** Connections since it was opened. */
  connections = 0
  port = 0
  private readonly server: Server
  private readonly watchers = new Set<() => void>()

  private constructor(serverOf: (listener: RequestListener) => Server) {
    this.server = serverOf((request, response) => {
      const chunks: Array<Buffer> = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      request.on("end", () => {
        const received = { path: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString() }
        this.received.push(received)
        this.busiest = Math.max(this.busiest, ++this.busy)
        response.once("close", () => {
          this.busy--
          this.changed()
        })
        this.answer(response, received)
        this.changed()
      })
    })
    this.server.on("connection", () => this.connections++)
  }

  /** Listens on 127.0.0.1 until the scope closes; over TLS where it is given a certificate. */
  static readonly open = (tls?: { readonly key: string; readonly cert: string }) =>
    Effect.acquireRelease(
      Effect.promise(async () => {
        const receiver = new Receiver((listener) =>
          tls === undefined ? createServer(listener) : createSecureServer(tls, listener)
        )
        receiver.server.listen(0, "127.0.0.1")
        await once(receiver.server, "listening")
        receiver.port = portOf(receiver.server)
        return receiver
      }),
      ({ server }) =>
        Effect.promise(async () => {
          if (!server.listening) return
          server.close()
          server.closeAllConnections()
          await once(server, "close")
        })
    )

  get url() {
    return `http://127.0.0.1:${this.port}/hook`
  }

  /** Stops to listen and ends every connection. */
  readonly stop = Effect.promise(async () => {
    this.server.close()
    this.server.closeAllConnections()
    await once(this.server, "close")
  })

  /** Waits until something holds of what it was sent. */
  readonly when = (holds: () => boolean) =>
    Effect.promise(async () => {
      while (!holds()) {
        await new Promise<void>((resolve) => {
          const look = () => {
            this.watchers.delete(look)
            resolve()
          }
          this.watchers.add(look)
        })
      }
    })

  /** What it was sent with this number, now or later. */
  readonly nth = (index: number) =>
    Effect.map(
      this.when(() => this.received.length > index),
      () => this.received[index]!
    )

  private changed() {
    for (const look of this.watchers) look()
  }
}
