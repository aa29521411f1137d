/** A connection as the hub knows it, and its place in each of its rooms. */
import type { Mailbox, Source } from "../actor/Mailbox.ts"
import { textFrame } from "../actor/textFrame.ts"
import type { Dialect, Ref } from "../domain/ClientFrame.ts"
import type { ResumePoint } from "../domain/ResumePoint.ts"
import type { RoomId } from "../domain/RoomId.ts"
import { encodeServerFrame, type ServerFrame } from "../domain/ServerFrame.ts"
import type { UserId } from "../domain/UserId.ts"
import type { Username } from "../domain/Username.ts"
import type { Room } from "./Room.ts"
import type { Usher } from "./Usher.ts"

/** Who a connection is, as established before the hub hears of it; no frame can change it. A token that is refreshed may bring a new name. */
export interface Identity {
  readonly connectionId: string
  readonly userId: UserId
  username: Username
  readonly dialect: Dialect
}

/** JSON of messages up to position `to`, joined by commas, in parts. */
export interface Older {
  readonly parts: ReadonlyArray<Buffer>
  readonly to: number
  /** Called once, when the client has been sent them all or is gone. */
  readonly taken?: () => void
}

export class Client {
  readonly identity: Identity
  readonly mailbox: Mailbox
  readonly rooms = new Map<RoomId, Seat>()
  private readonly usher: Usher | undefined

  constructor(identity: Identity, mailbox: Mailbox, usher?: Usher) {
    this.identity = identity
    this.mailbox = mailbox
    this.usher = usher
  }

  /** Leaves a frame for this client alone; it goes out at the end of the hub's tick. */
  tell(frame: ServerFrame): void {
    this.mailbox.offer(textFrame(encodeServerFrame(frame)))
  }

  /**
   * Answers a subscribe: position, and the messages after `from`, as of this instant. The messages are spliced in as they were encoded;
   * those up to `older.to` come from `older`, which is given where they are no longer all in memory. `after` is what the client had.
   */
  tellSubscribed(
    seat: Seat,
    from: number,
    recovered: boolean,
    ref: Ref | undefined,
    after: ResumePoint | undefined,
    older?: Older
  ): void {
    const { changes, presence, stream } = seat.room
    const known = after?.version === undefined ? undefined : (changes.after(after.version, after) ?? "lost")
    const frame = encodeServerFrame({
      type: "subscribed",
      ...(ref === undefined ? {} : { ref }),
      roomId: seat.room.id,
      epoch: stream.epoch,
      seq: stream.head,
      recovered,
      members: presence.count(),
      presenceVersion: presence.version,
      version: changes.version,
      ...(known === "lost" ? { changesLost: true } : {}),
      messages: []
    })
    const parts: Array<Buffer> = []
    if (known === undefined || known === "lost") parts.push(Buffer.from(frame.slice(0, -END.length)))
    // they are JSON already, too
    else {
      parts.push(Buffer.from(`${frame.slice(0, -NO_MESSAGES.length)},"changes":[`))
      known.forEach((json, i) => parts.push(...(i === 0 ? [json] : [COMMA, json])))
      parts.push(Buffer.from('],"messages":['))
    }
    if (older !== undefined) parts.push(...older.parts)
    const start = older?.to ?? from
    if (start < stream.head) {
      if (older !== undefined) parts.push(COMMA)
      parts.push(stream.body(start, stream.head))
    }
    parts.push(Buffer.from(END))
    this.mailbox.offerLong(parts, older?.taken)
    this.usher?.seated(seat)
  }
}

const COMMA = Buffer.from(",")
const END = "]}"
const NO_MESSAGES = ',"messages":[]}'

/** One client in one room: a position in the room's log. */
export class Seat implements Source {
  readonly client: Client
  readonly room: Room
  /** The last message handed to the client. */
  cursor: number
  /** Whether the client was told of the room, and follows it. */
  answered = false
  /** Answers to a subscribe that still have to be read from the past; until then the client gets nothing of the room. */
  held = 0

  constructor(client: Client, room: Room) {
    this.client = client
    this.room = room
    this.cursor = room.stream.head
  }

  read(maxBytes: number): Buffer | "lost" | undefined {
    const { stream } = this.room
    if (this.cursor >= stream.head || this.held > 0) return undefined
    if (this.cursor < stream.oldest - 1) return "lost"
    const to = stream.reach(this.cursor, maxBytes)
    const frames = stream.slice(this.cursor, to)
    this.room.caughtUp(to - this.cursor)
    this.cursor = to
    return frames
  }
}
