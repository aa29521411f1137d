import { assert, it } from "@effect/vitest"
import { Zone } from "../../../src/domain/Zone.ts"
import {
  isEmpty,
  isolated,
  onlyOpen,
  settled,
  slotAt,
  slotsOf,
  spanName,
  touched,
  unsettled
} from "../../../src/web/dashboard/Lines.ts"
import { barPath, linePath } from "../../../src/web/dashboard/Paths.ts"
import { linear, yScaleOf } from "../../../src/web/dashboard/Scale.ts"

const slots = [0, 1, 2, 3, 4].map((i) => ({ start: i * 10, end: i * 10 + 10, partial: i === 4 }))
const values = [1, null, 3, 4, 2]

it("draws apart what is not over yet, and leads a line there", () => {
  assert.deepStrictEqual(settled(values, slots), [1, null, 3, 4, null])
  assert.deepStrictEqual(unsettled(values, slots), [null, null, null, 4, 2])
  assert.deepStrictEqual(onlyOpen(values, slots), [null, null, null, null, 2])
})

it("says of a bucket what tells it from all others", () => {
  const berlin = Zone.of("Europe/Berlin")
  assert.isDefined(berlin)
  const name = (from: string, to: string) =>
    spanName({ start: Date.parse(from) / 1000, end: Date.parse(to) / 1000, partial: false }, berlin, "Europe/Berlin")
  const twice = [
    name("2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"),
    name("2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z")
  ]
  assert.notStrictEqual(twice[0], twice[1])
  assert.include(twice[0], "GMT+2")
  // a day of 25 hours, and a week
  for (const whole of [
    name("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
    name("2026-10-18T22:00:00Z", "2026-10-25T23:00:00Z")
  ]) {
    assert.include(whole, "25")
    assert.notInclude(whole, ":")
  }
})

const same = (value: number) => value

it("leaves a gap where there is no value, not a zero", () => {
  assert.strictEqual(linePath(values, slots, same, same), "M0.0 1.0M20.0 3.0L30.0 4.0L40.0 2.0")
})

it("finds values that no line leads to", () => {
  assert.deepStrictEqual(isolated(values), [0])
  assert.deepStrictEqual(isolated([5]), [0])
  assert.deepStrictEqual(isolated([1, 2]), [])
})

it("draws bars as wide as their buckets", () => {
  const cut = [
    { start: 0, end: 60, partial: true },
    { start: 60, end: 90, partial: false }
  ]
  const path = barPath([10, 10], cut, (x) => x, linear(0, 10, 100, 0))
  assert.strictEqual(path, "M1.5 100.0V0.0H58.5V100.0ZM61.5 100.0V0.0H88.5V100.0Z")
})

it("takes whole buckets for what was drawn up", () => {
  assert.deepStrictEqual(touched(slots, 12, 25), { from: 10_000, to: 30_000 })
  assert.isUndefined(touched(slots, 80, 90))
})

it("finds the bucket that is pointed at on another chart", () => {
  assert.strictEqual(slotAt(slots, 25), 2)
  assert.isUndefined(slotAt(slots, 50))
  assert.isUndefined(slotAt(slots, undefined))
})

it("takes nothing but zeros and gaps for nothing", () => {
  assert.isTrue(isEmpty([{ label: "a", values: [0, null, 0] }]))
  assert.isFalse(isEmpty([{ label: "a", values: [0, null], before: [1] }]))
})

it("has buckets from the moments that were told, whatever their offsets", () => {
  const [slot] = slotsOf([
    { start: "2026-03-29T00:00:00.000+01:00", end: "2026-03-30T00:00:00.000+02:00", value: 1, partial: false }
  ])
  assert.strictEqual(slot === undefined ? 0 : (slot.end - slot.start) / 3600, 23)
})

it("marks round numbers from 0 to above the largest", () => {
  assert.deepStrictEqual(yScaleOf(97, 4, "count"), { top: 100, ticks: [0, 50, 100] })
  assert.deepStrictEqual(yScaleOf(3, 4, "count").ticks, [0, 1, 2, 3])
  assert.deepStrictEqual(yScaleOf(0, 4, "count").ticks, [0, 1])
  assert.deepStrictEqual(yScaleOf(1.2, 4, "milliseconds").ticks, [0, 0.5, 1, 1.5])
  assert.deepStrictEqual(yScaleOf(3000, 4, "seconds").ticks, [0, 900, 1800, 2700, 3600])
})
