/** One hostile client on a plain TCP socket. It comes back as soon as it is thrown out, until it is told to stop. */
import { connect, type Socket } from "node:net"

export interface Tally {
  entered: number
  refused: number
  bytes: number
  frames: number
}

export interface Conduct {
  /** The query of its upgrade. */
  readonly query: string
  /** An address of this machine. */
  readonly from: string
  /** Whether it takes what the server sends. */
  readonly reads: boolean
  /** What it does with a connection that it was let in on; to be looked at again before each write: whether it is still open. */
  readonly act: (socket: Socket, open: () => boolean) => void
}

/** Milliseconds before it comes back. */
const returnAfter = 20

/** What comes is thrown away here, by all of them. */
const bin = Buffer.allocUnsafeSlow(64 * 1024)

export class Attacker {
  private readonly port: number
  private readonly conduct: Conduct
  private readonly tally: Tally
  private socket: Socket | undefined
  private stopped = false
  private upgraded = false

  constructor(port: number, conduct: Conduct, tally: Tally) {
    this.port = port
    this.conduct = conduct
    this.tally = tally
    this.enter()
  }

  /** Whether it was let in, and not thrown out since. */
  get inside(): boolean {
    return this.upgraded
  }

  stop(): void {
    this.stopped = true
    this.socket?.destroy()
  }

  private enter(): void {
    const { conduct, port } = this
    this.upgraded = false
    const socket = connect({
      port,
      host: "127.0.0.1",
      localAddress: conduct.from,
      noDelay: true,
      onread: {
        buffer: bin,
        callback: (size) => {
          if (!this.upgraded) this.answered(socket, bin.toString("latin1", 0, Math.min(size, 12)))
          return true
        }
      }
    })
    this.socket = socket
    socket.on("error", () => {})
    socket.once("close", () => {
      this.upgraded = false
      if (!this.stopped) setTimeout(() => !this.stopped && this.enter(), returnAfter)
    })
    socket.write(
      `GET /ws?${conduct.query} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: hubbub.v1\r\n\r\n"
    )
  }

  private answered(socket: Socket, status: string): void {
    if (status !== "HTTP/1.1 101") {
      this.tally.refused++
      socket.destroy()
      return
    }
    this.tally.entered++
    this.upgraded = true
    if (!this.conduct.reads) socket.pause()
    this.conduct.act(socket, () => !this.stopped && !socket.destroyed)
  }
}
