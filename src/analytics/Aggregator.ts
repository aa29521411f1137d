/**
 * Counts what happens, in place and by UTC minute, and hands over minutes that are over. Knows no clock and no store: every event comes
 * with its moment, so that live events, replayed history and generated history are counted by the same code.
 */
import { anonymous } from "../domain/UserId.ts"
import { Attendance, VISIT_MS } from "./Attendance.ts"
import type { AnalyticsEvent, Said } from "./Event.ts"
import { Minute, MINUTE_MS, minuteOf } from "./Minute.ts"
import type { WrittenMinute } from "./openMinutes.ts"
import { Responses } from "./Responses.ts"
import { TIER_MS } from "../store/Rollup.ts"
import { lengthBin, shapeOf } from "./Shape.ts"
import type { Counts, Tally } from "./Tally.ts"
import { hashOf } from "./Uniques.ts"

/** Minutes after whose end live figures still need them. */
const RECENT_MINUTES = 16
/** Milliseconds without a look at the clock beyond which it was set: nobody is said to have been there for all of that time. */
const GAP_MS = 7 * TIER_MS.d
const SLOW = 4001

/** What an event adds one to, where that is all it does. */
const counters = {
  joined: "joined",
  left: "left",
  edited: "edits",
  deleted: "deletes",
  muted: "mutes",
  banned: "bans",
  duplicate: "duplicates"
} as const satisfies Partial<Record<AnalyticsEvent["_tag"], keyof Counts>>

export class Aggregator {
  readonly attendance = new Attendance()
  readonly responses: Responses
  /** Messages since this began to count. */
  readonly said = { chat: 0, system: 0, bot: 0 }
  /** Tallies of the last minutes, for live figures; several of a minute that a clock came back to. */
  readonly recent = new Map<number, Array<Tally>>()
  private readonly minutes = new Map<number, Minute>()
  private current: Minute
  /** Minutes before this one are closed. */
  private through: number

  /** `from`: milliseconds since 1970 from which on minutes are counted; what is earlier is late. */
  constructor(from: number) {
    this.through = minuteOf(from)
    this.current = this.begin(this.through)
    this.responses = new Responses({
      answered: (roomId, at, ms) => {
        const minute = this.minute(at)
        minute.all.histogram("response").record(ms / 1000)
        minute
          .room(roomId)
          .histogram("response")
          .record(ms / 1000)
      },
      unanswered: (roomId, at) => {
        const minute = this.minute(at)
        minute.all.n.unanswered++
        minute.room(roomId).n.unanswered++
      }
    })
  }

  /** Counts an event that happened at `at`, milliseconds since 1970. */
  apply(event: AnalyticsEvent, at: number): void {
    const minute = this.minute(at)
    const { n } = minute.all
    switch (event._tag) {
      case "message":
        if (event.type === "chat" && !event.bot) this.responses.said(event.roomId, event.userId, at)
        return this.message(minute, event, at)
      case "delivered":
        n.delivered += event.count
        return
      case "durable":
      case "fannedOut":
      case "endToEnd":
        minute.all.histogram(event._tag).record(event.ms)
        return
      case "connected":
        return this.connected(minute, event, at)
      case "disconnected":
        if (!this.attendance.disconnect(event.connectionId, at, minute)) return
        n.closed++
        if (event.code === SLOW) n.slow++
        minute.all.close(event.code)
        minute.all.sample(this.attendance.connections, this.attendance.present)
        return
      case "typing":
      case "readMark":
      case "reaction":
        return this.acted(minute, event, at)
      case "resumed":
        n.resumes++
        if (event.recovered) n.recovered++
        n.replayed += event.replayed
        return
      case "rejected":
        return minute.all.reject(event.reason)
      case "ephemeralShed":
        n.shed += event.count
        return
      default: {
        const name = counters[event._tag]
        n[name]++
        if ("roomId" in event) minute.room(event.roomId).n[name]++
      }
    }
  }

  /** Counts a message again from history: what `apply` does, but for response times, which the caller tells in the order of a room. */
  replay(event: Said, at: number): void {
    this.message(this.minute(at), event, at)
  }

  /** Begins the minute of `now`, and those before it, although nothing happens. */
  pass(now: number): void {
    this.minute(now)
  }

  /** Takes the minutes that ended 10 s before `now` or earlier, in order. Everything up to `now` must have been told. */
  closed(now: number): ReadonlyArray<Minute> {
    const closing = this.closing(now)
    for (;;) {
      const { done, value } = closing.next()
      if (done === true) return value
    }
  }

  /** The same, and what comes late for minutes before, in slices of a few milliseconds between which others may have their turn. */
  *closing(now: number): Generator<void, ReadonlyArray<Minute>, void> {
    const through = Math.max(this.through, minuteOf(now - VISIT_MS))
    this.pass(now)
    if (through > this.through) this.responses.expire(through)
    const over: Array<Minute> = []
    for (const minute of this.minutes.values()) {
      if (minute.start < Math.min(through, minuteOf(now)) || (minute.late && !minute.empty)) over.push(minute)
    }
    if (over.length === 0 && through === this.through) return over
    over.sort((a, b) => a.start - b.start)
    for (const minute of over) if (!minute.late) yield* this.attendance.closing(minute)
    // from here to the end in one go: until now an event could still find its minute
    for (const { start } of over) this.minutes.delete(start)
    this.through = through
    for (const minute of this.minutes.values()) minute.late = minute.start < through
    if (!this.minutes.has(this.current.start)) this.current = this.begin(this.current.start)
    for (const start of this.recent.keys()) {
      if (start < minuteOf(now) - RECENT_MINUTES * MINUTE_MS) this.recent.delete(start)
    }
    return over
  }

  /** What was before `start` is written: counts minutes from there on, and what comes for earlier ones is late. Before anything is closed. */
  goOn(start: number): void {
    this.through = start
    for (const minute of this.minutes.values()) minute.late = minute.start < start
  }

  /** The minutes that are not closed. */
  open(): Iterable<Minute> {
    return this.minutes.values()
  }

  /** Goes on with what was written of a minute before its end, but for what is counted again from messages. */
  restore(start: number, written: WrittenMinute): void {
    const minute = this.minute(start)
    written.all?.unsay()
    if (written.all !== undefined) minute.all.merge(written.all)
    for (const [roomId, tally] of written.rooms) {
      tally.unsay()
      minute.room(roomId).merge(tally)
    }
    for (const [userId, before] of written.users) {
      before.unsay()
      const user = minute.user(userId)
      // what was told since is newer
      const name = user.username
      user.merge(before)
      user.username = name ?? user.username
    }
  }

  private minute(at: number): Minute {
    const start = minuteOf(at)
    if (start === this.current.start) return this.current
    const known = this.minutes.get(start)
    if (known !== undefined) return known
    return start < this.current.start ? this.begin(start) : this.forward(start)
  }

  /** Begins the minutes up to `start` in which somebody was connected, so that each has its gauges and visitors. */
  private forward(start: number): Minute {
    const { attendance } = this
    const { connections, present, some } = attendance
    if (some) {
      const first = Math.max(this.current.start + MINUTE_MS, start - GAP_MS)
      for (let gap = first; gap < start; gap += MINUTE_MS) {
        if (this.minutes.has(gap)) continue
        const minute = this.begin(gap)
        if (connections > 0) minute.all.sample(connections, present)
      }
    }
    this.current = this.begin(start)
    if (connections > 0) this.current.all.sample(connections, present)
    return this.current
  }

  private begin(start: number): Minute {
    const minute = new Minute(start, start < this.through)
    this.minutes.set(start, minute)
    const known = this.recent.get(start)
    if (known === undefined) this.recent.set(start, [minute.all])
    else known.push(minute.all)
    return minute
  }

  private message(minute: Minute, { bot, content, expected, reply, roomId, type, userId, username }: Said, at: number) {
    const { all } = minute
    const room = minute.room(roomId)
    const kind = type === "system" ? "system" : bot ? "bot" : "chat"
    all.n[kind]++
    room.n[kind]++
    this.said[kind]++
    all.n.expected += expected
    room.n.expected += expected
    if (kind !== "chat") return
    const shape = shapeOf(content)
    const bin = lengthBin(shape.codePoints)
    const user = userId === anonymous ? undefined : minute.user(userId)
    describe(all.n, shape, reply)
    describe(room.n, shape, reply)
    all.lengths[bin]!++
    room.lengths[bin]!++
    if (user === undefined) return
    describe(user.n, shape, reply)
    const here = user.rooms.get(roomId)
    // sets are what takes longest, and have had a sender since the first message
    if (here === undefined) {
      const hash = hashOf(userId)
      all.set("senders").add(hash)
      room.set("senders").add(hash)
    }
    user.rooms.set(roomId, (here ?? 0) + 1)
    user.username = username
    const quarter = Math.floor(at / TIER_MS.q)
    user.sent.set(quarter, (user.sent.get(quarter) ?? 0) + 1)
    if (user.firstMessageAt === undefined || at < user.firstMessageAt) user.firstMessageAt = at
  }

  private connected(
    minute: Minute,
    { bot, connectionId, userId, username }: Extract<AnalyticsEvent, { readonly _tag: "connected" }>,
    at: number
  ) {
    const counted = userId === anonymous || bot === true ? undefined : userId
    this.attendance.connect(connectionId, counted, at)
    minute.all.n.opened++
    minute.all.sample(this.attendance.connections, this.attendance.present)
    if (counted === undefined) return
    const user = minute.user(counted)
    user.username = username
    user.n.connections++
    user.firstConnectedAt ??= at
  }

  private acted(
    minute: Minute,
    { _tag, roomId, userId }: Extract<AnalyticsEvent, { readonly _tag: "typing" | "readMark" | "reaction" }>,
    at: number
  ) {
    const name = _tag === "typing" ? "typing" : _tag === "readMark" ? "readMarks" : "reactions"
    const room = minute.room(roomId)
    minute.all.n[name]++
    room.n[name]++
    if (userId === anonymous) return
    const hash = hashOf(userId)
    const user = minute.user(userId)
    const quarter = Math.floor(at / TIER_MS.q)
    user.n[name]++
    user.active.add(quarter)
    user.firstActiveAt ??= at
    minute.all.set("active").add(hash)
    room.set("active").add(hash)
    if (_tag !== "reaction") return
    user.reacted.add(quarter)
    minute.all.set("reactors").add(hash)
    room.set("reactors").add(hash)
  }
}

type Shaped = { codePoints: number; link: number; mention: number; question: number; emoji: number; reply: number }

const describe = (n: Shaped, shape: ReturnType<typeof shapeOf>, reply: boolean) => {
  n.codePoints += shape.codePoints
  if (shape.link) n.link++
  if (shape.mention) n.mention++
  if (shape.question) n.question++
  if (shape.emoji) n.emoji++
  if (reply) n.reply++
}
