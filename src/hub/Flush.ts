/** One round of a room: everyone at the same position gets the same buffer, so a round costs one write per client and no copying. */
import type { RoomStream } from "../log/RoomStream.ts"
import type { Seat } from "./Client.ts"
import type { Ephemeral } from "./Room.ts"

export class Flush {
  /** Everyone is brought up to here. */
  readonly to: number
  /** Messages handed out. */
  delivered = 0
  /** Ephemeral frames that a lagging client went without. */
  shed = 0
  /** Notices that everyone gets; they are taken off the room once all were served, so that a crash repeats them. */
  readonly notices: number
  private readonly noticed: Buffer | undefined
  private readonly stream: RoomStream
  private readonly ephemerals: ReadonlyArray<Ephemeral>
  private readonly excepted: ReadonlySet<string>
  private readonly shared = new Map<string, Buffer>()

  constructor(
    stream: RoomStream,
    to: number,
    ephemerals: ReadonlyArray<Ephemeral>,
    notices: ReadonlyArray<Buffer> = []
  ) {
    this.stream = stream
    this.to = to
    this.ephemerals = ephemerals
    const excepted = new Set<string>()
    for (const { except } of ephemerals) if (except !== undefined) excepted.add(except)
    this.excepted = excepted
    this.notices = notices.length
    this.noticed = notices.length === 0 ? undefined : Buffer.concat(notices)
  }

  /** Brings one client up to date, or notes that it lags. */
  serve(seat: Seat): void {
    if (seat.held > 0) {
      // it follows the room already, and asked again
      if (this.noticed !== undefined && seat.answered) this.notify(seat)
      return
    }
    const { mailbox } = seat.client
    const behind = seat.cursor < this.to
    if (!mailbox.writesThrough) {
      if (behind) mailbox.lag(seat)
      this.shed += this.ephemerals.length
      if (this.noticed !== undefined) this.notify(seat)
      return
    }
    const frames = this.ephemerals.length === 0 ? this.messages(seat, behind) : this.withEphemerals(seat, behind)
    if (behind) {
      this.delivered += this.to - seat.cursor
      seat.cursor = this.to
    }
    if (frames !== undefined) mailbox.deliver(frames, seat)
    if (this.noticed !== undefined) this.notify(seat)
  }

  /** Gives the client the notices whether or not it lags, behind what else is for it alone. */
  private notify({ client: { identity, mailbox } }: Seat): void {
    if (this.noticed === undefined || identity.dialect === "plain") return
    mailbox.offer(this.noticed)
    mailbox.flush()
  }

  private messages(seat: Seat, behind: boolean): Buffer | undefined {
    return behind ? this.stream.slice(seat.cursor, this.to) : undefined
  }

  private withEphemerals(seat: Seat, behind: boolean): Buffer | undefined {
    const { dialect, userId } = seat.client.identity
    const own = this.excepted.has(userId)
    const key = `${dialect} ${behind ? seat.cursor : this.to} ${own ? userId : ""}`
    const cut = this.shared.get(key)
    if (cut !== undefined) return cut.length > 0 ? cut : undefined
    const parts: Array<Buffer> = []
    for (const ephemeral of this.ephemerals) {
      const frame = dialect === "plain" ? ephemeral.plain : ephemeral.v1
      if (frame !== undefined && !(own && ephemeral.except === userId)) parts.push(frame)
    }
    if (behind) parts.push(this.stream.slice(seat.cursor, this.to))
    const frames = Buffer.concat(parts)
    this.shared.set(key, frames)
    return frames.length > 0 ? frames : undefined
  }
}
