import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { Histogram } from "../../src/analytics/Histogram.ts"
import "../domain/seed.ts"

/** Values over all eight decades, evenly in their logarithm. */
const Values = Arbitrary.array(
  Arbitrary.map(
    Arbitrary.schema(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
    (part) => 0.001 * 100_000_000 ** part
  ),
  { maxLength: 200 }
)
const SHARES = [0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1]
const Share = Schema.Literals(SHARES)

const of = (values: ReadonlyArray<number>) => {
  const histogram = new Histogram()
  for (const value of values) histogram.record(value)
  return histogram
}

/** The nearest-rank quantile of the values themselves. */
const exact = (values: ReadonlyArray<number>, q: number) =>
  values.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(q * values.length)) - 1]!

/** All but the sum, which depends on the order of adding in its last bits. */
const facts = (histogram: Histogram) => [
  histogram.count,
  histogram.min,
  histogram.max,
  ...SHARES.map((q) => histogram.quantile(q))
]

describe("Histogram", () => {
  it("knows nothing when nothing was recorded", () => {
    const histogram = new Histogram()
    for (const q of SHARES) assert.isNull(histogram.quantile(q))
    assert.deepStrictEqual([histogram.count, histogram.sum, histogram.min, histogram.max], [0, 0, null, null])
    assert.strictEqual(histogram.encode(), "[null,null,0,[]]")
  })

  it.prop("is within 1 % of the true quantile", { values: Values, q: Share }, ({ values, q }) => {
    const value = of(values).quantile(q)
    if (values.length === 0) return assert.isNull(value)
    return assert.closeTo(value! / exact(values, q), 1, 0.01)
  })

  it("is within 1 % at the ends of every bucket", () => {
    for (let value = 0.001; value < 100_000; value *= 1.003) {
      const histogram = of([value / 2, value, value * 2])
      assert.closeTo(histogram.quantile(0.5)! / value, 1, 0.01)
    }
  })

  it.prop("knows count, sum, least and greatest exactly", { values: Values }, ({ values }) => {
    const histogram = of(values)
    const sum = values.reduce((total, value) => total + value, 0)
    assert.deepStrictEqual([histogram.count, histogram.sum], [values.length, sum])
    if (values.length === 0) return
    assert.deepStrictEqual([histogram.min, histogram.max], [Math.min(...values), Math.max(...values)])
    assert.deepStrictEqual([histogram.quantile(0), histogram.quantile(1)], [histogram.min, histogram.max])
  })

  it.prop("never falls as the share grows, nor leaves what was recorded", { values: Values }, ({ values }) => {
    const histogram = of(values)
    const quantiles = SHARES.map((q) => histogram.quantile(q) ?? 0)
    assert.deepStrictEqual(
      quantiles,
      quantiles.toSorted((a, b) => a - b)
    )
    for (const q of SHARES) {
      if (values.length === 0) continue
      assert.isAtLeast(histogram.quantile(q)!, Math.min(...values))
      assert.isAtMost(histogram.quantile(q)!, Math.max(...values))
    }
  })

  it.prop("is exact where one value is all there is", { values: Values }, ({ values }) => {
    for (const value of values) {
      for (const q of SHARES) assert.strictEqual(of([value, value, value]).quantile(q), value)
    }
  })

  it("takes the smallest value that has the share at or below it, whatever floats make of the rank", () => {
    // buckets are 2 % wide, so neighbours among these are told apart
    const values = Array.from({ length: 100 }, (_, i) => 1.05 ** i)
    const histogram = of(values)
    for (let percent = 2; percent < 100; percent++) {
      assert.closeTo(histogram.quantile(percent / 100)! / values[percent - 1]!, 1, 0.01)
      assert.closeTo(histogram.quantile((percent + 0.01) / 100)! / values[percent]!, 1, 0.01)
    }
  })

  it.prop("merged is the same as recorded together, in any order", { a: Values, b: Values }, ({ a, b }) => {
    const together = of([...a, ...b])
    const ab = of(a)
    ab.merge(of(b))
    const ba = of(b)
    ba.merge(of(a))
    for (const merged of [ab, ba]) {
      assert.deepStrictEqual(facts(merged), facts(together))
      assert.closeTo(merged.sum, together.sum, together.sum * 1e-12)
    }
  })

  it("leaves what is merged into another as it was", () => {
    const [a, b] = [of([1]), of([100])]
    a.merge(b)
    b.record(100)
    assert.deepStrictEqual([a.count, b.count], [2, 2])
    const empty = new Histogram()
    empty.merge(b)
    empty.record(5)
    assert.deepStrictEqual([empty.count, b.count, b.min], [3, 2, 100])
    b.merge(new Histogram())
    assert.strictEqual(b.count, 2)
  })

  // M10
  it("keeps the tail apart from the bulk when two nodes are merged", () => {
    const [all, slow] = [new Histogram(), new Histogram()]
    all.record(1, 1000)
    slow.record(1000, 10)
    all.merge(slow)
    assert.closeTo(all.quantile(0.99)!, 1, 0.01)
    assert.closeTo(all.quantile(0.999)!, 1000, 10)
    assert.deepStrictEqual([all.count, all.sum, all.max], [1010, 11_000, 1000])
  })

  it("records a value many times at once, more often than 32 bits count", () => {
    const histogram = new Histogram()
    histogram.record(3, 0)
    assert.isNull(histogram.max)
    histogram.record(3, 5_000_000_000)
    histogram.record(9, 5_000_000_001)
    assert.strictEqual(histogram.count, 10_000_000_001)
    assert.closeTo(histogram.quantile(0.5)!, 9, 0.09)
    assert.closeTo(histogram.quantile(0.49)!, 3, 0.03)
  })

  it.each([
    ["0", 0, 0],
    ["a negative duration", -5, 0],
    ["what is no number", Number.NaN, 0],
    ["a nanosecond", 1e-6, 1e-6],
    ["the lowest value", 0.001, 0.001],
    ["the highest value", 100_000, 100_000],
    ["an hour in milliseconds", 3_600_000, 3_600_000],
    ["for ever", Infinity, 100_000]
  ])("counts %s at the nearest end of its range", (_name, value, shown) => {
    const alone = of([value])
    assert.deepStrictEqual([alone.quantile(0.5), alone.min, alone.max, alone.sum], [shown, shown, shown, shown])
    const among = of([0, value, 1e7]).quantile(0.5)!
    const bounded = Math.min(Math.max(shown, 0.001), 100_000)
    assert.closeTo(among / bounded, 1, 0.01)
  })

  it("is empty after it is cleared", () => {
    const histogram = of([1, 2, 3])
    histogram.clear()
    assert.isNull(histogram.quantile(0.5))
    assert.strictEqual(histogram.encode(), "[null,null,0,[]]")
    histogram.record(10)
    assert.deepStrictEqual(facts(histogram), facts(of([10])))
  })

  it.prop("reads back what it stored, and goes on from there", { a: Values, b: Values }, ({ a, b }) => {
    const histogram = of(a)
    const text = histogram.encode()
    const read = Histogram.decode(text)
    assert.strictEqual(read.encode(), text)
    assert.deepStrictEqual([...facts(read), read.sum], [...facts(histogram), histogram.sum])
    read.merge(of(b))
    assert.deepStrictEqual(facts(read), facts(of([...a, ...b])))
  })

  // stored rollups are worth nothing to a version with other buckets
  it("stores by bucket numbers that never change", () => {
    const histogram = of([0, 1, 100_000])
    histogram.record(250.5, 2)
    assert.strictEqual(histogram.encode(), "[0,100000,100502,[[0,1],[349,1],[628,2],[931,1]]]")
  })

  it.each([
    "",
    "7",
    "[]",
    "[1,1,1]",
    "[1,1,1,[[1,1]],0]",
    "[null,null,0,[[1,1]]]",
    "[2,1,3,[[1,2]]]",
    "[-1,1,0,[[1,2]]]",
    "[1,1,1,[[-1,1]]]",
    "[1,1,1,[[932,1]]]",
    "[1,1,1,[[1,0]]]",
    "[1,1,1,[[1,1.5]]]",
    "[1,1,1,[1,1]]",
    '[1,1,"1",[[1,1]]]'
  ])("refuses to read what it did not store: %s", (text) => {
    assert.throws(() => Histogram.decode(text))
  })
})
