import { assert, describe, it } from "@effect/vitest"
import { Recount } from "./Recount.ts"
import { Story } from "./Story.ts"

const counted = (story: Story, computedAt: string) => new Recount(story.events, Date.parse(computedAt))

const utc = (from: string, to: string) => ({ tz: "UTC", from: Date.parse(from), to: Date.parse(to) })

const day = utc("2026-06-01", "2026-06-02")

describe("Recount of delivery and rankings", () => {
  it("counts deliveries, resumes, refusals and ends", () => {
    const story = new Story()
      .here("a", "2026-06-01T10:00Z", "2026-06-01T11:00Z", { code: 4001 })
      .here("b", "2026-06-01T10:00Z", "2026-06-01T11:00Z")
      .moves("joined", 1, "a", "2026-06-01T10:00:01Z")
      .moves("joined", 2, "b", "2026-06-01T10:00:01Z")
      .says("a", "2026-06-01T10:01Z") // due to two
      .moves("left", 2, "b", "2026-06-01T10:02Z")
      .says("server", "2026-06-01T10:03Z", { type: "system" }) // due to one
      .says("a", "2026-06-01T10:04Z", { room: "other" }) // due to none
      .resumes("2026-06-01T10:05Z", true, 7)
      .resumes("2026-06-01T10:05Z", false, 0)
      .isRefused("2026-06-01T10:06Z", "rate_limited")
      .isRefused("2026-06-01T10:06Z", "invalid_frame")
      .isRefused("2026-06-01T10:06Z", "rate_limited")
      .repeats("2026-06-01T10:07Z")
    const recount = counted(story, "2026-06-03")
    assert.deepStrictEqual(recount.quality(day), {
      expected: 3,
      delivered: 3,
      deliveredRate: 1,
      resumes: 2,
      resumesRecovered: 1,
      resumeSuccess: 0.5,
      replayed: 7,
      duplicates: 1,
      slowCloses: 1,
      rejected: { rate_limited: 2, invalid_frame: 1 },
      closeCodes: { 1000: 1, 4001: 1 }
    })
    assert.deepStrictEqual(recount.moderation(day), {
      messages: 2,
      rateLimited: 2,
      deleted: 0,
      muted: 0,
      banned: 0,
      perThousand: { rateLimited: 1000, deleted: 0, muted: 0, banned: 0 }
    })
    const nothing = counted(new Story(), "2026-06-03")
    assert.deepInclude(nothing.quality(day), { expected: 0, deliveredRate: null, resumeSuccess: null, rejected: {} })
    assert.strictEqual(nothing.moderation(day).perThousand.rateLimited, null)
  })

  it("takes the smallest value that a share of all does not exceed", () => {
    const story = new Story()
      .takes("durable", "2026-06-01T10:00Z", ...Array.from({ length: 100 }, (_, i) => i + 1))
      .takes("fannedOut", "2026-06-01T10:00Z", 4, 1, 3, 2)
      .takes("fannedOut", "2026-06-02T10:00Z", 1000)
    assert.deepStrictEqual(counted(story, "2026-06-03").latency(day), {
      durable: { count: 100, p50Ms: 50, p95Ms: 95, p99Ms: 99, maxMs: 100 },
      fannedOut: { count: 4, p50Ms: 2, p95Ms: 4, p99Ms: 4, maxMs: 4 },
      endToEnd: { count: 0, p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null }
    })
  })

  it("puts the largest first, then by id, and tells how much few of them say", () => {
    const story = new Story()
      .says("b", "2026-06-01T10:00Z", { room: "y" })
      .says("a", "2026-06-01T10:00Z", { room: "x" })
      .says("a", "2026-06-01T10:01Z", { room: "z" })
      .says("anonymous", "2026-06-01T10:02Z", { room: "z" })
      .here("c", "2026-06-01T10:00Z", "2026-06-01T10:10Z")
      .moves("joined", 5, "c", "2026-06-01T10:01Z", "quiet")
      .says("bot", "2026-06-01T10:02Z", { bot: true, room: "bots" })
    const recount = counted(story, "2026-06-03")
    assert.deepStrictEqual(recount.rooms(day), {
      rooms: [
        { roomId: "z", messages: 2, senders: 1, joins: 0, share: 0.5 },
        { roomId: "x", messages: 1, senders: 1, joins: 0, share: 0.25 },
        { roomId: "y", messages: 1, senders: 1, joins: 0, share: 0.25 },
        { roomId: "quiet", messages: 0, senders: 0, joins: 1, share: 0 }
      ],
      count: 4,
      hasMore: false,
      concentration: { herfindahl: 0.375, top10Share: 1 }
    })
    const second = recount.rooms({ ...day, sort: "joins", limit: 1, offset: 1 })
    assert.deepStrictEqual([second.rooms[0]?.roomId, second.count, second.hasMore], ["x", 1, true])
    assert.deepStrictEqual(recount.users(day), {
      users: [
        { userId: "a", messages: 2, share: 0.5, username: "Name of a" },
        { userId: "b", messages: 1, share: 0.25, username: "Name of b" }
      ],
      count: 2,
      hasMore: false,
      concentration: { herfindahl: 0.3125, top10Share: 0.75 }
    })
  })

  it("tells everything of one room and one user, and zeros of those it does not know", () => {
    const story = new Story()
      .here("a", "2026-06-01T10:00Z", "2026-06-01T10:30Z")
      .moves("joined", 1, "a", "2026-06-01T10:01Z")
      .says("a", "2026-06-01T10:02Z")
      .says("a", "2026-06-01T23:00Z", { room: "late" })
      .says("a", "2026-06-01T00:00Z", { room: "early" })
      .says("a", "2026-05-31T23:59Z", { room: "yesterday" })
      .says("b", "2026-06-01T10:02Z", { room: "late" })
      .does("typing", "b", "2026-06-01T10:03Z")
      .says("server", "2026-06-01T10:03Z", { type: "system" })
      .moves("left", 1, "a", "2026-06-01T10:30Z")
    const recount = counted(story, "2026-06-03")
    const morning = utc("2026-06-01T10:00Z", "2026-06-01T12:00Z")
    assert.deepInclude(recount.room("global", morning), {
      messages: 1,
      senders: 1,
      engagedUsers: 2,
      joins: 1,
      leaves: 1,
      typing: 1,
      share: 0.5,
      days: [{ date: "2026-06-01", messages: 1, partial: true }]
    })
    assert.deepStrictEqual(recount.user("a", morning), {
      userId: "a",
      username: "Name of a",
      messages: 1,
      share: 0.5,
      // of the whole UTC day
      rooms: [
        { roomId: "early", messages: 1 },
        { roomId: "global", messages: 1 },
        { roomId: "late", messages: 1 }
      ],
      activeDays: 1,
      sessions: 1,
      sessionP50Seconds: 1800,
      firstSeen: "2026-06-01T10:00:00.000+00:00",
      days: [{ date: "2026-06-01", messages: 1, partial: true }]
    })
    assert.strictEqual(recount.user("b", morning).firstSeen, "2026-06-01T10:02:00.000+00:00")
    assert.deepInclude(recount.user("nobody", morning), {
      username: null,
      messages: 0,
      share: 0,
      rooms: [],
      firstSeen: null
    })
    assert.deepInclude(recount.user("server", morning), { username: null, messages: 0 })
    assert.deepInclude(recount.room("nowhere", morning), { messages: 0, share: 0, answeredRate: null })
  })
})
