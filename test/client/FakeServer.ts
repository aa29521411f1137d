/**
 * A chat server in memory behind lines that may be slow, cut, or deliver twice and out of order. It says and takes what the real one does;
 * `scold` and `troubles` decide what goes wrong.
 */
import type { Frame, Position, SocketClass, Socket } from "../../src/client/index.ts"
import type { FakeClock } from "./FakeClock.ts"
import { FakeRoom, type Kept } from "./FakeRoom.ts"

type Json = Readonly<Record<string, unknown>>
type Asked = Json & { readonly type: string; readonly roomId: string; readonly ref?: number }
type Fired = { readonly data: unknown; readonly code: number; readonly reason: string }
type Listener = (event: Fired) => void

/** What may go wrong; nothing does unless a test says so. Each is asked anew every time. */
export interface Troubles {
  /** Milliseconds a frame is under way. */
  latency(): number
  /** Whether a message is delivered twice, or behind the one after it. */
  twice(): boolean
  late(): boolean
  /** How to refuse a frame. */
  refusal(frame: Asked): Omit<Frame<"error">, "type" | "ref" | "message"> | undefined
  /** Whether a frame is taken, and the line cut before its answer. */
  cutsAfter(frame: Asked): boolean
}

const none: Troubles = {
  latency: () => 1,
  twice: () => false,
  late: () => false,
  refusal: () => undefined,
  cutsAfter: () => false
}

export class Line implements Socket {
  readonly url: string
  readonly protocols: ReadonlyArray<string>
  readonly received: Array<Asked> = []
  readonly rooms = new Set<FakeRoom>()
  open = true
  /** Nothing gets through any more, and nobody is told. */
  dead = false
  private readonly server: FakeServer
  private readonly listeners = new Map<string, Array<Listener>>()
  private lastAt = 0

  constructor(server: FakeServer, url: string, protocols: ReadonlyArray<string>) {
    this.server = server
    this.url = url
    this.protocols = protocols
  }

  get readyState(): number {
    return this.open ? 1 : 2
  }

  get userId(): string {
    return new URL(this.url).searchParams.get("userId") ?? "anonymous"
  }

  addEventListener(type: string, listener: (event: Fired) => void): void {
    this.listeners.set(type, [...(this.listeners.get(type) ?? []), listener])
  }

  send(data: string): void {
    // a browser writes that into its console
    if (!this.open) this.server.inVain++
    this.travel(() => this.server.receive(this, JSON.parse(data)))
  }

  close(code = 1000): void {
    if (!this.open) return
    this.open = false
    this.server.forget(this)
    this.travel(() => this.fire("close", { code }), true)
  }

  /** From the server's side. */
  tell(frame: Json, late = 0): void {
    const text = JSON.stringify(frame)
    // what was on its way still comes out of a line that its client has left
    this.travel(() => this.fire("message", { data: text }), true, late)
  }

  /** Ends it from the server's side, or on the way. */
  cut(code: number, reason = ""): void {
    if (!this.open) return
    this.open = false
    this.server.forget(this)
    this.travel(() => this.fire("close", { code, reason }), true)
  }

  private travel(arrive: () => void, evenClosed = false, late = 0): void {
    if (this.dead || (!this.open && !evenClosed)) return
    const { clock, troubles } = this.server
    const at =
      late > 0 ? clock.now() + troubles.latency() + late : Math.max(this.lastAt, clock.now() + troubles.latency())
    if (late === 0) this.lastAt = at
    clock.after(at - clock.now(), () => {
      if (!this.dead && (this.open || evenClosed)) arrive()
    })
  }

  private fire(type: string, event: Partial<Fired>): void {
    for (const listener of this.listeners.get(type) ?? []) listener({ data: "", code: 1005, reason: "", ...event })
  }
}

export class FakeServer {
  readonly clock: FakeClock
  troubles: Troubles = none
  /** Whether it is there at all. */
  up = true
  /** Frames that were given to a line that was closing or closed. */
  inVain = 0
  /** Whether a token is let in. */
  admits: (token: string | undefined) => boolean = () => true
  remembers = 1000
  /** Whether it keeps how far users have read. */
  keepsMarks = true
  limits = { messagesPerSecond: 0, messageBurst: 0, joinsPerSecond: 0 }
  readonly lines: Array<Line> = []
  readonly live = new Set<Line>()
  private readonly rooms = new Map<string, FakeRoom>()

  constructor(clock: FakeClock) {
    this.clock = clock
  }

  /** What clients connect with. */
  get WebSocket(): SocketClass {
    const connect = (url: string, protocols: Array<string>) => this.accept(url, protocols)
    return function (url: string, protocols: Array<string>) {
      return connect(url, protocols)
    } as unknown as SocketClass
  }

  room(id: string): FakeRoom {
    const room = this.rooms.get(id) ?? new FakeRoom(id, 1)
    this.rooms.set(id, room)
    return room
  }

  /** The newest line. */
  get line(): Line {
    return this.lines.at(-1)!
  }

  forget(line: Line): void {
    this.live.delete(line)
  }

  /** Cuts every line; a restart may go on with other epochs. */
  restart(code: number, renewed = false): void {
    for (const line of this.live) line.cut(code)
    if (renewed) for (const room of this.rooms.values()) room.renew()
  }

  /** Says something as somebody else. */
  say(roomId: string, content: string, userId = "bob", messageId: string = crypto.randomUUID()): void {
    this.publish(this.room(roomId), { content, userId, messageId })
  }

  /** Edits a message, or deletes it where there is no text. Not one that may still be on its way: no change overtakes its message. */
  change(roomId: string, index: number, content?: string): void {
    const kept = this.arrived(roomId, index)
    if (kept === undefined) return
    const room = this.room(roomId)
    this.broadcast(room, room.change(kept, content, new Date(this.clock.now()).toISOString()))
  }

  /** Reacts as somebody else, or takes that back. */
  react(roomId: string, index: number, emoji: string, remove = false, userId = "bob"): void {
    const kept = this.arrived(roomId, index)
    const frame = kept === undefined ? undefined : this.room(roomId).react(kept, userId, emoji, remove)
    if (frame !== undefined) this.broadcast(this.room(roomId), frame)
  }

  /** Deletes all that a user had said up to one of the last messages. */
  purge(roomId: string, index: number, userId = "bob"): void {
    const kept = this.arrived(roomId, index)
    if (kept !== undefined) this.broadcast(this.room(roomId), this.room(roomId).purge(userId, kept))
  }

  /** Reads as another device of a user. */
  read(roomId: string, userId: string, to: Position): void {
    const room = this.room(roomId)
    room.mark(userId, to)
    for (const line of this.live) if (line.userId === userId) line.tell(room.marker(userId))
  }

  private arrived(roomId: string, index: number): Kept | undefined {
    const kept = this.room(roomId).log.at(index)
    if (kept === undefined || kept.message.deleted === true) return undefined
    return this.clock.now() - Date.parse(kept.message.timestamp) < 1000 ? undefined : kept
  }

  broadcast(room: FakeRoom, frame: Json): void {
    for (const line of this.live) if (line.rooms.has(room)) line.tell(frame)
  }

  receive(line: Line, frame: Asked): void {
    line.received.push(frame)
    if (!this.live.has(line)) return
    const refusal = this.troubles.refusal(frame)
    const cuts = this.troubles.cutsAfter(frame)
    if (refusal === undefined)
      this.serve(line, frame, cuts ? () => {} : (answer) => line.tell({ ref: frame.ref, ...answer }))
    else line.tell({ type: "error", ref: frame.ref, message: "no", ...refusal })
    if (cuts) line.cut(1006)
  }

  private accept(url: string, protocols: ReadonlyArray<string>): Line {
    const line = new Line(this, url, protocols)
    this.lines.push(line)
    this.clock.after(this.troubles.latency(), () => {
      if (!line.open) return
      const token = protocols[protocols.indexOf("bearer") + 1]
      if (!this.up || !this.admits(protocols.includes("bearer") ? token : undefined)) return line.cut(1006)
      this.live.add(line)
      const limits = {
        frameBytes: 16_384,
        contentCodePoints: 1000,
        usernameCodePoints: 50,
        rooms: 128,
        historyPage: 200
      }
      line.tell({
        type: "welcome",
        connectionId: `${this.lines.length}`,
        userId: line.userId,
        username: line.userId.toUpperCase(),
        role: "user",
        serverTime: new Date(this.clock.now()).toISOString(),
        limits: { ...limits, pingIntervalMs: 25_000, ...this.limits }
      })
    })
    return line
  }

  private serve(line: Line, frame: Asked, answer: (answer: Json) => void): void {
    const room = typeof frame.roomId === "string" ? this.room(frame.roomId) : undefined
    switch (frame.type) {
      case "ping":
        return answer({ type: "pong" })
      case "subscribe": {
        if (room === undefined) return
        line.rooms.add(room)
        answer(room.subscribed(frame["after"] as Parameters<FakeRoom["subscribed"]>[0], 50, this.remembers))
        if (this.keepsMarks) answer({ ...room.marker(line.userId), ref: undefined })
        return
      }
      case "unsubscribe":
        if (room !== undefined) line.rooms.delete(room)
        return answer({ type: "unsubscribed", roomId: frame.roomId })
      case "presence":
        return answer({
          type: "presence",
          roomId: frame.roomId,
          version: room?.presence ?? 0,
          members: 1,
          users: [{ userId: line.userId, username: line.userId.toUpperCase() }]
        })
      case "history":
        return answer(room?.history(frame as Parameters<FakeRoom["history"]>[0]) ?? {})
      case "chat":
        if (room === undefined) return
        if (!line.rooms.has(room)) {
          return answer({ type: "error", code: "not_subscribed", message: "not in the room" })
        }
        return answer(this.publish(room, { ...frame, userId: line.userId } as unknown as Said))
      case "react": {
        const kept = room?.find(undefined, String(frame["messageId"]), frame["at"] as Position | undefined)
        if (room === undefined || kept === undefined || kept.message.deleted === true) {
          return answer({ type: "error", code: "not_found", message: "no such message" })
        }
        if (!line.rooms.has(room)) {
          return answer({ type: "error", code: "not_subscribed", message: "not in the room" })
        }
        const told = room.react(kept, line.userId, String(frame["emoji"]), frame["remove"] === true)
        if (told !== undefined) this.broadcast(room, told)
        const { epoch, message } = kept
        return answer({
          ...message,
          type: "ack",
          roomId: room.id,
          epoch,
          ...(told === undefined ? { duplicate: true } : {})
        })
      }
      case "read":
        if (room === undefined) return
        room.mark(line.userId, { epoch: Number(frame["epoch"]), seq: Number(frame["seq"]) })
        for (const other of this.live) {
          if (other.userId === line.userId && other !== line) other.tell(room.marker(line.userId))
        }
        return answer(room.marker(line.userId))
      case "unread": {
        const marked = [...this.rooms.values()].filter(({ markers }) => markers.has(line.userId))
        return answer({ type: "unread", hasMore: false, rooms: marked.map((one) => one.marker(line.userId)) })
      }
      case "forget":
        room?.markers.delete(line.userId)
        for (const other of this.live) {
          if (other.userId === line.userId && other !== line) other.tell({ type: "forgotten", roomId: frame.roomId })
        }
        return answer({ type: "forgotten", roomId: frame.roomId })
      case "search":
        return answer(
          room?.search(String(frame["text"]), frame["before"] as Position | undefined, frame["limit"] as number) ?? {}
        )
      case "refresh":
        return answer({ type: "refreshed", expiresAt: new Date(this.clock.now() + 60_000).toISOString() })
      default:
        return answer({ type: "error", code: "not_supported", message: "not served" })
    }
  }

  private publish(room: FakeRoom, { content, mentions, messageId, replyTo, userId }: Said): Json {
    const known = room.find(userId, messageId, undefined)
    const timestamp = new Date(this.clock.now()).toISOString()
    const kept =
      known ??
      room.append({
        type: "chat",
        messageId,
        userId,
        username: userId.toUpperCase(),
        content,
        timestamp,
        ...(replyTo === undefined ? {} : { replyTo }),
        ...(content.includes("@ann") ? { mentions: ["ann"] } : mentions === undefined ? {} : { mentions })
      })
    const { epoch, message } = kept
    if (known === undefined) {
      for (const line of this.live) {
        if (!line.rooms.has(room)) continue
        line.tell(message, this.troubles.late() ? 30 : 0)
        if (this.troubles.twice()) line.tell(message)
      }
    }
    const ack = { type: "ack", roomId: room.id, messageId, seq: message.seq, epoch, timestamp: message.timestamp }
    return known === undefined ? ack : { ...ack, duplicate: true }
  }
}

interface Said {
  readonly content: string
  readonly messageId: string
  readonly userId: string
  readonly replyTo?: string
  readonly mentions?: ReadonlyArray<string>
}
