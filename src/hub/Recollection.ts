/**
 * Rooms whose past is being read: for clients that resume from further back than memory reaches, and for a room that comes back into
 * memory, whose messages wait because a repeat among them could not be told yet. One read per room at a time serves everyone who asks.
 */
import type { RoomId } from "../domain/RoomId.ts"
import type { Recalled } from "../log/Recall.ts"
import { MIN_MESSAGES, restored } from "../log/RoomStream.ts"
import type { Older, Seat } from "./Client.ts"
import type { Subscribe } from "./Command.ts"
import type { Room } from "./Room.ts"

/** A subscribe that waits for the messages after `from`. */
export interface Waiting {
  readonly seat: Seat
  readonly command: Subscribe
  readonly from: number
}

/** What has to be read: the messages with `after` < seq ≤ `to`. */
export interface PastRequest {
  readonly room: Room
  readonly roomId: RoomId
  readonly after: number
  readonly to: number
}

/** The JSON of messages that are older than what is in memory, joined by commas, to be cut from any position to their end. */
export class Past {
  readonly from: number
  /** Position of its newest message. */
  readonly to: number
  private readonly bytes: Buffer
  private readonly offsets: ReadonlyArray<number>

  constructor({ from, messages }: Recalled) {
    this.from = from
    this.to = from + messages.length
    const parts = messages.map((json) => Buffer.from(json))
    const offsets: Array<number> = []
    let offset = 0
    for (const { length } of parts) {
      offsets.push(offset)
      offset += length + 1
    }
    this.offsets = offsets
    this.bytes = Buffer.allocUnsafe(Math.max(0, offset - 1)).fill(",")
    parts.forEach((part, i) => part.copy(this.bytes, offsets[i]))
  }

  /** What comes after `from`; nothing where that is before the start or not before the end. */
  after(from: number): Older | undefined {
    const offset = this.offsets[from - this.from]
    return offset === undefined ? undefined : { bytes: this.bytes.subarray(offset), to: this.to }
  }
}

export class Recollection {
  private readonly waiting = new Map<Room, Array<Waiting>>()
  /** From where on each room's read goes. */
  private readonly reading = new Map<Room, number>()
  /** What to read next; the hub hands it on. */
  readonly requests: Array<PastRequest> = []

  /** Has a cold room's recent messages brought back. */
  warm(room: Room): void {
    if (room.stream.cold) this.ask(room)
  }

  /** Holds a seat until the messages after `from` have been read. */
  hold(waiting: Waiting): void {
    const { room } = waiting.seat
    waiting.seat.held++
    const others = this.waiting.get(room)
    if (others === undefined) this.waiting.set(room, [waiting])
    else others.push(waiting)
    this.ask(room)
  }

  /**
   * Takes what was read, or that nothing could be. Returns who is served now, and with what; whoever asked for more meanwhile goes into
   * the next read.
   */
  settle(room: Room, recalled: Recalled | undefined): { readonly served: ReadonlyArray<Waiting>; readonly past: Past } {
    const { stream } = room
    const after = recalled === undefined ? 0 : (this.reading.get(room) ?? 0)
    this.reading.delete(room)
    stream.pinned = false
    const nothing = { from: stream.oldest - 1, messages: [] }
    let past = new Past(recalled ?? nothing)
    if (stream.cold) {
      stream.cold = false
      try {
        if (recalled !== undefined) stream.restore(recalled.messages.slice(-MIN_MESSAGES).map(restored))
      } catch {
        // what is no message is given to nobody, and nobody waits for it
        past = new Past(nothing)
      }
    }
    const all = this.waiting.get(room) ?? []
    const later = all.filter(({ from }) => from < after)
    if (later.length === 0) this.waiting.delete(room)
    else {
      this.waiting.set(room, later)
      this.ask(room)
    }
    return { served: all.filter(({ from }) => from >= after), past }
  }

  private ask(room: Room): void {
    if (this.reading.has(room)) return
    const { stream } = room
    stream.pinned = true
    let after = stream.cold ? Math.max(0, stream.head - MIN_MESSAGES) : stream.oldest - 1
    for (const { from } of this.waiting.get(room) ?? []) after = Math.min(after, from)
    this.reading.set(room, after)
    this.requests.push({ room, roomId: room.id, after, to: stream.oldest - 1 })
  }
}
