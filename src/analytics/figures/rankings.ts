/** Rooms and users by how much was said, and how much of it is said by few. */
import { Effect, Schema } from "effect"
import { isPrivateRoom } from "../../domain/RoomId.ts"
import type { StoreUnavailable } from "../../store/MessageStore.ts"
import type { Figures } from "../Figures.ts"
import { TIER_MS } from "../../store/Rollup.ts"
import type { Uniques } from "../Uniques.ts"
import { addSenders, noOne } from "./people.ts"
import { totals } from "./totals.ts"
import { eachTally, eachUser } from "./walk.ts"
import { ratio, type Window } from "./Window.ts"

const TOP = 10

export type RoomSort = "messages" | "senders" | "joins"

/** A part of a list, and how many users must stand behind the whole list for it to be shown. */
export interface Page {
  readonly limit: number
  readonly offset: number
  readonly minUsers: number
}

const Count = Schema.Int
const Share = Schema.NullOr(Schema.Finite)

const around = {
  count: Count,
  hasMore: Schema.Boolean,
  /** There when who it is about is not told, since they are too few. */
  withheld: Schema.optionalKey(Schema.Literal(true)),
  concentration: Schema.Struct({ herfindahl: Share, top10Share: Share })
}

const RankedRoom = Schema.Struct({
  roomId: Schema.String,
  messages: Count,
  senders: Count,
  joins: Count,
  share: Share
})
export const RoomRanking = Schema.Struct({ rooms: Schema.Array(RankedRoom), ...around })

const RankedUser = Schema.Struct({
  userId: Schema.String,
  username: Schema.NullOr(Schema.String),
  messages: Count,
  share: Share
})
export const UserRanking = Schema.Struct({ users: Schema.Array(RankedUser), ...around })

/** Of how many messages each has, and how many there are in all. */
const concentrationOf = (counts: ReadonlyArray<number>, all: number) => {
  const sorted = counts.filter((count) => count > 0).sort((a, b) => b - a)
  if (sorted.length === 0) return { herfindahl: null, top10Share: null }
  let herfindahl = 0
  for (const count of sorted) herfindahl += (count / all) * (count / all)
  return { herfindahl, top10Share: sorted.slice(0, TOP).reduce((sum, count) => sum + count, 0) / all }
}

/** What comes first, or 0. Ids compare by code unit. */
const byId = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

const pageOf = <A>(sorted: ReadonlyArray<A>, { limit, offset }: Page) => ({
  rows: sorted.slice(offset, offset + limit),
  hasMore: sorted.length > offset + limit
})

export const roomRanking = (
  figures: Figures["Service"],
  window: Window,
  sort: RoomSort,
  page: Page
): Effect.Effect<typeof RoomRanking.Type, StoreUnavailable> =>
  Effect.gen(function* () {
    const rooms = new Map<string, { messages: number; joins: number; senders: Uniques }>()
    const everyone = noOne()
    let all = 0
    yield* eachTally(
      figures,
      { tier: "q", of: { scope: "each room" }, from: window.from, to: window.to, sketches: true },
      ({ id, tally }) => {
        const { chat, joined } = tally.n
        if (chat === 0 && joined === 0) return
        let room = rooms.get(id)
        if (room === undefined) {
          room = { messages: 0, joins: 0, senders: noOne() }
          rooms.set(id, room)
        }
        room.messages += chat
        room.joins += joined
        all += chat
        addSenders(room.senders, tally)
        addSenders(everyone, tally)
      }
    )
    const counted = Array.from(rooms, ([roomId, { joins, messages, senders }]) => ({
      roomId,
      messages,
      senders: senders.count(),
      joins,
      share: ratio(messages, all)
    }))
    const concentration = concentrationOf(
      counted.map(({ messages }) => messages),
      all
    )
    if (everyone.count() < page.minUsers && rooms.size > 0) {
      return { rooms: [], count: 0, hasMore: false, withheld: true, concentration }
    }
    // counted with the others, and named to nobody
    const named = counted.filter(({ roomId }) => !isPrivateRoom(roomId))
    const sorted = named.toSorted((a, b) => b[sort] - a[sort] || byId(a.roomId, b.roomId))
    const { hasMore, rows } = pageOf(sorted, page)
    return { rooms: rows, count: rows.length, hasMore, concentration }
  })

export const userRanking = (
  figures: Figures["Service"],
  window: Window,
  page: Page
): Effect.Effect<typeof UserRanking.Type, StoreUnavailable> =>
  Effect.gen(function* () {
    const users = new Map<string, { username: string | null; messages: number }>()
    yield* eachUser(figures, window, ({ user, userId }) => {
      let messages = 0
      for (const [quarter, count] of user.sentIn) {
        const at = quarter * TIER_MS.q
        if (at >= window.from && at < window.to) messages += count
      }
      if (messages === 0) return
      const known = users.get(userId)
      if (known === undefined) users.set(userId, { username: user.username ?? null, messages })
      else {
        known.username = user.username ?? known.username
        known.messages += messages
      }
    })
    const all = (yield* totals(figures, window, {})).n.chat
    const counted = Array.from(users, ([userId, { messages, username }]) => ({
      userId,
      username,
      messages,
      share: ratio(messages, all)
    }))
    const concentration = concentrationOf(
      counted.map(({ messages }) => messages),
      all
    )
    if (users.size > 0 && users.size < page.minUsers) {
      return { users: [], count: 0, hasMore: false, withheld: true, concentration }
    }
    const sorted = counted.toSorted((a, b) => b.messages - a.messages || byId(a.userId, b.userId))
    const { hasMore, rows } = pageOf(sorted, page)
    return { users: rows, count: rows.length, hasMore, concentration }
  })
