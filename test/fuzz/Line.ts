/** A TCP connection of an attacker: it writes whatever it likes, keeps what comes, and knows when the server is done with it. */
import { connect, type Socket } from "node:net"

/** Milliseconds the server may take to answer or to let go. */
export const PATIENCE_MS = 15_000

export class Line {
  /** What came and was not taken yet. */
  bytes: Buffer = Buffer.alloc(0)
  private readonly socket: Socket
  private readonly watchers = new Set<() => void>()
  private gone = false

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on("data", (chunk: Buffer) => {
      this.bytes = this.bytes.length === 0 ? chunk : Buffer.concat([this.bytes, chunk])
      this.look()
    })
    const over = () => {
      this.gone = true
      this.look()
    }
    // a reset is one of the ways a server may end it
    socket.on("error", over)
    socket.once("end", over)
    socket.once("close", over)
  }

  static async open(port: number): Promise<Line> {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true })
    const line = new Line(socket)
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve)
      socket.once("error", reject)
    })
    return line
  }

  /** Whether the server has nothing more to say. */
  get over(): boolean {
    return this.gone
  }

  write(bytes: string | Buffer): void {
    if (!this.socket.destroyed) this.socket.write(bytes)
  }

  /** Says that nothing more will come, and goes on listening. */
  finish(): void {
    this.socket.end()
  }

  /** Vanishes. */
  destroy(): void {
    this.socket.destroy()
  }

  /** The first thing that `parse` finds in what comes; nothing when the line ends before, an error when neither happens in time. */
  take<A>(
    parse: (bytes: Buffer) => { readonly value: A; readonly length: number } | undefined
  ): Promise<A | undefined> {
    return this.until(() => {
      const parsed = parse(this.bytes)
      if (parsed === undefined) return this.gone ? { value: undefined } : undefined
      this.bytes = this.bytes.subarray(parsed.length)
      return { value: parsed.value }
    }, "an answer")
  }

  /** Waits until the server is done with the line; everything that came is in `bytes`. */
  async ended(): Promise<void> {
    await this.until(() => (this.gone ? { value: true } : undefined), "the end of the line")
  }

  private until<A>(found: () => { readonly value: A } | undefined, what: string): Promise<A> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.watchers.delete(look)
        reject(new Error(`${what} did not come in ${PATIENCE_MS} ms`))
      }, PATIENCE_MS)
      const look = () => {
        const value = found()
        if (value === undefined) return
        clearTimeout(late)
        this.watchers.delete(look)
        resolve(value.value)
      }
      this.watchers.add(look)
      look()
    })
  }

  private look(): void {
    for (const watcher of this.watchers) watcher()
  }
}
