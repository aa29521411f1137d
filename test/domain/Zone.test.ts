import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { type Bucket, Zone } from "../../src/domain/Zone.ts"
import "./seed.ts"

const MINUTE = 60_000
const QUARTER = 15 * MINUTE
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const zone = (name: string): Zone => {
  const found = Zone.of(name)
  if (found === undefined) throw new Error(`no zone ${name}`)
  return found
}
const at = (iso: string) => Date.parse(iso)
const dayOf = (date: string) => at(`${date}T00:00Z`) / DAY

/** From the first instant of a local date to that of the next. */
const bounds = (name: string, date: string): [number, number] => {
  const [bucket] = zone(name).buckets(zone(name).dayStart(dayOf(date))!, zone(name).dayStart(dayOf(date))! + 1, "1d")
  return [bucket!.start, bucket!.end]
}
const hoursOf = (name: string, date: string) => zone(name).buckets(...bounds(name, date), "1h")
const minutesLong = (buckets: ReadonlyArray<Bucket>) => buckets.map(({ end, start }) => (end - start) / MINUTE)
const localHours = (name: string, buckets: ReadonlyArray<Bucket>) =>
  buckets.map(({ start }) => zone(name).iso(start).slice(11, 16))

const NAMES = [...Intl.supportedValuesOf("timeZone"), "UTC"]
const Name = Arbitrary.map(
  Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: NAMES.length - 1 }))),
  (i) => NAMES[i]!
)
const between = (from: string, to: string) =>
  Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: at(from), maximum: at(to) })))
/** Every offset is a multiple of 15 minutes then. */
const Instant = between("1980-01-01T00:00Z", "2037-12-31T00:00Z")
const Span = Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 })))

/** What a clock and calendar on the wall show, by `Intl` and nothing else. */
const wall = (name: string, ms: number): string => {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: name,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit"
  }).formatToParts(ms)
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((found) => found.type === type)?.value ?? ""
  return `${part("year")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}:${part("second")}`
}

describe("Zone.of", () => {
  it.each(["UTC", "Europe/Berlin", "Asia/Kolkata", "Asia/Calcutta", "US/Eastern", "Etc/GMT+5", "europe/BERLIN"])(
    "knows %s",
    (name) => assert.isDefined(Zone.of(name))
  )

  it.each(["Mars/Olympus", "", " UTC", "Europe", "Europe/Berlin\0", "GMT+25"])("does not know %j", (name) =>
    assert.isUndefined(Zone.of(name))
  )

  it("takes an offset for a zone, as Intl does", () => {
    assert.strictEqual(zone("+05:30").iso(0), "1970-01-01T05:30:00.000+05:30")
    assert.strictEqual(zone("-09:30").iso(0), "1969-12-31T14:30:00.000-09:30")
  })

  it("gives every zone that Intl lists, more than it keeps, and the same ones again", () => {
    const now = at("2026-11-25T12:00Z")
    const first = NAMES.map((name) => zone(name).iso(now))
    assert.deepStrictEqual(
      NAMES.map((name) => zone(name).iso(now)),
      first
    )
    assert.strictEqual(zone("Europe/Berlin"), zone("europe/berlin"))
  })
})

describe("Zone", () => {
  it.prop("shows the local time that Intl shows", { name: Name, ms: Instant }, ({ ms: any, name }) => {
    // within a quarter that a change cuts, time is that at its begin
    const ms = Math.floor(any / QUARTER) * QUARTER
    const local = zone(name)
    const shown = wall(name, ms)
    assert.strictEqual(local.iso(ms).slice(0, 19), shown)
    assert.strictEqual(Date.parse(local.iso(ms)), ms)
    assert.strictEqual(local.hour(ms), Number(shown.slice(11, 13)))
    assert.strictEqual(local.dateOf(local.localDay(ms)), shown.slice(0, 10))
    assert.strictEqual(local.localDay(ms), dayOf(shown.slice(0, 10)))
    assert.strictEqual(local.weekday(ms), (new Date(`${shown}Z`).getUTCDay() + 6) % 7)
    assert.strictEqual(local.offsetAt(ms), at(`${shown}Z`) - ms)
    assert.strictEqual(local.offsetAt(ms + QUARTER - 1), local.offsetAt(ms))
  })

  it.each([
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Africa/Casablanca",
    "Asia/Gaza",
    "Asia/Tehran"
  ])("shows it in every quarter of a year and a half in %s", (name) => {
    const format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" })
    const [from, to] = [at("2022-07-01T00:00Z"), at("2024-01-01T00:00Z")]
    for (let ms = from; ms < to; ms += QUARTER) {
      const offset = /GMT(.*)$/.exec(format.format(ms))![1]! || "+00:00"
      if (!zone(name).iso(ms).endsWith(offset)) assert.fail(`${zone(name).iso(ms)}, not ${offset}`)
    }
  })

  it.prop("has a first instant of every date that there is", { name: Name, ms: Instant }, ({ ms, name }) => {
    const local = zone(name)
    const day = local.localDay(ms)
    const start = local.dayStart(day)
    assert.isDefined(start)
    assert.isAtMost(start, ms)
    assert.isAtLeast(start, ms - 25 * HOUR)
    assert.strictEqual(local.localDay(start), day)
    assert.isBelow(local.localDay(start - 1), day)
  })

  it.prop("begins weeks on Mondays", { name: Name, ms: Instant }, ({ ms, name }) => {
    const local = zone(name)
    const day = local.localDay(ms)
    const monday = local.weekStart(day)
    assert.strictEqual(day - monday, local.weekday(ms))
    assert.strictEqual(local.weekStart(monday), monday)
    assert.strictEqual(new Date(local.dateOf(monday)).getUTCDay(), 1)
  })

  it("counts days before 1970 down", () => {
    const utc = zone("UTC")
    assert.deepStrictEqual([utc.localDay(-1), utc.hour(-1), utc.weekday(-1)], [-1, 23, 2])
    assert.strictEqual(utc.dateOf(-1), "1969-12-31")
    assert.strictEqual(utc.weekStart(-4), -10)
    assert.strictEqual(utc.dayStart(-1), -DAY)
  })

  it("skips the hour that Berlin skips in March", () => {
    const berlin = zone("Europe/Berlin")
    assert.strictEqual(berlin.iso(at("2026-03-29T00:59:59.999Z")), "2026-03-29T01:59:59.999+01:00")
    assert.strictEqual(berlin.iso(at("2026-03-29T01:00Z")), "2026-03-29T03:00:00.000+02:00")
    assert.strictEqual(berlin.dayStart(dayOf("2026-03-29")), at("2026-03-28T23:00Z"))
    assert.strictEqual(berlin.dayStart(dayOf("2026-03-30")), at("2026-03-29T22:00Z"))
    const hours = hoursOf("Europe/Berlin", "2026-03-29")
    assert.deepStrictEqual(minutesLong(hours), Array<number>(23).fill(60))
    assert.deepStrictEqual(localHours("Europe/Berlin", hours).slice(0, 4), ["00:00", "01:00", "03:00", "04:00"])
  })

  it("has the hour that Berlin repeats in October twice", () => {
    const hours = hoursOf("Europe/Berlin", "2026-10-25")
    assert.deepStrictEqual(minutesLong(hours), Array<number>(25).fill(60))
    assert.deepStrictEqual(localHours("Europe/Berlin", hours).slice(1, 5), ["01:00", "02:00", "02:00", "03:00"])
  })

  it("splits the hours of Lord Howe where its clock moves by 30 minutes", () => {
    const name = "Australia/Lord_Howe"
    const back = hoursOf(name, "2026-04-05")
    assert.deepStrictEqual(minutesLong(back), [60, 60, 30, ...Array<number>(22).fill(60)])
    assert.deepStrictEqual(localHours(name, back).slice(0, 5), ["00:00", "01:00", "01:30", "02:00", "03:00"])
    const on = hoursOf(name, "2026-10-04")
    assert.deepStrictEqual(minutesLong(on), [60, 60, 30, ...Array<number>(21).fill(60)])
    assert.deepStrictEqual(localHours(name, on).slice(0, 5), ["00:00", "01:00", "02:30", "03:00", "04:00"])
    for (const hour of [...back, ...on]) {
      for (let ms = hour.start; ms < hour.end; ms += QUARTER) {
        assert.deepStrictEqual(zone(name).buckets(ms, ms + 1, "1h"), [hour])
      }
    }
  })

  it.each([
    ["Asia/Kolkata", 30],
    ["America/St_Johns", 30],
    ["Asia/Kathmandu", 15],
    ["UTC", 0]
  ])("begins the hours of %s %i minutes past those of UTC", (name, minutes) => {
    const from = at("2026-06-15T07:40Z")
    const hours = zone(name).buckets(from, from + 5 * HOUR, "1h")
    for (const { end, start } of hours) {
      assert.strictEqual((((start / MINUTE) % 60) + 60) % 60, minutes)
      assert.strictEqual(end - start, HOUR)
      assert.match(zone(name).iso(start), /:00:00\.000/)
    }
    assert.strictEqual(hours.length, 6)
  })

  it("has 23 and 25 hours in St. John's, half an hour beside UTC", () => {
    assert.strictEqual(hoursOf("America/St_Johns", "2026-03-08").length, 23)
    assert.strictEqual(hoursOf("America/St_Johns", "2026-11-01").length, 25)
    assert.strictEqual(zone("America/St_Johns").iso(at("2026-11-25T12:00Z")), "2026-11-25T08:30:00.000-03:30")
  })

  it("has no 30 December 2011 in Apia", () => {
    const apia = zone("Pacific/Apia")
    assert.isUndefined(apia.dayStart(dayOf("2011-12-30")))
    assert.strictEqual(apia.dayStart(dayOf("2011-12-29")), at("2011-12-29T10:00Z"))
    assert.strictEqual(apia.dayStart(dayOf("2011-12-31")), at("2011-12-30T10:00Z"))
    const days = apia.buckets(at("2011-12-28T12:00Z"), at("2012-01-01T00:00Z"), "1d")
    assert.deepStrictEqual(
      days.map(({ start }) => apia.dateOf(apia.localDay(start))),
      ["2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01"]
    )
    assert.deepStrictEqual(minutesLong(days), Array<number>(4).fill(24 * 60))
    assert.strictEqual(hoursOf("Pacific/Apia", "2011-12-29").length, 24)
  })

  it("begins a day at one where midnight is skipped", () => {
    const name = "America/Sao_Paulo"
    assert.strictEqual(zone(name).iso(zone(name).dayStart(dayOf("2018-11-04"))!), "2018-11-04T01:00:00.000-02:00")
    assert.strictEqual(hoursOf(name, "2018-11-04").length, 23)
    assert.strictEqual(hoursOf(name, "2018-02-17").length, 25)
  })

  it("lets a day last until the next date begins, though the clock goes back over midnight", () => {
    // at 00:01 on the 7th, St. John's went back to 23:01 on the 6th; on the grid of quarters, at 00:15 to 23:15
    const name = "America/St_Johns"
    const again = at("2010-11-07T02:50Z")
    assert.strictEqual(zone(name).iso(at("2010-11-07T02:44Z")), "2010-11-07T00:14:00.000-02:30")
    assert.strictEqual(zone(name).iso(again), "2010-11-06T23:20:00.000-03:30")
    const [day] = zone(name).buckets(again, again + 1, "1d")
    assert.strictEqual(zone(name).iso(day!.start), "2010-11-07T00:00:00.000-02:30")
    assert.strictEqual(zone(name).iso(day!.end), "2010-11-08T00:00:00.000-03:30")
    const hours = hoursOf(name, "2010-11-07")
    assert.deepStrictEqual(minutesLong(hours), [15, 45, ...Array<number>(24).fill(60)])
    assert.deepStrictEqual(localHours(name, hours).slice(0, 4), ["00:00", "23:15", "00:00", "01:00"])
  })

  it("rounds an offset to the quarter", () => {
    // 44 minutes and 30 seconds behind
    assert.strictEqual(zone("Africa/Monrovia").iso(at("1971-06-01T00:00Z")), "1971-05-31T23:15:00.000-00:45")
    assert.strictEqual(zone("Africa/Monrovia").iso(at("1972-06-01T00:00Z")), "1972-06-01T00:00:00.000+00:00")
    for (const name of ["+00:07", "-00:07"]) assert.strictEqual(zone(name).offsetAt(0), 0)
  })

  it("refuses an instant that a date cannot hold", () => {
    for (const ms of [Number.NaN, Infinity, 9e15]) assert.throws(() => zone("Europe/Berlin").offsetAt(ms), RangeError)
  })
})

describe("Zone.buckets", () => {
  const SIZES = [
    ["1m", 1 / 60],
    ["15m", 1 / 4],
    ["1h", 1],
    ["1d", 24]
  ] as const

  for (const [size, hours] of SIZES) {
    it.prop(
      `of ${size} tile any range in any zone, and reach no further than they must`,
      { name: Name, from: Instant, span: Span },
      ({ from, name, span }) => {
        const to = from + Math.round(span * hours * HOUR * 0.37)
        const buckets = zone(name).buckets(from, to, size)
        assert.isAtMost(buckets[0]!.start, from)
        assert.isAbove(buckets[0]!.end, from)
        assert.isBelow(buckets.at(-1)!.start, to)
        assert.isAtLeast(buckets.at(-1)!.end, to)
        buckets.forEach(({ end, start }, i) => {
          if (i > 0) assert.strictEqual(start, buckets[i - 1]!.end)
          assert.isBelow(start, end)
          assert.isAtMost(end - start, (size === "1d" ? 26 : hours) * HOUR)
          assert.strictEqual(start % (size === "1m" ? MINUTE : QUARTER), 0)
        })
      }
    )

    it.prop(
      `of ${size} are the same whichever instant within them is asked for`,
      { name: Name, from: Instant, span: Span },
      ({ from, name, span }) => {
        const local = zone(name)
        for (const bucket of local.buckets(from, from + span * hours * MINUTE, size)) {
          for (const within of [bucket.start, bucket.start + (bucket.end - bucket.start) / 2, bucket.end - 1]) {
            assert.deepStrictEqual(local.buckets(within, within + 1, size), [bucket])
          }
        }
      }
    )

    it(`of ${size} are none for an empty range`, () => {
      const now = at("2026-11-25T12:07Z")
      assert.deepStrictEqual(zone("Europe/Berlin").buckets(now, now, size), [])
      assert.deepStrictEqual(zone("Europe/Berlin").buckets(now, now - 1, size), [])
    })
  }

  it.prop(
    "of 1h hold one local hour each, and of a day make up the day",
    { name: Name, ms: Instant },
    ({ ms, name }) => {
      const local = zone(name)
      const [day] = local.buckets(ms, ms + 1, "1d")
      const hours = local.buckets(day!.start, day!.end, "1h")
      assert.deepStrictEqual([hours[0]!.start, hours.at(-1)!.end], [day!.start, day!.end])
      for (const { end, start } of hours) {
        for (let quarter = start; quarter < end; quarter += QUARTER) {
          assert.strictEqual(local.hour(quarter), local.hour(start))
          assert.strictEqual(local.offsetAt(quarter), local.offsetAt(start))
        }
      }
    }
  )
})
