import { assert, describe, it } from "@effect/vitest"
import { Histogram } from "./Histogram.ts"

describe("Histogram", () => {
  it("has no quantile while it is empty", () => {
    assert.isNaN(new Histogram().quantile(0.5))
  })

  it("is exact for small values", () => {
    const histogram = new Histogram()
    for (let value = 1; value <= 100; value++) histogram.record(value)
    assert.strictEqual(histogram.quantile(0.5), 50)
    assert.strictEqual(histogram.quantile(0.99), 99)
    assert.strictEqual(histogram.quantile(1), 100)
  })

  it("is at most 1.6 % off for any value from microseconds to minutes", () => {
    for (let value = 1; value < 600_000_000; value = Math.ceil(value * 1.013)) {
      const histogram = new Histogram()
      histogram.record(value)
      histogram.record(2 ** 30)
      const off = Math.abs(histogram.quantile(0.5) - value) / value
      assert.isAtMost(off, 0.016, `${value} was told as ${histogram.quantile(0.5)}`)
    }
  })

  it("never tells more than the largest value it has seen", () => {
    const histogram = new Histogram()
    histogram.record(1_000_001)
    assert.isAtMost(histogram.quantile(0.99), 1_000_001)
    assert.strictEqual(histogram.max, 1_000_001)
  })

  it("counts negative and absurd values at its ends", () => {
    const histogram = new Histogram()
    histogram.record(-5)
    histogram.record(1e15)
    assert.strictEqual(histogram.count, 2)
    assert.strictEqual(histogram.quantile(0.5), 0)
    assert.isAbove(histogram.quantile(1), 1e9)
  })

  it("is empty again after a reset", () => {
    const histogram = new Histogram()
    histogram.record(7)
    histogram.reset()
    assert.strictEqual(histogram.count, 0)
    assert.isNaN(histogram.quantile(0.5))
  })
})
