/** Rooms and users by how much was said, and everything of one room or one user. */
import type { RoomFigures, UserFigures } from "../../src/analytics/figures/drillDown.ts"
import type { RoomRanking, UserRanking } from "../../src/analytics/figures/rankings.ts"
import type { Facts } from "./Facts.ts"
import { countOf, figureOf, messages, responses, unanswered } from "./figureOf.ts"
import { engaged } from "./people.ts"
import { quantile, ratio } from "./quantile.ts"
import { sessionsOf } from "./sessions.ts"
import type { View } from "./View.ts"

const DAY = 86_400_000
const PAGE = 50

export type RoomSort = "messages" | "senders" | "joins"

export interface Page {
  readonly limit?: number
  readonly offset?: number
}

const byId = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** Of those with messages: their shares squared and added up, and what the ten largest have together. */
const concentrationOf = (shares: ReadonlyArray<number | null>) => {
  const sorted = shares.filter((share) => share !== null).toSorted((a, b) => b - a)
  if (sorted.length === 0) return { herfindahl: null, top10Share: null }
  return {
    herfindahl: sorted.reduce((sum, share) => sum + share * share, 0),
    top10Share: sorted.slice(0, 10).reduce((sum, share) => sum + share, 0)
  }
}

const paged = <A>(all: ReadonlyArray<A>, { limit = PAGE, offset = 0 }: Page) => {
  const rows = all.slice(offset, offset + limit)
  return { rows, count: rows.length, hasMore: all.length > offset + rows.length }
}

/** Rooms in which something was said by people, or that somebody joined. */
export const roomRanking = (view: View, sort: RoomSort, page: Page): typeof RoomRanking.Type => {
  const { facts, from, to } = view
  const said = Map.groupBy(messages(facts, view), ({ roomId }) => roomId)
  const joined = Map.groupBy(facts.joins.within(from, to), ({ roomId }) => roomId)
  const total = countOf("messages", facts, view)
  const ranked = Array.from(new Set([...said.keys(), ...joined.keys()]), (roomId) => {
    const own = said.get(roomId) ?? []
    return {
      roomId,
      messages: own.length,
      senders: new Set(own.map(({ userId }) => userId).filter((userId) => facts.isUser(userId))).size,
      joins: joined.get(roomId)?.length ?? 0,
      share: ratio(own.length, total)
    }
  }).toSorted((a, b) => b[sort] - a[sort] || byId(a.roomId, b.roomId))
  const { count, hasMore, rows } = paged(ranked, page)
  return { rooms: rows, count, hasMore, concentration: concentrationOf(ranked.map(({ share }) => share)) }
}

/** Users with messages. Shares are of all messages, those of `anonymous` too. */
export const userRanking = (view: View, page: Page): typeof UserRanking.Type => {
  const { facts } = view
  const total = countOf("messages", facts, view)
  const said = Map.groupBy(messages(facts, view), ({ userId }) => userId)
  const ranked = Array.from(said, ([userId, own]) => ({
    userId,
    messages: own.length,
    share: ratio(own.length, total)
  }))
    .filter(({ userId }) => facts.isUser(userId))
    .toSorted((a, b) => b.messages - a.messages || byId(a.userId, b.userId))
  const { count, hasMore, rows } = paged(ranked, page)
  return {
    users: rows.map((user) => ({ ...user, username: facts.names.get(user.userId) ?? null })),
    count,
    hasMore,
    concentration: concentrationOf(ranked.map(({ share }) => share))
  }
}

/** Messages by local day, cut by the window. */
const daily = (view: View, said: ReadonlyArray<{ readonly at: number }>) =>
  view.buckets("1d").map(({ from, partial, to }) => ({
    date: view.local.date(view.local.day(from)),
    messages: said.filter(({ at }) => at >= from && at < to).length,
    partial
  }))

export const roomFigures = (view: View, roomId: string): typeof RoomFigures.Type => {
  const { facts } = view
  const said = messages(facts, view, roomId)
  const seconds = responses(facts, view, roomId)
  const silent = unanswered(facts, view, roomId)
  return {
    roomId,
    messages: said.length,
    systemMessages: countOf("systemMessages", facts, view, roomId),
    botMessages: countOf("botMessages", facts, view, roomId),
    senders: countOf("senders", facts, view, roomId),
    engagedUsers: countOf("engagedUsers", facts, view, roomId),
    joins: countOf("joins", facts, view, roomId),
    leaves: countOf("leaves", facts, view, roomId),
    typing: countOf("typing", facts, view, roomId),
    reactions: countOf("reactions", facts, view, roomId),
    share: ratio(said.length, countOf("messages", facts, view)),
    responses: seconds.length,
    unanswered: silent,
    answeredRate: ratio(seconds.length, seconds.length + silent),
    responseP50Seconds: figureOf("responseP50Seconds", facts, view, roomId),
    days: daily(view, said)
  }
}

/** When a user first connected, or did anything at all if they never did. */
const firstSeen = ({ messages, reactions, readMarks, stays, typing }: Facts, userId: string): number | undefined => {
  const connected = stays.all.find((stay) => stay.userId === userId)
  if (connected !== undefined) return connected.at
  const deeds = [messages, reactions, readMarks, typing].flatMap(
    (timeline) => timeline.all.find((deed) => deed.userId === userId) ?? []
  )
  return deeds.toSorted((a, b) => a.at - b.at)[0]?.at
}

/** Of somebody who is no user: as of one who is not known. */
export const userFigures = (view: View, userId: string): typeof UserFigures.Type => {
  const { facts, local } = view
  const known = facts.isUser(userId)
  const own = (from: number, to: number) =>
    facts.messages.within(from, to).filter((message) => known && message.userId === userId)
  const said = own(view.from, view.to)
  const wholeDays = own(Math.floor(view.from / DAY) * DAY, Math.ceil(view.to / DAY) * DAY)
  const rooms = Map.groupBy(wholeDays, ({ roomId }) => roomId)
  const activeDays = view.buckets("1d").filter((day) => engaged(facts, day).has(userId)).length
  const { durations, sessions } = sessionsOf(view, userId)
  const seen = known ? firstSeen(facts, userId) : undefined
  return {
    userId,
    username: known ? (facts.names.get(userId) ?? null) : null,
    messages: said.length,
    share: ratio(said.length, countOf("messages", facts, view)),
    rooms: Array.from(rooms, ([roomId, { length }]) => ({ roomId, messages: length })).toSorted(
      (a, b) => b.messages - a.messages || byId(a.roomId, b.roomId)
    ),
    activeDays,
    sessions,
    sessionP50Seconds: quantile(durations, 50),
    firstSeen: seen === undefined ? null : local.iso(seen),
    days: daily(view, said)
  }
}
