/** The routes of analytics, over figures that a test says there are. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Figures } from "../../src/analytics/Figures.ts"
import { askText } from "../support/askText.ts"
import { MemoryFigures } from "../support/MemoryFigures.ts"
import { Past } from "../support/Past.ts"
import { type Answer, ask, web } from "../support/Web.ts"

const served = (figures: MemoryFigures) =>
  web(new Past().layer.pipe(Layer.merge(Layer.succeed(Figures, figures.service))))

const figures = () =>
  new MemoryFigures("2026-06-02T12:00Z")
    .says("ann", "2026-06-01T10:00Z", { room: "a" })
    .says("=1+2", "2026-06-01T10:05Z", { room: "a" })
    .says("ann", "2026-06-01T11:00Z", { room: "b" })

const DAY = "from=2026-06-01&to=2026-06-02"

const REPORTS = [
  "summary",
  "engagement",
  "growth",
  "retention",
  "funnel",
  "sessions",
  "heatmap",
  "patterns",
  "response-time",
  "latency",
  "quality",
  "moderation",
  "rooms",
  "users",
  "rooms/a",
  "users/ann"
]

const list = ({ body }: Answer, name: string) => body[name] as ReadonlyArray<Readonly<Record<string, unknown>>>

describe("GET /api/analytics/timeseries", () => {
  it.live("says which figure it is, for which window, and up to when it is complete", () =>
    Effect.gen(function* () {
      const query =
        "metric=messages&bucket=1h&tz=Europe/Berlin&room=a&from=2026-06-01T10:05:00Z&to=2026-06-01T11:01:00Z"
      const answer = yield* ask(`/api/analytics/timeseries?${query}`)
      assert.strictEqual(answer.status, 200)
      assert.deepStrictEqual(answer.body, {
        definitions: 1,
        computedAt: "2026-06-02T12:00:00.000Z",
        tz: "Europe/Berlin",
        from: "2026-06-01T12:00:00.000+02:00",
        to: "2026-06-01T13:15:00.000+02:00",
        metric: "messages",
        unit: "messages",
        bucket: "1h",
        room: "a",
        total: 2,
        points: [
          { start: "2026-06-01T12:00:00.000+02:00", end: "2026-06-01T13:00:00.000+02:00", value: 2, partial: false },
          { start: "2026-06-01T13:00:00.000+02:00", end: "2026-06-01T13:15:00.000+02:00", value: 0, partial: true }
        ]
      })
      assert.strictEqual(answer.headers.get("cache-control"), "no-store")
    }).pipe(Effect.provide(served(figures())))
  )

  it.live("takes local dates, offsets however they are written, and the window before", () =>
    Effect.gen(function* () {
      const same = yield* Effect.forEach(
        [
          "from=2026-06-02&to=2026-06-03&tz=Asia/Kolkata",
          "from=2026-06-02T00:00:00%2B05:30&to=2026-06-02T18:30Z&tz=Asia/Kolkata",
          "from=2026-06-02T00:00:00+05:30&to=2026-06-02T18:30Z&tz=Asia/Kolkata"
        ],
        (range) => ask(`/api/analytics/timeseries?metric=messages&bucket=1d&compare=previous&${range}`)
      )
      for (const { body } of same) {
        assert.deepStrictEqual(body, same[0]?.body)
        assert.deepInclude(body, { from: "2026-06-02T00:00:00.000+05:30", total: 0 })
        assert.deepInclude(body["previous"], {
          from: "2026-06-01T00:00:00.000+05:30",
          to: "2026-06-02T00:00:00.000+05:30",
          total: 3
        })
      }
    }).pipe(Effect.provide(served(figures())))
  )

  it.live("refuses by name what it cannot answer, and says what was given and what is allowed", () =>
    Effect.gen(function* () {
      const metric = "metric=messages"
      for (const [query, field, ...said] of [
        ["", "metric", "missing", "engagedUsers"],
        ["metric=mesages", "metric", '"mesages"', "messages"],
        ["metric=toString", "metric", '"toString"'],
        [`${metric}&bucket=2h`, "bucket", '"2h"', "1m, 15m, 1h, 1d"],
        [`${metric}&tz=Mars/Olympus`, "tz", '"Mars/Olympus"', "IANA"],
        [`${metric}&room=No Room`, "room", '"No Room"', "a-z"],
        [`metric=visitors&room=a`, "room", "visitors", "engagedUsers"],
        ["metric=dau", "bucket", "1d"],
        ["metric=mau&bucket=1h", "bucket", '"1h"', "1d"],
        [`${metric}&compare=next`, "compare", '"next"', "previous"],
        [`${metric}&${metric}`, "metric", "more than once"],
        [`${metric}&from=2026-06-01&from=2026-06-02`, "from", "more than once"],
        [`${metric}&from=yesterday`, "from", '"yesterday"', "2026-03-29T00:00:00Z"],
        [`${metric}&from=2026-02-30`, "from", '"2026-02-30"'],
        [`${metric}&from=2026-02-30T00:00:00Z`, "from", '"2026-02-30T00:00:00Z"'],
        [`${metric}&to=2026-06-01T24:00:00Z`, "to", '"2026-06-01T24:00:00Z"'],
        [`${metric}&from=`, "from", '""'],
        [`${metric}&from=2026-06-02&to=2026-06-01`, "from", "2026-06-02T00:00:00.000Z", "not before"],
        [`${metric}&from=2026-06-02&to=2026-06-02`, "from", "not before"],
        [`${metric}&from=2020-01-01&to=2026-06-01`, "from", "kept from 2025-04-28T12:00:00.000Z on"],
        [`${metric}&to=2020-01-01`, "to", "kept from 2025-04-28T12:00:00.000Z on"],
        [`${metric}&bucket=1d&from=2025-06-01&to=2026-06-01&compare=previous`, "compare", "kept from"],
        [`${metric}&bucket=15m&from=2026-01-01&to=2026-06-01`, "bucket", "14496", "5000"],
        [`${metric}&from=2026-01-01&to=9999-12-31`, "bucket", "5000"],
        [`${metric}&from=2026-06-01&to=2026-06-02&tz=${"x".repeat(200)}`, "tz", "…"]
      ]) {
        const answer = yield* ask(`/api/analytics/timeseries?${query}`)
        assert.strictEqual(answer.status, 400, query)
        assert.strictEqual(answer.headers.get("content-type"), "application/problem+json")
        assert.deepInclude(
          answer.body,
          { code: field === "room" && query?.includes("No") ? "invalid_room" : "invalid_query", field },
          query
        )
        for (const part of said) assert.include(answer.body["detail"], part, query)
      }
    }).pipe(Effect.provide(served(figures())))
  )

  it.live("refuses a date that the zone skipped", () =>
    Effect.gen(function* () {
      const { body } = yield* ask("/api/analytics/timeseries?metric=messages&tz=Pacific/Apia&from=2011-12-30")
      assert.deepInclude(body, { status: 400, field: "from" })
      assert.include(body["detail"], "Pacific/Apia skipped")
    }).pipe(Effect.provide(served(new MemoryFigures("2012-01-10T00:00Z"))))
  )
})

describe("every other route of analytics", () => {
  it.live("says for which window it answers, and refuses what it cannot read", () =>
    Effect.gen(function* () {
      for (const report of REPORTS) {
        const answer = yield* ask(`/api/analytics/${report}?${DAY}&tz=Europe/Berlin`)
        assert.strictEqual(answer.status, 200, report)
        assert.deepInclude(
          answer.body,
          {
            definitions: 1,
            computedAt: "2026-06-02T12:00:00.000Z",
            tz: "Europe/Berlin",
            from: "2026-06-01T00:00:00.000+02:00",
            to: "2026-06-02T00:00:00.000+02:00"
          },
          report
        )
        assert.isAbove(Object.keys(answer.body).length, 5, report)
        const refused = yield* ask(`/api/analytics/${report}?tz=nowhere`)
        assert.deepInclude(refused.body, { status: 400, code: "invalid_query", field: "tz" }, report)
        assert.strictEqual((yield* ask(`/api/analytics/${report}`, { method: "POST" })).status, 405, report)
      }
      for (const [query, field] of [
        ["growth?unit=month", "unit"],
        ["retention?unit=", "unit"],
        ["rooms?sort=size", "sort"],
        ["rooms?limit=0", "limit"],
        ["users?limit=201", "limit"],
        ["users?offset=-1", "offset"],
        ["heatmap?room=%23", "room"],
        ["rooms/No%20Room", "roomId"],
        [`users/${"x".repeat(65)}`, "userId"]
      ]) {
        assert.deepInclude((yield* ask(`/api/analytics/${query}`)).body, { status: 400, field }, query)
      }
      assert.strictEqual((yield* ask("/api/analytics/nothing", { method: "POST" })).status, 404)
    }).pipe(Effect.provide(served(figures())))
  )

  it.live("has the same shape where nothing was counted, over the usual window", () =>
    Effect.gen(function* () {
      for (const report of [...REPORTS, "timeseries?metric=messages", "timeseries?metric=wau&bucket=1d"]) {
        const answer = yield* ask(`/api/analytics/${report}`)
        assert.strictEqual(answer.status, 200, report)
        assert.isNumber(Date.parse(String(answer.body["from"])))
      }
      const { body } = yield* ask("/api/analytics/rooms")
      assert.deepInclude(body, { rooms: [], count: 0, hasMore: false })
      assert.deepStrictEqual(body["concentration"], { herfindahl: null, top10Share: null })
      assert.lengthOf(list(yield* ask("/api/analytics/timeseries?metric=messages&bucket=1m"), "points"), 180)
    }).pipe(Effect.provide(web(new Past().layer)))
  )

  it.live("answers 503, and when to come back, while the store cannot be read", () => {
    const away = figures()
    away.available = false
    return Effect.gen(function* () {
      for (const report of [...REPORTS, "timeseries?metric=messages", "export?report=rooms"]) {
        const answer = yield* ask(`/api/analytics/${report}${report.includes("?") ? "&" : "?"}${DAY}`)
        assert.strictEqual(answer.status, 503, report)
        assert.strictEqual(answer.headers.get("retry-after"), "1", report)
        assert.deepInclude(answer.body, { code: "unavailable", retryAfterMs: 1000 })
        assert.notInclude(answer.text, "disk")
      }
    }).pipe(Effect.provide(served(away)))
  })
})

const rows = (text: string) => text.split("\r\n").map((line) => line.split(","))

describe("GET /api/analytics/export", () => {
  it.live("has the rows of the report, and no formula for a spreadsheet to run", () =>
    Effect.gen(function* () {
      const answer = yield* askText(`/api/analytics/export?report=users&format=csv&${DAY}`)
      assert.strictEqual(answer.headers.get("content-type"), "text/csv; charset=utf-8; header=present")
      assert.strictEqual(
        answer.headers.get("content-disposition"),
        'attachment; filename="hubbub-users-2026-06-01-2026-06-01.csv"'
      )
      assert.strictEqual(
        answer.text,
        `userId,username,messages,share\r\nann,ANN,2,${2 / 3}\r\n'=1+2,'=1+2,1,${1 / 3}\r\n`
      )
    }).pipe(Effect.provide(served(figures())))
  )

  it.live("has exactly the rows of the JSON answer, in either format", () =>
    Effect.gen(function* () {
      const query = `metric=messages&bucket=1h&tz=Asia/Kathmandu&${DAY}`
      const points = list(yield* ask(`/api/analytics/timeseries?${query}`), "points")
      const lines = yield* askText(`/api/analytics/export?report=timeseries&format=ndjson&${query}`)
      assert.strictEqual(lines.headers.get("content-type"), "application/x-ndjson; charset=utf-8")
      assert.deepStrictEqual(
        lines.text
          .split("\n")
          .slice(0, -1)
          .map((line) => JSON.parse(line) as unknown),
        Array.from(points)
      )
      const table = yield* askText(`/api/analytics/export?report=timeseries&${query}`)
      assert.deepStrictEqual(
        rows(table.text).slice(1, -1),
        points.map((point) => Object.values(point).map(String))
      )
      const both = yield* askText(`/api/analytics/export?report=timeseries&compare=previous&${query}`)
      assert.lengthOf(rows(both.text), points.length * 2 + 2)
      assert.deepStrictEqual(rows(both.text)[0], ["period", "start", "end", "value", "partial"])
    }).pipe(Effect.provide(served(figures())))
  )

  it.live("knows every report that has a route, and refuses others", () =>
    Effect.gen(function* () {
      for (const report of REPORTS.filter((name) => !name.includes("/"))) {
        const answer = yield* askText(`/api/analytics/export?report=${report}&${DAY}`)
        assert.strictEqual(answer.status, 200, report)
        assert.isAtLeast(rows(answer.text).length, 3, report)
      }
      assert.include((yield* askText(`/api/analytics/export?report=patterns&${DAY}`)).text, "shares.withLink,0\r\n")
      for (const [query, field] of [
        ["", "report"],
        ["report=secrets", "report"],
        ["report=rooms&format=xlsx", "format"],
        ["report=rooms&sort=size", "sort"],
        ["report=timeseries", "metric"]
      ]) {
        assert.deepInclude((yield* ask(`/api/analytics/export?${query}`)).body, { status: 400, field }, query)
      }
    }).pipe(Effect.provide(served(figures())))
  )
})
