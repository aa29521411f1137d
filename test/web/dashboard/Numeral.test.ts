import { assert, it } from "@effect/vitest"
import { brief, deltaOf, duration, exact, narrow, share, tiny } from "../../../src/web/dashboard/Numeral.ts"

const digits = (text: string) => text.replaceAll(/[^\d.]/g, "")

it("writes every digit of a number, and no more than it has", () => {
  for (const value of [
    0,
    3,
    1280,
    1_234_567,
    0.1,
    0.1 + 0.2,
    0.440_560_541_646_967_9,
    28.7851,
    1.890_250_877_900_231_8
  ]) {
    assert.strictEqual(digits(exact(value)), String(value))
  }
})

it("does not write all for what is almost all", () => {
  assert.strictEqual(digits(share(0.9988)), "99.88")
  assert.strictEqual(digits(share(1)), "100")
  assert.strictEqual(digits(share(0.4235)), "42.4")
})

it("does not write all for one of millions that is missing, nor nothing for what is little", () => {
  assert.strictEqual(digits(share(0.999_999_9)), "99.999")
  assert.strictEqual(digits(share(0.000_107)), "0.01")
  assert.strictEqual(digits(share(0)), "0")
})

it("writes large numbers in a few characters where there is no room for more", () => {
  const numbers = [0, 999_999, 2_000_000, 100_000_000, 2_300_868_109]
  for (const value of numbers) assert.isAtMost(narrow(value, "count").length, 7)
  assert.strictEqual(narrow(999_999, "count"), brief(999_999, "count"))
  assert.strictEqual(digits(narrow(1_500, "milliseconds")), "1.5")
  for (const value of [...numbers, 12_345]) assert.isAtMost(tiny(value).length, 4)
})

it("writes a dash where there is no number", () => {
  assert.strictEqual(brief(null, "count"), "–")
  assert.strictEqual(brief(0, "count"), "0")
})

it("writes durations in the unit that fits", () => {
  assert.deepStrictEqual([28.7851, 498, 11_117, 7200, 259_200].map(duration), [
    "28.79 s",
    "8 min",
    "3 h 5 min",
    "2 h",
    "3 days"
  ])
})

it("tells how much a figure changed", () => {
  assert.deepStrictEqual(deltaOf(120, 100), { direction: "up", text: "+20%" })
  assert.strictEqual(deltaOf(80, 100)?.direction, "down")
  assert.deepStrictEqual(deltaOf(100, 100), { direction: "same", text: "the same" })
})

it("tells no share of nothing", () => {
  assert.deepStrictEqual(deltaOf(5, 0), { direction: "up", text: "from none" })
  assert.isUndefined(deltaOf(5, null))
  assert.isUndefined(deltaOf(null, 5))
  assert.isUndefined(deltaOf(5, undefined))
})

it("does not call a small change none", () => {
  assert.strictEqual(deltaOf(100_001, 100_000)?.text, "under +1 %")
})
