import { assert, describe, it } from "@effect/vitest"
import { Recount } from "./Recount.ts"
import { Story } from "./Story.ts"

const counted = (story: Story, computedAt: string) => new Recount(story.events, Date.parse(computedAt))

const utc = (from: string, to: string) => ({ tz: "UTC", from: Date.parse(from), to: Date.parse(to) })

const day = utc("2026-06-01", "2026-06-02")

describe("Recount of people", () => {
  it("counts users, and neither bots nor anonymous", () => {
    const story = new Story()
      .here("bot", "2026-06-01T10:00Z", "2026-06-01T12:00Z", { bot: true })
      .here("anonymous", "2026-06-01T10:00Z", "2026-06-01T12:00Z")
      .here("a", "2026-06-01T10:00Z", "2026-06-01T12:00Z")
      .says("bot", "2026-06-01T10:01Z", { bot: true })
      .does("typing", "bot", "2026-06-01T10:01Z")
      .says("anonymous", "2026-06-01T10:02Z")
      .does("reaction", "anonymous", "2026-06-01T10:03Z")
      .says("server", "2026-06-01T10:04Z", { type: "system" })
      .says("bot", "2026-06-01T10:04Z", { type: "system", bot: true })
      .does("readMark", "a", "2026-06-01T10:05Z")
    const recount = counted(story, "2026-06-03")
    assert.deepInclude(recount.summary(day), {
      messages: 1,
      systemMessages: 2,
      botMessages: 1,
      engagedUsers: 1,
      communicators: 0,
      visitors: 1,
      connectionsPeak: 3,
      connectedUsersPeak: 1
    })
    assert.strictEqual(recount.timeseries({ metric: "reactions", bucket: "1d", ...day }).total, 1)
    assert.deepStrictEqual(recount.users(day), {
      users: [],
      count: 0,
      hasMore: false,
      concentration: { herfindahl: null, top10Share: null }
    })
    assert.deepInclude(recount.user("anonymous", day), { username: null, messages: 0, sessions: 0, firstSeen: null })
  })

  it("tells the engaged from those who talk, and from those who only have a look", () => {
    const story = new Story()
      .here("sends", "2026-06-01T10:00Z", "2026-06-01T10:20Z")
      .here("reacts", "2026-06-01T10:00Z", "2026-06-01T10:20Z")
      .here("types", "2026-06-01T10:00Z", "2026-06-01T10:20Z")
      .here("reads", "2026-06-01T10:00Z", "2026-06-01T10:20Z")
      .here("watches", "2026-06-01T10:00Z", "2026-06-01T10:00:10Z")
      .here("glances", "2026-06-01T10:00Z", "2026-06-01T10:00:09.999Z")
      .says("sends", "2026-06-01T10:01Z")
      .does("reaction", "reacts", "2026-06-01T10:01Z")
      .does("typing", "types", "2026-06-01T10:01Z")
      .does("readMark", "reads", "2026-06-01T10:01Z")
    const recount = counted(story, "2026-06-02T00:00Z")
    assert.deepStrictEqual(recount.engagement(day), {
      days: [{ date: "2026-06-01", dau: 4, wau: 4, mau: 4, partial: false }],
      visitors: 5,
      communicators: 2,
      lurkers: 3,
      lurkerRatio: 0.6,
      meanDau: 4,
      mau: 4,
      stickiness: 1
    })
    // the day that is not over has no say in the mean
    const two = recount.engagement(utc("2026-06-01", "2026-06-03"))
    assert.deepInclude(two.days[1], { dau: 0, wau: 4, mau: 4, partial: true })
    assert.deepInclude(two, { meanDau: 4, mau: 4, stickiness: 1 })
    const before = counted(story, "2026-06-01T12:00Z").engagement(day)
    assert.deepInclude(before, { meanDau: null, mau: 4, stickiness: null })
    const nothing = counted(new Story(), "2026-06-03").engagement(day)
    assert.deepInclude(nothing, { visitors: 0, lurkerRatio: null, meanDau: 0, mau: 0, stickiness: null })
    const ratios = recount.timeseries({
      metric: "lurkerRatio",
      bucket: "15m",
      ...utc("2026-06-01T10:00Z", "2026-06-01T10:45Z")
    })
    assert.deepStrictEqual(
      ratios.points.map(({ value }) => value),
      [0.6, 1, null]
    )
    assert.strictEqual(ratios.total, 0.6)
  })

  it("counts a visit in every stretch that its connection was open in, and not in the one it ended at", () => {
    const story = new Story()
      .here("a", "2026-06-01T10:14:58Z", "2026-06-01T10:15:08Z")
      .here("b", "2026-06-01T10:14:55Z", "2026-06-01T10:15:00Z")
      .here("c", "2026-06-01T10:14:30Z", "2026-06-01T10:15:00Z")
      .here("d", "2026-06-01T10:15:30Z")
      .here("e", "2026-06-01T10:15:50Z")
    const window = utc("2026-06-01T10:14Z", "2026-06-01T10:17Z")
    const visitors = (computedAt: string) =>
      counted(story, computedAt)
        .timeseries({ metric: "visitors", bucket: "1m", ...window })
        .points.map(({ value }) => value)
    assert.deepStrictEqual(visitors("2026-06-01T10:15:59Z"), [2, 2])
    assert.deepStrictEqual(visitors("2026-06-01T10:16:00Z"), [2, 3, 2])
  })

  it("takes the most that were there at once, and nothing where nobody was", () => {
    const story = new Story()
      .here("a", "2026-06-01T10:00Z", "2026-06-01T10:40Z")
      .here("a", "2026-06-01T10:05Z", "2026-06-01T10:10Z")
      .here("b", "2026-06-01T10:20Z", "2026-06-01T10:25Z")
      .here("bot", "2026-06-01T11:00Z", "2026-06-01T11:01Z", { bot: true })
    const recount = counted(story, "2026-06-01T11:05Z")
    const window = utc("2026-06-01T09:45Z", "2026-06-01T11:30Z")
    const most = (metric: "connections" | "connectedUsers") => recount.timeseries({ metric, bucket: "15m", ...window })
    assert.deepStrictEqual(
      most("connections").points.map(({ value }) => value),
      [null, 2, 2, 1, null, 1]
    )
    assert.deepStrictEqual(
      most("connectedUsers").points.map(({ value }) => value),
      [null, 1, 2, 1, null, 0]
    )
    assert.strictEqual(most("connections").total, 2)
    assert.deepStrictEqual(
      most("connections").points.map(({ partial }) => partial),
      [false, false, false, false, false, true]
    )
  })

  it("joins connections less than half an hour apart to sessions", () => {
    const story = new Story()
      .here("a", "2026-06-01T10:00Z", "2026-06-01T10:10Z")
      .here("a", "2026-06-01T10:05Z", "2026-06-01T10:06Z") // another tab
      .here("a", "2026-06-01T10:40Z", "2026-06-01T11:00Z") // after exactly 30 min: the same session
      .here("a", "2026-06-01T11:30:00.001Z", "2026-06-01T11:31Z") // another one
      .here("b", "2026-05-31T23:50Z", "2026-05-31T23:59Z") // began before the window …
      .here("b", "2026-06-01T00:10Z", "2026-06-01T00:20Z") // … and goes on in it
      .here("c", "2026-06-01T12:00Z", "2026-06-01T12:00:05Z")
      .here("c", "2026-06-01T23:50Z") // is still there
    const at = (computedAt: string) => counted(story, computedAt).sessions(day)
    assert.deepStrictEqual(at("2026-06-02T00:00Z"), {
      sessions: 4,
      users: 2,
      perUser: 2,
      open: 1,
      durationP50Seconds: 59.999,
      durationP90Seconds: 3600
    })
    assert.deepInclude(at("2026-06-01T11:30Z"), { sessions: 1, open: 1, perUser: 1, durationP50Seconds: null })
    assert.deepInclude(at("2026-06-01T11:30:00.001Z"), { sessions: 2, open: 1, durationP50Seconds: 3600 })
    assert.deepInclude(counted(story, "2026-06-02").user("c", day), {
      sessions: 2,
      sessionP50Seconds: 5,
      firstSeen: "2026-06-01T12:00:00.000+00:00",
      messages: 0,
      activeDays: 0
    })
  })

  it("tells the new from those who stayed, came back and left", () => {
    const story = new Story()
      .here("a", "2026-06-01T10:00Z", "2026-06-01T10:30Z")
      .says("a", "2026-06-01T10:10Z")
      .does("typing", "a", "2026-06-02T10:00Z")
      .does("typing", "a", "2026-06-04T10:00Z")
      // reads on the first day, says something exactly 24 h after coming
      .here("b", "2026-06-01T10:00Z", "2026-06-02T10:30Z")
      .does("readMark", "b", "2026-06-01T10:00:01Z")
      .says("b", "2026-06-02T10:00Z")
      // too late by a thousandth of a second
      .here("c", "2026-06-01T10:00Z", "2026-06-02T10:30Z")
      .does("readMark", "c", "2026-06-01T10:00:01Z")
      .says("c", "2026-06-02T10:00:00.001Z")
    const recount = counted(story, "2026-06-04T12:00Z")
    const window = utc("2026-06-01", "2026-06-05")
    const figures = ["new", "activated", "retained", "resurrected", "churned"] as const
    const { periods } = recount.growth({ ...window, unit: "day" })
    assert.deepStrictEqual(
      periods.map((period) => figures.map((figure) => period[figure])),
      [
        [3, 2, 0, 0, 0],
        [0, 0, 3, 0, 0],
        [0, 0, 0, 0, 3],
        [0, 0, 0, 1, null]
      ]
    )
    assert.deepStrictEqual(
      periods.map(({ partial }) => partial),
      [false, false, false, true]
    )
    const { cohorts } = recount.retention({ ...window, unit: "day" })
    assert.deepStrictEqual(cohorts[0], {
      start: "2026-06-01T00:00:00.000+00:00",
      size: 3,
      retained: [3, 3, 0, null],
      share: [1, 1, 0, null]
    })
    assert.deepInclude(cohorts[1], { size: 0, retained: [0, 0, null], share: [null, null, null] })
    assert.deepInclude(cohorts[3], { size: 0, retained: [0], share: [null] })
    // the week of Monday, 1 June, whole although the window is one day of it
    const weeks = recount.growth({ ...utc("2026-06-03", "2026-06-04"), unit: "week" }).periods
    assert.deepStrictEqual(weeks, [
      {
        start: "2026-06-01T00:00:00.000+00:00",
        new: 3,
        activated: 2,
        retained: 0,
        resurrected: 0,
        churned: null,
        partial: true
      }
    ])
  })

  it("activates nobody by what they sent before they first connected", () => {
    const story = new Story()
      .says("a", "2026-06-01T09:59:59.999Z")
      .here("a", "2026-06-01T10:00Z", "2026-06-01T11:00Z")
      .says("b", "2026-06-01T10:00Z")
      .here("b", "2026-06-01T10:00Z", "2026-06-01T11:00Z")
      .says("c", "2026-06-01T10:00Z") // never connects
    const [only] = counted(story, "2026-06-03").growth({ ...day, unit: "day" }).periods
    assert.deepInclude(only, { new: 3, activated: 1 })
  })

  it("follows a cohort for 31 days or 12 weeks at most", () => {
    const story = new Story()
      .says("a", "2026-01-05T10:00Z")
      .says("a", "2026-02-05T10:00Z")
      .says("a", "2026-02-06T10:00Z")
    const recount = counted(story, "2026-06-01T00:00Z")
    const [days] = recount.retention({ ...utc("2026-01-05", "2026-01-06"), unit: "day" }).cohorts
    assert.strictEqual(days?.retained.length, 32)
    assert.strictEqual(days?.retained[31], 1)
    const [weeks] = recount.retention({ ...utc("2026-01-05", "2026-01-06"), unit: "week" }).cohorts
    assert.deepStrictEqual(weeks?.retained, [1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])
  })

  it("follows those who came for the first time as far as they went", () => {
    const story = new Story()
      .here("old", "2026-05-31T10:00Z", "2026-05-31T11:00Z")
      .here("old", "2026-06-01T10:00Z", "2026-06-01T11:00Z")
      .here("glances", "2026-06-01T10:00Z", "2026-06-01T10:00:05Z")
      .says("glances", "2026-06-01T10:00:02Z")
      .here("watches", "2026-06-01T10:00Z", "2026-06-01T11:00Z")
      .here("types", "2026-06-01T10:00Z", "2026-06-01T11:00Z")
      .does("typing", "types", "2026-06-01T10:30Z")
      .does("typing", "types", "2026-06-05T10:30Z")
      .here("talks", "2026-06-01T10:00Z", "2026-06-01T11:00Z")
      .says("talks", "2026-06-01T10:30Z")
      .here("returns", "2026-06-01T23:00Z", "2026-06-02T00:30Z")
      .says("returns", "2026-06-01T23:30Z")
      .does("readMark", "returns", "2026-06-02T00:10Z")
    const { steps } = counted(story, "2026-06-10").funnel(day)
    assert.deepStrictEqual(steps, [
      { step: "connected", users: 5, share: 1 },
      { step: "stayed", users: 4, share: 0.8 },
      { step: "engaged", users: 3, share: 0.6 },
      { step: "activated", users: 2, share: 0.4 },
      { step: "returned", users: 1, share: 0.2 }
    ])
    // in New York, 2 June has not begun when the last of them comes back
    const there = { ...day, tz: "America/New_York" }
    assert.deepInclude(counted(story, "2026-06-10").funnel(there).steps[4], { users: 0, share: 0 })
    assert.deepInclude(counted(new Story(), "2026-06-10").funnel(day).steps[0], { users: 0, share: null })
  })
})
