/**
 * The port that figures come from. Hub and connections tell it what happened, in place and without waiting, so that overload sheds
 * nothing that counts; it answers with live figures.
 */
import { Clock, Context, Effect, Layer } from "effect"
import { Supervisor } from "../actor/Supervisor.ts"
import { anonymous } from "../domain/UserId.ts"
import { LatencyHistogram } from "./LatencyHistogram.ts"
import type { Snapshot } from "./Snapshot.ts"

/** Facts, past tense. Durations are milliseconds. */
export type AnalyticsEvent =
  | {
      readonly _tag: "connected"
      readonly connectionId: string
      readonly userId: string
      readonly username: string
    }
  | { readonly _tag: "disconnected"; readonly connectionId: string; readonly code: number }
  | { readonly _tag: "accepted"; readonly type: "chat" | "system" }
  | { readonly _tag: "duplicate" }
  | { readonly _tag: "rejected"; readonly reason: string }
  | { readonly _tag: "resumed"; readonly recovered: boolean }
  | { readonly _tag: "ephemeralShed"; readonly count: number }
  | { readonly _tag: "delivered"; readonly count: number }
  | { readonly _tag: "fannedOut"; readonly ms: number }

/** Version of the definitions of the figures. */
const DEFINITIONS = 1
const MINUTES = 15

/** Slot of a UTC minute, which is negative before 1970. */
const slotOf = (minute: number) => ((minute % MINUTES) + MINUTES) % MINUTES

interface Minute {
  minute: number
  messages: number
  readonly latency: LatencyHistogram
}

export class Analytics extends Context.Service<
  Analytics,
  {
    /** Takes note of an event; never waits and never fails. */
    record(event: AnalyticsEvent): void
    readonly snapshot: Effect.Effect<Snapshot>
  }
>()("hubbub/analytics/Analytics") {
  /** Figures since the process started, and a sliding window of 15 UTC minutes. */
  static readonly layerMemory = Layer.effect(
    Analytics,
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const supervisor = yield* Supervisor
      const startedAt = clock.currentTimeMillisUnsafe()
      const startedMonotonic = clock.monotonicTimeNanosUnsafe()
      const connections = new Map<string, { userId: string; username: string; joinedAt: number }>()
      const users = new Map<string, number>()
      const minutes = Array.from({ length: MINUTES }, (): Minute => ({
        minute: -1,
        messages: 0,
        latency: new LatencyHistogram()
      }))
      const rejected = new Map<string, number>()
      const totals = {
        chat: 0,
        system: 0,
        peak: 0,
        delivered: 0,
        duplicates: 0,
        resumes: 0,
        recovered: 0,
        slow: 0,
        shed: 0
      }

      const minuteNow = () => Math.floor(clock.currentTimeMillisUnsafe() / 60_000)
      /** The slot of the running minute, cleared of what it held 15 minutes ago. */
      const current = (): Minute => {
        const minute = minuteNow()
        const slot = minutes[slotOf(minute)]!
        if (slot.minute !== minute) {
          slot.minute = minute
          slot.messages = 0
          slot.latency.clear()
        }
        return slot
      }

      const record = (event: AnalyticsEvent): void => {
        switch (event._tag) {
          case "delivered":
            totals.delivered += event.count
            return
          case "fannedOut":
            current().latency.record(event.ms)
            return
          case "accepted":
            if (event.type === "system") {
              totals.system++
              return
            }
            totals.chat++
            current().messages++
            return
          case "connected": {
            const { connectionId, userId, username } = event
            connections.set(connectionId, { userId, username, joinedAt: clock.currentTimeMillisUnsafe() })
            if (userId !== anonymous) users.set(userId, (users.get(userId) ?? 0) + 1)
            totals.peak = Math.max(totals.peak, connections.size)
            return
          }
          case "disconnected": {
            const gone = connections.get(event.connectionId)
            if (gone === undefined) return
            connections.delete(event.connectionId)
            const left = (users.get(gone.userId) ?? 0) - 1
            if (left > 0) users.set(gone.userId, left)
            else users.delete(gone.userId)
            if (event.code === 4001) totals.slow++
            return
          }
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
        }
      }

      const snapshot = Effect.sync((): Snapshot => {
        const now = minuteNow()
        const latency = new LatencyHistogram()
        const perMinute: Array<number> = []
        for (let minute = now - MINUTES + 1; minute <= now; minute++) {
          const slot = minutes[slotOf(minute)]!
          const live = slot.minute === minute
          perMinute.push(live ? slot.messages : 0)
          if (live) latency.merge(slot.latency)
        }
        const ms = (q: number) => {
          const value = latency.quantile(q)
          return value === null ? null : Math.round(value * 1000) / 1000
        }
        return {
          definitions: DEFINITIONS,
          computedAt: new Date(clock.currentTimeMillisUnsafe()).toISOString(),
          totalMessages: totals.chat,
          activeConnections: connections.size,
          activeUsers: users.size,
          peakConnections: totals.peak,
          messagesPerMinute: perMinute,
          latencyP50Ms: ms(0.5),
          latencyP95Ms: ms(0.95),
          latencyP99Ms: ms(0.99),
          activeUserDetails: Array.from(connections, ([clientId, { joinedAt, userId, username }]) => ({
            clientId,
            userId,
            username,
            joinedAt: new Date(joinedAt).toISOString()
          })),
          systemMessages: totals.system,
          delivered: totals.delivered,
          duplicates: totals.duplicates,
          rejected: Object.fromEntries(rejected),
          resumes: totals.resumes,
          resumesRecovered: totals.recovered,
          slowCloses: totals.slow,
          ephemeralShed: totals.shed,
          fiberRestarts: supervisor.crashes(),
          uptimeSeconds: Math.floor(Number(clock.monotonicTimeNanosUnsafe() - startedMonotonic) / 1e9),
          serverStartTime: new Date(startedAt).toISOString()
        }
      })

      return Analytics.of({ record, snapshot })
    })
  )
}
