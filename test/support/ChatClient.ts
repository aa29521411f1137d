/** A client over `ws`, in either dialect. It waits for answers, never for time: what does not come in time fails with what did. */
import { onTestFinished } from "@effect/vitest"
import { WebSocket } from "ws"
import { ANSWER_MS, within } from "./ServerProcess.ts"

const V1 = "hubbub.v1"

export interface Frame {
  readonly type: string
  readonly [field: string]: unknown
}

/** A type, fields that must be there with these values, or a test of one's own. */
export type Match = string | Readonly<Record<string, unknown>> | ((frame: Frame) => boolean)

export interface Closed {
  readonly code: number
  readonly reason: string
}

/** What goes into the query of `/ws`. */
export interface Query {
  readonly userId?: string
  readonly username?: string
  readonly room?: string
  readonly history?: number
  readonly token?: string
}

const matches = (match: Match, frame: Frame): boolean => {
  if (typeof match === "string") return frame.type === match
  if (typeof match === "function") return match(frame)
  return Object.entries(match).every(([field, value]) => frame[field] === value)
}

/** The target of an upgrade with this query. */
const wsPath = (query: Readonly<Record<string, string | number>> = {}) => {
  const text = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString()
  return text === "" ? "/ws" : `/ws?${text}`
}

export class ChatClient {
  /** Everything that ever came, in order. */
  readonly received: Array<Frame> = []
  readonly closed: Promise<Closed>
  private readonly ws: WebSocket
  /** What came and was not asked for yet. */
  private readonly unread: Array<Frame> = []
  /** Those who wait for a frame; each takes it or leaves it. */
  private readonly waiting = new Set<(frame: Frame) => boolean>()
  private refs = 0

  private constructor(ws: WebSocket) {
    this.ws = ws
    ws.on("message", (data: Buffer) => {
      const frame: Frame = JSON.parse(data.toString())
      this.received.push(frame)
      for (const take of this.waiting) if (take(frame)) return
      this.unread.push(frame)
    })
    ws.on("error", () => {})
    this.closed = new Promise((resolve) => {
      ws.once("close", (code, reason) => resolve({ code, reason: reason.toString() }))
    })
  }

  /** Opens a connection that ends with the test at the latest. */
  private static async connect(server: { readonly port: number }, query: Query, protocols: ReadonlyArray<string>) {
    const ws = new WebSocket(`ws://127.0.0.1:${server.port}${wsPath({ ...query })}`, [...protocols])
    const client = new ChatClient(ws)
    onTestFinished(async () => {
      ws.terminate()
      await client.closed
    })
    const opened = new Promise<void>((resolve, reject) => {
      ws.once("open", resolve)
      ws.once("error", reject)
    })
    await within(opened, ANSWER_MS, () => "the connection did not open")
    return client
  }

  /** A plain client, as `wscat` is one. */
  static plain(server: { readonly port: number }, query: Query = {}): Promise<ChatClient> {
    return ChatClient.connect(server, query, [])
  }

  /** A client of `hubbub.v1`. */
  static v1(server: { readonly port: number }, query: Query = {}): Promise<ChatClient> {
    return ChatClient.connect(server, query, [V1])
  }

  get isOpen() {
    return this.ws.readyState === WebSocket.OPEN
  }

  /** Every frame so far that matches. */
  all(match: Match): ReadonlyArray<Frame> {
    return this.received.filter((frame) => matches(match, frame))
  }

  /** Contents of the messages so far, in order. */
  get heard(): ReadonlyArray<unknown> {
    return this.all("chat").map(({ content }) => content)
  }

  /** Takes the first unread frame that matches, now or later; others stay unread. */
  next(match: Match, ms = ANSWER_MS): Promise<Frame> {
    const index = this.unread.findIndex((frame) => matches(match, frame))
    if (index >= 0) return Promise.resolve(this.unread.splice(index, 1)[0]!)
    const { promise, resolve } = Promise.withResolvers<Frame>()
    const take = (frame: Frame) => {
      if (!matches(match, frame)) return false
      this.waiting.delete(take)
      resolve(frame)
      return true
    }
    this.waiting.add(take)
    return within(promise, ms, () => {
      this.waiting.delete(take)
      const wanted = typeof match === "function" ? match.toString() : JSON.stringify(match)
      const came = this.unread.slice(-20).map((frame) => JSON.stringify(frame).slice(0, 300))
      return `no frame like ${wanted}; unread: [\n${came.join("\n")}\n] ${this.isOpen ? "open" : "closed"}`
    })
  }

  /** Takes `count` frames that match. */
  async take(count: number, match: Match): Promise<ReadonlyArray<Frame>> {
    const frames: Array<Frame> = []
    while (frames.length < count) frames.push(await this.next(match))
    return frames
  }

  /** Sends an object as JSON, a text or bytes as they are. */
  send(data: string | Buffer | Readonly<Record<string, unknown>>): void {
    this.ws.send(typeof data === "string" || Buffer.isBuffer(data) ? data : JSON.stringify(data))
  }

  /** Says something and waits until it comes back, by when everything before it in the room has come as well. */
  async say(content: string, fields: Readonly<Record<string, unknown>> = {}): Promise<Frame> {
    this.send({ ...fields, type: "chat", content })
    return this.next({ type: "chat", content })
  }

  /** Sends a frame with a `ref` of its own and waits for the answer. */
  ask(frame: Readonly<Record<string, unknown>>): Promise<Frame> {
    const ref = `ref-${++this.refs}`
    this.send({ ...frame, ref })
    return this.next({ ref })
  }

  /** Says good-bye and waits for the answer. */
  async close(code = 1000): Promise<Closed> {
    this.ws.close(code)
    return this.ended()
  }

  /** Vanishes without a word. */
  async cut(): Promise<void> {
    this.ws.terminate()
    await this.ended()
  }

  /** Waits for the end of the connection. */
  ended(ms = ANSWER_MS): Promise<Closed> {
    return within(this.closed, ms, () => `still open; received ${JSON.stringify(this.received.slice(-5))}`)
  }
}
