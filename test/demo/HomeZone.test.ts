import { assert, describe, it } from "@effect/vitest"
import { type HomeZone, instantOf, offsetAt } from "../../src/demo/HomeZone.ts"

const HOUR = 3_600_000
const zones: ReadonlyArray<HomeZone> = [
  "Europe/Berlin",
  "America/New_York",
  "America/St_Johns",
  "Asia/Kolkata",
  "Pacific/Apia",
  "UTC"
]

/** What the machine's own zone data says. */
const known = (zone: HomeZone) => {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric"
  })
  return (at: number): number => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? Number.NaN
    return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute")) - at
  }
}

describe("HomeZone", () => {
  for (const zone of zones) {
    it(`agrees with the machine about every hour of 2024 and 2025 in ${zone}`, () => {
      const offset = known(zone)
      const wrong: Array<string> = []
      for (let at = Date.UTC(2024, 0, 1); at < Date.UTC(2026, 0, 1); at += HOUR / 2) {
        if (offsetAt(zone, at) !== offset(at)) wrong.push(new Date(at).toISOString())
      }
      assert.deepStrictEqual(wrong, [])
    })

    it(`finds the instant of a local time in ${zone}, the second of two and an hour later where there is none`, () => {
      const last = new Map<number, number>()
      for (let at = Date.UTC(2024, 11, 31); at < Date.UTC(2026, 0, 2); at += HOUR / 2)
        last.set(at + offsetAt(zone, at), at)
      for (let local = Date.UTC(2025, 0, 1); local < Date.UTC(2026, 0, 1); local += HOUR / 2) {
        assert.strictEqual(instantOf(zone, local), last.get(local) ?? last.get(local + HOUR))
      }
    })
  }
})
