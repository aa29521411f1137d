/**
 * `ws` as a ClientSocket. `ws` parses, checks and answers control frames; text goes out beside it, straight to the TCP socket, as whole
 * frames that were encoded once for everyone. What `ws` sends by itself fits between any two of them, also between those of one message.
 */
import type { Socket } from "node:net"
import { type Array, Effect } from "effect"
import type { RawData, WebSocket } from "ws"
import type { Frames } from "../actor/Mailbox.ts"
import { type CloseReason, closeReasons, peerLeft } from "../domain/CloseReason.ts"
import type { ClientSocket } from "../connection/ClientSocket.ts"

/** Undecoded frames above which the peer is not read. */
const HIGH_WATER = 64
const NOTHING = Buffer.alloc(0)

type Pulled = Effect.Effect<Array.NonEmptyReadonlyArray<string>, CloseReason>

/** Where a `ws` keeps the socket that listens to it: listeners that all connections share cost an idle one nothing. */
const listener = Symbol("hubbub/ws/listener")

interface Heard extends WebSocket {
  [listener]: WsClientSocket
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean) {
  ;(this as Heard)[listener].received(data as Buffer, isBinary)
}

function onSign(this: WebSocket) {
  ;(this as Heard)[listener].note()
}

function onClose(this: WebSocket, code: number) {
  ;(this as Heard)[listener].abort(peerLeft(code))
}

/** What `ws` finds against the protocol, by its names for it, where that is more than a protocol error. */
const VIOLATIONS: Readonly<Record<string, CloseReason>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: closeReasons.frameTooLarge,
  WS_ERR_INVALID_UTF8: closeReasons.notUtf8,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: closeReasons.tooManyFragments
}

/** `ws` closes by itself after a protocol error, with the code that names it; a peer that does not answer must not be taken for one that left. */
function onError(this: WebSocket, error: NodeJS.ErrnoException) {
  const { code = "" } = error
  if (code.startsWith("WS_ERR_")) (this as Heard)[listener].abort(VIOLATIONS[code] ?? closeReasons.protocolError)
}

export class WsClientSocket implements ClientSocket {
  private readonly ws: WebSocket
  private readonly tcp: Socket
  private readonly closeTimeoutMs: number
  private inbound: globalThis.Array<string> | undefined
  private waiting: ((pulled: Pulled) => void) | undefined
  private gone: CloseReason | undefined
  private wasHeard = false

  constructor(ws: WebSocket, tcp: Socket, closeTimeoutMs: number) {
    this.ws = ws
    this.tcp = tcp
    this.closeTimeoutMs = closeTimeoutMs
    ;(ws as Heard)[listener] = this
    ws.on("message", onMessage)
    ws.on("pong", onSign)
    ws.on("ping", onSign)
    ws.on("error", onError)
    ws.on("close", onClose)
  }

  write(frames: Frames): number {
    if (this.ws.readyState !== 1) return 0
    if (Buffer.isBuffer(frames)) this.tcp.write(frames)
    else {
      // all at once: a ping in the middle of a frame would break it
      this.tcp.cork()
      for (const part of frames) this.tcp.write(part)
      this.tcp.uncork()
    }
    return this.tcp.writableLength
  }

  // without a cleanup, which would be kept for as long as the client is silent; resuming a fiber that is gone does nothing
  readonly pull: Pulled = Effect.callback((resume) => {
    if (this.gone !== undefined || this.inbound !== undefined) resume(this.take())
    else this.waiting = resume
  })

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
    this.gone ??= reason
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

  abort(reason: CloseReason): void {
    this.gone ??= reason
    this.wake()
  }

  /** A frame came in. */
  received(data: Buffer, isBinary: boolean): void {
    this.note()
    // what comes after the end was decided is not heard, else a flood could put it off for ever
    if (this.gone !== undefined) return
    if (isBinary) return this.abort(closeReasons.binary)
    if (this.inbound === undefined) this.inbound = [data.toString()]
    else this.inbound.push(data.toString())
    // after `pause` the frames of the chunk in hand still come, so this is no hard bound
    if (this.inbound.length >= HIGH_WATER && !this.ws.isPaused) this.ws.pause()
    this.wake()
  }

  /** Something was heard of the peer. */
  note(): void {
    this.wasHeard = true
  }

  private wake() {
    const { waiting } = this
    if (waiting === undefined) return
    this.waiting = undefined
    waiting(this.take())
  }

  /** What came in ahead of the end is still handed on. */
  private take(): Pulled {
    const frames = this.inbound
    if (frames === undefined) return Effect.fail(this.gone ?? closeReasons.internal)
    this.inbound = undefined
    if (this.ws.isPaused) this.ws.resume()
    return Effect.succeed(frames as [string, ...globalThis.Array<string>])
  }
}

/** 1004 to 1006 and 1015 name what happened and may not be sent (RFC 6455 section 7.4.1). */
const sendable = (code: number) => (code === 1005 || code === 1006 || code === 1004 || code === 1015 ? 1000 : code)
