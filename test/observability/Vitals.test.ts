import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import * as analyticsClock from "../../src/observability/analyticsClock.ts"
import { type MetricFamily, plain, unitOf } from "../../src/observability/MetricFamily.ts"
import { Vitals } from "../../src/observability/Vitals.ts"

const family = (name: string, value: number): MetricFamily => plain("gauge", name, "Some.", value)

describe("Vitals", () => {
  it.effect("asks its sources each time it is read, in the order they came", () =>
    Effect.gen(function* () {
      const vitals = yield* Vitals
      let rooms = 1
      yield* vitals.register(() => [family("rooms", rooms), family("doors", 2 * rooms)])
      yield* vitals.register(() => [family("windows", 5)])
      assert.deepEqual(vitals.read(), [family("rooms", 1), family("doors", 2), family("windows", 5)])
      rooms = 3
      assert.deepEqual(vitals.read()[0], family("rooms", 3))
    }).pipe(Effect.provide(Vitals.layer))
  )

  it.effect("forgets a source with the scope that it came in", () =>
    Effect.gen(function* () {
      const vitals = yield* Vitals
      const scope = yield* Scope.make()
      yield* Scope.provide(
        vitals.register(() => [family("rooms", 1)]),
        scope
      )
      assert.lengthOf(vitals.read(), 1)
      yield* Scope.close(scope, Exit.void)
      assert.isEmpty(vitals.read())
    }).pipe(Effect.provide(Vitals.layer))
  )

  it("tells a family's unit by its name", () => {
    assert.strictEqual(unitOf("process_cpu_seconds_total"), "seconds")
    assert.strictEqual(unitOf("chat_delivery_seconds"), "seconds")
    assert.strictEqual(unitOf("chat_store_backlog_bytes"), "bytes")
    assert.strictEqual(unitOf("chat_messages_delivered_total"), "count")
    assert.strictEqual(unitOf("chat_rooms"), "count")
  })

  it("tells when figures were rolled up in Unix seconds, once they were", () => {
    assert.deepEqual(analyticsClock.family(1_750_000_000_500).samples, [{ labels: {}, value: 1_750_000_000.5 }])
  })
})
