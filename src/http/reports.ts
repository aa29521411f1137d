/** Every report: how its figures are asked for, and which rows it has as a file. */
import { Effect, Result } from "effect"
import { DEFINITIONS } from "../analytics/Analytics.ts"
import type { Figures, Kept } from "../analytics/Figures.ts"
import { engagement } from "../analytics/figures/engagement.ts"
import { funnel } from "../analytics/figures/funnel.ts"
import { growth } from "../analytics/figures/growth.ts"
import { heatmap } from "../analytics/figures/heatmap.ts"
import { latency } from "../analytics/figures/latency.ts"
import { moderation } from "../analytics/figures/moderation.ts"
import { patterns } from "../analytics/figures/patterns.ts"
import { quality } from "../analytics/figures/quality.ts"
import { roomRanking, userRanking } from "../analytics/figures/rankings.ts"
import { responseTime } from "../analytics/figures/responseTime.ts"
import { retention } from "../analytics/figures/retention.ts"
import { series } from "../analytics/figures/series.ts"
import { sessions } from "../analytics/figures/sessions.ts"
import { summary } from "../analytics/figures/summary.ts"
import type { Window } from "../analytics/figures/Window.ts"
import { metrics } from "../analytics/metrics.ts"
import type { StoreUnavailable } from "../store/MessageStore.ts"
import {
  pageOf,
  previousOf,
  type Reading,
  type REPORTS,
  roomOf,
  seriesOf,
  sortOf,
  unitOf,
  windowOf
} from "./AnalyticsQuery.ts"
import { figuresOf, type Table, tableOf } from "../domain/Table.ts"
import type { BadQuery, Params } from "./PageQuery.ts"

/** What reports are made from. `now`: milliseconds since 1970; `minUsers`: see `Page`. */
export interface Sources {
  readonly figures: Figures["Service"]
  readonly kept: Kept
  readonly now: number
  readonly minUsers: number
}

type Failure = BadQuery | StoreUnavailable

/** A report as it was asked for. `table`: its rows as a file. */
export interface Reported {
  readonly answer: object
  readonly window: Window
  readonly table: () => Table
}

type Report = (sources: Sources, params: Params) => Effect.Effect<Reported, Failure>

const enveloped = <A extends object>(tz: string, { from, kept, to, zone }: Window, answer: A) => ({
  definitions: DEFINITIONS,
  computedAt: new Date(kept.computedAt).toISOString(),
  tz,
  from: zone.iso(from),
  to: zone.iso(to),
  ...answer
})

/** A report over a window, without buckets. */
export const windowed =
  <A extends object>(
    of: Reading["of"],
    compute: (sources: Sources, window: Window, params: Params) => Effect.Effect<A, Failure>,
    table: (answer: A) => Table = figuresOf
  ): Report =>
  (sources, params) =>
    Effect.gen(function* () {
      const { kept, now } = sources
      const { tz, window } = yield* Effect.fromResult(windowOf(params, { kept, now, of }))
      const answer = yield* compute(sources, window, params)
      return { answer: enveloped(tz, window, answer), window, table: () => table(answer) }
    })

/** One whose figures can be narrowed to a room. */
const narrowed = <A extends object>(
  compute: (figures: Figures["Service"], window: Window, room: string | undefined) => Effect.Effect<A, Failure>,
  table?: (answer: A) => Table
) =>
  windowed<A>(
    "quarters",
    ({ figures }, window, params) =>
      Effect.flatMap(Effect.fromResult(roomOf(params)), (room) => compute(figures, window, room)),
    table
  )

const POINT = ["start", "end", "value", "partial"] as const

const timeseries: Report = (sources, params) =>
  Effect.gen(function* () {
    const { figures, kept, now } = sources
    const asked = yield* Effect.fromResult(seriesOf(params))
    const { bucket, compare, metric, room } = asked
    const { tz, window } = yield* Effect.fromResult(windowOf(params, { kept, now, of: "quarters", bucket }))
    const before = compare ? yield* Effect.fromResult(previousOf(window, bucket)) : undefined
    const { points, total } = yield* series(figures, window, asked)
    const previous = before === undefined ? undefined : yield* series(figures, before, asked)
    const head = { metric, unit: metrics[metric].unit, bucket, room: room ?? null, total, points }
    if (before === undefined || previous === undefined) {
      return { answer: enveloped(tz, window, head), window, table: () => tableOf(POINT, points) }
    }
    const { zone } = window
    const range = { from: zone.iso(before.from), to: zone.iso(before.to) }
    return {
      answer: enveloped(tz, window, { ...head, previous: { ...range, ...previous } }),
      window,
      table: () =>
        tableOf(
          ["period", ...POINT],
          [
            ...points.map((point) => ({ period: "current", ...point })),
            ...previous.points.map((point) => ({ period: "previous", ...point }))
          ]
        )
    }
  })

export const reports: Readonly<Record<(typeof REPORTS)[number], Report>> = {
  timeseries,
  summary: windowed("quarters", ({ figures }, window) => summary(figures, window)),
  engagement: windowed(
    "quarters",
    ({ figures }, window) => engagement(figures, window),
    ({ days }) => tableOf(["date", "dau", "wau", "mau", "partial"], days)
  ),
  growth: windowed(
    "users",
    ({ figures }, window, params) =>
      Effect.flatMap(Effect.fromResult(unitOf(params)), (unit) => growth(figures, window, unit)),
    ({ periods }) => tableOf(["start", "new", "activated", "retained", "resurrected", "churned", "partial"], periods)
  ),
  retention: windowed(
    "users",
    ({ figures }, window, params) =>
      Effect.flatMap(Effect.fromResult(unitOf(params)), (unit) => retention(figures, window, unit)),
    ({ cohorts }) =>
      tableOf(
        ["start", "size", "period", "retained", "share"],
        cohorts.flatMap(({ retained, share, size, start }) =>
          retained.map((count, period) => ({ start, size, period, retained: count, share: share[period] ?? null }))
        )
      )
  ),
  funnel: windowed(
    "users",
    ({ figures }, window) => funnel(figures, window),
    ({ steps }) => tableOf(["step", "users", "share"], steps)
  ),
  sessions: windowed("users", ({ figures }, window) => sessions(figures, window)),
  heatmap: narrowed(heatmap, ({ hours, messages }) =>
    tableOf(
      ["weekday", "hour", "messages", "hours"],
      messages.flatMap((row, weekday) =>
        row.map((count, hour) => ({ weekday, hour, messages: count, hours: hours[weekday]?.[hour] ?? 0 }))
      )
    )
  ),
  patterns: narrowed(patterns, ({ lengths, ...counts }) => {
    const { columns, rows } = figuresOf(counts)
    return { columns, rows: [...rows, ...lengths.map(({ messages, upTo }) => [`lengths.${upTo ?? "more"}`, messages])] }
  }),
  "response-time": narrowed(responseTime),
  latency: windowed("quarters", ({ figures }, window) => latency(figures, window)),
  quality: windowed("quarters", ({ figures }, window) => quality(figures, window)),
  moderation: windowed("quarters", ({ figures }, window) => moderation(figures, window)),
  rooms: windowed(
    "quarters",
    ({ figures, minUsers }, window, params) =>
      Effect.flatMap(Effect.fromResult(Result.all([sortOf(params), pageOf(params)])), ([sort, page]) =>
        roomRanking(figures, window, sort, { ...page, minUsers })
      ),
    ({ rooms }) => tableOf(["roomId", "messages", "senders", "joins", "share"], rooms)
  ),
  users: windowed(
    "users",
    ({ figures, minUsers }, window, params) =>
      Effect.flatMap(Effect.fromResult(pageOf(params)), (page) => userRanking(figures, window, { ...page, minUsers })),
    ({ users }) => tableOf(["userId", "username", "messages", "share"], users)
  )
}
