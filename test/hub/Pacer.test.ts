import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { LoopGauge, nextFactor, Pacer } from "../../src/hub/Pacer.ts"

const paced = (gauge: () => number, maxMs = 16) =>
  Pacer.layer({ maxMs, target: 0.75 }).pipe(
    Layer.provide(Supervisor.layer),
    Layer.provide(Layer.succeed(LoopGauge, gauge))
  )

describe("pacer", () => {
  it.effect("makes nobody wait while the event loop is idle", () =>
    Effect.gen(function* () {
      const pacer = yield* Pacer
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(pacer.pause(100), 0)
    }).pipe(Effect.provide(paced(() => 0.5)))
  )

  it.effect("waits longer the longer the loop is too busy, up to the bound, and eases off when it is not", () => {
    let busy = 1
    return Effect.gen(function* () {
      const pacer = yield* Pacer
      yield* TestClock.adjust(50)
      const soon = pacer.pause(2)
      assert.isAbove(soon, 0)
      yield* TestClock.adjust(1000)
      assert.strictEqual(pacer.pause(2), 8)
      assert.strictEqual(pacer.pause(10), 16)
      busy = 0.2
      yield* TestClock.adjust(500)
      assert.isBelow(pacer.pause(2), 8)
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(pacer.pause(2), 0)
    }).pipe(Effect.provide(paced(() => busy)))
  })

  it.effect("never waits where it is switched off", () =>
    Effect.gen(function* () {
      const pacer = yield* Pacer
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(pacer.pause(50), 0)
    }).pipe(Effect.provide(paced(() => 1, 0)))
  )

  it("stays as it is near the target, and within 0 and 4 always", () => {
    assert.strictEqual(nextFactor(1.5, 0.75, 0.75), 1.5)
    let factor = 0
    for (let i = 0; i < 100; i++) factor = nextFactor(factor, 1, 0.75)
    assert.strictEqual(factor, 4)
    for (let i = 0; i < 100; i++) factor = nextFactor(factor, 0, 0.75)
    assert.strictEqual(factor, 0)
  })
})
