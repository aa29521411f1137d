/** One figure over time. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { series } from "../../../src/analytics/figures/series.ts"
import { type Metric, metrics } from "../../../src/analytics/metrics.ts"
import { MemoryFigures, ms } from "../../support/MemoryFigures.ts"
import { windowOver } from "../../support/windowOver.ts"

type Asked = Parameters<typeof series>[2]

const told = (
  figures: MemoryFigures,
  [from, to, tz]: readonly [from: string, to: string, tz?: string],
  asked: Partial<Asked> = {}
) =>
  series(figures.service, windowOver(figures, from, to, tz), {
    metric: "messages",
    bucket: "1h",
    room: undefined,
    ...asked
  })

const values = ({ points }: { readonly points: ReadonlyArray<{ readonly value: number | null }> }) =>
  points.map(({ value }) => value)

const pairs = ({ points }: Effect.Success<ReturnType<typeof told>>) =>
  points.filter(({ value }) => value !== 0).map(({ start, value }) => [start, value])

describe("a figure over time", () => {
  it.effect("counts the hour that is repeated in autumn as two, in a day of 25 hours", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-11-01T00:00Z")
        .says("ann", "2026-10-25T00:59Z")
        .says("bob", "2026-10-25T01:00Z")
        .says("bob", "2026-10-25T01:30Z")
      const answer = yield* told(figures, ["2026-10-24T22:00Z", "2026-10-25T23:00Z", "Europe/Berlin"])
      assert.lengthOf(answer.points, 25)
      assert.deepStrictEqual(pairs(answer), [
        ["2026-10-25T02:00:00.000+02:00", 1],
        ["2026-10-25T02:00:00.000+01:00", 2]
      ])
      assert.strictEqual(answer.total, 3)
      assert.isTrue(answer.points.every(({ partial }) => !partial))
    })
  )

  it.effect("knows no hour that the clock skips in spring, and a day of 23", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-04-01T00:00Z")
        .says("ann", "2026-03-29T00:59Z")
        .says("ann", "2026-03-29T01:00Z")
        .says("ann", "2026-03-29T21:59Z")
        .says("ann", "2026-03-29T22:00Z")
      const range = ["2026-03-28T23:00Z", "2026-03-30T22:00Z", "Europe/Berlin"] as const
      const hours = yield* told(figures, range)
      assert.lengthOf(hours.points, 47)
      assert.deepStrictEqual(pairs(hours), [
        ["2026-03-29T01:00:00.000+01:00", 1],
        ["2026-03-29T03:00:00.000+02:00", 1],
        ["2026-03-29T23:00:00.000+02:00", 1],
        ["2026-03-30T00:00:00.000+02:00", 1]
      ])
      assert.deepStrictEqual(values(yield* told(figures, range, { bucket: "1d" })), [3, 1])
    })
  )

  it.effect("begins hours and days where a zone of half an hour does", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-06-10T00:00Z")
        .says("ann", "2026-06-01T18:29Z")
        .says("ann", "2026-06-01T18:30Z")
        .says("ann", "2026-06-01T19:29Z")
      const range = ["2026-06-01T18:00Z", "2026-06-02T18:30Z", "Asia/Kolkata"] as const
      const days = yield* told(figures, range, { bucket: "1d" })
      assert.deepStrictEqual(values(days), [1, 2])
      assert.deepStrictEqual(
        days.points.map(({ partial }) => partial),
        [true, false]
      )
      assert.deepStrictEqual(pairs(yield* told(figures, range)), [
        ["2026-06-01T23:30:00.000+05:30", 1],
        ["2026-06-02T00:00:00.000+05:30", 2]
      ])
    })
  )

  it.effect("is cut by the window, and says which buckets are, or are not over", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-06-01T12:50Z")
      for (const at of ["10:14", "10:15", "10:59", "11:30", "12:30", "12:45"]) {
        figures.says("ann", `2026-06-01T${at}Z`)
      }
      const answer = yield* told(figures, ["2026-06-01T10:15Z", "2026-06-01T12:45Z"])
      assert.deepStrictEqual(answer, {
        total: 4,
        points: [
          { start: "2026-06-01T10:15:00.000+00:00", end: "2026-06-01T11:00:00.000+00:00", value: 2, partial: true },
          { start: "2026-06-01T11:00:00.000+00:00", end: "2026-06-01T12:00:00.000+00:00", value: 1, partial: false },
          { start: "2026-06-01T12:00:00.000+00:00", end: "2026-06-01T12:45:00.000+00:00", value: 1, partial: true }
        ]
      })
      const later = yield* told(figures, ["2026-06-01T11:00Z", "2026-06-03T00:00Z"])
      assert.deepStrictEqual(
        later.points.map(({ partial, value }) => [value, partial]),
        [
          [1, false],
          [2, true]
        ]
      )
      assert.deepStrictEqual(
        yield* told(figures, ["2026-06-01T13:00Z", "2026-06-01T14:00Z"]),
        { total: 0, points: [] },
        "the future has no numbers"
      )
    })
  )

  it.effect("counts by minute from what is kept by minute", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-06-01T12:00Z")
        .says("ann", "2026-06-01T10:00:59Z")
        .says("ann", "2026-06-01T10:01Z")
        .says("ann", "2026-06-01T10:01:30Z")
      assert.deepStrictEqual(
        values(yield* told(figures, ["2026-06-01T10:00Z", "2026-06-01T10:03Z"], { bucket: "1m" })),
        [1, 2, 0]
      )
      assert.deepStrictEqual(
        figures.asked.map(({ sketches, tier }) => [tier, sketches]),
        [["m", false]],
        "counters need no sketches"
      )
      assert.deepStrictEqual(
        values(yield* told(figures, ["2026-06-01T10:00Z", "2026-06-01T10:30Z"], { bucket: "15m" })),
        [3, 0]
      )
    })
  )

  it.effect("counts a user once in each bucket and once in all, and in a room only who was there", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-06-02T00:00Z")
        .says("ann", "2026-06-01T10:00Z", { room: "a" })
        .says("ann", "2026-06-01T10:30Z", { room: "b" })
        .types("bob", "2026-06-01T10:45Z", "b")
        .says("ann", "2026-06-01T11:00Z", { room: "a" })
        .says("anonymous", "2026-06-01T11:00Z", { room: "a" })
      const range = ["2026-06-01T10:00Z", "2026-06-01T12:00Z"] as const
      const engaged = yield* told(figures, range, { metric: "engagedUsers" })
      assert.deepStrictEqual([values(engaged), engaged.total], [[2, 1], 2])
      const senders = yield* told(figures, range, { metric: "senders" })
      assert.deepStrictEqual([values(senders), senders.total], [[1, 1], 1])
      const inRoom = yield* told(figures, range, { metric: "engagedUsers", room: "b" })
      assert.deepStrictEqual([values(inRoom), inRoom.total], [[2, 0], 2])
      const nowhere = yield* told(figures, range, { metric: "engagedUsers", room: "none" })
      assert.deepStrictEqual([values(nowhere), nowhere.total], [[0, 0], 0])
    })
  )

  it.effect("has no gauge, percentile or ratio where there is nothing to tell it from", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-06-02T00:00Z")
      figures.count(ms("2026-06-01T10:00Z"), undefined, (tally) => {
        tally.sample(5, 3)
        tally.sample(2, 2)
        for (let i = 0; i < 99; i++) tally.histogram("durable").record(1)
        tally.histogram("durable").record(500)
      })
      figures.connects("ann", "2026-06-01T10:00Z", "2026-06-01T10:10Z").says("bob", "2026-06-01T10:00Z")
      figures.connects("bob", "2026-06-01T10:00Z", "2026-06-01T10:00:09Z")
      const range = ["2026-06-01T10:00Z", "2026-06-01T12:00Z"] as const
      for (const [metric, value] of [
        ["connections", 5],
        ["connectedUsers", 3],
        ["durableP99Ms", 1],
        ["responseP50Seconds", null],
        ["lurkerRatio", 1]
      ] as const) {
        const answer = yield* told(figures, range, { metric })
        if (value === null)
          assert.deepStrictEqual(
            answer.points.map((point) => point.value),
            [null, null]
          )
        else {
          assert.approximately(answer.points[0]!.value!, value, value / 100, metric)
          assert.isNull(answer.points[1]!.value, metric)
          assert.strictEqual(answer.total, answer.points[0]!.value, metric)
        }
      }
    })
  )

  it.effect("takes a percentile of all values, not of percentiles", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-06-02T00:00Z")
      const latencies = (at: string, value: number, times: number) =>
        figures.count(ms(at), undefined, (tally) => tally.histogram("fannedOut").record(value, times))
      latencies("2026-06-01T10:00Z", 1, 1000)
      latencies("2026-06-01T11:00Z", 1000, 10)
      const range = ["2026-06-01T10:00Z", "2026-06-01T12:00Z"] as const
      const { points, total } = yield* told(figures, range, { metric: "latencyP95Ms" })
      assert.deepStrictEqual(points[0]?.value, 1)
      assert.deepStrictEqual(points[1]?.value, 1000)
      assert.strictEqual(total, 1)
    })
  )

  it.effect("tells days of users as whole days, whatever the window cuts", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-06-03T12:00Z")
        .says("ann", "2026-06-01T08:00Z")
        .types("bob", "2026-06-02T20:00Z")
        .says("cid", "2026-06-03T01:00Z")
      const range = ["2026-06-01T12:00Z", "2026-06-03T02:00Z"] as const
      const dau = yield* told(figures, range, { metric: "dau", bucket: "1d" })
      assert.deepStrictEqual([values(dau), dau.total], [[1, 1, 1], null])
      assert.deepStrictEqual(
        dau.points.map(({ partial, start }) => [start, partial]),
        [
          ["2026-06-01T00:00:00.000+00:00", false],
          ["2026-06-02T00:00:00.000+00:00", false],
          ["2026-06-03T00:00:00.000+00:00", true]
        ]
      )
      assert.deepStrictEqual(values(yield* told(figures, range, { metric: "wau", bucket: "1d" })), [1, 2, 3])
    })
  )
})

describe("the table of figures", () => {
  it.effect("says of every one what it is, and answers for nothing at all", () =>
    Effect.gen(function* () {
      const figures = new MemoryFigures("2026-06-02T00:00Z")
      for (const name of Object.keys(metrics) as Array<Asked["metric"]>) {
        const metric: Metric = metrics[name]
        assert.match(metric.definition, /^[A-Z0-9].*\.$/, name)
        assert.isNotEmpty(metric.unit, name)
        const days = metric._tag === "days"
        const range = ["2026-06-01T00:00Z", "2026-06-02T00:00Z"] as const
        const answer = yield* told(figures, range, { metric: name, bucket: days ? "1d" : "1h" })
        assert.lengthOf(answer.points, days ? 1 : 24, name)
        assert.isTrue(
          answer.points.every(({ value }) => value === 0 || value === null),
          name
        )
      }
    })
  )
})
