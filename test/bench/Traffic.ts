/**
 * The state that every delivered frame touches, as flat arrays: when each message was (to be) sent, how many receivers still
 * wait for it, and what each receiver expects next. Messages live in a ring per sender. A sender that is told when its message
 * was taken waits for that as one receiver more.
 */
import type { Connection } from "./Connection.ts"
import { Histogram } from "./Histogram.ts"
import { Order } from "./Order.ts"
import { readNumber, readSender } from "./Stamp.ts"

export interface Group {
  readonly rooms: number
  readonly members: number
  readonly senders: number
}

export interface Sender {
  readonly id: number
  readonly receivers: number
  connection: Connection | undefined
  next: number
  open: number
}

export class Traffic {
  readonly order: Order
  /** A lane per sender. */
  readonly acks: Order
  readonly latency = new Histogram()
  readonly ackLatency = new Histogram()
  readonly senders: ReadonlyArray<Sender>
  readonly failures = new Set<string>()
  delivered = 0
  completed = 0
  leaked = 0
  /** Messages that were answered with an error, and how many would have heard them. */
  refused = 0
  undelivered = 0
  /** The clock at the start of the chunk being read: frames of one read arrived together. */
  readAt = 0
  onComplete: ((sender: Sender) => void) | undefined
  private readonly ringBits: number
  private readonly sentAt: Float64Array
  private readonly waiting: Int32Array
  private readonly acknowledged: boolean

  constructor(groups: ReadonlyArray<Group>, acknowledged: boolean) {
    this.acknowledged = acknowledged
    const senders: Array<Sender> = []
    let lanes = 0
    for (const group of groups) {
      lanes += group.rooms * group.members * group.senders
      for (let count = group.rooms * group.senders; count > 0; count--) {
        senders.push({ id: senders.length, receivers: group.members, connection: undefined, next: 0, open: 0 })
      }
    }
    this.senders = senders
    this.ringBits = senders.length > 64 ? 7 : 11
    this.sentAt = new Float64Array(senders.length << this.ringBits)
    this.waiting = new Int32Array(senders.length << this.ringBits)
    this.order = new Order(lanes)
    this.acks = new Order(acknowledged ? senders.length : 0, 0)
  }

  /** Registers the sender's next message and returns its number, or -1 when too many of its messages are unanswered. */
  begin(sender: Sender, at: number): number {
    if (sender.open >= 1 << this.ringBits) return -1
    const number = sender.next++
    const slot = this.slot(sender.id, number)
    this.sentAt[slot] = at
    this.waiting[slot] = sender.receivers + (this.acknowledged ? 1 : 0)
    sender.open++
    return number
  }

  deliver(connection: Connection, buffer: Buffer, at: number): void {
    const id = readSender(buffer, at)
    const number = readNumber(buffer, at)
    const local = id - connection.firstSender
    if (local < 0 || local >= connection.senderCount) {
      this.leaked++
      return
    }
    this.delivered++
    if (!this.order.see(connection.firstLane + local, number)) return
    const slot = this.slot(id, number)
    this.latency.record((this.readAt - (this.sentAt[slot] ?? 0)) * 1000)
    this.arrived(slot, id)
  }

  /** The server has told a sender that it took a message. */
  acknowledge(connection: Connection, id: number, number: number): void {
    if (this.senders[id]?.connection !== connection) {
      this.leaked++
      return
    }
    if (!this.acks.see(id, number)) return
    const slot = this.slot(id, number)
    this.ackLatency.record((this.readAt - (this.sentAt[slot] ?? 0)) * 1000)
    this.arrived(slot, id)
  }

  /** The server has told a sender that it does not take a message; nobody will hear it. */
  refuse(connection: Connection, id: number, number: number): void {
    const sender = this.senders[id]
    if (sender?.connection !== connection) {
      this.leaked++
      return
    }
    this.refused++
    this.undelivered += sender.receivers
    this.waiting[this.slot(id, number)] = 0
    sender.open--
  }

  /** What went wrong, or the first of it. */
  get broken(): string {
    const [first = "", ...others] = this.failures
    return others.length === 0 ? first : `${first}; and ${others.length} more`
  }

  /** Says that nothing is on its way to a sender any more: what it has not been told of by now was not acknowledged. */
  closeAcks(): void {
    if (!this.acknowledged) return
    for (const { id, next } of this.senders) this.acks.close(id, next)
  }

  /** Messages that have not reached all their receivers. */
  get open(): number {
    return this.senders.reduce((sum, sender) => sum + sender.open, 0)
  }

  /** Lets go of all messages under way: what was sent before everyone had joined never reaches everyone. */
  forget(): void {
    this.waiting.fill(0)
    for (const sender of this.senders) sender.open = 0
  }

  resetWindow(): void {
    this.latency.reset()
    this.ackLatency.reset()
    this.delivered = 0
    this.completed = 0
  }

  private arrived(slot: number, id: number): void {
    const waiting = (this.waiting[slot] ?? 0) - 1
    this.waiting[slot] = waiting
    if (waiting === 0) this.complete(id)
  }

  private complete(id: number): void {
    const sender = this.senders[id]
    if (sender === undefined) return
    sender.open--
    this.completed++
    this.onComplete?.(sender)
  }

  private slot(sender: number, number: number): number {
    return (sender << this.ringBits) + (number & ((1 << this.ringBits) - 1))
  }
}
