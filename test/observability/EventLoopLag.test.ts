import { monitorEventLoopDelay } from "node:perf_hooks"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Scope } from "effect"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { EventLoopLag } from "../../src/observability/EventLoopLag.ts"
import type { MetricFamily, Quantiles } from "../../src/observability/MetricFamily.ts"
import { Vitals } from "../../src/observability/Vitals.ts"
import { eventually } from "../support/ServerProcess.ts"

const BLOCK_MS = 120

const lagOf = (families: ReadonlyArray<MetricFamily>): Quantiles => {
  const [family] = families
  assert.strictEqual(family?.name, "nodejs_eventloop_lag_seconds")
  if (family?.type !== "summary") throw new Error("no summary")
  return family.samples[0]!
}

const longest = ({ quantiles }: Quantiles) => quantiles.find(([quantile]) => quantile === 1)?.[1] ?? 0

/** Does what a bad handler does. */
const block = () => {
  const until = performance.now() + BLOCK_MS
  while (performance.now() < until);
}

const measuring = () => {
  const histogram = monitorEventLoopDelay({ resolution: 10 })
  histogram.enable()
  return histogram
}

describe("the lag of the event loop", () => {
  it.live("shows how long it was blocked", () =>
    Effect.gen(function* () {
      const vitals = yield* Vitals
      const ask = () => Promise.resolve(lagOf(vitals.read()))
      // the timer has to run before it can be late
      yield* Effect.promise(() => eventually(ask, ({ count }) => count > 0))
      block()
      const lag = yield* Effect.promise(() => eventually(ask, (lag) => longest(lag) > (BLOCK_MS * 0.75) / 1000))
      assert.deepEqual(
        lag.quantiles.map(([quantile]) => quantile),
        [0.5, 0.9, 0.99, 1]
      )
      const values = lag.quantiles.map(([, value]) => value)
      assert.deepEqual(
        values,
        values.toSorted((a, b) => a - b)
      )
      assert.isAtLeast(values[0]!, 0)
      assert.isAtLeast(lag.sum, (BLOCK_MS * 0.75) / 1000)
    }).pipe(Effect.provide(EventLoopLag.layer.pipe(Layer.provideMerge(Vitals.layer), Layer.provide(Supervisor.layer))))
  )

  it("shows the window that is over while the next one fills, and counts on", async () => {
    const histogram = measuring()
    const watch = new EventLoopLag(histogram)
    const read = () => Promise.resolve(lagOf([watch.read()]))
    try {
      await eventually(read, ({ count }) => count > 0)
      block()
      const before = await eventually(read, (lag) => longest(lag) > (BLOCK_MS * 0.75) / 1000)
      watch.turn()
      const after = await eventually(read, ({ count }) => count > before.count)
      assert.isAbove(longest(after), (BLOCK_MS * 0.75) / 1000)
      assert.isAtLeast(after.sum, before.sum)
      watch.turn()
      const calm = await read()
      assert.isAtLeast(calm.count, after.count)
      assert.isAtLeast(calm.sum, after.sum)
    } finally {
      histogram.disable()
    }
  })

  it("knows no quantiles, but no nonsense either, before the first sample", () => {
    const histogram = measuring()
    histogram.reset()
    const { count, quantiles, sum } = lagOf([new EventLoopLag(histogram).read()])
    histogram.disable()
    assert.deepEqual({ count, quantiles, sum }, { count: 0, quantiles: [], sum: 0 })
  })

  it.effect("is watched for as long as the scope is open", () =>
    Effect.gen(function* () {
      const vitals = yield* Vitals
      const scope = yield* Scope.make()
      yield* Layer.buildWithScope(EventLoopLag.layer, scope)
      assert.lengthOf(vitals.read(), 1)
      yield* Scope.close(scope, Exit.void)
      assert.isEmpty(vitals.read())
    }).pipe(Effect.provide(Layer.mergeAll(Vitals.layer, Supervisor.layer)))
  )
})
