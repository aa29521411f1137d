import { assert, it } from "@effect/vitest"
import { sparkPath } from "../../../src/web/dashboard/sparkPath.ts"

it("draws a single bucket over all of the width", () => {
  assert.strictEqual(sparkPath([7], 0, 0), "M0.0 2.0H100.0")
  assert.strictEqual(sparkPath([0], 0, 0), "M0.0 26.0H100.0")
})

it("draws a value between gaps as a stroke that can be seen, and others as a line", () => {
  assert.strictEqual(sparkPath([4, null, 2, null, 4, 0], 0, 5), "M0.0 2.0H8.3M31.7 14.0H48.3M80.0 2.0L100.0 26.0")
})

it("leaves to the other path what only that one leads to", () => {
  assert.strictEqual(sparkPath([4, 2], 0, 0), "M0.0 2.0h.01")
  assert.strictEqual(sparkPath([4, 2], 0, 1), "M0.0 2.0L100.0 14.0")
  assert.strictEqual(sparkPath([4], 0, -1), "")
})
