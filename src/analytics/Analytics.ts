/**
 * The port that figures come from. Hub and connections tell it what happened, in place and without waiting, so that overload sheds
 * nothing that counts; it answers with live figures.
 */
import { Clock, Context, Effect, Layer } from "effect"
import { Supervisor } from "../actor/Supervisor.ts"
import { Aggregator } from "./Aggregator.ts"
import type { AnalyticsEvent } from "./Event.ts"
import { Histogram } from "./Histogram.ts"
import { MINUTE_MS, minuteOf } from "./Minute.ts"
import type { Snapshot } from "./Snapshot.ts"

/** Version of the definitions of the figures. */
export const DEFINITIONS = 1
/** Minutes of the sliding window. */
const WINDOW = 15
const SLOW = 4001

/** Messages that were counted by processes before this one. */
export interface Before {
  readonly chat: number
  readonly system: number
}

export class Analytics extends Context.Service<
  Analytics,
  {
    /** Takes note of an event that happens now; never waits and never fails. */
    record(event: AnalyticsEvent): void
    /** Takes note of a message of `at`, milliseconds since 1970, as its `timestamp` says. */
    said(event: Extract<AnalyticsEvent, { readonly _tag: "message" }>, at: number): void
    readonly snapshot: Effect.Effect<Snapshot>
    /** Whole seconds since the start. */
    uptimeSeconds(): number
    /** What counts, by minute. */
    readonly aggregator: Aggregator
    /** Adds what was counted before to the totals. */
    restored(before: Before): void
  }
>()("hubbub/analytics/Analytics") {
  /** Figures since the process started, but for messages, and a sliding window of 15 UTC minutes. */
  static readonly layer = Layer.effect(
    Analytics,
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const supervisor = yield* Supervisor
      const startedAt = clock.currentTimeMillisUnsafe()
      const startedMonotonic = clock.monotonicTimeNanosUnsafe()
      const aggregator = new Aggregator(startedAt)
      const connections = new Map<string, Snapshot["activeUserDetails"][number]>()
      const rejected = new Map<string, number>()
      const totals = { peak: 0, delivered: 0, duplicates: 0, resumes: 0, recovered: 0, slow: 0, shed: 0 }
      let before: Before = { chat: 0, system: 0 }

      const record = (event: AnalyticsEvent): void => {
        const at = clock.currentTimeMillisUnsafe()
        aggregator.apply(event, at)
        switch (event._tag) {
          case "delivered":
            totals.delivered += event.count
            return
          case "connected": {
            const { connectionId, userId, username } = event
            // as it is shown: a snapshot of many connections is taken every second
            const details = { clientId: connectionId, userId, username, joinedAt: new Date(at).toISOString() }
            // one that comes again comes last
            connections.delete(connectionId)
            connections.set(connectionId, details)
            totals.peak = Math.max(totals.peak, connections.size)
            return
          }
          case "disconnected":
            if (connections.delete(event.connectionId) && event.code === SLOW) totals.slow++
            return
          case "duplicate":
            totals.duplicates++
            return
          case "rejected":
            rejected.set(event.reason, (rejected.get(event.reason) ?? 0) + 1)
            return
          case "resumed":
            totals.resumes++
            if (event.recovered) totals.recovered++
            return
          case "ephemeralShed":
            totals.shed += event.count
            return
          default:
        }
      }

      const uptimeSeconds = () => Math.floor(Number(clock.monotonicTimeNanosUnsafe() - startedMonotonic) / 1e9)

      const snapshot = Effect.sync((): Snapshot => {
        const at = clock.currentTimeMillisUnsafe()
        const latency = new Histogram()
        const perMinute: Array<number> = []
        for (let minute = minuteOf(at) - (WINDOW - 1) * MINUTE_MS; minute <= at; minute += MINUTE_MS) {
          let chat = 0
          for (const tally of aggregator.recent.get(minute) ?? []) {
            chat += tally.n.chat
            if (tally.has("fannedOut")) latency.merge(tally.histogram("fannedOut"))
          }
          perMinute.push(chat)
        }
        const ms = (q: number) => {
          const value = latency.quantile(q)
          return value === null ? null : Math.round(value * 1000) / 1000
        }
        return {
          definitions: DEFINITIONS,
          computedAt: new Date(at).toISOString(),
          totalMessages: before.chat + aggregator.said.chat,
          activeConnections: connections.size,
          activeUsers: aggregator.attendance.present,
          peakConnections: totals.peak,
          messagesPerMinute: perMinute,
          latencyP50Ms: ms(0.5),
          latencyP95Ms: ms(0.95),
          latencyP99Ms: ms(0.99),
          activeUserDetails: Array.from(connections.values()),
          systemMessages: before.system + aggregator.said.system,
          delivered: totals.delivered,
          duplicates: totals.duplicates,
          rejected: Object.fromEntries(rejected),
          resumes: totals.resumes,
          resumesRecovered: totals.recovered,
          slowCloses: totals.slow,
          ephemeralShed: totals.shed,
          fiberRestarts: supervisor.crashes(),
          uptimeSeconds: uptimeSeconds(),
          serverStartTime: new Date(startedAt).toISOString()
        }
      })

      return Analytics.of({
        record,
        said: (event, at) => aggregator.apply(event, at),
        snapshot,
        uptimeSeconds,
        aggregator,
        restored: (more) => {
          before = more
        }
      })
    })
  )
}
