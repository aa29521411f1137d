/** Figures that follow users over days and weeks. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { engagement } from "../../../src/analytics/figures/engagement.ts"
import { funnel } from "../../../src/analytics/figures/funnel.ts"
import { growth } from "../../../src/analytics/figures/growth.ts"
import { retention } from "../../../src/analytics/figures/retention.ts"
import { sessions } from "../../../src/analytics/figures/sessions.ts"
import { MemoryFigures, ms } from "../../support/MemoryFigures.ts"
import { windowOver } from "../../support/windowOver.ts"

describe("engagement", () => {
  it.effect("counts users of a day, of 7 and of 28, and none of them twice", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-06-30T00:00Z")
        .says("may", "2026-05-31T10:00Z")
        .says("ann", "2026-06-01T10:00Z")
        .types("ann", "2026-06-05T10:00Z")
        .says("bob", "2026-06-07T10:00Z")
        .says("bob", "2026-06-28T10:00Z")
      const { days, mau, meanDau, stickiness } = yield* engagement(
        figures.service,
        windowOver(figures, "2026-06-01T00:00Z", "2026-06-30T00:00Z")
      )
      const of = (date: string) => days.find((day) => day.date === date)
      assert.lengthOf(days, 29)
      assert.deepInclude(of("2026-06-01"), { dau: 1, wau: 2, mau: 2, partial: false })
      assert.deepInclude(of("2026-06-06"), { dau: 0, wau: 2, mau: 2 })
      assert.deepInclude(of("2026-06-07"), { dau: 1, wau: 2, mau: 3 })
      assert.deepInclude(of("2026-06-11"), { dau: 0, wau: 2 })
      assert.deepInclude(of("2026-06-12"), { dau: 0, wau: 1, mau: 3 })
      assert.deepInclude(of("2026-06-28"), { dau: 1, wau: 1, mau: 2 })
      assert.strictEqual(mau, 2)
      assert.strictEqual(meanDau, 4 / 29)
      assert.strictEqual(stickiness, 4 / 29 / 2)
      for (const { dau, mau, wau } of days) assert.isTrue(dau <= wau! && wau! <= mau!)
    })
  )

  it.effect("counts as lurkers who visited and neither sent nor reacted", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-06-02T00:00Z")
        .connects("ann", "2026-06-01T10:00Z", "2026-06-01T11:00Z")
        .says("ann", "2026-06-01T10:30Z")
        .connects("bob", "2026-06-01T10:00Z", "2026-06-01T10:10Z")
        .types("bob", "2026-06-01T10:05Z")
        .connects("cid", "2026-06-01T10:00Z", "2026-06-01T10:00:05Z")
        .says("cid", "2026-06-01T10:00Z")
      const window = windowOver(figures, "2026-06-01T00:00Z", "2026-06-02T00:00Z")
      assert.deepInclude(yield* engagement(figures.service, window), {
        visitors: 2,
        communicators: 2,
        lurkers: 1,
        lurkerRatio: 0.5
      })
    })
  )

  it.effect("counts as visitors and communicators only those of the window, though its days are whole", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-06-02T00:00Z")
        .connects("ann", "2026-06-01T08:00Z", "2026-06-01T08:10Z")
        .says("ann", "2026-06-01T08:05Z")
        .connects("bob", "2026-06-01T12:00Z", "2026-06-01T12:10Z")
        .connects("cid", "2026-06-01T20:00Z", "2026-06-01T20:10Z")
      const window = windowOver(figures, "2026-06-01T10:00Z", "2026-06-01T20:00Z")
      const answer = yield* engagement(figures.service, window)
      assert.deepInclude(answer, { visitors: 1, communicators: 0, lurkers: 1 })
      assert.deepInclude(answer.days[0], { dau: 1, partial: false })
    })
  )

  it.effect("tells no week or month of which days are no longer kept", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-06-30T00:00Z", { quartersFrom: ms("2026-06-10T12:00Z") })
      figures.says("ann", "2026-06-20T10:00Z")
      const window = windowOver(figures, "2026-06-10T12:00Z", "2026-06-30T00:00Z")
      const { days, mau, stickiness } = yield* engagement(figures.service, window)
      assert.deepStrictEqual(days[0], { date: "2026-06-10", dau: 0, wau: null, mau: null, partial: true })
      assert.deepStrictEqual(
        days.filter(({ wau }) => wau !== null).map(({ date }) => date)[0],
        "2026-06-17",
        "the first day with 7 whole ones"
      )
      assert.isNull(mau)
      assert.isNull(stickiness)
    })
  )
})

const threeDays = () =>
  new MemoryFigures("2026-06-04T12:00Z")
    .connects("ann", "2026-06-01T10:00Z", "2026-06-01T11:00Z")
    .says("ann", "2026-06-01T10:30Z")
    .says("ann", "2026-06-02T10:30Z")
    .says("ann", "2026-06-04T10:30Z")
    .connects("bob", "2026-06-01T10:00Z", "2026-06-01T10:10Z")
    .types("bob", "2026-06-01T10:05Z")
    .says("bob", "2026-06-02T10:00:01Z")

describe("growth", () => {
  it.effect("tells by day who was new, activated, retained, came back and left", () =>
    Effect.gen(function* () {
      const figures = threeDays()
      const window = windowOver(figures, "2026-06-01T06:00Z", "2026-06-05T00:00Z")
      const { periods } = yield* growth(figures.service, window, "day")
      const zero = { new: 0, activated: 0, retained: 0, resurrected: 0, churned: 0, partial: false }
      assert.deepStrictEqual(periods, [
        // bob's message came a second too late
        { start: "2026-06-01T00:00:00.000+00:00", ...zero, new: 2, activated: 1 },
        { start: "2026-06-02T00:00:00.000+00:00", ...zero, retained: 2 },
        { start: "2026-06-03T00:00:00.000+00:00", ...zero, churned: 2 },
        { start: "2026-06-04T00:00:00.000+00:00", ...zero, resurrected: 1, churned: null, partial: true }
      ])
    })
  )

  it.effect("begins weeks on Monday, local to the zone", () =>
    Effect.gen(function* () {
      // Sunday 23:45 in Berlin, and Monday 00:15
      const figures = new MemoryFigures("2026-06-20T00:00Z")
        .says("ann", "2026-06-07T21:45Z")
        .says("bob", "2026-06-07T22:15Z")
        .says("ann", "2026-06-09T10:00Z")
      const window = windowOver(figures, "2026-06-05T00:00Z", "2026-06-15T00:00Z", "Europe/Berlin")
      const { periods } = yield* growth(figures.service, window, "week")
      assert.deepStrictEqual(
        periods.map((period) => [period.start, period.new, period.retained, period.churned]),
        [
          ["2026-06-01T00:00:00.000+02:00", 1, 0, 0],
          ["2026-06-08T00:00:00.000+02:00", 1, 1, 0],
          ["2026-06-15T00:00:00.000+02:00", 0, 0, null]
        ]
      )
    })
  )

  it.effect("takes no message from before the first connection for an activation", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-06-10T00:00Z")
        .says("ann", "2026-06-01T09:00Z")
        .connects("ann", "2026-06-01T10:00Z", "2026-06-01T10:10Z")
        .says("bob", "2026-06-01T09:00Z")
        .connects("bob", "2026-06-01T10:00Z", "2026-06-01T10:10Z")
        .says("bob", "2026-06-01T12:00Z")
      const window = windowOver(figures, "2026-06-01T00:00Z", "2026-06-02T00:00Z")
      const { periods } = yield* growth(figures.service, window, "day")
      assert.deepInclude(periods[0], { new: 2, activated: 1 })
    })
  )
})

describe("retention", () => {
  it.effect("follows each cohort up to the present, and knows no number of a day that is not over", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-06-04T12:00Z")
        .says("ann", "2026-06-01T10:00Z")
        .says("ann", "2026-06-03T10:00Z")
        .says("bob", "2026-06-01T10:00Z")
        .says("bob", "2026-06-04T10:00Z")
        .types("cid", "2026-06-03T10:00Z")
      const window = windowOver(figures, "2026-06-01T12:00Z", "2026-06-05T00:00Z")
      assert.deepStrictEqual(yield* retention(figures.service, window, "day"), {
        cohorts: [
          { start: "2026-06-01T00:00:00.000+00:00", size: 2, retained: [2, 0, 1, null], share: [1, 0, 0.5, null] },
          { start: "2026-06-02T00:00:00.000+00:00", size: 0, retained: [0, 0, null], share: [null, null, null] },
          { start: "2026-06-03T00:00:00.000+00:00", size: 1, retained: [1, null], share: [1, null] },
          { start: "2026-06-04T00:00:00.000+00:00", size: 0, retained: [0], share: [null] }
        ]
      })
    })
  )

  it.effect("tells 31 days and 12 weeks after the first at most", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-12-01T00:00Z").says("ann", "2026-06-01T10:00Z")
      const window = windowOver(figures, "2026-06-01T00:00Z", "2026-06-02T00:00Z")
      const [day] = (yield* retention(figures.service, window, "day")).cohorts
      assert.lengthOf(day!.retained, 32)
      const [week] = (yield* retention(figures.service, window, "week")).cohorts
      assert.deepStrictEqual(week!.retained, [1, ...Array<number>(12).fill(0)])
    })
  )

  it.effect("goes from the day before a day that a zone skipped to the day after it", () =>
    Effect.gen(function* () {
      // Apia had no 30 December 2011
      const figures = new MemoryFigures("2012-01-10T00:00Z")
        .says("ann", "2011-12-30T09:00Z")
        .says("ann", "2011-12-30T11:00Z")
      const window = windowOver(figures, "2011-12-30T00:00Z", "2012-01-01T00:00Z", "Pacific/Apia")
      const { cohorts } = yield* retention(figures.service, window, "day")
      assert.deepStrictEqual(
        cohorts.map(({ size, start }) => [start.slice(0, 10), size]),
        [
          ["2011-12-29", 1],
          ["2011-12-31", 0],
          ["2012-01-01", 0]
        ]
      )
      assert.deepStrictEqual(cohorts[0]?.retained.slice(0, 3), [1, 1, 0])
      const { periods } = yield* growth(figures.service, window, "day")
      assert.deepInclude(periods[1], { retained: 1, churned: 0 })
    })
  )
})

describe("the funnel", () => {
  it.effect("counts in each step those who took all before it", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-06-10T00:00Z")
      const visits = (user: string, day = "01") =>
        figures.connects(user, `2026-06-${day}T10:00Z`, `2026-06-${day}T10:30Z`)
      figures.connects("gone", "2026-06-01T10:00Z", "2026-06-01T10:00:02Z")
      figures.says("gone", "2026-06-01T10:00:01Z")
      visits("quiet")
      visits("typist").types("typist", "2026-06-03T10:00Z")
      visits("once").says("once", "2026-06-01T10:20Z")
      visits("loyal").says("loyal", "2026-06-01T10:20Z").says("loyal", "2026-06-05T10:20Z")
      visits("early", "01").says("early", "2026-06-01T23:00Z")
      visits("later", "04").says("later", "2026-06-04T10:20Z")
      const window = windowOver(figures, "2026-06-01T00:00Z", "2026-06-02T00:00Z")
      assert.deepStrictEqual((yield* funnel(figures.service, window)).steps, [
        { step: "connected", users: 6, share: 1 },
        { step: "stayed", users: 5, share: 5 / 6 },
        { step: "engaged", users: 4, share: 4 / 6 },
        { step: "activated", users: 3, share: 3 / 6 },
        { step: "returned", users: 1, share: 1 / 6 }
      ])
      const inTokyo = windowOver(figures, "2026-06-01T00:00Z", "2026-06-02T00:00Z", "Asia/Tokyo")
      assert.deepInclude(
        (yield* funnel(figures.service, inTokyo)).steps[4],
        { users: 2 },
        "23:00 is the next day in Tokyo"
      )
    })
  )
})

describe("sessions", () => {
  it.effect("merges tabs and short gaps, goes over midnight, and belongs to the window it began in", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-06-03T12:00Z")
        // two tabs, then a gap of 30 minutes, then one of more
        .connects("ann", "2026-06-01T10:00Z", "2026-06-01T10:20Z")
        .connects("ann", "2026-06-01T10:10Z", "2026-06-01T10:30Z")
        .connects("ann", "2026-06-01T11:00Z", "2026-06-01T11:10Z")
        .connects("ann", "2026-06-01T11:40:00.001Z", "2026-06-01T11:50Z")
        // began the day before
        .connects("bob", "2026-05-31T23:00Z", "2026-06-01T01:00Z")
        // goes on over two midnights
        .connects("cid", "2026-06-01T23:45Z", "2026-06-03T00:15Z")
        // not over
        .connects("dan", "2026-06-01T22:00Z", "2026-06-03T11:45Z")
      const day = windowOver(figures, "2026-06-01T00:00Z", "2026-06-02T00:00Z")
      assert.deepStrictEqual(yield* sessions(figures.service, day), {
        sessions: 4,
        users: 3,
        perUser: 4 / 3,
        open: 1,
        durationP50Seconds: 70 * 60,
        durationP90Seconds: 24.5 * 3600
      })
    })
  )
})
