import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Buckets, LATENCY_SECONDS } from "../../src/observability/Buckets.ts"

describe("Buckets", () => {
  it("counts a value under the first bound that is not less", () => {
    const buckets = new Buckets([1, 2])
    for (const value of [0, 1, 1.5, 2, 2.1, 1000]) buckets.add(value)
    assert.deepEqual(buckets.read({ op: "x" }), { labels: { op: "x" }, bounds: [1, 2], counts: [2, 2, 2], sum: 1006.6 })
  })

  it.effect.prop("counts everything once", { values: Schema.Array(Schema.Finite) }, ({ values }) =>
    Effect.sync(() => {
      const buckets = new Buckets(LATENCY_SECONDS)
      for (const value of values) buckets.add(value)
      const { counts } = buckets.read()
      assert.strictEqual(
        counts.reduce((all, count) => all + count, 0),
        values.length
      )
      LATENCY_SECONDS.forEach((bound, index) => {
        const upTo = counts.slice(0, index + 1).reduce((all, count) => all + count, 0)
        assert.strictEqual(upTo, values.filter((value) => value <= bound).length)
      })
    })
  )
})
