import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { dueBy } from "../../src/ws/drain.ts"
import "../domain/seed.ts"

const Count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100_000 }))
const Window = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100_000 }))

// E3, E4
describe("who is due to be closed while draining", () => {
  it("is everyone at once without a window", () => assert.strictEqual(dueBy(0, 0, 1000), 1000))

  it("is nobody at first and everyone at the end", () => {
    assert.strictEqual(dueBy(0, 5000, 1000), 0)
    assert.strictEqual(dueBy(5000, 5000, 1000), 1000)
    assert.strictEqual(dueBy(9000, 5000, 1000), 1000)
  })

  it.prop("grows evenly and never beyond everyone", { total: Count, window: Window }, ({ total, window }) => {
    let before = 0
    for (let step = 0; step <= 20; step++) {
      const due = dueBy((step * window) / 20, window, total)
      assert.isAtLeast(due, before)
      assert.isAtMost(due, total)
      assert.isAtMost(due - before, Math.ceil(total / 20) + 1)
      before = due
    }
    assert.strictEqual(before, total)
  })
})
