/** Figures of a window as a whole, and lists of rooms and users. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { roomFigures, userFigures } from "../../../src/analytics/figures/drillDown.ts"
import { heatmap } from "../../../src/analytics/figures/heatmap.ts"
import { latency } from "../../../src/analytics/figures/latency.ts"
import { moderation } from "../../../src/analytics/figures/moderation.ts"
import { patterns } from "../../../src/analytics/figures/patterns.ts"
import { quality } from "../../../src/analytics/figures/quality.ts"
import { roomRanking, userRanking } from "../../../src/analytics/figures/rankings.ts"
import { responseTime } from "../../../src/analytics/figures/responseTime.ts"
import { summary } from "../../../src/analytics/figures/summary.ts"
import { MemoryFigures, ms } from "../../support/MemoryFigures.ts"
import { windowOver } from "../../support/windowOver.ts"

const everything = { limit: 50, offset: 0, minUsers: 1 }

describe("the heat-map", () => {
  it.effect("puts messages in local weekdays and hours, and says how many of them the window holds", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-11-01T00:00Z")
        // Sunday 2:30 in Berlin, twice
        .says("ann", "2026-10-25T00:30Z")
        .says("ann", "2026-10-25T01:30Z", { room: "other" })
        // Monday 0:00
        .says("ann", "2026-10-25T23:00Z")
      const window = windowOver(figures, "2026-10-24T22:30Z", "2026-10-26T23:00Z", "Europe/Berlin")
      const { hours, messages, total } = yield* heatmap(figures.service, window, undefined)
      assert.strictEqual(messages[6]![2], 2)
      assert.strictEqual(messages[0]![0], 1)
      assert.strictEqual(total, 3)
      assert.strictEqual(hours[6]![2], 2)
      assert.strictEqual(hours[6]![0], 1, "cut by the window")
      assert.deepStrictEqual(hours[0], Array<number>(24).fill(1))
      assert.deepStrictEqual(hours[1], Array<number>(24).fill(0))
      const narrowed = yield* heatmap(figures.service, window, "other")
      assert.strictEqual(narrowed.messages[6]![2], 1)
      assert.strictEqual(narrowed.total, 1)
    })
  )

  it.effect("counts half an hour of a zone that is half an hour off with its local hour", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-07-10T00:00Z")
        .says("ann", "2026-07-01T02:29Z")
        .says("ann", "2026-07-01T02:30Z")
      const window = windowOver(figures, "2026-07-01T02:00Z", "2026-07-01T04:00Z", "America/St_Johns")
      const { hours, messages } = yield* heatmap(figures.service, window, undefined)
      assert.deepStrictEqual([messages[1]![23], messages[2]![0]], [1, 1])
      assert.deepStrictEqual([hours[1]![23], hours[2]![0], hours[2]![1]], [1, 1, 1])
    })
  )
})

describe("a window that ends in a far future", () => {
  it.effect("is not read on where there can be nothing", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-11-01T00:00Z").says("ann", "2026-10-31T10:00Z")
      const window = windowOver(figures, "2026-10-31T00:00Z", "9999-12-31T00:00Z")
      let reads = 0
      const counted = {
        ...figures.service,
        tallies: (range: Parameters<typeof figures.service.tallies>[0]) => {
          reads++
          return figures.service.tallies(range)
        }
      }
      assert.strictEqual((yield* heatmap(counted, window, undefined)).total, 1)
      assert.isBelow(reads, 10)
    })
  )
})

describe("patterns", () => {
  it.effect("counts what messages have in them, and how long they are", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-06-02T00:00Z")
        .says("ann", "2026-06-01T10:00Z", { content: "see https://a.example" })
        .says("ann", "2026-06-01T10:00Z", { content: "@bob, what? 🙂" })
        .says("ann", "2026-06-01T10:20Z", { content: "🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂", room: "other" })
        .says("ann", "2026-06-01T10:20Z", { content: "x".repeat(2000) })
      const window = windowOver(figures, "2026-06-01T00:00Z", "2026-06-02T00:00Z")
      const answer = yield* patterns(figures.service, window, undefined)
      assert.deepInclude(answer, {
        messages: 4,
        withLink: 1,
        withMention: 1,
        withQuestion: 1,
        withEmoji: 2,
        replies: 0
      })
      assert.deepInclude(answer.shares, { withLink: 0.25, withEmoji: 0.5, edits: 0 })
      assert.strictEqual(answer.meanLength, (21 + 13 + 10 + 2000) / 4)
      assert.deepStrictEqual(
        answer.lengths.map(({ messages, upTo }) => [upTo, messages]),
        [
          [10, 1],
          [20, 1],
          [50, 1],
          [100, 0],
          [200, 0],
          [500, 0],
          [1000, 0],
          [null, 1]
        ]
      )
      assert.deepInclude(yield* patterns(figures.service, window, "other"), {
        messages: 1,
        withEmoji: 1,
        meanLength: 10
      })
      const nothing = yield* patterns(figures.service, window, "none")
      assert.deepInclude(nothing, { messages: 0, meanLength: null })
      assert.deepInclude(nothing.shares, { withLink: null, deletes: null })
    })
  )
})

const aDay = () => {
  const all = new MemoryFigures("2026-06-02T00:00Z").says("ann", "2026-06-01T10:00Z").says("bob", "2026-06-01T10:01Z")
  for (const at of ["2026-06-01T10:00Z", "2026-06-01T12:00Z"]) {
    all.count(ms(at), "lobby", (tally) => {
      tally.n.expected += 4
      tally.n.delivered += 3
      tally.n.resumes++
      tally.n.deletes++
      tally.n.unanswered++
      tally.histogram("response").record(at === "2026-06-01T10:00Z" ? 10 : 1000)
      tally.histogram("durable").record(2)
      tally.reject("rate_limited")
      tally.close(1000)
    })
  }
  all.count(ms("2026-06-01T12:00Z"), undefined, (tally) => {
    tally.n.recovered++
    tally.reject("empty_content")
    tally.close(4001)
  })
  return all
}

describe("figures of a window", () => {
  it.effect("tell how well messages were delivered, by reason and by code", () =>
    Effect.gen(function* () {
      const all = aDay()
      assert.deepStrictEqual(yield* quality(all.service, windowOver(all, "2026-06-01T00:00Z", "2026-06-02T00:00Z")), {
        expected: 8,
        delivered: 6,
        deliveredRate: 0.75,
        resumes: 2,
        resumesRecovered: 1,
        resumeSuccess: 0.5,
        replayed: 0,
        duplicates: 0,
        slowCloses: 0,
        rejected: { rate_limited: 2, empty_content: 1 },
        closeCodes: { 1000: 2, 4001: 1 }
      })
    })
  )

  it.effect("tell how much there was to moderate, by a thousand messages", () =>
    Effect.gen(function* () {
      const all = aDay()
      const day = windowOver(all, "2026-06-01T00:00Z", "2026-06-02T00:00Z")
      assert.deepStrictEqual(yield* moderation(all.service, day), {
        messages: 2,
        rateLimited: 2,
        deleted: 2,
        muted: 0,
        banned: 0,
        perThousand: { rateLimited: 1000, deleted: 1000, muted: 0, banned: 0 }
      })
      const noon = windowOver(all, "2026-06-01T12:00Z", "2026-06-01T13:00Z")
      assert.deepInclude(yield* moderation(all.service, noon), {
        messages: 0,
        rateLimited: 1,
        perThousand: { rateLimited: null, deleted: null, muted: null, banned: null }
      })
    })
  )

  it.effect("tell how fast people are answered, and how long messages take", () =>
    Effect.gen(function* () {
      const all = aDay()
      const day = windowOver(all, "2026-06-01T00:00Z", "2026-06-02T00:00Z")
      const answers = yield* responseTime(all.service, day, "lobby")
      assert.deepInclude(answers, { responses: 2, unanswered: 2, answeredRate: 0.5, maxSeconds: 1000 })
      assert.approximately(answers.p50Seconds!, 10, 0.1)
      assert.deepStrictEqual(yield* responseTime(all.service, day, "other"), {
        responses: 0,
        unanswered: 0,
        answeredRate: null,
        p50Seconds: null,
        p90Seconds: null,
        maxSeconds: null
      })
      const { durable, endToEnd } = yield* latency(all.service, day)
      assert.deepStrictEqual(durable, { count: 2, p50Ms: 2, p95Ms: 2, p99Ms: 2, maxMs: 2 })
      assert.deepStrictEqual(endToEnd, { count: 0, p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null })
    })
  )

  it.effect("tell a window at a glance, up to what was counted", () =>
    Effect.gen(function* () {
      const all = new MemoryFigures("2026-06-01T12:00Z")
        .says("ann", "2026-06-01T10:00Z")
        .says("bob", "2026-06-01T10:01Z")
        .says("bob", "2026-06-01T10:01:59Z")
        .says("anonymous", "2026-06-01T11:30Z")
        .types("cid", "2026-06-01T11:00Z")
        .connects("dan", "2026-06-01T11:00Z", "2026-06-01T11:05Z")
      all.count(ms("2026-06-01T11:00Z"), undefined, (tally) => tally.sample(7, 4))
      const window = windowOver(all, "2026-06-01T10:00Z", "2026-06-03T00:00Z", "Asia/Kolkata")
      assert.deepStrictEqual(yield* summary(all.service, window), {
        messages: 4,
        systemMessages: 0,
        botMessages: 0,
        messagesPerMinute: 4 / 120,
        peakMinute: { start: "2026-06-01T15:31:00.000+05:30", messages: 2 },
        // local hours from 15:00 to 17:00; the first is cut, the last has begun
        peakHourFactor: 3 / (4 / 3),
        engagedUsers: 3,
        communicators: 2,
        visitors: 1,
        connectionsPeak: 7,
        connectedUsersPeak: 4
      })
      all.says("ann", "2026-06-01T10:05Z").says("ann", "2026-06-01T10:05Z")
      const { peakMinute } = yield* summary(all.service, window)
      assert.deepInclude(peakMinute, { start: "2026-06-01T15:31:00.000+05:30", messages: 2 }, "the first of two")
      const older = new MemoryFigures("2026-06-01T12:00Z", { minutesFrom: ms("2026-06-01T11:00Z") })
      older.says("ann", "2026-06-01T10:00Z")
      const before = windowOver(older, "2026-06-01T10:00Z", "2026-06-01T12:00Z")
      assert.deepInclude(yield* summary(older.service, before), { messages: 1, peakMinute: null })
    })
  )
})

const aFewRooms = () =>
  new MemoryFigures("2026-06-02T00:00Z")
    .says("ann", "2026-06-01T10:00Z", { room: "b" })
    .says("ann", "2026-06-01T10:01Z", { room: "b" })
    .says("bob", "2026-06-01T23:50Z", { room: "a" })
    .says("ann", "2026-06-01T10:02Z", { room: "a" })
    .says("anonymous", "2026-06-01T10:02Z", { room: "c" })
    .says("ann", "2026-06-02T01:00Z", { room: "z" })

describe("rankings", () => {
  it.effect("list rooms largest first, then by id, in pages, with how much is said in few", () =>
    Effect.gen(function* () {
      const all = aFewRooms()
      all.count(ms("2026-06-01T10:00Z"), "c", (tally) => {
        tally.n.joined += 9
      })
      all.count(ms("2026-06-01T10:00Z"), "silent", (tally) => {
        tally.n.joined++
      })
      const window = windowOver(all, "2026-06-01T00:00Z", "2026-06-02T00:00Z")
      const answer = yield* roomRanking(all.service, window, "messages", everything)
      assert.deepStrictEqual(answer, {
        rooms: [
          { roomId: "a", messages: 2, senders: 2, joins: 0, share: 0.4 },
          { roomId: "b", messages: 2, senders: 1, joins: 0, share: 0.4 },
          { roomId: "c", messages: 1, senders: 0, joins: 9, share: 0.2 },
          { roomId: "silent", messages: 0, senders: 0, joins: 1, share: 0 }
        ],
        count: 4,
        hasMore: false,
        concentration: { herfindahl: 0.4 ** 2 + 0.4 ** 2 + 0.2 ** 2, top10Share: 1 }
      })
      const names = (sort: "senders" | "joins", limit: number, offset = 0) =>
        Effect.map(roomRanking(all.service, window, sort, { ...everything, limit, offset }), ({ hasMore, rooms }) => [
          rooms.map(({ roomId }) => roomId).join(""),
          hasMore
        ])
      assert.deepStrictEqual(yield* names("joins", 1), ["c", true])
      assert.deepStrictEqual(yield* names("senders", 2), ["ab", true])
      assert.deepStrictEqual(yield* names("senders", 2, 2), ["csilent", false])
      assert.deepStrictEqual(yield* names("senders", 2, 4), ["", false])
    })
  )

  it.effect("list users by their messages in the window, with shares of all that was said", () =>
    Effect.gen(function* () {
      const all = aFewRooms()
      const window = windowOver(all, "2026-06-01T00:00Z", "2026-06-02T00:00Z")
      assert.deepStrictEqual(yield* userRanking(all.service, window, everything), {
        users: [
          { userId: "ann", username: "ANN", messages: 3, share: 0.6 },
          { userId: "bob", username: "BOB", messages: 1, share: 0.2 }
        ],
        count: 2,
        hasMore: false,
        concentration: { herfindahl: 0.6 ** 2 + 0.2 ** 2, top10Share: 0.8 }
      })
      const morning = windowOver(all, "2026-06-01T10:00Z", "2026-06-01T11:00Z")
      assert.deepInclude(yield* userRanking(all.service, morning, everything), { count: 1 })
    })
  )

  it.effect("say who only where enough users stand behind the list", () =>
    Effect.gen(function* () {
      const all = aFewRooms()
      const window = windowOver(all, "2026-06-01T00:00Z", "2026-06-02T00:00Z")
      const page = { ...everything, minUsers: 3 }
      assert.deepInclude(yield* userRanking(all.service, window, page), { users: [], count: 0, withheld: true })
      assert.deepInclude(yield* roomRanking(all.service, window, "messages", page), { rooms: [], withheld: true })
      assert.notProperty(yield* userRanking(all.service, window, { ...page, minUsers: 2 }), "withheld")
      assert.lengthOf((yield* roomRanking(all.service, window, "messages", { ...page, minUsers: 2 })).rooms, 3)
    })
  )
})

describe("one room and one user", () => {
  it.effect("have everything of theirs in the window, by local day", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-06-03T00:00Z")
        .connects("ann", "2026-05-20T08:00Z", "2026-05-20T09:00Z")
        .connects("ann", "2026-06-01T21:00Z", "2026-06-01T23:00Z")
        .says("ann", "2026-06-01T21:59Z", { room: "a" })
        .says("ann", "2026-06-01T22:00Z", { room: "a" })
        .says("ann", "2026-06-01T22:10Z", { room: "b" })
        .says("bob", "2026-06-01T22:10Z", { room: "a" })
        .types("ann", "2026-06-01T10:00Z", "a")
      const window = windowOver(figures, "2026-06-01T12:00Z", "2026-06-02T22:00Z", "Europe/Berlin")
      const days = [
        { date: "2026-06-01", messages: 1, partial: true },
        { date: "2026-06-02", messages: 2, partial: false }
      ]
      assert.deepStrictEqual(yield* userFigures(figures.service, window, "ann", 1), {
        userId: "ann",
        username: "ANN",
        messages: 3,
        share: 0.75,
        rooms: [
          { roomId: "a", messages: 2 },
          { roomId: "b", messages: 1 }
        ],
        activeDays: 2,
        sessions: 1,
        sessionP50Seconds: 7200,
        firstSeen: "2026-05-20T10:00:00.000+02:00",
        days
      })
      const room = yield* roomFigures(figures.service, window, "a")
      assert.deepInclude(room, { roomId: "a", messages: 3, senders: 2, engagedUsers: 2, typing: 0, share: 0.75 })
      assert.deepStrictEqual(room.days, days)
    })
  )

  it.effect("tell nothing of a user where more than one must stand behind an answer", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-06-03T00:00Z").says("ann", "2026-06-01T10:00Z")
      const window = windowOver(figures, "2026-06-01T00:00Z", "2026-06-02T00:00Z")
      const told = yield* userFigures(figures.service, window, "ann", 2)
      assert.deepInclude(told, { messages: 0, username: null, rooms: [], firstSeen: null, withheld: true })
    })
  )

  it.effect("are zeros where they are not known", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-06-03T00:00Z").says("ann", "2026-06-01T10:00Z")
      const window = windowOver(figures, "2026-06-01T00:00Z", "2026-06-02T00:00Z")
      assert.deepStrictEqual(yield* userFigures(figures.service, window, "nobody", 1), {
        userId: "nobody",
        username: null,
        messages: 0,
        share: 0,
        rooms: [],
        activeDays: 0,
        sessions: 0,
        sessionP50Seconds: null,
        firstSeen: null,
        days: [{ date: "2026-06-01", messages: 0, partial: false }]
      })
      assert.deepInclude(yield* roomFigures(figures.service, window, "nowhere"), { messages: 0, answeredRate: null })
    })
  )
})
