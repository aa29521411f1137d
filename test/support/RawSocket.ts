/** A client that keeps no rules: its own handshake, its own frames, and as little reading as it likes. For input no library would send. */
import { onTestFinished } from "@effect/vitest"
import { connect, type Socket } from "node:net"
import { ANSWER_MS, within } from "./ServerProcess.ts"

export interface Answer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** A WebSocket frame, rules optional: everything that is not said is as RFC 6455 wants it. */
export interface RawFrame {
  readonly opcode?: number
  readonly fin?: boolean
  /** The three reserved bits, RSV1 highest. */
  readonly reserved?: number
  readonly masked?: boolean
  readonly payload?: string | Buffer
  /** What the header claims, whatever the payload is. */
  readonly declared?: bigint
}

export interface ServerFrame {
  /** Whether it is the last of its message. */
  readonly fin: boolean
  readonly opcode: number
  readonly payload: Buffer
}

export const CONTINUATION = 0
export const TEXT = 1
export const BINARY = 2
export const CLOSE = 8
export const PING = 9
export const PONG = 10

const MASK = Buffer.from([1, 2, 3, 4])

const lengthBytes = (length: bigint): ReadonlyArray<number> => {
  if (length < 126n) return [Number(length)]
  const bytes = length < 65_536n ? 2 : 8
  const digits = Array.from({ length: bytes }, (_, i) => Number((length >> BigInt(8 * (bytes - 1 - i))) & 0xffn))
  return [bytes === 2 ? 126 : 127, ...digits]
}

export const rawFrame = (frame: RawFrame): Buffer => {
  const { declared, fin = true, masked = true, opcode = TEXT, reserved = 0 } = frame
  const { payload: given = "" } = frame
  const payload = typeof given === "string" ? Buffer.from(given) : given
  const [first = 0, ...rest] = lengthBytes(declared ?? BigInt(payload.length))
  const header = Buffer.from([(fin ? 0x80 : 0) | (reserved << 4) | opcode, (masked ? 0x80 : 0) | first, ...rest])
  if (!masked) return Buffer.concat([header, payload])
  return Buffer.concat([header, MASK, Buffer.from(payload.map((byte, i) => byte ^ MASK[i & 3]!))])
}

/** One HTTP answer at the start of `bytes`, once all of it is there. */
const parseAnswer = (bytes: Buffer): { readonly answer: Answer; readonly length: number } | undefined => {
  const end = bytes.indexOf("\r\n\r\n")
  if (end < 0) return undefined
  const [statusLine = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n")
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(":")
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    })
  )
  const length = end + 4 + Number(headers.get("content-length") ?? 0)
  if (bytes.length < length) return undefined
  const answer = { status: Number(statusLine.split(" ")[1]), headers, body: bytes.toString("utf8", end + 4, length) }
  return { answer, length }
}

/** One unmasked frame at the start of `bytes`, once all of it is there. */
const parseFrame = (bytes: Buffer): { readonly frame: ServerFrame; readonly length: number } | undefined => {
  if (bytes.length < 2) return undefined
  const short = bytes[1]! & 0x7f
  const start = short < 126 ? 2 : short === 126 ? 4 : 10
  if (bytes.length < start) return undefined
  const size = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  if (bytes.length < start + size) return undefined
  const frame = {
    fin: (bytes[0]! & 0x80) !== 0,
    opcode: bytes[0]! & 0x0f,
    payload: bytes.subarray(start, start + size)
  }
  return { frame, length: start + size }
}

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

  /** Opens a TCP connection that ends with the test at the latest, and sends nothing. It does not hang up because the server has. */
  static async connect(server: { readonly port: number }): Promise<RawSocket> {
    const socket = connect({ port: server.port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true })
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
    headers: Readonly<Record<string, string>> = {}
  ): Promise<{ readonly socket: RawSocket; readonly answer: Answer }> {
    const socket = await RawSocket.connect(server)
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
