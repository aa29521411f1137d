/**
 * P13: every figure that a server answers over HTTP equals the recount of the history behind it, in every zone, across changes of clocks.
 * The history is counted, rolled up and stored as a server does it, and read back by a process that has seen none of it.
 */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Figures } from "../../src/analytics/Figures.ts"
import { type MetricName, metrics } from "../../src/analytics/metrics.ts"
import { RollupStore } from "../../src/store/RollupStore.ts"
import { demoHistory } from "../../src/demo/Demo.ts"
import type { DemoEvent } from "../../src/demo/DemoEvent.ts"
import { feed } from "../../src/demo/feed.ts"
import { site, start } from "../support/FiguresSite.ts"
import { Past } from "../support/Past.ts"
import { ask, web } from "../support/Web.ts"
import { expectAgreement } from "./agree.ts"
import { Recount } from "./Recount.ts"

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** Zones whose clocks change, each on another day; and some whose do not. */
export const CHANGING = ["America/St_Johns", "Europe/Berlin"]
export const STEADY = ["UTC", "Asia/Kolkata", "Pacific/Apia"]

export interface Told {
  readonly name: string
  /** Milliseconds since 1970 at which the history ends. */
  readonly endAt: number
  readonly seed: number
  readonly zones: ReadonlyArray<string>
}

const USERS = 50
const DAYS = 36

/** A server that stops sends everybody away. */
const sentAway = (events: ReadonlyArray<DemoEvent>, at: number): ReadonlyArray<DemoEvent> => {
  const open = new Map<string, { readonly userId: string; readonly rooms: Set<string> }>()
  for (const event of events) {
    if (event._tag === "connected") open.set(event.connectionId, { userId: event.userId, rooms: new Set() })
    if (event._tag === "joined") open.get(event.connectionId)?.rooms.add(event.roomId)
    if (event._tag === "left") open.get(event.connectionId)?.rooms.delete(event.roomId)
    if (event._tag === "disconnected") open.delete(event.connectionId)
  }
  return Array.from(open).flatMap(([connectionId, { rooms, userId }]): ReadonlyArray<DemoEvent> => [
    ...Array.from(rooms, (roomId) => ({ _tag: "left", at, connectionId, roomId, userId }) as const),
    { _tag: "disconnected", at, connectionId, userId, code: 1012 }
  ])
}

/** Figures of a history, over HTTP. */
const served = ({ endAt, seed }: Told) =>
  Effect.gen(function* () {
    const history = Array.from(demoHistory({ users: USERS, days: DAYS, seed, endAt }))
    const events = [...history, ...sentAway(history, endAt - 1)]
    const kept = yield* site
    yield* feed(history, {
      keep: () => Effect.void,
      rollups: Context.get(kept, RollupStore),
      node: "a",
      epoch: 1,
      keepMinutesFrom: endAt - 7 * DAY,
      endAt
    })
    yield* TestClock.setTime(Math.ceil(endAt / 60_000) * 60_000)
    const { figures } = yield* start(kept)
    yield* TestClock.adjust("2 seconds")
    const { computedAt } = yield* figures.kept
    assert.isAtLeast(computedAt, endAt)
    return { events, computedAt, routes: web(new Past().layer.pipe(Layer.merge(Layer.succeed(Figures, figures)))) }
  })

type Query = Readonly<Record<string, string | number | undefined>>

const queryOf = (query: Query) =>
  new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  ).toString()

/** Asks for a report and compares it with the recount; gives the answer. */
const agree = Effect.fnUntraced(function* (route: string, query: Query, recount: object) {
  const path = `/api/analytics/${route}?${queryOf(query)}`
  const answer = yield* ask(path)
  assert.strictEqual(answer.status, 200, `${path}: ${answer.text.slice(0, 300)}`)
  expectAgreement(answer.body, JSON.parse(JSON.stringify(recount)), path)
  return answer.body
})

const sumOf = (points: unknown) =>
  (points as ReadonlyArray<{ readonly value: number }>).reduce((sum, { value }) => sum + value, 0)

const daily: ReadonlySet<string> = new Set(["dau", "wau", "mau"])
const names = Object.keys(metrics) as ReadonlyArray<MetricName>

/** Tests that what is answered about a made-up history equals the recount. */
export const figuresAgree = (history: Told): void => {
  describe(`figures of ${history.name}`, () => {
    for (const tz of history.zones) {
      it.effect(`over time equal a recount in ${tz}`, () =>
        Effect.gen(function* () {
          const { computedAt, events, routes } = yield* served(history)
          const recount = new Recount(events, computedAt)
          const from = history.endAt - 33 * DAY
          const to = history.endAt - 2 * DAY
          yield* Effect.gen(function* () {
            for (const metric of names) {
              for (const bucket of daily.has(metric) ? (["1d"] as const) : (["1h", "1d"] as const)) {
                // wau and mau look back over days that must all be kept
                const begin = metric === "wau" || metric === "mau" ? history.endAt - 5 * DAY : from
                const window = { from: begin, to, tz }
                const body = yield* agree(
                  "timeseries",
                  { ...window, from: new Date(begin).toISOString(), to: new Date(to).toISOString(), metric, bucket },
                  recount.timeseries({ ...window, metric, bucket })
                )
                if (metric === "messages") assert.strictEqual(sumOf(body["points"]), body["total"])
                if (!metrics[metric].byRoom || bucket === "1h") continue
                yield* agree(
                  "timeseries",
                  {
                    ...window,
                    from: new Date(begin).toISOString(),
                    to: new Date(to).toISOString(),
                    metric,
                    bucket,
                    room: "global"
                  },
                  recount.timeseries({ ...window, metric, bucket, room: "global" })
                )
              }
              if (daily.has(metric)) continue
              const begin = history.endAt - 2 * HOUR
              for (const bucket of ["1m", "15m"] as const) {
                const window = { from: begin, to: history.endAt, tz }
                yield* agree(
                  "timeseries",
                  {
                    ...window,
                    from: new Date(begin).toISOString(),
                    to: new Date(history.endAt).toISOString(),
                    metric,
                    bucket,
                    compare: "previous"
                  },
                  recount.timeseries({ ...window, metric, bucket, compare: "previous" })
                )
              }
            }
          }).pipe(Effect.provide(routes))
        })
      )

      it.effect(`of people, rooms and delivery equal a recount in ${tz}`, () =>
        Effect.gen(function* () {
          const { computedAt, events, routes } = yield* served(history)
          const recount = new Recount(events, computedAt)
          const minutesFrom = Math.floor((history.endAt - 7 * DAY) / 60_000) * 60_000
          yield* Effect.gen(function* () {
            for (const [from, to] of [
              [history.endAt - 33 * DAY, history.endAt],
              [history.endAt - 4 * DAY, history.endAt - DAY]
            ] as const) {
              const query = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), tz }
              const asked = { from, to, tz }
              yield* agree("summary", query, recount.summary({ ...asked, minutesFrom }))
              yield* agree("funnel", query, recount.funnel(asked))
              yield* agree("sessions", query, recount.sessions(asked))
              yield* agree("latency", query, recount.latency(asked))
              yield* agree("quality", query, recount.quality(asked))
              yield* agree("moderation", query, recount.moderation(asked))
              yield* agree("users", query, recount.users(asked))
              yield* agree("users", { ...query, limit: 7, offset: 5 }, recount.users({ ...asked, limit: 7, offset: 5 }))
              for (const unit of ["day", "week"] as const) {
                yield* agree("growth", { ...query, unit }, recount.growth({ ...asked, unit }))
                yield* agree("retention", { ...query, unit }, recount.retention({ ...asked, unit }))
              }
              for (const sort of ["messages", "senders", "joins"] as const) {
                yield* agree("rooms", { ...query, sort }, recount.rooms({ ...asked, sort }))
              }
              for (const room of [undefined, "global", "nowhere"]) {
                const within = { ...asked, ...(room === undefined ? {} : { room }) }
                const heat = yield* agree("heatmap", { ...query, room }, recount.heatmap(within))
                const cells = (heat["messages"] as ReadonlyArray<ReadonlyArray<number>>).flat()
                assert.strictEqual(
                  cells.reduce((sum, cell) => sum + cell, 0),
                  heat["total"]
                )
                yield* agree("patterns", { ...query, room }, recount.patterns(within))
                yield* agree("response-time", { ...query, room }, recount.responseTime(within))
                if (room !== undefined) yield* agree(`rooms/${room}`, query, recount.room(room, asked))
              }
              for (const user of ["user-1", "user-7", "user-20", "anonymous", "nobody"]) {
                yield* agree(`users/${user}`, query, recount.user(user, asked))
              }
            }
            const last = { from: history.endAt - 4 * DAY, to: history.endAt, tz }
            const { days } = (yield* agree(
              "engagement",
              { ...last, from: new Date(last.from).toISOString(), to: new Date(last.to).toISOString() },
              recount.engagement(last)
            )) as { readonly days: ReadonlyArray<{ readonly dau: number; readonly wau: number; readonly mau: number }> }
            assert.isNotEmpty(days)
            for (const { dau, mau, wau } of days) assert.isTrue(mau >= wau && wau >= dau)
          }).pipe(Effect.provide(routes))
        })
      )
    }
  })
}
