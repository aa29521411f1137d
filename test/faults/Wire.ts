/** One connection: frames as objects, and the moment it ends. Reconnecting is up to who holds it. */
import { WebSocket } from "ws"
import type { Dialect } from "../../src/domain/ClientFrame.ts"

export interface Frame {
  readonly type: string
  readonly [field: string]: unknown
}

const OPEN_MS = 10_000

export class Wire {
  readonly closed: Promise<void>
  private readonly ws: WebSocket

  private constructor(ws: WebSocket) {
    this.ws = ws
    this.closed = new Promise((resolve) => ws.once("close", () => resolve()))
  }

  /** Nothing where the server does not take the connection. */
  static open(
    port: number,
    query: Readonly<{ userId: string; username: string; room?: string; history: number }>,
    dialect: Dialect,
    take: (frame: Frame) => void
  ): Promise<Wire | undefined> {
    const text = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString()
    const ws = new WebSocket(`ws://127.0.0.1:${port}/ws?${text}`, dialect === "plain" ? [] : [dialect], {
      handshakeTimeout: OPEN_MS
    })
    const wire = new Wire(ws)
    ws.on("message", (data: Buffer) => take(JSON.parse(data.toString())))
    return new Promise((resolve) => {
      ws.once("open", () => resolve(wire))
      // also the way a server that dies cuts an open connection; `close` follows
      ws.on("error", () => resolve(undefined))
    })
  }

  get isOpen(): boolean {
    return this.ws.readyState === WebSocket.OPEN
  }

  send(frame: Readonly<Record<string, unknown>>): void {
    if (this.isOpen) this.ws.send(JSON.stringify(frame))
  }

  /** Takes nothing more from the network. */
  stopReading(): void {
    this.ws.pause()
  }

  /** Vanishes without a word. */
  cut(): void {
    this.ws.terminate()
  }
}
