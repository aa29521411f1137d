import { assert, it } from "@effect/vitest"
import { Zone } from "../../../src/domain/Zone.ts"
import { bucketFor, isOpen, periodOf } from "../../../src/web/dashboard/Period.ts"
import { RANGES } from "../../../src/web/dashboard/View.ts"

const HOUR = 3_600_000

const zoneOf = (name: string) => {
  const zone = Zone.of(name)
  assert.isDefined(zone)
  return zone
}

const berlin = zoneOf("Europe/Berlin")
const kolkata = zoneOf("Asia/Kolkata")
const lordHowe = zoneOf("Australia/Lord_Howe")

const period = (range: (typeof RANGES)[number], now: string, zone: Zone) =>
  periodOf({ range, zoom: undefined }, Date.parse(now), zone)

it("has as many buckets as the range has room for, the present one among them, in every zone", () => {
  const counts = { "15m": undefined, "1h": undefined, "6h": 24, "24h": 96, "7d": 168, "30d": 30 }
  for (const zone of [berlin, kolkata, lordHowe]) {
    for (const now of ["2026-03-30T10:07:12Z", "2026-10-26T10:07:12Z", "2026-07-01T00:00:00Z"]) {
      for (const range of RANGES) {
        if (counts[range] === undefined) continue
        const { bucket, from, to } = period(range, now, zone)
        assert.strictEqual(zone.buckets(from, to, bucket).length, counts[range], `${range} at ${now}`)
      }
    }
  }
})

it("begins 30 days at the local midnight, before and after the clock is put", () => {
  const spring = period("30d", "2026-04-10T12:00:00Z", berlin)
  assert.strictEqual(berlin.iso(spring.from), "2026-03-12T00:00:00.000+01:00")
  const autumn = period("30d", "2026-11-10T12:00:00Z", berlin)
  assert.strictEqual(berlin.iso(autumn.from), "2026-10-12T00:00:00.000+02:00")
})

it("begins 7 days at a full hour of a zone with a half-hour offset", () => {
  assert.strictEqual(kolkata.iso(period("7d", "2026-03-30T10:07:12Z", kolkata).from).slice(14, 19), "00:00")
})

it("ends at the quarter or minute that is not over yet", () => {
  assert.strictEqual(period("24h", "2026-03-30T10:07:12Z", berlin).to, Date.parse("2026-03-30T10:15:00Z"))
  assert.strictEqual(period("1h", "2026-03-30T10:07:12Z", berlin).to, Date.parse("2026-03-30T10:08:00Z"))
})

it("begins minutes with a quarter of an hour, so that minutes and quarters are told of the same time", () => {
  const { from, to } = period("15m", "2026-03-30T10:07:12Z", berlin)
  assert.deepStrictEqual([from, to], [Date.parse("2026-03-30T09:45:00Z"), Date.parse("2026-03-30T10:08:00Z")])
})

it("is asked for by the same key however time goes on", () => {
  assert.strictEqual(period("7d", "2026-03-30T10:07:12Z", berlin).key, period("7d", "2026-03-31T10:07:12Z", berlin).key)
})

it("shows what was drawn up in place of the range", () => {
  const zoom = { from: "2026-03-29T00:00:00.000Z", to: "2026-03-29T02:00:00.000Z" }
  const { bucket, from, rolling, to } = periodOf({ range: "30d", zoom }, Date.parse("2026-04-01T00:00:00Z"), berlin)
  assert.deepStrictEqual([from, to, bucket, rolling], [Date.parse(zoom.from), Date.parse(zoom.to), "1m", false])
})

it("is open as long as it goes along with time or is not over", () => {
  const range = { from: "2026-03-29T00:00:00.000Z", to: "2026-03-30T00:00:00.000Z" }
  const [during, after] = [Date.parse("2026-03-29T12:00:00Z"), Date.parse("2026-03-30T00:00:00Z")]
  assert.isTrue(isOpen(periodOf({ range, zoom: undefined }, during, berlin), during))
  assert.isFalse(isOpen(periodOf({ range, zoom: undefined }, after, berlin), after))
  assert.isTrue(isOpen(periodOf({ range: "24h", zoom: undefined }, after, berlin), after))
})

it("takes longer buckets for longer periods, and never more than 5,000", () => {
  assert.deepStrictEqual(
    [1, 3, 4, 48, 49, 14 * 24, 15 * 24].map((hours) => bucketFor(hours * HOUR)),
    ["1m", "1m", "15m", "15m", "1h", "1h", "1d"]
  )
})
