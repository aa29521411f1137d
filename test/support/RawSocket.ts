/** A client that keeps no rules: its own handshake, its own frames, and as little reading as it likes. For input no library would send. */
import { onTestFinished } from "@effect/vitest"
import { connect, type Socket } from "node:net"
import { type Answer, CLOSE, parseAnswer, parseFrame, type RawFrame, rawFrame, type ServerFrame } from "./RawFrame.ts"
import { ANSWER_MS, within } from "./ServerProcess.ts"

export { BINARY, CLOSE, CONTINUATION, PING, PONG, rawFrame, TEXT } from "./RawFrame.ts"
export type { Answer, RawFrame } from "./RawFrame.ts"

export class RawSocket {
  private readonly socket: Socket
  private bytes: Buffer = Buffer.alloc(0)
  private readonly watchers = new Set<() => void>()
  private gone = false
  /** Milliseconds between two looks at the network for each byte that came. */
  private msPerByte = 0

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on("data", (chunk: Buffer) => {
      this.bytes = Buffer.concat([this.bytes, chunk])
      if (this.msPerByte > 0) {
        socket.pause()
        setTimeout(() => this.msPerByte > 0 && socket.resume(), chunk.length * this.msPerByte)
      }
      this.look()
    })
    // a reset is one of the ways a server may end it
    socket.on("error", () => {})
    socket.once("end", () => this.over())
    socket.once("close", () => this.over())
  }

  /**
   * Opens a TCP connection that ends with the test at the latest, and sends nothing. It does not hang up because the server has. `from` is
   * an address of this machine, of which 127.0.0.0/8 has many.
   */
  static async connect(server: { readonly port: number }, from = "127.0.0.1"): Promise<RawSocket> {
    const { port } = server
    const socket = connect({ port, host: "127.0.0.1", localAddress: from, noDelay: true, allowHalfOpen: true })
    const raw = new RawSocket(socket)
    onTestFinished(() => {
      socket.destroy()
    })
    const connected = new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve)
      socket.once("error", reject)
    })
    await within(connected, ANSWER_MS, () => "no TCP connection")
    return raw
  }

  /** Asks for an upgrade and returns the socket with whatever was answered. */
  static async upgrade(
    server: { readonly port: number },
    path = "/ws",
    headers: Readonly<Record<string, string>> = {},
    from?: string
  ): Promise<{ readonly socket: RawSocket; readonly answer: Answer }> {
    const socket = await RawSocket.connect(server, from)
    const lines = Object.entries({
      Host: `127.0.0.1:${server.port}`,
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      ...headers
    }).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.write(`GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`)
    return { socket, answer: await socket.answer() }
  }

  /** An open WebSocket; anything but 101 is an error. */
  static async open(server: { readonly port: number }, path = "/ws"): Promise<RawSocket> {
    const { answer, socket } = await RawSocket.upgrade(server, path)
    if (answer.status !== 101) throw new Error(`upgrade refused: ${answer.status} ${answer.body}`)
    return socket
  }

  write(data: string | Buffer): void {
    this.socket.write(data)
  }

  send(...frames: ReadonlyArray<RawFrame>): void {
    this.socket.write(Buffer.concat(frames.map(rawFrame)))
  }

  /** Takes nothing more from the network, so that it piles up at the server. */
  stopReading(): void {
    this.msPerByte = 0
    this.socket.pause()
  }

  /** Takes about so much a second from the network from now on, as a slow line would. */
  readSlowly(bytesPerSecond: number): void {
    this.msPerByte = 1000 / bytesPerSecond
  }

  /** Takes whatever there is from now on. */
  readOn(): void {
    this.msPerByte = 0
    this.socket.resume()
  }

  /** Says at the level of TCP that nothing more will come, and goes on listening. */
  finish(): void {
    this.socket.end()
  }

  /** Vanishes without a word. */
  destroy(): void {
    this.socket.destroy()
  }

  /** The next HTTP answer. */
  answer(): Promise<Answer> {
    return this.take("an HTTP answer", (bytes) => {
      const parsed = parseAnswer(bytes)
      return parsed === undefined ? undefined : { value: parsed.answer, length: parsed.length }
    })
  }

  /** The next frame of the server. */
  frame(): Promise<ServerFrame> {
    return this.take("a frame", (bytes) => {
      const parsed = parseFrame(bytes)
      return parsed === undefined ? undefined : { value: parsed.frame, length: parsed.length }
    })
  }

  /** The code the server closes with; frames before it are skipped. */
  async closeCode(): Promise<number> {
    while (true) {
      const { opcode, payload } = await this.frame()
      if (opcode === CLOSE) return payload.length < 2 ? 1005 : payload.readUInt16BE(0)
    }
  }

  /** Waits until the server has nothing more to say. */
  ended(): Promise<void> {
    const over = new Promise<void>((resolve) => {
      const look = () => {
        if (!this.gone) return
        this.watchers.delete(look)
        resolve()
      }
      this.watchers.add(look)
      look()
    })
    return within(over, ANSWER_MS, () => "the server did not cut the line")
  }

  /** Waits until the server has let go of the connection, which shows when it no longer takes bytes. */
  async released(): Promise<void> {
    const knocking = setInterval(() => this.socket.write("\0"), 20)
    const closed = new Promise((resolve) => this.socket.once("close", resolve))
    try {
      await within(closed, ANSWER_MS, () => "the server keeps the connection")
    } finally {
      clearInterval(knocking)
    }
  }

  private over() {
    this.gone = true
    this.look()
  }

  private look() {
    for (const watcher of this.watchers) watcher()
  }

  private take<A>(what: string, parse: (bytes: Buffer) => { value: A; length: number } | undefined): Promise<A> {
    const found = new Promise<A>((resolve, reject) => {
      const look = () => {
        const parsed = parse(this.bytes)
        if (parsed !== undefined) {
          this.watchers.delete(look)
          this.bytes = this.bytes.subarray(parsed.length)
          resolve(parsed.value)
        } else if (this.gone) {
          this.watchers.delete(look)
          reject(new Error(`the line was cut before ${what}; left: ${this.bytes.toString("latin1").slice(0, 200)}`))
        }
      }
      this.watchers.add(look)
      look()
    })
    return within(found, ANSWER_MS, () => `no ${what}; so far: ${this.bytes.toString("latin1").slice(0, 200)}`)
  }
}
