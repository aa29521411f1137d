/**
 * The recent part of one room's log: a ring of encoded frames by position, and the idempotency window over the same messages.
 * Clients at one position are given one and the same buffer.
 */
import { framePayload, payloadOffset } from "../actor/textFrame.ts"
import type { Message } from "../domain/Message.ts"

export interface StreamLimits {
  /** Messages kept per room. */
  readonly messages: number
  /** Bytes of frames kept per room, beyond which only the newest `MIN_MESSAGES` stay. */
  readonly bytes: number
}

/** Kept whatever their size. */
const MIN_MESSAGES = 1024

const keyOf = (userId: string, messageId: string) => `${userId} ${messageId.toLowerCase()}`

interface Slice {
  readonly from: number
  readonly to: number
  readonly frames: Buffer
}

export class RoomStream {
  readonly roomId: string
  readonly epoch: number
  /** Position of the newest message, 0 before the first. */
  head = 0
  /** Position up to which everyone who keeps pace has been served; what is newer is never evicted. */
  served = 0
  /** Milliseconds of the newest timestamp. */
  lastTimestamp = 0
  private readonly limits: StreamLimits
  private frames: Array<Buffer | undefined> = new Array<undefined>(16)
  private keys: Array<string | undefined> = new Array<undefined>(16)
  private readonly seqs = new Map<string, number>()
  private tail = 1
  private bytes = 0
  /** The slices cut last; lagging clients come in herds, from few positions. */
  private readonly slices: Array<Slice> = []

  constructor(roomId: string, epoch: number, limits: StreamLimits) {
    this.roomId = roomId
    this.epoch = epoch
    this.limits = limits
  }

  /** Position of the oldest message still here; `head + 1` when there is none. */
  get oldest(): number {
    return this.tail
  }

  /** Adds the message at `head + 1`. */
  push(message: Message, frame: Buffer): void {
    this.head++
    if (this.head - this.tail >= this.frames.length) this.grow()
    const index = this.head & (this.frames.length - 1)
    const key = keyOf(message.userId, message.messageId)
    this.frames[index] = frame
    this.keys[index] = key
    this.seqs.set(key, this.head)
    this.bytes += frame.length
    this.evict()
  }

  /** Position of the message this user sent under this id, if it is still here. */
  find(userId: string, messageId: string): number | undefined {
    return this.seqs.get(keyOf(userId, messageId))
  }

  /** The message at a position that is still here. */
  message(seq: number): Message {
    return JSON.parse(framePayload(this.frame(seq)))
  }

  /** The frames after `from` up to `to`, as one buffer. Both positions must still be here. */
  slice(from: number, to: number): Buffer {
    if (to - from === 1) return this.frame(to)
    for (const slice of this.slices) if (slice.from === from && slice.to === to) return slice.frames
    const parts = new Array<Buffer>(to - from)
    for (let seq = from + 1; seq <= to; seq++) parts[seq - from - 1] = this.frame(seq)
    const frames = Buffer.concat(parts)
    if (this.slices.length >= 4) this.slices.shift()
    this.slices.push({ from, to, frames })
    return frames
  }

  /** The furthest position whose frames after `from` stay within `maxBytes`, and at least one message on. */
  reach(from: number, maxBytes: number): number {
    if (this.bytes <= maxBytes) return this.head
    let to = from
    let bytes = 0
    while (to < this.head) {
      bytes += this.frame(to + 1).length
      if (bytes > maxBytes && to > from) break
      to++
    }
    return to
  }

  /** The JSON of the messages after `from` up to `to`, joined by commas: what goes between the brackets of an array. */
  json(from: number, to: number): string {
    let text = ""
    for (let seq = from + 1; seq <= to; seq++) {
      const frame = this.frame(seq)
      text += (seq > from + 1 ? "," : "") + frame.toString("utf8", payloadOffset(frame))
    }
    return text
  }

  /** Forgets cut slices, which would otherwise hold on to evicted frames while a room is quiet. */
  releaseSlices(): void {
    this.slices.length = 0
  }

  private frame(seq: number): Buffer {
    return this.frames[seq & (this.frames.length - 1)]!
  }

  private evict() {
    const { bytes, messages } = this.limits
    while (this.tail <= this.served && this.tail < this.head) {
      const kept = this.head - this.tail + 1
      if (kept <= messages && (this.bytes <= bytes || kept <= MIN_MESSAGES)) return
      const index = this.tail & (this.frames.length - 1)
      const key = this.keys[index]!
      // a later send under the same id cannot exist while this one is here, so the key is still ours
      this.seqs.delete(key)
      this.bytes -= this.frames[index]!.length
      this.frames[index] = undefined
      this.keys[index] = undefined
      this.tail++
    }
  }

  private grow() {
    const size = this.frames.length * 2
    const frames = new Array<Buffer | undefined>(size)
    const keys = new Array<string | undefined>(size)
    for (let seq = this.tail; seq < this.head; seq++) {
      const index = seq & (this.frames.length - 1)
      frames[seq & (size - 1)] = this.frames[index]
      keys[seq & (size - 1)] = this.keys[index]
    }
    this.frames = frames
    this.keys = keys
  }
}
