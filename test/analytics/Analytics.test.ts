import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Layer, Schema } from "effect"
import { TestClock } from "effect/testing"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { Analytics } from "../../src/analytics/Analytics.ts"
import type { AnalyticsEvent } from "../../src/analytics/Event.ts"
import { Snapshot } from "../../src/analytics/Snapshot.ts"
import { anonymous } from "../../src/domain/UserId.ts"

const layer = Analytics.layer.pipe(Layer.provideMerge(Supervisor.layer))

const MINUTE = 60_000
const NOON = Date.UTC(2025, 11, 30, 12)

const chat: AnalyticsEvent = {
  _tag: "message",
  roomId: "global",
  userId: "alice",
  username: "Alice",
  type: "chat",
  bot: false,
  content: "hello",
  reply: false,
  expected: 1
}
const system: AnalyticsEvent = { ...chat, type: "system" }
const connected = (connectionId: string, userId: string): AnalyticsEvent => ({
  _tag: "connected",
  connectionId,
  userId,
  username: userId.toUpperCase()
})
const disconnected = (connectionId: string, code = 1000): AnalyticsEvent => ({
  _tag: "disconnected",
  connectionId,
  code
})

const record = (...events: ReadonlyArray<AnalyticsEvent>) =>
  Analytics.use((analytics) => Effect.sync(() => events.forEach(analytics.record)))
const snapshot = Analytics.use((analytics) => analytics.snapshot)
const times = (count: number, event: AnalyticsEvent) => Array.from({ length: count }, () => event)
/** The buckets of the last minutes, oldest first; all before them are 0. */
const minutes = (...last: ReadonlyArray<number>) => [...Array<number>(15 - last.length).fill(0), ...last]

describe("Analytics", () => {
  it.effect("begins with zeros, and with null where there was no sample", () =>
    Effect.gen(function* () {
      const figures = yield* snapshot
      assert.isTrue(Schema.is(Snapshot)(figures))
      assert.deepInclude(figures, {
        definitions: 1,
        totalMessages: 0,
        activeConnections: 0,
        activeUsers: 0,
        peakConnections: 0,
        messagesPerMinute: minutes(),
        latencyP50Ms: null,
        latencyP95Ms: null,
        latencyP99Ms: null,
        activeUserDetails: [],
        rejected: {},
        uptimeSeconds: 0
      })
    }).pipe(Effect.provide(layer))
  )

  it.effect("puts each message into its UTC minute, oldest first", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      yield* record(chat, chat, chat)
      yield* TestClock.adjust(MINUTE - 1)
      yield* record(chat)
      assert.deepStrictEqual((yield* snapshot).messagesPerMinute, minutes(4))
      yield* TestClock.adjust(1)
      assert.deepStrictEqual((yield* snapshot).messagesPerMinute, minutes(4, 0))
      yield* record(chat)
      yield* TestClock.adjust(2 * MINUTE)
      yield* record(chat, chat)
      assert.deepStrictEqual((yield* snapshot).messagesPerMinute, minutes(4, 1, 0, 2))
    }).pipe(Effect.provide(layer))
  )

  it.effect("slides: a minute is shown for 15 minutes and then is gone, though its messages stay counted", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      yield* record(chat, { _tag: "fannedOut", ms: 8 })
      yield* TestClock.adjust(14 * MINUTE)
      assert.deepStrictEqual((yield* snapshot).messagesPerMinute, [1, ...Array<number>(14).fill(0)])
      assert.closeTo((yield* snapshot).latencyP50Ms!, 8, 0.4)
      yield* TestClock.adjust(MINUTE)
      const figures = yield* snapshot
      assert.deepStrictEqual(figures.messagesPerMinute, minutes())
      assert.isNull(figures.latencyP50Ms)
      assert.strictEqual(figures.totalMessages, 1)
      yield* record(chat, { _tag: "fannedOut", ms: 200 })
      assert.deepStrictEqual((yield* snapshot).messagesPerMinute, minutes(1))
      assert.closeTo((yield* snapshot).latencyP50Ms!, 200, 10)
    }).pipe(Effect.provide(layer))
  )

  it.effect("keeps all 15 minutes apart for hours", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      for (let minute = 0; minute < 200; minute++) {
        yield* record(...times(minute % 7, chat))
        const wanted = Array.from({ length: 15 }, (_, i) => Math.max(0, minute - 14 + i) % 7)
        assert.deepStrictEqual((yield* snapshot).messagesPerMinute, wanted)
        yield* TestClock.adjust(MINUTE)
      }
    }).pipe(Effect.provide(layer))
  )

  // M11
  it.effect("counts no join and no system message as a message", () =>
    Effect.gen(function* () {
      for (let i = 0; i < 10; i++) yield* record(connected(`c${i}`, `user${i}`), system)
      yield* record(chat)
      const figures = yield* snapshot
      assert.deepInclude(figures, { totalMessages: 1, systemMessages: 10, messagesPerMinute: minutes(1) })
    }).pipe(Effect.provide(layer))
  )

  // C3
  it.effect("counts a user once however many connections they have, until the last one closes", () =>
    Effect.gen(function* () {
      yield* record(connected("c1", "alice"), connected("c2", "alice"), connected("c3", "bob"))
      assert.deepInclude(yield* snapshot, { activeConnections: 3, activeUsers: 2 })
      yield* record(disconnected("c1"))
      assert.deepInclude(yield* snapshot, { activeConnections: 2, activeUsers: 2 })
      yield* record(disconnected("c2"))
      assert.deepInclude(yield* snapshot, { activeConnections: 1, activeUsers: 1 })
      yield* record(disconnected("c3"))
      assert.deepInclude(yield* snapshot, { activeConnections: 0, activeUsers: 0, activeUserDetails: [] })
    }).pipe(Effect.provide(layer))
  )

  // M4
  it.effect("counts the anonymous as connections and never as a user", () =>
    Effect.gen(function* () {
      yield* record(...[1, 2, 3].map((i) => connected(`c${i}`, anonymous)), connected("c4", "alice"))
      assert.deepInclude(yield* snapshot, { activeConnections: 4, activeUsers: 1, peakConnections: 4 })
      yield* record(disconnected("c1"), disconnected("c2"))
      assert.deepInclude(yield* snapshot, { activeConnections: 2, activeUsers: 1 })
      yield* record(disconnected("c3"), disconnected("c4"))
      assert.deepInclude(yield* snapshot, { activeConnections: 0, activeUsers: 0 })
    }).pipe(Effect.provide(layer))
  )

  it.effect("remembers the most connections there ever were at once", () =>
    Effect.gen(function* () {
      yield* record(connected("c1", "a"), connected("c2", "b"), disconnected("c1"), connected("c3", "c"))
      yield* record(disconnected("c2"), disconnected("c3"))
      assert.deepInclude(yield* snapshot, { activeConnections: 0, peakConnections: 2 })
    }).pipe(Effect.provide(layer))
  )

  it.effect("is not confused by the end of a connection it does not know, or by a second end", () =>
    Effect.gen(function* () {
      yield* record(connected("c1", "alice"), connected("c2", "alice"))
      yield* record(disconnected("nobody", 4001), disconnected("c1", 4001), disconnected("c1", 4001))
      assert.deepInclude(yield* snapshot, { activeConnections: 1, activeUsers: 1, slowCloses: 1 })
    }).pipe(Effect.provide(layer))
  )

  it.effect("says who is there and since when", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      yield* record(connected("c1", "alice"))
      yield* TestClock.adjust(1500)
      yield* record(connected("c2", "bob"))
      assert.deepStrictEqual((yield* snapshot).activeUserDetails, [
        { clientId: "c1", userId: "alice", username: "ALICE", joinedAt: "2025-12-30T12:00:00.000Z" },
        { clientId: "c2", userId: "bob", username: "BOB", joinedAt: "2025-12-30T12:00:01.500Z" }
      ])
    }).pipe(Effect.provide(layer))
  )

  it.effect("keeps the other tallies, each by its own name", () =>
    Effect.gen(function* () {
      yield* record(
        { _tag: "rejected", reason: "rate_limited" },
        { _tag: "rejected", reason: "empty_content" },
        { _tag: "rejected", reason: "rate_limited" },
        { _tag: "rejected", reason: "__proto__" },
        { _tag: "duplicate" },
        { _tag: "delivered", count: 40 },
        { _tag: "delivered", count: 2 },
        { _tag: "resumed", recovered: true, replayed: 4 },
        { _tag: "resumed", recovered: false, replayed: 0 },
        { _tag: "ephemeralShed", count: 3 }
      )
      const { rejected, ...figures } = yield* snapshot
      assert.deepStrictEqual(Object.entries(rejected), [
        ["rate_limited", 2],
        ["empty_content", 1],
        ["__proto__", 1]
      ])
      assert.deepInclude(figures, {
        duplicates: 1,
        delivered: 42,
        resumes: 2,
        resumesRecovered: 1,
        ephemeralShed: 3,
        totalMessages: 0
      })
    }).pipe(Effect.provide(layer))
  )

  // M10
  it.effect("takes percentiles from all minutes of the window together", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      yield* record(...times(1000, { _tag: "fannedOut", ms: 1 }))
      yield* TestClock.adjust(MINUTE)
      yield* record(...times(10, { _tag: "fannedOut", ms: 1000 }))
      const { latencyP50Ms, latencyP95Ms, latencyP99Ms } = yield* snapshot
      for (const value of [latencyP50Ms, latencyP95Ms, latencyP99Ms]) assert.closeTo(value!, 1, 0.05)
      yield* record({ _tag: "fannedOut", ms: 1000 })
      assert.closeTo((yield* snapshot).latencyP99Ms!, 1000, 50)
    }).pipe(Effect.provide(layer))
  )

  // P11
  it.effect("keeps its totals, its order and its uptime when the wall clock jumps back", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      yield* Effect.gen(function* () {
        yield* record(connected("c1", "alice"), chat, { _tag: "fannedOut", ms: 2 })
        yield* TestClock.adjust(10_000)
        for (const back of [NOON - MINUTE, NOON - 20 * MINUTE, NOON - 86_400_000, -5 * MINUTE]) {
          yield* TestClock.setTime(back)
          yield* record(chat, { _tag: "fannedOut", ms: -3 })
          const figures = yield* snapshot
          assert.isTrue(Schema.is(Snapshot)(figures))
          assert.strictEqual(figures.messagesPerMinute.length, 15)
          assert.strictEqual(figures.messagesPerMinute.at(-1), 1)
          assert.strictEqual(figures.uptimeSeconds, 10)
          assert.strictEqual(figures.activeConnections, 1)
          assert.isAtLeast(figures.latencyP50Ms!, 0)
        }
        assert.strictEqual((yield* snapshot).totalMessages, 5)
        assert.strictEqual((yield* snapshot).serverStartTime, "2025-12-30T12:00:00.000Z")
        yield* record(disconnected("c1"))
        assert.strictEqual((yield* snapshot).activeConnections, 0)
      }).pipe(Effect.provide(layer))
    })
  )

  // P11
  it.effect("shows a minute it comes back to as it left it", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      yield* record(chat, chat)
      yield* TestClock.adjust(MINUTE)
      yield* record(chat)
      yield* TestClock.setTime(NOON)
      yield* record(chat)
      assert.deepStrictEqual((yield* snapshot).messagesPerMinute, minutes(3))
      yield* TestClock.setTime(NOON + MINUTE)
      assert.deepStrictEqual((yield* snapshot).messagesPerMinute, minutes(3, 1))
    }).pipe(Effect.provide(layer))
  )

  it.effect("shows when it was computed, how long the server is up and what crashed", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      yield* Effect.gen(function* () {
        yield* TestClock.adjust("1 hour")
        yield* (yield* Supervisor).noted("test", Cause.die("broken"))
        assert.deepInclude(yield* snapshot, {
          serverStartTime: "2025-12-30T12:00:00.000Z",
          computedAt: "2025-12-30T13:00:00.000Z",
          uptimeSeconds: 3600,
          fiberRestarts: 1
        })
      }).pipe(Effect.provide(layer))
    })
  )
})
