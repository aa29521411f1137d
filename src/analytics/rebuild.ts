/**
 * Counts everything that follows from messages again, from the messages that the store has. Values are absolute and a day is written as a
 * whole, so that a run that was cut short, or comes again, ends with the same. No server may count meanwhile.
 */
import { Clock, Effect } from "effect"
import type { RoomId } from "../domain/RoomId.ts"
import { RoomLog } from "../log/RoomLog.ts"
import { MessageStore, type StoreUnavailable } from "../store/MessageStore.ts"
import { Aggregator } from "./Aggregator.ts"
import { VISIT_MS } from "./Attendance.ts"
import { DailyMessages } from "./DailyMessages.ts"
import { type Minute, minuteOf } from "./Minute.ts"
import { NodeName } from "./NodeName.ts"
import { type DayChanges, type KeptFrom, KINDS, DayRecount } from "./DayRecount.ts"
import { saidIn } from "./recovery.ts"
import { type Rollup, TIER_MS } from "../store/Rollup.ts"
import { RollupStore } from "../store/RollupStore.ts"
import { NOTHING, type Totals, totalsOf, totalsRollup } from "./Totals.ts"

/** Rollups written in one call. */
const WRITE = 2000
/** Nodes that may have totals. */
const NODES = 10_000

export interface RebuildOptions {
  /** Days for which minutes, quarters of an hour and users' days are kept. */
  readonly minutesDays: number
  readonly quartersDays: number
  readonly usersDays: number
  /** Whether to find out only, and to write nothing. */
  readonly dryRun?: boolean
  /** Told after each day how much of the time is done, 0 to 1. */
  readonly progress?: (share: number) => void
}

export interface Rebuilt {
  /** Messages that were looked at. */
  readonly messages: number
  /** Days of which something changed, in order. */
  readonly days: ReadonlyArray<DayChanges>
  /** The messages of all time, if they were counted wrongly: of all kinds together. */
  readonly totals: { readonly before: number; readonly after: number } | undefined
}

const dayOf = (at: number) => Math.floor(at / TIER_MS.d) * TIER_MS.d

const sum = ({ bot, chat, system }: Totals) => chat + system + bot

/** What all nodes have counted in all their time. */
const allTotals = (store: RollupStore["Service"]) =>
  store.range({ scope: "T", tier: "t", from: 0, to: 1, sketches: false, limit: NODES })

/** When the first rollup begins that is kept. */
const earliest = Effect.fnUntraced(function* (store: RollupStore["Service"], kept: KeptFrom) {
  const starts: Array<number> = []
  for (const kind of KINDS) {
    const range = { ...kind, from: kept[kind.tier], to: Infinity, sketches: false, limit: 1 }
    for (const { start } of yield* store.range(range)) starts.push(start)
  }
  return starts.length === 0 ? undefined : Math.min(...starts)
})

export const rebuild = Effect.fnUntraced(function* (
  options: RebuildOptions
): Effect.fn.Return<Rebuilt, StoreUnavailable, MessageStore | RollupStore | NodeName | RoomLog> {
  const { dryRun = false, minutesDays, progress = () => {}, quartersDays, usersDays } = options
  const store = yield* RollupStore
  const node = yield* NodeName
  const log = yield* RoomLog
  const now = yield* Clock.currentTimeMillis
  const keptFrom = (days: number, step: number) => Math.floor((now - days * TIER_MS.d) / step) * step
  const kept: KeptFrom = {
    m: keptFrom(minutesDays, TIER_MS.q),
    q: keptFrom(quartersDays, TIER_MS.q),
    d: keptFrom(usersDays, TIER_MS.d)
  }
  const nodes = yield* allTotals(store)
  // a node that was stopped earlier than another has counted everything of its own, too
  const through = nodes.length === 0 ? minuteOf(now) : Math.max(...nodes.map((one) => one.through))

  const messages = yield* DailyMessages.open(yield* MessageStore)
  const first = dayOf(Math.min(messages.first ?? now, (yield* earliest(store, kept)) ?? now))
  const aggregator = new Aggregator(first)
  const totals = { chat: 0, system: 0, bot: 0 }
  let looked = 0
  const days: Array<DayChanges> = []

  const recountDay = Effect.fnUntraced(function* (day: number, minutes: ReadonlyArray<Minute>) {
    const recount = yield* DayRecount.of(store, { day, kept, node, through })
    for (const minute of minutes) recount.add(minute)
    const { changed, changes } = recount
    if (changed.length === 0) return
    days.push(changes)
    if (!dryRun) yield* write(store, changed)
  })

  const until = Math.max(now, through)
  for (let day = first; day <= until; day += TIER_MS.d) {
    const end = day + TIER_MS.d
    yield* messages.tell(end, ({ json }) => {
      const one = saidIn(json)
      // it is in no figure of a server either
      if (one === undefined) return
      const { at, said } = one
      aggregator.apply(said, at)
      looked++
      if (at < through) totals[said.type === "system" ? "system" : said.bot ? "bot" : "chat"]++
    })
    const minutes = aggregator.closed(end + VISIT_MS)
    if (end > Math.min(kept.m, kept.q, kept.d)) yield* recountDay(day, minutes)
    progress(Math.min(1, (end - first) / (until - first)))
    yield* Effect.yieldNow
  }

  const written = new Map(nodes.map((one) => [one.node, { totals: totalsOf(one), through: one.through }]))
  const epochOf = (name: string) => written.get(name)?.totals?.epoch
  const epoch = epochOf(node) ?? log.tail("" as RoomId).epoch
  const right = new Map<string, Totals>([[node, { ...totals, epoch }]])
  // whose messages they were is not known any more, and only their sum is asked for
  for (const { node: name } of nodes) if (name !== node) right.set(name, { ...NOTHING, epoch: epochOf(name) ?? 0 })
  const wrong = Array.from(right).filter(([name, should]) => {
    const was = written.get(name)
    return was?.through !== through || JSON.stringify(was.totals) !== JSON.stringify(should)
  })
  const before = Array.from(written.values()).reduce((all, { totals: one }) => all + sum(one ?? NOTHING), 0)
  const after = sum({ ...totals, epoch })
  if (!dryRun)
    yield* write(
      store,
      wrong.map(([name, should]) => totalsRollup(name, through, should))
    )
  return { messages: looked, days, totals: wrong.length === 0 ? undefined : { before, after } }
})

const write = Effect.fnUntraced(function* (store: RollupStore["Service"], rollups: ReadonlyArray<Rollup>) {
  for (let from = 0; from < rollups.length; from += WRITE) yield* store.put(rollups.slice(from, from + WRITE))
})
