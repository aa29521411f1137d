/** Everything about rooms that is not a message: who comes in and goes out, what they are told then, who is present, who is typing. */
import type { Analytics } from "../analytics/Analytics.ts"
import { closeReasons } from "../domain/CloseReason.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { Member, ServerFrame } from "../domain/ServerFrame.ts"
import type { RoomLog } from "../log/RoomLog.ts"
import { type Client, Seat } from "./Client.ts"
import type { Amend, Announce, Command, PastRead, Publish, Purge, Subscribe } from "./Command.ts"
import { freshMessageId } from "./freshMessageId.ts"
import type { PresenceDiff } from "./Presence.ts"
import type { Past } from "./Past.ts"
import { Recollection, type Waiting } from "./Recollection.ts"
import type { Room } from "./Room.ts"
import type { Roster } from "./Roster.ts"
import type { Witness } from "./Witness.ts"

export interface FloorOptions {
  readonly log: RoomLog["Service"]
  readonly analytics: Analytics["Service"]
  /** Monotonic milliseconds. */
  readonly now: () => number
  /** Wall-clock milliseconds. */
  readonly wallNow: () => number
  readonly roomEmptyMs: number
  readonly roomsPerConnection: number
  readonly presence: boolean
  readonly witness: Witness | undefined
}

type FloorCommand = Exclude<Command, Publish | Announce | Amend | Purge | PastRead | { readonly _tag: "Tick" | "Kept" }>

export class Floor {
  /** Rooms that have people in them again, and rooms that no longer have any, since the hub last looked. */
  readonly opened: Array<Room> = []
  readonly closed: Array<Room> = []
  readonly recollection: Recollection
  private readonly options: FloorOptions
  private handedOut = 0
  private readonly delivered = (count: number): void => {
    this.handedOut += count
  }

  constructor(options: FloorOptions) {
    this.options = options
    this.recollection = new Recollection(options.wallNow)
  }

  /** Tells analytics what was handed out since the last time. Each client that lags hands in its own count, so they are gathered. */
  report(): void {
    if (this.handedOut === 0) return
    this.options.analytics.record({ _tag: "delivered", count: this.handedOut })
    this.handedOut = 0
  }

  handle(roster: Roster, command: FloorCommand): void {
    switch (command._tag) {
      case "Connect": {
        const { connectionId, userId, username } = command.client.identity
        roster.clients.set(connectionId, command.client)
        this.options.analytics.record({ _tag: "connected", connectionId, userId, username })
        return
      }
      case "Disconnect":
        return this.disconnect(roster, command.client, command.code)
      case "Subscribe":
        return this.subscribe(roster, command)
      case "Unsubscribe":
        return this.unsubscribe(roster, command)
      case "Typing":
        return this.type(roster, command)
      case "Presence": {
        const seat = this.seatOf(roster, command)
        if (seat === undefined) return
        const { id, presence } = seat.room
        roster.tell(command.client, {
          type: "presence",
          ...(command.ref === undefined ? {} : { ref: command.ref }),
          roomId: id,
          version: presence.version,
          members: presence.count(),
          users: presence.list()
        })
      }
    }
  }

  /** What time alone brings about: typing that lapses, diffs whose window is over, rooms that nobody came back to. */
  tick(roster: Roster): void {
    const now = this.options.now()
    for (const room of roster.typing) {
      for (const { userId, username } of room.typing.lapsed(now)) {
        room.hint(undefined, { type: "typing", roomId: room.id, userId, username, active: false }, userId)
      }
      if (room.tickTyping(now)) roster.hinted.add(room)
      else if (room.typing.size === 0) roster.typing.delete(room)
    }
    for (const room of roster.presence) this.tellDiff(roster, room, now)
    for (const room of roster.hinted) if (room.pending) roster.dirty.add(room)
    roster.hinted.clear()
    for (const room of roster.overfull) {
      room.stream.trim(this.options.wallNow())
      if (!room.stream.overfull) roster.overfull.delete(room)
    }
    for (const room of roster.forget(now - this.options.roomEmptyMs)) this.options.log.forget(room.id)
  }

  /** Tells the rooms that changed in this turn who came and went; those told too lately are told on a later tick. */
  announce(roster: Roster): void {
    if (roster.changed.size === 0) return
    const now = this.options.now()
    for (const room of roster.changed) this.tellDiff(roster, room, now)
    roster.changed.clear()
  }

  private tellDiff(roster: Roster, room: Room, now: number) {
    const diff = room.presence.diff(now)
    if (diff !== undefined) {
      this.hintDiff(room, diff)
      roster.dirty.add(room)
      roster.presence.delete(room)
    } else if (room.presence.changed) roster.presence.add(room)
    else roster.presence.delete(room)
  }

  private hintDiff(room: Room, { joined, left, members, truncated, version }: PresenceDiff) {
    room.hint(undefined, {
      type: "presence_diff",
      roomId: room.id,
      version,
      members,
      joined,
      left,
      ...(truncated ? { truncated } : {})
    })
    for (const member of joined) room.hint(this.seen("join", room, member), undefined)
    for (const member of left) room.hint(this.seen("leave", room, member), undefined)
  }

  private seen(type: "join" | "leave", room: Room, { userId, username }: Member): ServerFrame {
    return {
      type,
      messageId: freshMessageId(),
      roomId: room.id,
      userId,
      username,
      content: `${username} ${type === "join" ? "joined" : "left"}`,
      timestamp: new Date(this.options.wallNow()).toISOString()
    }
  }

  /** A room that is written to from outside: in memory from now on, until it is left alone for long; a cold one is brought back. */
  visit(roster: Roster, roomId: RoomId): Room {
    const room = roster.enter(roomId, this.options.log.stream, this.delivered)
    if (room.seats.size === 0) roster.vacate(room, this.options.now())
    this.recollection.warm(room)
    return room
  }

  private subscribe(roster: Roster, command: Subscribe): void {
    const { client, roomId } = command
    // its disconnect overtook this in a crash or the client never was: a seat now would never be freed
    if (!roster.clients.has(client.identity.connectionId)) return
    let seat = client.rooms.get(roomId)
    if (seat === undefined) {
      if (client.rooms.size >= this.options.roomsPerConnection) {
        if (command.unasked === true) return
        const message = `a connection may be in ${this.options.roomsPerConnection} rooms`
        this.options.analytics.record({ _tag: "rejected", reason: "too_many_rooms" })
        return roster.refuse(command, "too_many_rooms", message, "roomId")
      }
      seat = this.sit(roster, client, roomId)
    }
    const { after } = command
    const { stream } = seat.room
    client.mailbox.forget(seat)
    this.recollection.warm(seat.room)
    const fresh = Math.max(0, stream.head - command.history)
    const from = after !== undefined && stream.knows(after) ? after.seq : fresh
    if (stream.reaches(from)) this.seated(roster, { seat, command, from })
    else this.recollection.hold({ seat, command, from })
  }

  /** Answers a subscribe with everything after the position it asked for, or with the recent messages where that cannot be had. */
  private seated(roster: Roster, { command, from, seat }: Waiting, past?: Past): void {
    const { client, room } = seat
    const { after } = command
    const { stream } = room
    const older = past?.reaches(from) === true ? past : undefined
    const whole = older !== undefined || stream.reaches(from)
    const start = whole ? from : Math.max(stream.oldest - 1, stream.head - command.history)
    seat.cursor = stream.head
    seat.answered = true
    roster.answered.add(client)
    if (client.identity.dialect === "plain") {
      // a plain client is given at most a page, which a room that was brought back holds
      const known = Math.max(start, stream.oldest - 1)
      if (known < stream.head) client.mailbox.offer(stream.slice(known, stream.head))
      return
    }
    const recovered = whole && after !== undefined && stream.knows(after)
    if (after !== undefined)
      this.options.analytics.record({ _tag: "resumed", recovered, replayed: recovered ? stream.head - start : 0 })
    const share = older?.after(from)
    try {
      client.tellSubscribed(seat, start, recovered, command.ref, after, share)
    } catch (defect) {
      share?.taken()
      throw defect
    }
  }

  /** Serves those who waited for a room's past. */
  recalled(roster: Roster, read: PastRead): void {
    const { found, room } = read
    // what was changed since it was read; what comes back into memory looks by itself
    for (const { json, seq } of room.stream.changes.all()) found?.past?.replace(seq, json)
    try {
      for (const waiting of this.recollection.settle(read)) {
        try {
          this.seated(roster, waiting, found?.past)
        } catch {
          // the others still wait for theirs
          waiting.seat.client.mailbox.close(closeReasons.internal)
        }
      }
    } finally {
      found?.past?.close()
      this.recollection.goOn(room)
    }
    // what came while they were held
    if (room.seats.size > 0) roster.dirty.add(room)
  }

  private unsubscribe(roster: Roster, command: Extract<Command, { readonly _tag: "Unsubscribe" }>) {
    const seat = this.seatOf(roster, command)
    if (seat === undefined) return
    // the client is owed its answer, for which it does not wait any longer, and everything up to the moment it left
    for (const waiting of this.recollection.release(seat)) this.seated(roster, waiting)
    const frames = seat.read(Number.MAX_SAFE_INTEGER)
    if (frames === "lost") return seat.client.mailbox.close(closeReasons.slow)
    if (frames !== undefined) seat.client.mailbox.offer(frames)
    this.stand(roster, seat)
    roster.tell(command.client, {
      type: "unsubscribed",
      ...(command.ref === undefined ? {} : { ref: command.ref }),
      roomId: command.roomId
    })
  }

  private type(roster: Roster, command: Extract<Command, { readonly _tag: "Typing" }>) {
    const room = this.seatOf(roster, command)?.room
    if (room === undefined) return
    const { userId, username } = command.client.identity
    const now = this.options.now()
    const news = command.active ? room.typing.start(userId, username, now) : room.typing.stop(userId)
    room.passed(now)
    if (command.active) roster.typing.add(room)
    if (!news) return
    if (command.active) this.options.analytics.record({ _tag: "typing", roomId: room.id, userId })
    room.hint(undefined, { type: "typing", roomId: room.id, userId, username, active: command.active }, userId)
    roster.hinted.add(room)
  }

  private disconnect(roster: Roster, client: Client, code: number) {
    const { connectionId } = client.identity
    if (!roster.clients.delete(connectionId)) return
    for (const seat of client.rooms.values()) this.stand(roster, seat)
    roster.answered.delete(client)
    this.options.analytics.record({ _tag: "disconnected", connectionId, code })
  }

  private seatOf(roster: Roster, command: Extract<FloorCommand, { readonly roomId: RoomId }>): Seat | undefined {
    const seat = command.client.rooms.get(command.roomId)
    if (seat === undefined) {
      this.options.analytics.record({ _tag: "rejected", reason: "not_subscribed" })
      roster.refuse(command, "not_subscribed", `not in room ${command.roomId}`, "roomId")
    }
    return seat
  }

  private sit(roster: Roster, client: Client, roomId: RoomId): Seat {
    const { analytics, log } = this.options
    const room = roster.enter(roomId, log.stream, this.delivered)
    const seat = new Seat(client, room)
    if (room.seats.size === 0) this.opened.push(room)
    room.seats.add(seat)
    client.rooms.set(roomId, seat)
    analytics.record({ _tag: "joined", roomId })
    if (this.options.presence) {
      const { userId, username } = client.identity
      if (room.presence.join(userId, username))
        this.options.witness?.came(roomId, { userId, username }, this.options.wallNow())
      roster.changed.add(room)
    }
    return seat
  }

  private stand(roster: Roster, seat: Seat) {
    const { client, room } = seat
    const { userId, username } = client.identity
    room.seats.delete(seat)
    this.options.analytics.record({ _tag: "left", roomId: room.id })
    client.rooms.delete(room.id)
    client.mailbox.forget(seat)
    if (this.options.presence) {
      if (room.presence.leave(userId)) this.options.witness?.went(room.id, { userId, username }, this.options.wallNow())
      roster.changed.add(room)
    }
    if (room.typing.stop(userId)) {
      room.hint(undefined, { type: "typing", roomId: room.id, userId, username, active: false }, userId)
      roster.hinted.add(room)
    }
    if (room.seats.size > 0) return
    this.closed.push(room)
    roster.vacate(room, this.options.now())
  }
}
