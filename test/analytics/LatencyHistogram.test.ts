import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { LatencyHistogram } from "../../src/analytics/LatencyHistogram.ts"
import "../domain/seed.ts"

/** Durations over all eight decades, evenly in their logarithm. */
const Durations = Arbitrary.array(
  Arbitrary.map(
    Arbitrary.schema(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
    (part) => 0.001 * 100_000_000 ** part
  ),
  { maxLength: 200 }
)
const Share = Schema.Literals([0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1])

const of = (durations: ReadonlyArray<number>) => {
  const histogram = new LatencyHistogram()
  for (const ms of durations) histogram.record(ms)
  return histogram
}

/** The nearest-rank quantile of the durations themselves. */
const exact = (durations: ReadonlyArray<number>, q: number) =>
  durations.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(q * durations.length)) - 1]!

const SHARES = [0, 0.5, 0.9, 0.95, 0.99, 0.999, 1]

describe("LatencyHistogram", () => {
  it("knows nothing when nothing was recorded", () => {
    for (const q of SHARES) assert.isNull(new LatencyHistogram().quantile(q))
  })

  it.prop("is within 5 % of the true quantile", { durations: Durations, q: Share }, ({ durations, q }) => {
    const value = of(durations).quantile(q)
    if (durations.length === 0) return assert.isNull(value)
    const truth = exact(durations, q)
    return assert.closeTo(value! / truth, 1, 0.05)
  })

  it.prop("never falls as the share grows", { durations: Durations }, ({ durations }) => {
    const values = SHARES.map((q) => of(durations).quantile(q) ?? 0)
    assert.deepStrictEqual(
      values,
      values.toSorted((a, b) => a - b)
    )
  })

  it.prop("merged is the same as recorded together, in any order", { a: Durations, b: Durations }, ({ a, b }) => {
    const together = of([...a, ...b])
    const ab = of(a)
    ab.merge(of(b))
    const ba = of(b)
    ba.merge(of(a))
    for (const merged of [ab, ba]) {
      assert.strictEqual(merged.count, together.count)
      for (const q of SHARES) assert.strictEqual(merged.quantile(q), together.quantile(q))
    }
  })

  it("leaves what is merged into another as it was", () => {
    const [a, b] = [of([1]), of([100])]
    a.merge(b)
    b.record(100)
    assert.deepStrictEqual([a.count, b.count], [2, 2])
  })

  // M10
  it("keeps the tail apart from the bulk when two nodes are merged", () => {
    const all = of(Array<number>(1000).fill(1))
    all.merge(of(Array<number>(10).fill(1000)))
    assert.closeTo(all.quantile(0.99)!, 1, 0.05)
    assert.closeTo(all.quantile(0.999)!, 1000, 50)
  })

  it.each([
    ["0", 0, 0.001],
    ["a negative duration", -5, 0.001],
    ["a nanosecond", 1e-6, 0.001],
    ["1 µs", 0.001, 0.001],
    ["100 s", 100_000, 100_000],
    ["an hour", 3_600_000, 100_000],
    ["for ever", Infinity, 100_000]
  ])("counts %s at the nearest end of its range", (_name, ms, shown) => {
    assert.closeTo(of([ms]).quantile(0.5)! / shown, 1, 0.05)
    assert.isAtLeast(of([ms]).quantile(0.5)!, 0)
  })

  it("is empty after it is cleared", () => {
    const histogram = of([1, 2, 3])
    histogram.clear()
    assert.isNull(histogram.quantile(0.5))
    histogram.record(10)
    assert.strictEqual(histogram.count, 1)
    assert.closeTo(histogram.quantile(1)!, 10, 0.5)
  })
})
