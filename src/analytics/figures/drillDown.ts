/** Everything of one room, and of one user. */
import { Effect, Schema } from "effect"
import { isPrivateRoom } from "../../domain/RoomId.ts"
import type { StoreUnavailable } from "../../store/MessageStore.ts"
import type { Figures } from "../Figures.ts"
import { TIER_MS } from "../../store/Rollup.ts"
import type { Span } from "../UserTally.ts"
import { noFigures } from "./noFigures.ts"
import { exactQuantile, sessionsOf } from "./sessions.ts"
import { totals } from "./totals.ts"
import { eachUser } from "./walk.ts"
import { cutBuckets, locator, ratio, rounded, type Window } from "./Window.ts"

const Count = Schema.Int
const Rate = Schema.NullOr(Schema.Finite)
const Days = Schema.Array(Schema.Struct({ date: Schema.String, messages: Count, partial: Schema.Boolean }))

export const RoomFigures = Schema.Struct({
  roomId: Schema.String,
  messages: Count,
  systemMessages: Count,
  botMessages: Count,
  senders: Count,
  engagedUsers: Count,
  joins: Count,
  leaves: Count,
  typing: Count,
  reactions: Count,
  share: Rate,
  responses: Count,
  unanswered: Count,
  answeredRate: Rate,
  responseP50Seconds: Rate,
  days: Days
})

export const UserFigures = Schema.Struct({
  userId: Schema.String,
  username: Schema.NullOr(Schema.String),
  messages: Count,
  share: Rate,
  rooms: Schema.Array(Schema.Struct({ roomId: Schema.String, messages: Count })),
  activeDays: Count,
  sessions: Count,
  sessionP50Seconds: Rate,
  firstSeen: Schema.NullOr(Schema.String),
  days: Days,
  /** There when nothing is told of single users. */
  withheld: Schema.optionalKey(Schema.Literal(true))
})

/** Messages by local day, cut by the window. Moments to `add` must come in ascending order. */
const daily = (window: Window) => {
  const days = cutBuckets(window, "1d")
  const messages = days.map(() => 0)
  const dayOf = locator(days)
  return {
    add: (at: number, count: number) => {
      const day = dayOf(at)
      if (day >= 0) messages[day]! += count
    },
    days: () =>
      days.map(({ partial, start }, i) => ({
        date: window.zone.dateOf(window.zone.localDay(start)),
        messages: messages[i]!,
        partial
      }))
  }
}

export const roomFigures = (
  figures: Figures["Service"],
  window: Window,
  roomId: string
): Effect.Effect<typeof RoomFigures.Type, StoreUnavailable> =>
  Effect.gen(function* () {
    const byDay = daily(window)
    const asked = { room: roomId, sets: ["senders", "reactors", "active"], histograms: ["response"] } as const
    const total = yield* totals(figures, window, asked, ({ start, tally }) => byDay.add(start, tally.n.chat))
    const all = (yield* totals(figures, window, {})).n.chat
    const times = total.histogram("response")
    const { bot, chat, joined, left, reactions, system, typing, unanswered } = total.n
    return {
      roomId,
      messages: chat,
      systemMessages: system,
      botMessages: bot,
      senders: total.distinct("senders").count(),
      engagedUsers: total.distinct("senders", "reactors", "active").count(),
      joins: joined,
      leaves: left,
      typing,
      reactions,
      share: ratio(chat, all),
      responses: times.count,
      unanswered,
      answeredRate: ratio(times.count, times.count + unanswered),
      responseP50Seconds: rounded(times.quantile(0.5)),
      days: byDay.days()
    }
  })

const earliest = (...moments: ReadonlyArray<number | undefined>): number | undefined =>
  moments.reduce((first, at) => (first === undefined || (at !== undefined && at < first) ? at : first), undefined)

/** `minUsers` of more than 1 withholds it, since one user stands behind it. */
export const userFigures = (
  figures: Figures["Service"],
  window: Window,
  userId: string,
  minUsers: number
): Effect.Effect<typeof UserFigures.Type, StoreUnavailable> => {
  if (minUsers <= 1) return ofUser(figures, window, userId)
  return Effect.map(ofUser(noFigures(window.kept), window, userId), (nothing) => ({ ...nothing, withheld: true }))
}

const ofUser = (
  figures: Figures["Service"],
  window: Window,
  userId: string
): Effect.Effect<typeof UserFigures.Type, StoreUnavailable> =>
  Effect.gen(function* () {
    const { from, kept, to, zone } = window
    const sent = new Map<number, number>()
    const rooms = new Map<string, number>()
    const engaged = new Set<number>()
    const spans: Array<Span> = []
    let username: string | null = null
    let connected: number | undefined
    let first: number | undefined
    const within = (quarter: number) => quarter * TIER_MS.q >= from && quarter * TIER_MS.q < to
    yield* eachUser(figures, { from: kept.usersFrom, to: kept.computedAt + 1, userId }, ({ start, user }) => {
      username = user.username ?? username
      connected = earliest(connected, user.firstConnectedAt)
      first = earliest(first, user.firstMessageAt, user.firstActiveAt)
      spans.push(...user.spans)
      if (start + TIER_MS.d <= from || start >= to) return
      for (const [roomId, count] of user.rooms) {
        // what was said there counts, and where that was is for the members
        if (!isPrivateRoom(roomId)) rooms.set(roomId, (rooms.get(roomId) ?? 0) + count)
      }
      for (const [quarter, count] of user.sentIn) {
        if (within(quarter)) sent.set(quarter, (sent.get(quarter) ?? 0) + count)
      }
      for (const quarter of user.engagedIn()) {
        if (within(quarter)) engaged.add(zone.localDay(quarter * TIER_MS.q))
      }
    })
    const byDay = daily(window)
    let messages = 0
    for (const [quarter, count] of Array.from(sent).sort((a, b) => a[0] - b[0])) {
      byDay.add(quarter * TIER_MS.q, count)
      messages += count
    }
    const all = (yield* totals(figures, window, {})).n.chat
    const own = sessionsOf(spans, window)
    const firstSeen = connected ?? first
    return {
      userId,
      username,
      messages,
      share: ratio(messages, all),
      rooms: Array.from(rooms, ([roomId, count]) => ({ roomId, messages: count })).sort(
        (a, b) => b.messages - a.messages || (a.roomId < b.roomId ? -1 : 1)
      ),
      activeDays: engaged.size,
      sessions: own.sessions,
      sessionP50Seconds: exactQuantile(own.durations, 0.5),
      firstSeen: firstSeen === undefined ? null : zone.iso(firstSeen),
      days: byDay.days()
    }
  })
