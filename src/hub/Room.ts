/** A room while people are in it: its seats, who is present, and what is on its way out. Only the hub and the room's flusher touch it. */
import { Signal } from "../actor/Signal.ts"
import { textFrame } from "../actor/textFrame.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { Position } from "../domain/Position.ts"
import { type ChangeFrame, encodeServerFrame, type ServerFrame } from "../domain/ServerFrame.ts"
import type { UserId } from "../domain/UserId.ts"
import type { RoomStream } from "../log/RoomStream.ts"
import { ChangeList } from "./ChangeList.ts"
import type { Seat } from "./Client.ts"
import type { Announce, Publish } from "./Command.ts"
import { Flush } from "./Flush.ts"
import { Presence } from "./Presence.ts"
import { Typing } from "./Typing.ts"
import { TypingNews } from "./TypingNews.ts"

/** A frame that is worth sending only now: shed for a client that lags. */
export interface Ephemeral {
  readonly plain: Buffer | undefined
  readonly v1: Buffer | undefined
  /** Whose own connections do not get it. */
  readonly except: UserId | undefined
}

/** Bytes one flush hands to each client, so that a burst reaches everyone in turns. */
const FLUSH_BYTES = 262_144

const encode = (frame: ServerFrame | undefined) =>
  frame === undefined ? undefined : textFrame(encodeServerFrame(frame))

export class Room {
  readonly id: RoomId
  readonly stream: RoomStream
  readonly seats = new Set<Seat>()
  readonly presence = new Presence()
  readonly typing = new Typing()
  readonly changes: ChangeList
  /** Up while something waits to be flushed. */
  readonly dirty = new Signal()
  /** Messages for a room whose older ones, and with them the ids of repeats, are still being brought back, in the order they came. */
  readonly parked: Array<Publish | Announce> = []
  /** When the messages after `stream.served` came in, oldest first; monotonic milliseconds. */
  private ingress: Array<number> = []
  private ephemerals: Array<Ephemeral> = []
  private readonly typingNews = new TypingNews()
  /** Frames of changes that everyone gets, in order; none of them is ever shed. */
  private readonly notices: Array<Buffer> = []
  private readonly delivered: (count: number) => void

  constructor(stream: RoomStream, delivered: (count: number) => void) {
    this.id = stream.roomId
    this.stream = stream
    this.changes = new ChangeList(stream.version)
    this.delivered = delivered
    stream.served = stream.head
  }

  /** Notes that the newest message of the stream came in at `at`. */
  arrived(at: number): void {
    this.passed(at)
    if (this.seats.size > 0) this.ingress.push(at)
  }

  /** Time has passed, up to `now` in monotonic milliseconds. */
  passed(now: number): void {
    this.typingNews.passed(now)
  }

  /** Looks on a tick after what is told of who is typing; whether that is to be done on the next one, too. */
  tickTyping(now: number): boolean {
    this.typingNews.passed(now)
    return this.typingNews.tidy()
  }

  /**
   * Adds a frame that leaves with the next flush; does not cause one. Of each user's typing only the last frame does, and only if the
   * others know it otherwise and were told of it no less than a second ago; else it waits.
   */
  hint(plain: ServerFrame | undefined, v1: ServerFrame | undefined, except?: UserId): void {
    if (v1?.type === "typing") this.typingNews.note(v1)
    else this.ephemerals.push({ plain: encode(plain), v1: encode(v1), except })
  }

  /** Adds a change that leaves with the next flush; does not cause one. `place` is of the message, if it is about one. */
  changed(frame: ChangeFrame, place: Position | undefined): void {
    const json = this.changes.add(frame, place)
    if (this.seats.size > 0) this.notices.push(textFrame(json))
  }

  /** A client that had lagged has read `count` messages. */
  caughtUp(count: number): void {
    this.delivered(count)
  }

  /** Whether a flush would find something to do. */
  get pending(): boolean {
    return (
      this.ephemerals.length > 0 ||
      this.notices.length > 0 ||
      this.stream.head > this.stream.served ||
      this.typingNews.due
    )
  }

  /** Whether something of its past is being read, or messages wait for that: what belongs to it is not all here. */
  get expecting(): boolean {
    return this.stream.pinned || this.parked.length > 0
  }

  /** Takes what is waiting, up to `FLUSH_BYTES`. */
  begin(): Flush {
    const ephemerals = this.ephemerals
    this.ephemerals = []
    for (const frame of this.typingNews.take()) {
      ephemerals.push({ plain: undefined, v1: encode(frame), except: frame.userId })
    }
    return new Flush(this.stream, this.stream.reach(this.stream.served, FLUSH_BYTES), ephemerals, this.notices)
  }

  /** Ends a flush: counts it, and returns when each message it covered had come in. */
  finish(flush: Flush): ReadonlyArray<number> {
    const count = flush.to - this.stream.served
    this.stream.served = flush.to
    if (flush.notices > 0) this.notices.splice(0, flush.notices)
    this.delivered(flush.delivered)
    return count > 0 ? this.ingress.splice(0, count) : []
  }

  /** With nobody here, everybody has been served. */
  settle(): void {
    this.stream.served = this.stream.head
    this.stream.releaseCuts()
    this.presence.settle()
    this.ingress = []
    this.ephemerals = []
    this.typingNews.settle()
    this.notices.length = 0
  }
}
