import { assert, it } from "@effect/vitest"
import { Zone } from "../../../src/domain/Zone.ts"
import { ticksOf } from "../../../src/web/dashboard/Ticks.ts"

const at = (from: string, to: string, tz: string, least: number, most = 8) => {
  const zone = Zone.of(tz)
  assert.isDefined(zone)
  return ticksOf({ from: Date.parse(from), to: Date.parse(to), most, least, zone, tz }).map((tick) => zone.iso(tick.at))
}

it("marks full hours of a zone with a half-hour offset", () => {
  for (const moment of at("2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z", "Asia/Kolkata", 900_000)) {
    assert.strictEqual(moment.slice(14, 19), "00:00")
  }
})

it("marks midnights before and after the clock is put", () => {
  const marks = at("2026-03-26T23:00:00Z", "2026-03-31T22:00:00Z", "Europe/Berlin", 86_400_000)
  assert.deepStrictEqual(
    marks.map((moment) => moment.slice(0, 10)),
    ["2026-03-27", "2026-03-28", "2026-03-29", "2026-03-30", "2026-03-31"]
  )
  assert.isTrue(marks.every((moment) => moment.slice(11, 19) === "00:00:00"))
})

it("marks nothing within a bucket", () => {
  const marks = at("2026-03-27T00:00:00Z", "2026-03-28T00:00:00Z", "UTC", 86_400_000)
  assert.isTrue(marks.every((moment) => moment.slice(11, 19) === "00:00:00"))
})

it("has more marks than one for a week where there is room for three", () => {
  assert.isAtLeast(at("2026-11-19T09:00:00Z", "2026-11-26T08:30:00Z", "UTC", 3_600_000, 3).length, 2)
})

it("has no more marks than there is room for", () => {
  for (const days of [0.02, 0.3, 1, 7, 30, 90, 400]) {
    const end = new Date(Date.parse("2026-01-01T00:00:00Z") + days * 86_400_000).toISOString()
    assert.isAtMost(at("2026-01-01T00:00:00Z", end, "America/New_York", 60_000, 6).length, 6)
  }
})
