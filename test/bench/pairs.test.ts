import { assert, describe, it } from "@effect/vitest"
import { compared, ratioOf } from "./pairs.ts"

describe("pairs", () => {
  it("compares each window with the one beside it, whatever the machine did meanwhile", () => {
    const { off, on, ratio } = compared([12, 100, 60], [10, 100, 20])
    assert.strictEqual(on, 60)
    assert.strictEqual(off, 20)
    assert.closeTo(ratio, 1.2, 1e-9)
  })

  it("is sure of ratios that agree, and less so of ratios that do not", () => {
    const agreeing = compared([2, 2, 2, 2], [1, 1, 1, 1])
    const scattered = compared([1, 2, 3, 4], [1, 1, 1, 1])
    assert.strictEqual(agreeing.error, 0)
    assert.isAbove(scattered.error, 0.4)
    assert.strictEqual(ratioOf(agreeing), "2.000 ± 0.000 ×")
  })

  it("leaves out a window that has none beside it", () => {
    assert.strictEqual(compared([2, 9], [1]).ratio, 2)
  })

  it("has no ratio of nothing", () => {
    assert.isNaN(compared([], []).ratio)
  })
})
