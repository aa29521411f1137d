/**
 * The recent part of one room's log: a ring of encoded frames by position, and the idempotency window over the same messages.
 * Clients at one position are given one and the same buffer.
 */
import { framePayload, payloadOffset, textFrame } from "../actor/textFrame.ts"
import type { Message } from "../domain/Message.ts"
import type { Position } from "../domain/Position.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import type { Newest } from "./Amendment.ts"
import { Cuts } from "./Cuts.ts"

export interface StreamLimits {
  /** Messages kept per room. */
  readonly messages: number
  /** Bytes of frames kept per room, beyond which only the newest `MIN_MESSAGES` stay. */
  readonly bytes: number
  /** Milliseconds for which a message is kept beyond both, so that a burst does not outrun who reads it, up to `BURST` times `bytes`. */
  readonly burstMs: number
}

/** Kept whatever their size. */
export const MIN_MESSAGES = 1024
/** How far a burst may exceed `bytes`. */
const BURST = 8

/** What a message is known by when it is sent again. */
export const idempotencyKey = (userId: string, messageId: string): string => `${userId} ${messageId.toLowerCase()}`

/** What messages of one room have become, that whoever reads them elsewhere may still find as they were. */
export interface RoomChanges {
  get(seq: number): Newest | undefined
  /** All of them, in no order. */
  all(): Iterable<Newest & { readonly seq: number }>
}

const noChanges: RoomChanges = { get: () => undefined, all: () => [] }

/** An older message that is brought back. */
interface Restored {
  readonly key: string
  /** Milliseconds since 1970 at which it was sent. */
  readonly at: number
  readonly frame: Buffer
  /** Where it was changed and this is known: the fingerprint of what it first said. */
  readonly said?: string
}

/** An older message, made of its JSON. */
export const restored = (json: string): Restored => {
  const { messageId, timestamp, userId }: Message = JSON.parse(json)
  return { key: idempotencyKey(userId, messageId), at: Date.parse(timestamp), frame: textFrame(json) }
}

const COMMA = Buffer.from(",")

export class RoomStream {
  readonly roomId: RoomId
  readonly epoch: number
  /** Position of the newest message, 0 before the first. */
  head: number
  /** Position up to which everyone who keeps pace has been served; what is newer is never evicted. */
  served = 0
  /** Milliseconds of the newest timestamp. */
  lastTimestamp: number
  /** A number that is lower than the revision of every change in this room from now on, and no lower than any until now. */
  version = 0
  /** Whether older messages that belong here are still elsewhere: the ids of a repeat may not be known yet. */
  cold: boolean
  /** While something older is being read, to be joined with what is here: nothing is evicted. */
  pinned = false
  private readonly limits: StreamLimits
  private frames: Array<Buffer | undefined> = new Array<undefined>(16)
  private keys: Array<string | undefined> = new Array<undefined>(16)
  private times: Array<number> = new Array<number>(16).fill(0)
  private readonly seqs = new Map<string, number>()
  /** Fingerprints of what changed messages first said, by position. */
  private readonly said = new Map<number, string>()
  /** What has to be laid over messages that come from elsewhere. */
  readonly changes: RoomChanges
  private tail: number
  private bytes = 0
  private readonly slices = new Cuts()
  private readonly bodies = new Cuts()

  /**
   * Begins after `head`, whose time is `at`: at 0 for a new room. `changes` are those that what is brought back may not have yet.
   */
  constructor(roomId: RoomId, epoch: number, limits: StreamLimits, head = 0, at = 0, changes = noChanges) {
    this.roomId = roomId
    this.epoch = epoch
    this.limits = limits
    this.head = head
    this.lastTimestamp = at
    this.tail = head + 1
    this.cold = head > 0
    this.changes = changes
  }

  /** Position of the oldest message still here; `head + 1` when there is none. */
  get oldest(): number {
    return this.tail
  }

  /** Bytes of the frames that are here. */
  get size(): number {
    return this.bytes
  }

  /** Whether a burst has filled more than the limits, to be trimmed once it is over. */
  get overfull(): boolean {
    const kept = this.head - this.tail + 1
    return kept > this.limits.messages || (this.bytes > this.limits.bytes && kept > MIN_MESSAGES)
  }

  /** Whether a client at this position can read on from here, and nothing before it is missing. */
  reaches(from: number): boolean {
    return from >= this.tail - 1 && from <= this.head
  }

  /** Whether a position belongs to this stream. */
  knows({ epoch, seq }: Position): boolean {
    return epoch === this.epoch && seq <= this.head
  }

  /** Adds the message at `head + 1`, sent at `at` milliseconds. */
  push(key: string, at: number, frame: Buffer): void {
    this.head++
    if (this.head - this.tail >= this.frames.length) this.grow()
    this.lastTimestamp = at
    this.set(this.head, key, at, frame)
    this.trim(at)
  }

  /** Brings back the messages right before `oldest`, oldest first. */
  restore(older: ReadonlyArray<Restored>): void {
    while (this.head - this.tail + 1 + older.length > this.frames.length) this.grow()
    for (let i = older.length - 1; i >= 0; i--) {
      const { at, frame, key, said } = older[i]!
      this.tail--
      this.set(this.tail, key, at, frame)
      if (said !== undefined) this.said.set(this.tail, said)
      const newest = this.changes.get(this.tail)
      if (newest !== undefined) this.replace(this.tail, newest)
    }
  }

  /** Whether the message at a position is still here. */
  holds(seq: number): boolean {
    return seq >= this.tail && seq <= this.head
  }

  /** Puts what a message has become in its place; it must still be here. What is handed out later has it. */
  replace(seq: number, { json, said }: Newest): void {
    const index = seq & (this.frames.length - 1)
    const frame = textFrame(json)
    this.bytes += frame.length - this.frames[index]!.length
    this.frames[index] = frame
    this.said.set(seq, said)
    this.releaseCuts()
  }

  /** The fingerprint of what the message at a position first said, where it was changed and this is known. */
  saidAt(seq: number): string | undefined {
    return this.said.get(seq)
  }

  /** Position of the message known by this key, if it is still here. */
  find(key: string): number | undefined {
    return this.seqs.get(key)
  }

  /** Positions of the messages of an id that are still here, whoever sent them, newest first. */
  placesOf(messageId: string): ReadonlyArray<number> {
    const suffix = ` ${messageId.toLowerCase()}`
    const last = suffix.charCodeAt(suffix.length - 1)
    const seqs: Array<number> = []
    for (let seq = this.head; seq >= this.tail; seq--) {
      const key = this.keys[seq & (this.keys.length - 1)]!
      // of most keys nothing is looked at but this
      if (key.charCodeAt(key.length - 1) === last && key.endsWith(suffix)) seqs.push(seq)
    }
    return seqs
  }

  /** Positions of what a user sent since `since` milliseconds and is still here, oldest first. */
  by(userId: UserId, since: number): ReadonlyArray<number> {
    const prefix = `${userId} `
    const seqs: Array<number> = []
    for (let seq = this.head; seq >= this.tail; seq--) {
      const index = seq & (this.keys.length - 1)
      if (this.times[index]! < since) break
      if (this.keys[index]!.startsWith(prefix)) seqs.push(seq)
    }
    return seqs.toReversed()
  }

  /** The message at a position that is still here. */
  message(seq: number): Message {
    return JSON.parse(this.text(seq))
  }

  /** The JSON of the message at a position that is still here. */
  text(seq: number): string {
    return framePayload(this.frame(seq))
  }

  /** The frames after `from` up to `to`, as one buffer. Both positions must still be here. */
  slice(from: number, to: number): Buffer {
    if (to - from === 1) return this.frame(to)
    const cut = this.slices.find(from, to)
    if (cut !== undefined) return cut
    const parts = new Array<Buffer>(to - from)
    for (let seq = from + 1; seq <= to; seq++) parts[seq - from - 1] = this.frame(seq)
    return this.slices.keep(from, to, Buffer.concat(parts))
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
  body(from: number, to: number): Buffer {
    const cut = this.bodies.find(from, to)
    if (cut !== undefined) return cut
    // those who come back at once were each somewhere else, and each copy is kept until its client has taken it
    const around = this.bodies.around(from, to)
    if (around !== undefined) return this.endOf(around.bytes, from, to)
    const start = this.bodies.endsAt(to) ? Math.max(this.tail - 1, to - 2 * (to - from)) : from
    const parts: Array<Buffer> = []
    for (let seq = start + 1; seq <= to; seq++) {
      const frame = this.frame(seq)
      if (seq > start + 1) parts.push(COMMA)
      parts.push(frame.subarray(payloadOffset(frame)))
    }
    return this.endOf(this.bodies.keep(start, to, Buffer.concat(parts)), from, to)
  }

  /** What comes after `from` in a body that ends at `to`. */
  private endOf(body: Buffer, from: number, to: number): Buffer {
    let length = Math.max(0, to - from - 1) * COMMA.length
    for (let seq = from + 1; seq <= to; seq++) {
      const frame = this.frame(seq)
      length += frame.length - payloadOffset(frame)
    }
    return body.subarray(body.length - length)
  }

  /** Forgets what was cut, which would otherwise hold on to evicted frames while a room is quiet. */
  releaseCuts(): void {
    this.slices.clear()
    this.bodies.clear()
  }

  /** Lets go of the oldest messages that exceed the limits at `now`, unless they are unserved or part of a burst. */
  trim(now: number): void {
    const { burstMs, bytes } = this.limits
    while (this.overfull && !this.pinned && this.tail <= this.served && this.tail < this.head) {
      const index = this.tail & (this.frames.length - 1)
      if (now - this.times[index]! < burstMs && this.bytes <= bytes * BURST) return
      const key = this.keys[index]!
      if (this.seqs.get(key) === this.tail) this.seqs.delete(key)
      this.bytes -= this.frames[index]!.length
      this.frames[index] = undefined
      this.keys[index] = undefined
      if (this.said.size > 0) this.said.delete(this.tail)
      this.tail++
    }
  }

  private frame(seq: number): Buffer {
    return this.frames[seq & (this.frames.length - 1)]!
  }

  private set(seq: number, key: string, at: number, frame: Buffer) {
    const index = seq & (this.frames.length - 1)
    this.frames[index] = frame
    this.keys[index] = key
    this.times[index] = at
    // what is restored is older than what is here, and an id sent anew after its window means the newer message
    if (seq === this.head || !this.seqs.has(key)) this.seqs.set(key, seq)
    this.bytes += frame.length
  }

  private grow() {
    const size = this.frames.length * 2
    const frames = new Array<Buffer | undefined>(size)
    const keys = new Array<string | undefined>(size)
    const times = new Array<number>(size).fill(0)
    for (let seq = this.tail; seq <= this.head; seq++) {
      const index = seq & (this.frames.length - 1)
      frames[seq & (size - 1)] = this.frames[index]
      keys[seq & (size - 1)] = this.keys[index]
      times[seq & (size - 1)] = this.times[index]!
    }
    this.frames = frames
    this.keys = keys
    this.times = times
  }
}
