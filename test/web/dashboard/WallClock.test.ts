import { assert, it } from "@effect/vitest"
import { Zone } from "../../../src/domain/Zone.ts"
import { momentOf, wallTime } from "../../../src/web/dashboard/WallClock.ts"

const cases: ReadonlyArray<readonly [zone: string, shown: string, utc: string]> = [
  ["Europe/Berlin", "2026-03-29T01:59", "2026-03-29T00:59:00.000Z"],
  // skipped: as much later as the clock was put forward
  ["Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:30:00.000Z"],
  ["Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00:00.000Z"],
  // shown twice: the first
  ["Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00.000Z"],
  ["Asia/Kolkata", "2026-10-25T00:15", "2026-10-24T18:45:00.000Z"],
  ["Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45:00.000Z"]
]

for (const [name, shown, utc] of cases) {
  it(`takes ${shown} in ${name} for ${utc}`, () => {
    const zone = Zone.of(name)
    assert.isDefined(zone)
    const at = momentOf(shown, zone)
    assert.strictEqual(at === undefined ? undefined : new Date(at).toISOString(), utc)
  })
}

it("shows every moment as the clock of the zone does", () => {
  const zone = Zone.of("Asia/Kolkata")
  assert.isDefined(zone)
  assert.strictEqual(wallTime(Date.parse("2026-10-24T18:45:00Z"), zone), "2026-10-25T00:15")
})

it("finds no moment in what is no time", () => {
  const zone = Zone.of("UTC")
  assert.isDefined(zone)
  assert.isUndefined(momentOf("tomorrow", zone))
  assert.isUndefined(momentOf("2026-13-01T00:00", zone))
})
