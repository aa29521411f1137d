import { assert, it } from "@effect/vitest"
import { addressOf, spanOf, type View, viewOf } from "../../../src/web/dashboard/View.ts"

const read = (address: string) => {
  const { pathname, search } = new URL(address, "http://localhost")
  return viewOf(pathname, search)
}

const full: View = {
  place: { of: "room", id: "team/α b" },
  range: { from: "2026-03-29T00:00:00.000Z", to: "2026-03-30T00:00:00.000Z" },
  zoom: { from: "2026-03-29T01:00:00.000Z", to: "2026-03-29T02:00:00.000Z" },
  tz: "America/Argentina/Buenos_Aires",
  compare: true,
  refresh: 0,
  unit: "week",
  stage: "durable",
  sort: "joins",
  roomsOffset: 10,
  usersOffset: 20,
  tables: ["messages", "response-time"]
}

it("reads from an address what was written into it", () => {
  assert.deepStrictEqual(read(addressOf(full)), { view: full, problems: [] })
})

it("writes the same address again", () => {
  const address = addressOf(full)
  assert.strictEqual(addressOf(read(address).view), address)
})

it("shows the last 24 hours of everything by the browser's clock when nothing is said", () => {
  const { problems, view } = read("/dashboard")
  assert.deepStrictEqual(problems, [])
  assert.deepStrictEqual(
    [view.range, view.place, view.tz, view.compare],
    ["24h", { of: "everything" }, undefined, false]
  )
})

it("keeps range and zone in every address, so that a link says them", () => {
  assert.strictEqual(
    addressOf({ ...read("/dashboard").view, tz: "Asia/Kolkata" }),
    "/dashboard?range=24h&tz=Asia/Kolkata"
  )
})

it("tells what it did not understand, and shows the rest", () => {
  const { problems, view } = read("/dashboard?range=2y&tz=Mars/Base&compare=previous&refresh=7")
  assert.strictEqual(problems.length, 3)
  assert.include(problems.join(" "), "range=2y")
  assert.include(problems.join(" "), "tz=Mars/Base")
  assert.include(problems.join(" "), "refresh=7")
  assert.deepStrictEqual([view.range, view.tz, view.compare, view.refresh], ["24h", undefined, true, 60])
})

it("refuses a period that ends before it begins", () => {
  assert.isUndefined(spanOf("2026-03-30", "2026-03-29"))
  assert.isUndefined(spanOf("2026-03-29", "soon"))
  assert.strictEqual(read("/dashboard?from=2026-03-30&to=2026-03-29").problems.length, 1)
})

it("takes instants with an offset for what they are", () => {
  assert.isUndefined(spanOf("2026-03-29T00:00:00-05:30", "2026-03-29"))
  assert.deepStrictEqual(spanOf("2026-03-29T00:00:00+05:30", "2026-03-29T00:00Z"), {
    from: "2026-03-28T18:30:00.000Z",
    to: "2026-03-29T00:00:00.000Z"
  })
})

it("tells a room from a user, whatever its id has in it", () => {
  assert.deepStrictEqual(read("/dashboard/users/a%2Fb").view.place, { of: "user", id: "a/b" })
  assert.deepStrictEqual(read("/dashboard/rooms/general").view.place, { of: "room", id: "general" })
  assert.deepStrictEqual(read("/dashboard/rooms/").view.place, { of: "everything" })
})
