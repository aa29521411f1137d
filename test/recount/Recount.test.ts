import { assert, describe, it } from "@effect/vitest"
import { Recount } from "./Recount.ts"
import { Story } from "./Story.ts"

/** A window of instants in a zone. */
const over = (tz: string, from: string, to: string) => ({ tz, from: Date.parse(from), to: Date.parse(to) })

const counted = (story: Story, computedAt: string) => new Recount(story.events, Date.parse(computedAt))

const values = ({ points }: { readonly points: ReadonlyArray<{ readonly value: number | null }> }) =>
  points.map(({ value }) => value)

const starts = ({ points }: { readonly points: ReadonlyArray<{ readonly start: string }> }) =>
  points.map(({ start }) => start)

describe("Recount in Europe/Berlin", () => {
  const spring = over("Europe/Berlin", "2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00")
  const autumn = over("Europe/Berlin", "2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00")

  it("counts 23 hours on the day that loses one", () => {
    const story = new Story()
      .says("a", "2026-03-29T00:59:59.999Z") // 01:59:59 local, right before the change
      .says("a", "2026-03-29T01:00Z") // 03:00 local
      .says("a", "2026-03-29T21:59Z") // 23:59 local
      .says("a", "2026-03-29T22:00Z") // 00:00 local of the next day
    const recount = counted(story, "2026-04-01T00:00Z")
    const hours = recount.timeseries({ metric: "messages", bucket: "1h", ...spring })
    assert.strictEqual(hours.points.length, 23)
    assert.strictEqual(hours.total, 3)
    assert.deepStrictEqual(hours.points.slice(1, 3), [
      { start: "2026-03-29T01:00:00.000+01:00", end: "2026-03-29T03:00:00.000+02:00", value: 1, partial: false },
      { start: "2026-03-29T03:00:00.000+02:00", end: "2026-03-29T04:00:00.000+02:00", value: 1, partial: false }
    ])
    assert.deepStrictEqual(recount.timeseries({ metric: "messages", bucket: "1d", ...spring }).points, [
      { start: "2026-03-29T00:00:00.000+01:00", end: "2026-03-30T00:00:00.000+02:00", value: 3, partial: false }
    ])
    const { hours: held, messages, total } = recount.heatmap(spring)
    assert.deepStrictEqual(held[6], [1, 1, 0, ...Array.from({ length: 21 }, () => 1)])
    assert.deepStrictEqual(
      [messages[6]![1], messages[6]![3], messages[6]![23], messages[0]![0], total],
      [1, 1, 1, 0, 3]
    )
    // 3 messages in 23 hours, one at most in an hour
    assert.closeTo(recount.summary(spring).peakHourFactor ?? 0, 23 / 3, 1e-12)
    assert.closeTo(recount.summary(spring).messagesPerMinute ?? 0, 3 / (23 * 60), 1e-12)
  })

  it("counts an hour that comes twice as two buckets", () => {
    const story = new Story()
      .says("a", "2026-10-25T00:30Z") // 02:30 summer time
      .says("a", "2026-10-25T01:30Z") // 02:30 winter time
      .says("a", "2026-10-25T01:31Z")
      .says("a", "2026-10-25T22:59Z") // 23:59
      .says("a", "2026-10-25T23:00Z") // the next day
    const recount = counted(story, "2026-11-01T00:00Z")
    const hours = recount.timeseries({ metric: "messages", bucket: "1h", ...autumn })
    assert.strictEqual(hours.points.length, 25)
    assert.deepStrictEqual(hours.points.slice(2, 4), [
      { start: "2026-10-25T02:00:00.000+02:00", end: "2026-10-25T02:00:00.000+01:00", value: 1, partial: false },
      { start: "2026-10-25T02:00:00.000+01:00", end: "2026-10-25T03:00:00.000+01:00", value: 2, partial: false }
    ])
    const { hours: held, messages } = recount.heatmap(autumn)
    assert.strictEqual(held[6]![2], 2)
    assert.strictEqual(messages[6]![2], 3)
    // 4 messages in 25 hours, 2 at most in an hour
    assert.closeTo(recount.summary(autumn).peakHourFactor ?? 0, 12.5, 1e-12)
    assert.deepStrictEqual(
      recount.room("global", over("Europe/Berlin", "2026-10-25T12:00+01:00", "2026-10-26T12:00+01:00")).days,
      [
        { date: "2026-10-25", messages: 1, partial: true },
        { date: "2026-10-26", messages: 1, partial: true }
      ]
    )
  })

  it("counts users by local days, and weeks from Monday on", () => {
    const story = new Story()
      .says("a", "2026-03-29T21:30Z") // Sunday 23:30
      .says("b", "2026-03-29T22:30Z") // Monday 00:30
      .says("a", "2026-04-05T21:30Z") // Sunday 23:30, a week later
    const recount = counted(story, "2026-04-20T00:00Z")
    const window = over("Europe/Berlin", "2026-03-29T00:00+01:00", "2026-04-06T00:00+02:00")
    const { days } = recount.engagement(window)
    assert.deepStrictEqual(
      days.map(({ dau, wau }) => [dau, wau]),
      [
        [1, 1],
        [1, 2],
        [0, 2],
        [0, 2],
        [0, 2],
        [0, 2],
        [0, 2],
        [1, 2]
      ]
    )
    const { periods } = recount.growth({ ...window, unit: "week" })
    assert.deepStrictEqual(
      periods.map((week) => [week.start, week.new, week.retained, week.resurrected, week.churned]),
      [
        ["2026-03-23T00:00:00.000+01:00", 1, 0, 0, 0],
        ["2026-03-30T00:00:00.000+02:00", 1, 1, 0, 0]
      ]
    )
  })
})

describe("Recount in zones of half-hours and skipped days", () => {
  it("begins hours of Asia/Kolkata at half past of UTC", () => {
    const story = new Story()
      .says("a", "2026-06-01T18:29Z")
      .says("a", "2026-06-01T18:30Z")
      .says("b", "2026-06-01T19:29Z")
    const recount = counted(story, "2026-06-03T00:00Z")
    const window = over("Asia/Kolkata", "2026-06-01T18:00Z", "2026-06-01T19:45Z")
    assert.deepStrictEqual(recount.timeseries({ metric: "messages", bucket: "1h", ...window }).points, [
      { start: "2026-06-01T23:30:00.000+05:30", end: "2026-06-02T00:00:00.000+05:30", value: 1, partial: true },
      { start: "2026-06-02T00:00:00.000+05:30", end: "2026-06-02T01:00:00.000+05:30", value: 2, partial: false },
      { start: "2026-06-02T01:00:00.000+05:30", end: "2026-06-02T01:15:00.000+05:30", value: 0, partial: true }
    ])
    assert.deepStrictEqual(values(recount.timeseries({ metric: "dau", bucket: "1d", ...window })), [1, 2])
    const { hours, messages } = recount.heatmap(window)
    assert.deepStrictEqual([messages[0]![23], messages[1]![0], messages[1]![1]], [1, 2, 0])
    assert.deepStrictEqual([hours[0]![23], hours[1]![0], hours[1]![1], hours[0]![0]], [1, 1, 1, 0])
  })

  it("follows America/St_Johns, half an hour off New York's neighbours, over a change", () => {
    // clocks go from 02:00 −03:30 to 03:00 −02:30 on 8 March, at 05:30 UTC
    const story = new Story().says("a", "2026-03-08T05:29Z").says("a", "2026-03-08T05:30Z")
    const recount = counted(story, "2026-03-10T00:00Z")
    const window = over("America/St_Johns", "2026-03-08T04:30Z", "2026-03-08T06:30Z")
    const hours = recount.timeseries({ metric: "messages", bucket: "1h", ...window })
    assert.deepStrictEqual(starts(hours), ["2026-03-08T01:00:00.000-03:30", "2026-03-08T03:00:00.000-02:30"])
    assert.deepStrictEqual(values(hours), [1, 1])
    assert.deepStrictEqual(starts(recount.timeseries({ metric: "dau", bucket: "1d", ...window })), [
      "2026-03-08T00:00:00.000-03:30"
    ])
  })

  it("begins an hour of Australia/Lord_Howe where clocks go back by half of one", () => {
    // at 15:00 UTC on 4 April, 02:00 +11:00 becomes 01:30 +10:30
    const story = new Story()
      .says("a", "2026-04-04T14:59Z")
      .says("a", "2026-04-04T15:00Z")
      .says("a", "2026-04-04T15:30Z")
    const window = over("Australia/Lord_Howe", "2026-04-04T14:00Z", "2026-04-04T16:30Z")
    const hours = counted(story, "2026-04-06").timeseries({ metric: "messages", bucket: "1h", ...window })
    assert.deepStrictEqual(starts(hours), [
      "2026-04-05T01:00:00.000+11:00",
      "2026-04-05T01:30:00.000+10:30",
      "2026-04-05T02:00:00.000+10:30"
    ])
    assert.deepStrictEqual(values(hours), [1, 1, 1])
  })

  it("knows no 30 December 2011 in Pacific/Apia", () => {
    const story = new Story()
      .says("a", "2011-12-30T09:59Z") // 29 December, 23:59
      .says("a", "2011-12-30T10:00Z") // 31 December, 00:00
      .says("b", "2011-12-25T10:00Z") // 25 December, 00:00
    const recount = counted(story, "2012-01-10T00:00Z")
    const window = over("Pacific/Apia", "2011-12-29T10:00Z", "2012-01-02T10:00Z")
    const { days } = recount.engagement(window)
    assert.deepStrictEqual(
      days.map(({ date, dau, wau }) => [date, dau, wau]),
      [
        ["2011-12-29", 1, 2],
        ["2011-12-31", 1, 2],
        // 25, 26, 27, 28, 29, 31 December and 1 January
        ["2012-01-01", 0, 2],
        ["2012-01-02", 0, 1]
      ]
    )
    assert.deepStrictEqual(
      recount.growth({ ...window, unit: "day" }).periods.map((day) => [day.start, day.retained, day.churned]),
      [
        ["2011-12-29T00:00:00.000-10:00", 0, 0],
        ["2011-12-31T00:00:00.000+14:00", 1, 0],
        ["2012-01-01T00:00:00.000+14:00", 0, 1],
        ["2012-01-02T00:00:00.000+14:00", 0, 0]
      ]
    )
    assert.deepStrictEqual(recount.retention({ ...window, unit: "day" }).cohorts[0]?.retained.slice(0, 3), [1, 1, 0])
  })
})
