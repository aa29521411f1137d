import { assert, describe, it } from "@effect/vitest"
import { Recount } from "./Recount.ts"
import { Story } from "./Story.ts"
import { textShape } from "./textShape.ts"

const counted = (story: Story, computedAt: string) => new Recount(story.events, Date.parse(computedAt))

const utc = (from: string, to: string) => ({ tz: "UTC", from: Date.parse(from), to: Date.parse(to) })

const day = utc("2026-06-01", "2026-06-02")

const kinds = (content: string) => {
  const shape = textShape(content)
  return (["link", "mention", "question", "emoji"] as const).filter((kind) => shape[kind])
}

describe("Recount of messages", () => {
  it("moves a window outwards, cuts its buckets and leaves out those to come", () => {
    const story = new Story()
      .says("a", "2026-06-01T10:00Z")
      .says("a", "2026-06-01T10:29:59Z")
      .says("a", "2026-06-01T11:59Z")
      .says("a", "2026-06-01T12:00Z")
    const recount = counted(story, "2026-06-01T11:30Z")
    const asked = utc("2026-06-01T10:07Z", "2026-06-01T12:53Z")
    assert.deepStrictEqual(recount.timeseries({ metric: "messages", bucket: "1h", ...asked }), {
      metric: "messages",
      bucket: "1h",
      room: null,
      total: 2,
      points: [
        { start: "2026-06-01T10:00:00.000+00:00", end: "2026-06-01T11:00:00.000+00:00", value: 2, partial: false },
        { start: "2026-06-01T11:00:00.000+00:00", end: "2026-06-01T12:00:00.000+00:00", value: 0, partial: true }
      ]
    })
    assert.strictEqual(recount.summary(utc("2026-06-01T09:47Z", "2026-06-01T10:14Z")).messagesPerMinute, 1 / 30)
    const minutes = recount.timeseries({
      metric: "messages",
      bucket: "1m",
      ...utc("2026-06-01T10:28:30Z", "2026-06-01T10:30:00Z")
    })
    assert.deepStrictEqual(
      minutes.points.map(({ partial, start, value }) => [start, value, partial]),
      [
        ["2026-06-01T10:28:00.000+00:00", 0, false],
        ["2026-06-01T10:29:00.000+00:00", 1, false]
      ]
    )
    assert.deepStrictEqual(
      recount.timeseries({
        metric: "messages",
        bucket: "15m",
        compare: "previous",
        ...utc("2026-06-01T10:15Z", "2026-06-01T10:30Z")
      }).previous,
      {
        from: "2026-06-01T10:00:00.000+00:00",
        to: "2026-06-01T10:15:00.000+00:00",
        total: 1,
        points: [
          { start: "2026-06-01T10:00:00.000+00:00", end: "2026-06-01T10:15:00.000+00:00", value: 1, partial: false }
        ]
      }
    )
    assert.deepStrictEqual(
      recount.timeseries({ metric: "messages", bucket: "1h", ...utc("2026-06-02", "2026-06-03") }).points,
      []
    )
  })

  it("finds the busiest minute, and how busy the busiest hour is", () => {
    const story = new Story()
      .says("a", "2026-06-01T10:00:00Z")
      .says("a", "2026-06-01T10:00:59.999Z")
      .says("a", "2026-06-01T10:01:00Z")
      .says("a", "2026-06-01T15:30:00Z")
      .says("a", "2026-06-01T15:30:01Z")
    const recount = counted(story, "2026-06-01T18:00Z")
    assert.deepInclude(recount.summary(day), {
      messages: 5,
      messagesPerMinute: 5 / (18 * 60),
      peakMinute: { start: "2026-06-01T10:00:00.000+00:00", messages: 2 },
      connectionsPeak: null
    })
    // 19 hours have begun
    assert.closeTo(recount.summary(day).peakHourFactor ?? 0, (3 * 19) / 5, 1e-12)
    assert.isNull(recount.summary({ ...day, minutesFrom: Date.parse("2026-06-01T00:01Z") }).peakMinute)
    const nothing = counted(new Story(), "2026-06-03").summary(day)
    assert.deepInclude(nothing, { messages: 0, messagesPerMinute: 0, peakMinute: null, peakHourFactor: null })
  })

  it("finds links, mentions, questions and emoji", () => {
    assert.deepStrictEqual(kinds("see HTTPS://example.org"), ["link"])
    assert.deepStrictEqual(kinds("http:// nothing, https:/x"), [])
    assert.deepStrictEqual(kinds("@ann, ask (@Ωμέγα) and @_"), ["mention"])
    assert.deepStrictEqual(kinds("write to ann@example.org @ noon, @-"), [])
    for (const mark of ["?", "？", "؟", "\u037e"]) assert.deepStrictEqual(kinds(`so${mark}`), ["question"])
    for (const sign of ["😀", "🇩🇪", "1️⃣", "#\u20e3", "❤"]) assert.deepStrictEqual(kinds(`so ${sign}`), ["emoji"])
    assert.deepStrictEqual(kinds("© ® ™ 1 # 🇩"), [])
    assert.strictEqual(textShape("añ😀\ud800").length, 4)
  })

  it("counts what messages are like, and how long", () => {
    const story = new Story()
      .says("a", "2026-06-01T10:00Z", { content: "a".repeat(10) })
      .says("a", "2026-06-01T10:01Z", { content: "😀".repeat(11) })
      .says("a", "2026-06-01T10:02Z", { content: `https://${"a".repeat(993)}`, replyTo: "message 1" })
      .says("a", "2026-06-01T10:03Z", { content: "@b?", room: "other" })
      .says("bot", "2026-06-01T10:04Z", { bot: true, content: "https://example.org?" })
    const all = counted(story, "2026-06-03").patterns(day)
    assert.deepInclude(all, {
      messages: 4,
      withLink: 1,
      withMention: 1,
      withQuestion: 1,
      withEmoji: 1,
      replies: 1,
      edits: 0
    })
    assert.deepInclude(all.shares, { withLink: 0.25, replies: 0.25, deletes: 0 })
    assert.strictEqual(all.meanLength, (10 + 11 + 1001 + 3) / 4)
    assert.deepStrictEqual(
      all.lengths.map(({ messages, upTo }) => [upTo, messages]),
      [
        [10, 2],
        [20, 1],
        [50, 0],
        [100, 0],
        [200, 0],
        [500, 0],
        [1000, 0],
        [null, 1]
      ]
    )
    const nothing = counted(story, "2026-06-03").patterns({ ...day, room: "empty" })
    assert.deepInclude(nothing, { messages: 0, withLink: 0, meanLength: null })
    assert.strictEqual(nothing.shares.withLink, null)
  })

  it("takes the time from the last message of a burst to the answer", () => {
    const story = new Story()
      .says("a", "2026-06-01T10:00:00Z")
      .says("bot", "2026-06-01T10:00:10Z", { bot: true }) // answers nobody and ends nothing
      .says("a", "2026-06-01T10:01:00Z")
      .says("b", "2026-06-01T10:01:30Z") // after 30 s
      .says("a", "2026-06-01T10:01:40Z") // after 10 s
      .says("b", "2026-06-01T10:00:30Z", { room: "other" })
      .says("c", "2026-06-02T10:00:30Z", { room: "other" }) // after exactly 24 h
      .says("b", "2026-06-01T09:00:00Z", { room: "silent" }) // unanswered on 2 June, 09:00
      .says("b", "2026-06-02T09:00:00.001Z", { room: "silent" }) // a burst of its own
    const window = utc("2026-06-01", "2026-06-03")
    assert.deepStrictEqual(counted(story, "2026-06-02T10:01:39Z").responseTime(window), {
      responses: 3,
      unanswered: 1,
      answeredRate: 0.75,
      p50Seconds: 30,
      p90Seconds: 86_400,
      maxSeconds: 86_400
    })
    const later = counted(story, "2026-06-10")
    // the last burst of each room: a's on 2 June, 10:01:40, the other two on 3 June
    assert.deepInclude(later.responseTime(window), { responses: 3, unanswered: 2 })
    assert.deepInclude(later.responseTime(day), { responses: 2, unanswered: 0, answeredRate: 1, maxSeconds: 30 })
    assert.deepInclude(later.responseTime({ ...window, room: "silent" }), {
      responses: 0,
      unanswered: 1,
      answeredRate: 0,
      p50Seconds: null
    })
    assert.deepInclude(later.room("global", window), { responses: 2, unanswered: 1, responseP50Seconds: 10 })
    assert.deepStrictEqual(
      later.timeseries({ metric: "responseP90Seconds", bucket: "1d", ...window }).points.map(({ value }) => value),
      [30, 86_400]
    )
  })
})
