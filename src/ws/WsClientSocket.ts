/**
 * `ws` as a ClientSocket. `ws` parses, checks and answers control frames; text goes out beside it, straight to the TCP socket, as whole
 * frames that were encoded once for everyone.
 */
import type { Socket } from "node:net"
import { type Array, Effect } from "effect"
import type { WebSocket } from "ws"
import { CloseReason, closeReasons, peerLeft } from "../domain/CloseReason.ts"
import type { ClientSocket } from "../connection/ClientSocket.ts"

/** Undecoded frames above which the peer is not read. */
const HIGH_WATER = 64
const NOTHING = Buffer.alloc(0)

type Pulled = Effect.Effect<Array.NonEmptyReadonlyArray<string>, CloseReason>

export class WsClientSocket implements ClientSocket {
  private readonly ws: WebSocket
  private readonly tcp: Socket
  private readonly closeTimeoutMs: number
  private inbound: globalThis.Array<string> = []
  private waiting: ((pulled: Pulled) => void) | undefined
  private gone: CloseReason | undefined
  private wasHeard = false

  constructor(ws: WebSocket, tcp: Socket, closeTimeoutMs: number) {
    this.ws = ws
    this.tcp = tcp
    this.closeTimeoutMs = closeTimeoutMs
    ws.on("message", (data, isBinary) => this.received(data as Buffer, isBinary))
    ws.on("pong", () => this.note())
    ws.on("ping", () => this.note())
    // `ws` closes by itself after a protocol error, with the code that names it
    ws.on("error", () => {})
    ws.once("close", (code) => this.left(code))
  }

  write(frames: Buffer): number {
    if (this.ws.readyState !== 1) return 0
    this.tcp.write(frames)
    return this.tcp.writableLength
  }

  get pull(): Pulled {
    return Effect.callback((resume) => {
      if (this.inbound.length > 0) return resume(this.take())
      if (this.gone !== undefined) return resume(Effect.fail(this.gone))
      this.waiting = resume
      return Effect.sync(() => {
        this.waiting = undefined
      })
    })
  }

  get drained(): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      if (this.tcp.writableLength === 0 || this.tcp.destroyed) return resume(Effect.void)
      // called when everything before it has gone, or with an error when the socket has
      this.tcp.write(NOTHING, () => resume(Effect.void))
    })
  }

  ping(): void {
    if (this.ws.readyState === 1) this.ws.ping()
  }

  heard(): boolean {
    const heard = this.wasHeard
    this.wasHeard = false
    return heard
  }

  close(reason: CloseReason): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      if (this.ws.readyState === 3) return resume(Effect.void)
      this.ws.once("close", () => resume(Effect.void))
      // a paused socket would not hear the answer
      this.ws.resume()
      if (this.ws.readyState === 1) this.ws.close(sendable(reason.code), reason.name)
    }).pipe(
      Effect.timeoutOrElse({ duration: this.closeTimeoutMs, orElse: () => Effect.sync(() => this.ws.terminate()) })
    )
  }

  private received(data: Buffer, isBinary: boolean) {
    this.note()
    if (isBinary) {
      this.fail(closeReasons.binary)
      return
    }
    this.inbound.push(data.toString())
    // after `pause` the frames of the chunk in hand still come, so this is no hard bound
    if (this.inbound.length >= HIGH_WATER && !this.ws.isPaused) this.ws.pause()
    const waiting = this.waiting
    if (waiting === undefined) return
    this.waiting = undefined
    waiting(Effect.suspend(() => this.take()))
  }

  private take(): Pulled {
    const frames = this.inbound
    this.inbound = []
    if (this.ws.isPaused) this.ws.resume()
    return Effect.succeed(frames as [string, ...globalThis.Array<string>])
  }

  private note() {
    this.wasHeard = true
  }

  private left(code: number) {
    this.fail(peerLeft(code))
  }

  private fail(reason: CloseReason) {
    this.gone ??= reason
    const waiting = this.waiting
    if (waiting === undefined) return
    this.waiting = undefined
    waiting(Effect.fail(this.gone))
  }
}

/** 1004 to 1006 and 1015 name what happened and may not be sent (RFC 6455 section 7.4.1). */
const sendable = (code: number) => (code === 1005 || code === 1006 || code === 1004 || code === 1015 ? 1000 : code)
