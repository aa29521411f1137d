/**
 * Rooms whose past is being read: for clients that resume from further back than memory reaches, and for a room that comes back into
 * memory, whose messages wait because a repeat among them could not be told yet. One read per room at a time serves everyone who asks.
 */
import type { RoomId } from "../domain/RoomId.ts"
import { MIN_MESSAGES } from "../log/RoomStream.ts"
import type { Seat } from "./Client.ts"
import type { Announce, PastRead, Publish, Subscribe } from "./Command.ts"
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
  /** Whether the room is to come back into memory with it. */
  readonly cold: boolean
}

export class Recollection {
  private readonly waiting = new Map<Room, Set<Waiting>>()
  /** From where on each room's read goes. */
  private readonly reading = new Map<Room, number>()
  /** Cold rooms that have all they will get, but whose messages that waited for it are not all in. */
  private readonly thawing = new Set<Room>()
  /** What to read next; the hub hands it on. */
  readonly requests: Array<PastRequest> = []
  private readonly wallNow: () => number

  /** `wallNow`: wall-clock milliseconds. */
  constructor(wallNow: () => number) {
    this.wallNow = wallNow
  }

  /** Has a cold room's recent messages brought back. */
  warm(room: Room): void {
    if (this.frozen(room)) this.ask(room)
  }

  /** Holds a seat until the messages after `from` have been read. */
  hold(waiting: Waiting): void {
    const { room } = waiting.seat
    waiting.seat.held++
    const others = this.waiting.get(room)
    if (others === undefined) this.waiting.set(room, new Set([waiting]))
    else others.add(waiting)
    this.ask(room)
  }

  /** Lets go of a seat that can wait no longer, and returns what it waited for. */
  release(seat: Seat): ReadonlyArray<Waiting> {
    if (seat.held === 0) return []
    const all = this.waiting.get(seat.room)
    const its = [...(all ?? [])].filter((waiting) => waiting.seat === seat)
    for (const waiting of its) all?.delete(waiting)
    seat.held = 0
    return its
  }

  /**
   * Takes note that a room's past was read, or could not be. Returns who is served now; whoever asked for more meanwhile waits for the
   * next read, which `goOn` begins once they are.
   */
  settle({ found, room }: PastRead): ReadonlyArray<Waiting> {
    const { stream } = room
    const after = found === undefined ? 0 : (this.reading.get(room) ?? 0)
    this.reading.delete(room)
    stream.pinned = false
    if (this.frozen(room)) {
      if (found !== undefined) stream.restore(found.recent)
      if (room.parked.length > 0) this.thawing.add(room)
      else stream.cold = false
    }
    const served: Array<Waiting> = []
    const later = new Set<Waiting>()
    for (const waiting of this.waiting.get(room) ?? []) {
      const { from, seat } = waiting
      // it may have left, or left and come back to another seat
      if (seat.client.rooms.get(room.id) !== seat) continue
      if (from < after) later.add(waiting)
      else {
        seat.held--
        served.push(waiting)
      }
    }
    this.waiting.delete(room)
    if (later.size > 0) this.waiting.set(room, later)
    return served
  }

  /** Asks for what those wait for who wanted more than the last read had. */
  goOn(room: Room): void {
    if (this.waiting.has(room)) this.ask(room)
  }

  /** Whether messages that waited for their rooms may go in. */
  get thaws(): boolean {
    return this.thawing.size > 0
  }

  /**
   * Takes up to `most` of the messages that may go in, in the order they came. A room stays cold until it has none left, so that what
   * comes meanwhile goes behind them.
   */
  thaw(most: number): ReadonlyArray<Publish | Announce> {
    const taken: Array<Publish | Announce> = []
    for (const room of this.thawing) {
      if (taken.length === most) break
      taken.push(...room.parked.splice(0, most - taken.length))
      this.thawing.delete(room)
      // behind the others
      if (room.parked.length > 0) this.thawing.add(room)
      else room.stream.cold = false
    }
    return taken
  }

  /** Whether a room still has to be brought back. */
  private frozen(room: Room): boolean {
    return room.stream.cold && !this.thawing.has(room)
  }

  /** Asks for what is missing, unless it is being read: what a cold room needs first, which is little; then what clients wait for. */
  private ask(room: Room): void {
    if (this.reading.has(room)) return
    const { stream } = room
    // one read may follow the other for long, and nothing leaves memory while one is under way; what repeats are told by stays until then
    if (!stream.cold) stream.trim(this.wallNow())
    stream.pinned = true
    const to = stream.oldest - 1
    const cold = this.frozen(room)
    let after = cold ? Math.max(0, stream.head - MIN_MESSAGES) : to
    if (!cold) for (const { from } of this.waiting.get(room) ?? []) after = Math.min(after, from)
    this.reading.set(room, after)
    this.requests.push({ room, roomId: room.id, after, to, cold })
  }
}
