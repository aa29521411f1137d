import { assert, describe, it } from "@effect/vitest"
import { Found } from "../../src/analytics/Found.ts"

describe("Found", () => {
  it("finds what was added last, and nothing of what comes after it", () => {
    const found = new Found<string>()
    assert.strictEqual(found.get(0, ""), undefined)
    found.add(0, "a", "a0")
    assert.strictEqual(found.get(0, "a"), "a0")
    assert.strictEqual(found.get(0, "b"), undefined)
    assert.strictEqual(found.get(1, ""), undefined)
    found.add(1, "", "1")
    assert.deepStrictEqual(found.all(), ["a0", "1"])
  })

  it("finds what came before, and puts what comes out of order in its place", () => {
    const found = new Found<string>()
    for (const start of [0, 1, 2]) for (const id of ["a", "c"]) found.add(start, id, `${id}${start}`)
    assert.strictEqual(found.get(1, "a"), "a1")
    assert.strictEqual(found.get(1, "b"), undefined)
    found.add(1, "b", "b1")
    assert.strictEqual(found.get(2, "d"), undefined)
    found.add(2, "d", "d2")
    assert.strictEqual(found.get(1, "b"), "b1")
    assert.strictEqual(found.get(2, "d"), "d2")
    assert.deepStrictEqual(found.all(), ["a0", "c0", "a1", "b1", "c1", "a2", "c2", "d2"])
  })

  it("puts what comes before everything first, ids by code unit", () => {
    const found = new Found<string>()
    found.add(5, "b", "b5")
    assert.strictEqual(found.get(5, "B"), undefined)
    found.add(5, "B", "B5")
    assert.strictEqual(found.get(4, "z"), undefined)
    found.add(4, "z", "z4")
    assert.deepStrictEqual(found.all(), ["z4", "B5", "b5"])
  })
})
