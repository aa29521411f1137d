/** Has a made-up history kept and counted, as if a server had seen it: its messages by whoever keeps them, its figures as rollups. */
import { Effect } from "effect"
import { Aggregator } from "../analytics/Aggregator.ts"
import { VISIT_MS } from "../analytics/Attendance.ts"
import { type Minute, minuteOf, MINUTE_MS } from "../analytics/Minute.ts"
import { TIER_MS } from "../store/Rollup.ts"
import { RollupLedger } from "../analytics/RollupLedger.ts"
import type { RollupStore } from "../store/RollupStore.ts"
import { totalsRollup } from "../analytics/Totals.ts"
import { Content } from "../domain/Content.ts"
import { type Draft, encodeMessage } from "../domain/Message.ts"
import { MessageId } from "../domain/MessageId.ts"
import { RoomId } from "../domain/RoomId.ts"
import { UserId } from "../domain/UserId.ts"
import { Username } from "../domain/Username.ts"
import type { Entry } from "../log/Entry.ts"
import type { MessageStore, StoreUnavailable } from "../store/MessageStore.ts"
import { Audience } from "./Audience.ts"
import type { DemoEvent, DemoMessage } from "./DemoEvent.ts"

/** Events after which messages are handed over and other work gets its turn. */
const SLICE = 1000

export interface Sinks<E> {
  /** Keeps messages, in the order of time. */
  readonly keep: (messages: ReadonlyArray<DemoMessage>) => Effect.Effect<void, E>
  readonly rollups: RollupStore["Service"]
  /** Who has counted it, and the epoch its messages are in. */
  readonly node: string
  readonly epoch: number
  /** Milliseconds since 1970: rollups of minutes before are not written. */
  readonly keepMinutesFrom: number
  /** Milliseconds since 1970, not before the last event: connections that are still open then are closed, as by a server that stops. */
  readonly endAt: number
  /** Told up to when everything is kept and counted, milliseconds since 1970. */
  readonly progress?: (through: number) => void
}

export interface Fed {
  readonly events: number
  /** Of all kinds. */
  readonly messages: number
  readonly users: number
  readonly rooms: number
}

/** A message before it is numbered; throws for one that nobody could have sent. */
export const draftOf = (message: DemoMessage): Draft => ({
  messageId: MessageId.make(message.messageId),
  roomId: RoomId.make(message.roomId),
  type: message.type,
  userId: UserId.make(message.userId),
  username: Username.make(message.username),
  content: Content.make(message.content),
  ...(message.replyTo === undefined ? {} : { replyTo: MessageId.make(message.replyTo) }),
  ...(message.bot ? { bot: true } : {})
})

/** Keeps messages in a store that has none of this epoch, without a journal. */
export const keepIn = (store: MessageStore["Service"], epoch: number) => {
  const heads = new Map<string, number>()
  return (messages: ReadonlyArray<DemoMessage>) => {
    const entries = messages.map((message): Entry => {
      const { at } = message
      const { content, messageId, roomId, type, userId, username, ...more } = draftOf(message)
      const seq = (heads.get(roomId) ?? 0) + 1
      heads.set(roomId, seq)
      const timestamp = new Date(at).toISOString()
      // in the order of fields that a log writes them in
      const json = encodeMessage({ messageId, roomId, seq, type, userId, username, content, timestamp, ...more })
      return { roomId, epoch, seq, userId, messageId, at, json }
    })
    return store.put(entries)
  }
}

/**
 * Feeds a history to what keeps and counts it. A day (UTC) is written at a time, after its messages, and says up to when it is complete,
 * so that a server can go on from wherever this was cut short.
 */
export const feed = Effect.fnUntraced(function* <E>(
  events: Iterable<DemoEvent>,
  sinks: Sinks<E>
): Effect.fn.Return<Fed, E | StoreUnavailable> {
  const { endAt, epoch, keep, keepMinutesFrom, node, progress = () => {}, rollups } = sinks
  const ledger = new RollupLedger(node, rollups)
  const audience = new Audience()
  let aggregator: Aggregator | undefined
  let minutes: Array<Minute> = []
  let said: Array<DemoMessage> = []
  const totals = { chat: 0, system: 0, bot: 0 }
  let told = 0
  let messages = 0
  let day = 0
  let minute = 0

  const hand = Effect.suspend(() => {
    const next = said
    said = []
    return next.length === 0 ? Effect.yieldNow : Effect.andThen(keep(next), Effect.yieldNow)
  })
  const settle = Effect.fnUntraced(function* (through: number) {
    yield* hand
    yield* ledger.add(minutes, keepMinutesFrom)
    minutes = []
    yield* ledger.write
    yield* rollups.put([totalsRollup(node, through, { ...totals, epoch })])
    progress(through)
  })
  const over = (closed: ReadonlyArray<Minute>) => {
    for (const one of closed) {
      minutes.push(one)
      for (const kind of ["chat", "system", "bot"] as const) totals[kind] += one.all.n[kind]
    }
  }

  for (const event of events) {
    const { at } = event
    aggregator ??= new Aggregator(at)
    if (minuteOf(at) !== minute) {
      minute = minuteOf(at)
      over(aggregator.closed(at))
      const today = Math.floor(at / TIER_MS.d)
      if (day !== 0 && today !== day) yield* settle(minuteOf(at - VISIT_MS))
      day = today
    }
    for (const one of audience.tell(event)) aggregator.apply(one, at)
    if (event._tag === "message") {
      said.push(event)
      messages++
    }
    if (++told % SLICE === 0) yield* hand
  }

  const end = Math.ceil(endAt / MINUTE_MS) * MINUTE_MS
  aggregator ??= new Aggregator(end)
  for (const one of audience.end()) aggregator.apply(one, endAt - 1)
  over(aggregator.closed(end + VISIT_MS))
  yield* settle(end)
  return { events: told, messages, users: audience.users.size, rooms: audience.rooms }
})
