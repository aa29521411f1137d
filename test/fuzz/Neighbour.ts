/** A client that keeps every rule while others do not: it talks at a steady pace, and notes all that it should not have noticed. */
import { WebSocket } from "ws"
import { PATIENCE_MS } from "./Line.ts"

export interface Seat {
  readonly port: number
  readonly userId: string
  readonly room: string
  readonly token: string | undefined
  /** Milliseconds between two messages. */
  readonly everyMs: number
}

interface Frame {
  readonly type: string
  readonly [field: string]: unknown
}

export class Neighbour {
  /** What it noticed. */
  readonly complaints: Array<string> = []
  private readonly ws: WebSocket
  private readonly seat: Seat
  /** What it said and has not seen come back acknowledged and shown, with the moment it was said. */
  private readonly waiting = new Map<string, number>()
  /** What was acknowledged, by position, until it is shown; and the other way round. */
  private readonly acked = new Map<number, string>()
  private delays: Array<number> = []
  private position: number | undefined
  private said = 0
  private talking: NodeJS.Timeout | undefined
  private leaving = false

  private constructor(ws: WebSocket, seat: Seat) {
    this.ws = ws
    this.seat = seat
    ws.on("message", (data: Buffer) => this.take(JSON.parse(data.toString()) as Frame))
    ws.on("error", () => {})
    ws.on("close", (code) => {
      clearInterval(this.talking)
      if (!this.leaving) this.complain(`was closed with ${code}`)
    })
  }

  /** Comes in; returns once it is in its room. */
  static async enter(seat: Seat): Promise<Neighbour> {
    const query = new URLSearchParams({ userId: seat.userId, username: "Neighbour", room: seat.room, history: "0" })
    const headers = seat.token === undefined ? {} : { Authorization: `Bearer ${seat.token}` }
    const ws = new WebSocket(`ws://127.0.0.1:${seat.port}/ws?${query.toString()}`, ["hubbub.v1"], { headers })
    const neighbour = new Neighbour(ws, seat)
    await neighbour.until(() => neighbour.position !== undefined, "did not get into its room")
    return neighbour
  }

  talk(): void {
    this.talking = setInterval(() => {
      const ref = `${this.seat.userId}-${++this.said}`
      this.waiting.set(ref, performance.now())
      this.ws.send(JSON.stringify({ type: "chat", roomId: this.seat.room, content: ref, ref }))
    }, this.seat.everyMs)
  }

  /** Stops talking; returns once everything it said is acknowledged and shown. */
  async hush(): Promise<void> {
    clearInterval(this.talking)
    await this.until(() => this.waiting.size === 0, "was never answered")
  }

  async leave(): Promise<void> {
    this.leaving = true
    clearInterval(this.talking)
    if (this.ws.readyState === WebSocket.CLOSED) return
    this.ws.close(1000)
    await new Promise((resolve) => this.ws.once("close", resolve))
  }

  /** Takes the milliseconds that acknowledgements took since this was last asked. */
  takeDelays(): ReadonlyArray<number> {
    return this.delays.splice(0)
  }

  private complain(what: string): void {
    this.complaints.push(`${this.seat.userId} ${what}`)
  }

  private take(frame: Frame): void {
    const { ref, roomId, seq, type } = frame
    if (type === "error") return this.complain(`was told ${JSON.stringify(frame)}`)
    if (type === "subscribed" && roomId === this.seat.room) this.position = Number(seq)
    if (type === "ack") {
      const since = this.waiting.get(String(ref))
      if (since === undefined) return this.complain(`was acknowledged ${String(ref)}, which it does not wait for`)
      this.delays.push(performance.now() - since)
      this.match(Number(seq), String(ref))
    }
    if ((type === "chat" || type === "system") && roomId === this.seat.room) {
      if (Number(seq) !== (this.position ?? 0) + 1) this.complain(`was shown ${String(seq)} after ${this.position}`)
      this.position = Number(seq)
      const content = String(frame["content"])
      if (frame["userId"] === this.seat.userId && content.startsWith(`${this.seat.userId}-`)) {
        this.match(Number(seq), content)
      }
    }
  }

  /** The acknowledgement and the message of what it said have to agree on its position. */
  private match(seq: number, what: string): void {
    const other = this.acked.get(seq)
    if (other === undefined) {
      this.acked.set(seq, what)
      return
    }
    if (other !== what) this.complain(`has ${other} and ${what} at ${seq}`)
    this.acked.delete(seq)
    this.waiting.delete(what)
  }

  private async until(holds: () => boolean, failure: string): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS
    while (!holds() && this.complaints.length === 0) {
      if (performance.now() > deadline) return this.complain(failure)
      await new Promise((next) => setTimeout(next, 10))
    }
  }
}
