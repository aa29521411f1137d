import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { TestClock } from "effect/testing"
import { configuration, connect, engineLayer, settle } from "../support/Engine.ts"
import type { FakeSocket } from "../support/FakeSocket.ts"

const config = configuration({ pingIntervalMs: 25_000, pingGraceMs: 10_000 })
const BEAT_MS = 500

/** Turns the clock beat by beat until `holds`, at most for `limitMs`; returns the milliseconds it took. */
const turnUntil = Effect.fnUntraced(function* (holds: () => boolean, limitMs: number) {
  const from = yield* Clock.currentTimeMillis
  while (!holds()) {
    yield* TestClock.adjust(BEAT_MS)
    yield* settle
    const passed = (yield* Clock.currentTimeMillis) - from
    if (holds() || passed >= limitMs) return passed
  }
  return 0
})

const turn = Effect.fnUntraced(function* (ms: number) {
  for (let passed = 0; passed < ms; passed += BEAT_MS) {
    yield* TestClock.adjust(BEAT_MS)
    yield* settle
  }
})

const codeOf = (socket: FakeSocket) => socket.closed?.code

describe("heartbeat", () => {
  it.effect("pings each connection once an interval, the first time within one", () =>
    Effect.gen(function* () {
      const socket = yield* connect(config, "alice")
      const first = yield* turnUntil(() => socket.pings === 1, 25_000)
      assert.isAtMost(first, 25_000)
      yield* turn(24_500)
      assert.strictEqual(socket.pings, 1)
      yield* turn(500)
      assert.strictEqual(socket.pings, 2)
      yield* turn(250_000)
      assert.strictEqual(socket.pings, 12)
      assert.isUndefined(socket.closed)
    }).pipe(Effect.provide(engineLayer(config)))
  )

  it.effect("ends a connection that leaves two pings unanswered, after the grace of the second and no sooner", () =>
    Effect.gen(function* () {
      const socket = yield* connect(config, "alice")
      const other = yield* connect(config, "bob")
      yield* turn(100_000)
      socket.answersPings = false
      const from = socket.pings
      yield* turnUntil(() => socket.pings === from + 1, 25_000)
      yield* turn(25_000)
      assert.strictEqual(socket.pings, from + 2)
      yield* turn(9500)
      assert.isUndefined(socket.closed)
      yield* turn(500)
      assert.strictEqual(codeOf(socket), 4000)
      assert.isUndefined(other.closed)
    }).pipe(Effect.provide(engineLayer(config)))
  )

  it.effect("takes anything that is heard for an answer", () =>
    Effect.gen(function* () {
      const socket = yield* connect(config, "alice")
      socket.answersPings = false
      for (let i = 0; i < 10; i++) {
        yield* turn(24_000)
        socket.say({ type: "ping" })
        yield* socket.when(() => socket.of("pong").length === i + 1)
      }
      assert.isUndefined(socket.closed)
      assert.isAtLeast(socket.pings, 9)
    }).pipe(Effect.provide(engineLayer(config)))
  )

  it.effect("forgives one missed ping", () =>
    Effect.gen(function* () {
      const socket = yield* connect(config, "alice")
      socket.answersPings = false
      yield* turnUntil(() => socket.pings === 1, 25_000)
      yield* turn(25_000)
      socket.answersPings = true
      socket.say({ type: "ping" })
      yield* turn(120_000)
      assert.isUndefined(socket.closed)
    }).pipe(Effect.provide(engineLayer(config)))
  )

  it.effect("spreads connections that come at once over the interval", () =>
    Effect.gen(function* () {
      const sockets: Array<FakeSocket> = []
      for (let i = 0; i < 100; i++) sockets.push(yield* connect(config, `user${i}`))
      let most = 0
      let before = 0
      for (let beat = 0; beat < 50; beat++) {
        yield* TestClock.adjust(BEAT_MS)
        yield* settle
        const pinged = sockets.filter(({ pings }) => pings > 0).length
        most = Math.max(most, pinged - before)
        before = pinged
      }
      assert.strictEqual(before, 100)
      assert.isAtMost(most, 4)
    }).pipe(Effect.provide(engineLayer(config)))
  )

  // F34
  it.effect("ends nobody when the wall clock jumps an hour back", () =>
    Effect.gen(function* () {
      const socket = yield* connect(config, "alice")
      yield* turn(60_000)
      yield* TestClock.setTime(-3_600_000)
      yield* turn(60_000)
      assert.isUndefined(socket.closed)
    }).pipe(Effect.provide(engineLayer(config)))
  )
})
