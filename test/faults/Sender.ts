/** A member who talks: at a pace, with so many messages under way at most, nearly each sent again under its id until it is acknowledged. */
import type { Dice } from "../support/Dice.ts"
import { Member, type MemberOptions } from "./Member.ts"
import type { Sent } from "./RunRecord.ts"
import type { Frame } from "./Wire.ts"

export interface Pace {
  /** Milliseconds from one message to the next. */
  readonly everyMs: number
  /** Messages that may wait for their acknowledgement. */
  readonly window: number
  /** Most code points of a message beside its id. */
  readonly length: number
}

/** Refusals that ask for another try, and the longest wait for one here, in milliseconds. */
const AGAIN = new Set(["overloaded", "storage_full", "internal", "unavailable", "draining"])
const PATIENCE_MS = 250
/** Share of unanswered messages that are never sent again after a connection ended: whether they are kept is open, twice they must not be. */
const GIVES_UP = 0.1

/** A UUID from a seed. */
export const freshId = (dice: Dice): string => {
  const hex = Array.from({ length: 32 }, () => dice.below(16).toString(16)).join("")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`
}

const TEXTS = ["x", "é", "…", "👍", '"', "\\", "a b "]

export class Sender extends Member {
  private readonly pace: Pace
  private readonly pending = new Map<string, { readonly sent: Sent; at: number; again: NodeJS.Timeout | undefined }>()
  private timer: NodeJS.Timeout | undefined
  private readonly quiet = new Set<() => void>()

  constructor(options: Omit<MemberOptions, "dialect">, pace: Pace) {
    super({ ...options, dialect: "hubbub.v1" })
    this.pace = pace
  }

  /** Begins to talk. */
  talk(): void {
    this.timer ??= setInterval(() => {
      if (this.seated && this.pending.size < this.pace.window) void this.say()
    }, this.pace.everyMs)
  }

  /** Stops talking and waits until everything it said is acknowledged. */
  hush(): Promise<void> {
    clearInterval(this.timer)
    this.timer = undefined
    return new Promise((resolve) => {
      this.quiet.add(resolve)
      this.settle()
    })
  }

  override async leave(): Promise<void> {
    clearInterval(this.timer)
    for (const { again } of this.pending.values()) clearTimeout(again)
    await super.leave()
  }

  /** Says one thing; returns its id. */
  say(): string {
    const id = freshId(this.dice)
    const filler = Array.from(this.dice.pick(TEXTS).repeat(this.pace.length)).slice(
      0,
      this.dice.below(this.pace.length)
    )
    const content = `${id} ${filler.join("")}`.trim()
    const sent: Sent = { roomId: this.roomId, id, userId: this.userId, content }
    this.record.sent.set(id, sent)
    this.pending.set(id, { sent, at: 0, again: undefined })
    this.send(id)
    return id
  }

  /** What it waits to hear about. */
  get unacknowledged(): ReadonlyArray<string> {
    return [...this.pending.keys()]
  }

  protected override onSeated(): void {
    for (const [id, { again }] of this.pending) {
      if (this.dice.roll() >= GIVES_UP) this.send(id)
      else {
        clearTimeout(again)
        this.pending.delete(id)
      }
    }
    this.settle()
  }

  protected override onAnswer(frame: Frame): void {
    const id = String(frame["ref"])
    if (frame.type === "ack") {
      const waited = this.pending.get(id)
      clearTimeout(waited?.again)
      this.pending.delete(id)
      if (frame["messageId"] !== id) this.record.breach(`the ack for ${id} names ${String(frame["messageId"])}`)
      this.record.ack(
        {
          roomId: String(frame["roomId"]),
          id,
          epoch: Number(frame["epoch"]),
          seq: Number(frame["seq"]),
          duplicate: frame["duplicate"] === true
        },
        waited === undefined ? undefined : performance.now() - waited.at
      )
      return this.settle()
    }
    const code = String(frame["code"])
    this.record.refuse(code)
    const waiting = this.pending.get(id)
    if (waiting === undefined) return
    if (!AGAIN.has(code)) {
      this.record.breach(`${id} was refused with ${code}: ${String(frame["message"])}`)
      this.pending.delete(id)
      return this.settle()
    }
    waiting.again = setTimeout(() => this.send(id), Math.min(Number(frame["retryAfterMs"] ?? 0), PATIENCE_MS))
  }

  private send(id: string): void {
    const waiting = this.pending.get(id)
    if (waiting === undefined || !this.seated) return
    clearTimeout(waiting.again)
    waiting.at = performance.now()
    const { content } = waiting.sent
    this.wire?.send({ type: "chat", roomId: this.roomId, messageId: id, content, ref: id })
  }

  private settle(): void {
    if (this.pending.size > 0) return
    for (const resolve of this.quiet) resolve()
    this.quiet.clear()
  }
}
