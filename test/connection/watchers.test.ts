import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { Analytics } from "../../src/analytics/Analytics.ts"
import { configuration, connect, engineLayer, settle, subscribe } from "../support/Engine.ts"

const config = configuration()
const layer = engineLayer(config)

/** Watches from the start. */
const watch = Effect.gen(function* () {
  const viewer = yield* connect(config, "vera")
  yield* settle
  viewer.say({ type: "subscribe", roomId: "analytics" })
  yield* viewer.until("analytics")
  return viewer
})

describe("the room analytics", () => {
  it.effect("tells who subscribes the whole at once, and then what changes, once a second", () =>
    Effect.gen(function* () {
      const viewer = yield* connect(config, "vera")
      yield* settle
      viewer.say({ type: "subscribe", roomId: "analytics", ref: "1" })
      yield* viewer.until("analytics")
      const [whole] = viewer.of("analytics")
      assert.deepInclude(whole, { ref: "1", roomId: "analytics" })
      const figures = whole!["figures"] as Record<string, unknown>
      assert.deepInclude(figures, { definitions: 1, activeConnections: 1, totalMessages: 0 })

      const alice = yield* connect(config, "alice")
      yield* subscribe(alice, "lobby")
      alice.say({ type: "chat", roomId: "lobby", content: "hello" })
      yield* alice.until("ack")
      yield* TestClock.adjust("1 second")
      yield* viewer.when(() => viewer.of("analytics").length > 1)
      const diff = viewer.of("analytics")[1]!
      assert.strictEqual(diff["version"], (whole!["version"] as number) + 1)
      assert.notProperty(diff, "figures")
      assert.deepInclude(diff["changes"], { activeConnections: 2, activeUsers: 2, totalMessages: 1 })
      assert.notProperty(diff["changes"], "definitions")
      assert.deepInclude((diff["arrived"] as ReadonlyArray<unknown>)[0], { userId: "alice" })

      alice.leave()
      yield* TestClock.adjust("1 second")
      yield* viewer.when(() => viewer.of("analytics").length > 2)
      assert.lengthOf(viewer.of("analytics")[2]!["departed"] as ReadonlyArray<unknown>, 1)
    }).pipe(Effect.provide(layer))
  )

  it.effect("tells nothing more to who unsubscribed, or was never there", () =>
    Effect.gen(function* () {
      const viewer = yield* watch
      const other = yield* connect(config, "otto")
      yield* TestClock.adjust("3 seconds")
      yield* viewer.when(() => viewer.of("analytics").length >= 3)
      viewer.say({ type: "unsubscribe", roomId: "analytics" })
      yield* viewer.until("unsubscribed")
      const told = viewer.of("analytics").length
      yield* TestClock.adjust("5 seconds")
      yield* settle
      assert.lengthOf(viewer.of("analytics"), told)
      assert.isEmpty(other.of("analytics"))
      other.say({ type: "unsubscribe", roomId: "analytics" })
      yield* other.until("error")
      assert.deepInclude(other.of("error")[0], { code: "not_subscribed", field: "roomId" })
    }).pipe(Effect.provide(layer))
  )

  it.effect("is no room to talk in", () =>
    Effect.gen(function* () {
      const viewer = yield* watch
      viewer.say({ type: "chat", roomId: "analytics", content: "hello" })
      yield* viewer.until("error")
      assert.deepInclude(viewer.of("error")[0], { code: "not_subscribed" })
    }).pipe(Effect.provide(layer))
  )

  it.effect("is left by who watches on a socket that throws, and by nobody else", () =>
    Effect.gen(function* () {
      const broken = yield* watch
      const viewer = yield* watch
      broken.broken = true
      yield* TestClock.adjust("1 second")
      yield* broken.when(() => broken.closed !== undefined)
      assert.strictEqual(broken.closed?.code, 1011)
      const told = viewer.of("analytics").length
      yield* TestClock.adjust("1 minute")
      yield* viewer.when(() => viewer.of("analytics").length > told + 30)
      assert.strictEqual((yield* Supervisor).crashes(), 0)
    }).pipe(Effect.provide(layer))
  )

  it.effect("can be watched however many are there", () =>
    Effect.gen(function* () {
      const { record } = yield* Analytics
      for (let i = 0; i < 20_000; i++) {
        record({ _tag: "connected", connectionId: `connection-${i}`, userId: `user-${i}`, username: "x".repeat(50) })
      }
      const viewer = yield* watch
      const [whole] = viewer.of("analytics")
      const { activeUserDetails } = whole!["figures"] as { readonly activeUserDetails: ReadonlyArray<unknown> }
      assert.isAtLeast(activeUserDetails.length, 20_000)
      yield* TestClock.adjust("2 seconds")
      yield* viewer.when(() => viewer.of("analytics").length >= 3)
      assert.isUndefined(viewer.closed)
    }).pipe(Effect.provide(layer))
  )
})
