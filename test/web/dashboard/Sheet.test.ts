import { assert, it } from "@effect/vitest"
import type { Timeseries } from "../../../src/web/dashboard/Answer.ts"
import { csvOf, factSheet, fileName, jsonOf, openFrom, seriesSheet } from "../../../src/web/dashboard/Sheet.ts"

const envelope = {
  definitions: 1,
  computedAt: "2026-03-29T10:00:00.000Z",
  tz: "Asia/Kolkata",
  from: "2026-03-29T00:00:00.000+05:30",
  to: "2026-03-30T00:00:00.000+05:30"
}

const point = (hour: number, value: number | null, partial = false) => ({
  start: `2026-03-29T0${hour}:00:00.000+05:30`,
  end: `2026-03-29T0${hour + 1}:00:00.000+05:30`,
  value,
  partial
})

const series: Timeseries = {
  ...envelope,
  metric: "messages",
  unit: "messages",
  bucket: "1h",
  total: 3,
  points: [point(0, 3), point(1, null, true)],
  previous: { from: "", to: "", total: 9, points: [point(2, 4), point(3, 5), point(4, 0)] }
}

const told = [{ name: "messages", label: "Messages", kind: "count" as const, series }]

it("has a row for each bucket, with numbers and moments as they were told", () => {
  assert.deepStrictEqual(seriesSheet(told, false).rows, [
    ["2026-03-29T00:00:00.000+05:30", "2026-03-29T01:00:00.000+05:30", 3, false],
    ["2026-03-29T01:00:00.000+05:30", "2026-03-29T02:00:00.000+05:30", null, true]
  ])
})

it("has every bucket of a period before that is longer, as a clock that is put makes it", () => {
  const { columns, rows } = seriesSheet(told, true)
  assert.deepStrictEqual(
    columns.map(({ name }) => name),
    ["start", "end", "messages", "partial", "previousStart", "previous.messages", "previousPartial"]
  )
  assert.deepStrictEqual(rows[2], [null, null, null, null, "2026-03-29T04:00:00.000+05:30", 0, false])
})

it("tells what is not complete yet from what the period cuts", () => {
  const ends = ["2026-03-29T09:00:00Z", "2026-03-29T10:00:00Z", "2026-03-29T11:00:00Z"].map((at) => Date.parse(at))
  assert.strictEqual(openFrom(ends, envelope), 2)
  assert.isUndefined(openFrom(ends.slice(0, 2), envelope))
  // both buckets were over long before
  assert.isUndefined(seriesSheet(told, false).openFrom)
  const early = { ...series, computedAt: point(0, 3).end }
  assert.strictEqual(
    seriesSheet([{ name: "messages", label: "Messages", kind: "count", series: early }], false).openFrom,
    1
  )
})

it("says in every row of CSV of which zone and definitions it is, and up to when complete", () => {
  assert.strictEqual(
    csvOf(seriesSheet(told, false), envelope),
    "start,end,messages,partial,tz,definitions,computedAt\r\n" +
      "2026-03-29T00:00:00.000+05:30,2026-03-29T01:00:00.000+05:30,3,false,Asia/Kolkata,1,2026-03-29T10:00:00.000Z\r\n" +
      "2026-03-29T01:00:00.000+05:30,2026-03-29T02:00:00.000+05:30,,true,Asia/Kolkata,1,2026-03-29T10:00:00.000Z\r\n"
  )
})

it("neutralises in CSV what a spreadsheet would run, and leaves negative numbers alone", () => {
  const sheet = factSheet([
    { name: "username", label: "Name", value: '=HYPERLINK("https://example.org")', kind: "text" },
    { name: "share", label: "-1+1", value: -0.5, kind: "share" }
  ])
  const [, first, second] = csvOf(sheet, envelope).split("\r\n")
  assert.include(first, `"'=HYPERLINK(""https://example.org"")"`)
  assert.isTrue(second?.startsWith("'-1+1,-0.5,share,"))
})

it("gives as JSON the same rows by name", () => {
  const { rows, tz, ...rest } = JSON.parse(jsonOf("Messages", seriesSheet(told, false), envelope))
  assert.strictEqual(tz, "Asia/Kolkata")
  assert.deepStrictEqual(rest, {
    title: "Messages",
    definitions: 1,
    computedAt: envelope.computedAt,
    from: envelope.from,
    to: envelope.to
  })
  assert.deepStrictEqual(rows[1], {
    start: point(1, null).start,
    end: point(1, null).end,
    messages: null,
    partial: true
  })
})

it("names files by the local dates of the window", () => {
  assert.strictEqual(fileName("messages", envelope, "csv"), "hubbub-messages-2026-03-29-2026-03-30.csv")
})
