/** The figures on the screen, and in files, are those that the server tells, to the digit. */
import { readFile } from "node:fs/promises"
import { afterAll, assert, beforeAll, describe, it, onTestFinished } from "@effect/vitest"
import type { Browser } from "playwright-core"
import { createClient } from "../../src/client/index.ts"
import type { Envelope, Reports, Timeseries } from "../../src/web/dashboard/Answer.ts"
import { ServerProcess } from "../support/ServerProcess.ts"
import { isAccessible } from "./axe.ts"
import { launch, missing } from "./Chromium.ts"
import { madeUpPast } from "./madeUpPast.ts"
import { Reader, type Shown } from "./Reader.ts"

const DAY = 86_400_000

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

/** Between the quotes of RFC 4180. */
const csvRows = (text: string): ReadonlyArray<ReadonlyArray<string>> =>
  text
    .split("\r\n")
    .slice(0, -1)
    .map((line) =>
      Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain = ""]) =>
        quoted === undefined ? plain : quoted.replaceAll('""', '"')
      )
    )

/** Of a table of figures: each by its name in answers. */
const named = (rows: ReadonlyArray<ReadonlyArray<Shown>>) =>
  Object.fromEntries(rows.map(([, value, name]) => [name, value]))

/** As the screen has it, so that both can be compared; what is not complete is of now. */
const said = (cell: Shown | boolean | undefined) =>
  cell === null || cell === undefined ? "" : typeof cell === "boolean" ? (cell ? "not yet" : "yes") : String(cell)

describe.skipIf(missing !== undefined)("the dashboard", () => {
  let browser: Browser
  let server: ServerProcess
  /** Five days that are over, by UTC. */
  const today = Math.floor(Date.now() / DAY) * DAY
  const span = { from: new Date(today - 6 * DAY).toISOString(), to: new Date(today - DAY).toISOString() }

  beforeAll(async () => {
    server = await ServerProcess.start({ DATA_DIR: await madeUpPast(40, 9), RATE_LIMIT_PER_SEC: "0" })
    browser = await launch()
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  /** What the server answers who asks it directly. */
  const asked = async <A>(route: string, query: Readonly<Record<string, string>>): Promise<A & Envelope> => {
    const response = await server.fetch(`/api/analytics/${route}?${new URLSearchParams({ ...span, ...query })}`)
    assert.strictEqual(response.status, 200)
    return (await response.json()) as A & Envelope
  }

  const open = (query: Readonly<Record<string, string>>, path = "/dashboard") =>
    Reader.open(browser, server.url, `${path}?${new URLSearchParams(query)}`)

  for (const tz of ["Asia/Kolkata", "America/Los_Angeles"]) {
    it(`shows what the server tells, to the digit, by the clock of ${tz}`, async () => {
      const tables = "messages,heatmap,retention,funnel,response-time,patterns,rooms,users"
      const reader = await open({ ...span, tz, tables })
      const report = <R extends keyof Reports>(name: R, query = {}) => asked<Reports[R]>(name, { tz, ...query })
      const series = (metric: string) =>
        asked<Timeseries>("timeseries", { metric, tz, bucket: "1h", compare: "previous" })

      const messages = await series("messages")
      assert.deepEqual(
        await reader.table("Messages"),
        messages.points.map(({ end, partial, start, value }) => [start, end, value, partial ? "no" : "yes"])
      )
      assert.isAbove(messages.total ?? 0, 0)
      const clock = new Intl.DateTimeFormat("en-GB", { timeZone: tz, hour: "2-digit", minute: "2-digit" })
      const written = await reader.column("Messages", 0)
      for (const [i, { start }] of messages.points.entries()) {
        assert.include(written[i], `, ${clock.format(Date.parse(start))} GMT`)
      }

      const { hours, messages: heat } = await report("heatmap")
      assert.deepEqual(
        await reader.table("When people talk"),
        heat.flatMap((row, day) =>
          row.map((count, hour) => [WEEKDAYS[day] ?? "", day, hour, count, hours[day]?.[hour] ?? null])
        )
      )

      const { cohorts } = await report("retention", { unit: "day" })
      assert.deepEqual(
        await reader.table("Retention"),
        cohorts.flatMap(({ retained, share, size, start }) =>
          retained.map((count, period) => [start, size, period, count, share[period] ?? null])
        )
      )

      const { steps } = await report("funnel")
      assert.deepEqual(
        await reader.table("Newcomers"),
        steps.map(({ share, step, users }) => [step, users, share])
      )

      const response = await report("response-time")
      const { answeredRate, maxSeconds, p50Seconds, p90Seconds, responses, unanswered } = response
      assert.deepEqual(named(await reader.table("Response time")), {
        answeredRate,
        maxSeconds,
        p50Seconds,
        p90Seconds,
        responses,
        unanswered
      })

      const patterns = await report("patterns")
      const kinds = ["withLink", "withMention", "withQuestion", "withEmoji", "replies", "edits", "deletes"] as const
      assert.deepEqual(named(await reader.table("What messages are like")), {
        messages: patterns.messages,
        meanLength: patterns.meanLength,
        ...Object.fromEntries(kinds.flatMap((kind) => [[kind, patterns[kind]]])),
        ...Object.fromEntries(kinds.flatMap((kind) => [[`shares.${kind}`, patterns.shares[kind]]])),
        ...Object.fromEntries(patterns.lengths.map(({ messages, upTo }) => [`lengths.${upTo ?? "more"}`, messages]))
      })

      const { rooms } = await report("rooms", { sort: "messages", limit: "10", offset: "0" })
      assert.deepEqual(
        await reader.table("Top rooms"),
        rooms.map(({ joins, messages, roomId, senders, share }) => [roomId, messages, senders, joins, share])
      )
      const { users } = await report("users", { limit: "10", offset: "0" })
      assert.deepEqual(
        await reader.table("Top people"),
        users.map(({ messages, share, userId, username }) => [userId, username, messages, share])
      )

      const tiles = {
        Messages: messages.total,
        "Engaged users": (await series("engagedUsers")).total,
        "Peak connections": (await series("connections")).total,
        "Latency, p95": (await series("latencyP95Ms")).total,
        Delivered: ((await series("delivered")).total ?? NaN) / ((await series("expected")).total ?? NaN),
        Rejections: (await series("rejected")).total
      }
      for (const [title, total] of Object.entries(tiles)) {
        const figure = reader.tile(title).locator("data")
        assert.strictEqual(await figure.getAttribute("value"), String(total), title)
        const said = (await figure.getAttribute("title"))?.split(", data as of")[0] ?? ""
        assert.strictEqual(Number(said.replaceAll(",", "")), total, title)
      }
      reader.isClean()
    })
  }

  it("gives files that have what the screen has, and nothing that a spreadsheet would run", async () => {
    const mallory = createClient({ url: server.url, userId: "=1+1", username: "=HYPERLINK(1)" })
    onTestFinished(() => mallory.close())
    void mallory.connect()
    for (let n = 0; n < 3; n++) await mallory.room("global").send(`message ${n}`)

    const reader = await open({ range: "15m", refresh: "0", tz: "Asia/Kolkata", tables: "users,messages" })
    const save = async (title: string, kind: "CSV" | "JSON") => {
      await reader.page.getByRole("button", { name: `Download ${title}` }).click()
      const [file] = await Promise.all([
        reader.page.waitForEvent("download"),
        reader.page.getByRole("menuitem", { name: kind }).click()
      ])
      assert.match(file.suggestedFilename(), /^hubbub-\w+-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.(csv|json)$/)
      return readFile(await file.path(), "utf8")
    }

    const people = await reader.table("Top people")
    assert.isTrue(people.some(([id, name, count]) => id === "=1+1" && name === "=HYPERLINK(1)" && count === 3))
    const [header, ...lines] = csvRows(await save("Top people", "CSV"))
    assert.deepEqual(header, ["userId", "username", "messages", "share", "tz", "definitions", "computedAt"])
    assert.deepEqual(
      lines.map((line) => line.slice(0, 4)),
      people.map((row) => row.map((cell) => (typeof cell === "string" ? cell.replace(/^=/, "'=") : said(cell))))
    )
    assert.isTrue(lines.every((line) => line[4] === "Asia/Kolkata"))

    const { rows, title, tz } = JSON.parse(await save("Top people", "JSON"))
    assert.deepEqual({ title, tz }, { title: "Top people", tz: "Asia/Kolkata" })
    assert.deepEqual(
      rows,
      people.map(([userId, username, messages, share]) => ({ userId, username, messages, share }))
    )

    const series = await reader.table("Messages")
    assert.isAtLeast(series.length, 15)
    const minutes = csvRows(await save("Messages", "CSV")).slice(1)
    assert.deepEqual(
      minutes.map(([start, end, count, partial]) => [start, end, count, said(partial === "true")]),
      series.map((row) => row.map(said))
    )
    const told: { readonly rows: ReadonlyArray<Readonly<Record<string, Shown | boolean>>> } = JSON.parse(
      await save("Messages", "JSON")
    )
    assert.deepEqual(
      told.rows.map(({ end, messages, partial, start }) => [start, end, messages, partial].map(said)),
      series.map((row) => row.map(said))
    )
    reader.isClean()
  })

  it("puts on paper also what nobody has scrolled to", async () => {
    const reader = await Reader.open(browser, server.url, "/dashboard?range=7d&tz=UTC&refresh=0", {
      options: { viewport: { width: 1280, height: 800 } }
    })
    const { page } = reader
    await page.getByRole("heading", { name: "Moderation load" }).waitFor()
    await page.getByText("Loading", { exact: true }).last().waitFor({ state: "attached" })
    await page.evaluate(() => {
      window.print = () => {
        const panels = [...document.querySelectorAll("section[data-span]")].map((one) => one.textContent ?? "")
        Object.assign(globalThis, { panels })
      }
    })
    await page.getByRole("button", { name: "Print" }).click()
    const printed = await page.waitForFunction(
      () => Reflect.get(globalThis, "panels") as ReadonlyArray<string> | undefined
    )
    const panels = (await printed.jsonValue()) ?? []
    assert.isAbove(panels.length, 15)
    for (const panel of panels) {
      assert.include(panel, "Data as of")
      assert.notInclude(panel, "Loading")
    }
    await page.getByRole("button", { name: "Print" }).waitFor()
    reader.isClean()
  })

  it("says why there is no peak minute where minutes are gone", async () => {
    const reader = await open({ range: "30d", tz: "UTC", refresh: "0" })
    await reader
      .panel("At a glance")
      .getByText(/^No peak minute: minutes are kept for a shorter time/)
      .waitFor()
    reader.isClean()
  })

  it("says by what a period of one's own is told, and in its zone from when on there is something to tell", async () => {
    const at = (minutes: number) => new Date(today + minutes * 60_000).toISOString()
    const short = await open({ from: at(-126), to: at(-65), tz: "Asia/Kolkata" })
    await short
      .panel("Messages")
      .getByText(/^Data as of/)
      .waitFor()
    await short
      .panel("When people talk")
      .getByText(/^Told by quarters of an hour: /)
      .waitFor()
    assert.strictEqual(
      await short
        .panel("Messages")
        .getByText(/^Told by/)
        .count(),
      0
    )
    short.isClean()
    const seconds = await open({ from: at(-126.5), to: at(-65), tz: "Asia/Kolkata" })
    await seconds
      .panel("Messages")
      .getByText(/^Told by minutes: /)
      .waitFor()
    seconds.isClean()

    const past = await open({ from: "2001-01-01T00:00:00Z", to: "2001-01-03T00:00:00Z", tz: "Asia/Kolkata" })
    await past
      .panel("When people talk")
      .getByText(/^From is .*2001, 05:30 GMT\+5:30; this is kept from .* GMT\+5:30 on\.$/)
      .waitFor()
    past.isClean([/Failed to load resource/])
  })

  it("heads a person's page with the name, and the id beside it", async () => {
    const { users } = await asked<Reports["users"]>("users", { limit: "1" })
    const [first] = users
    assert.isString(first?.username)
    const { userId, username } = first ?? { userId: "", username: "" }
    const reader = await open({ ...span, tz: "UTC" }, `/dashboard/users/${userId}`)
    await reader.page.getByRole("heading", { level: 1, name: `${username} ${userId}`, exact: true }).waitFor()
    reader.isClean()
  })

  it("has nothing that axe-core minds, as pictures, as tables and in detail, in both themes", async () => {
    const path = "/dashboard?range=6h&tz=Europe/Berlin&compare=previous&tables=messages,response-time,retention,rooms"
    const reader = await Reader.open(browser, server.url, path, { options: { colorScheme: "light" } })
    const { page } = reader
    await reader.table("Top rooms")
    await reader.settled()
    await page.getByRole("button", { name: "Custom" }).click()
    await page.getByLabel("From").waitFor()
    await page.getByRole("button", { name: "What “Messages” means" }).first().click()
    await page.getByRole("dialog", { name: "What “Messages” means" }).waitFor()
    await isAccessible(page, "everything, light")
    await page.emulateMedia({ colorScheme: "dark" })
    await isAccessible(page, "everything, dark")
    await page.keyboard.press("Escape")

    await page.getByRole("region", { name: "Top rooms, as a table" }).getByRole("link").first().click()
    await page.getByText("Share of all messages").waitFor()
    await reader.settled()
    await isAccessible(page, "a room")
    await page.getByRole("link", { name: "All figures" }).click()
    await page.emulateMedia({ colorScheme: "light" })
    await reader.panel("Top people").getByRole("link").first().click()
    await page.getByText("Share of all messages").waitFor()
    await reader.settled()
    await isAccessible(page, "a person")
    reader.isClean()
    // it looks at each of some thousand elements
  }, 120_000)

  it("is one column on a phone, which nothing sticks out of", async () => {
    const options = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
    const reader = await Reader.open(browser, server.url, "/dashboard?range=7d&tz=Europe/Berlin", { options })
    const { page } = reader
    const end = page.getByRole("heading", { name: "Moderation load" })
    await end.scrollIntoViewIfNeeded()
    await reader
      .panel("Moderation load")
      .getByText(/^Data as of/)
      .waitFor()
    const places = await page
      .locator("section[data-span]")
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect()).map(({ left, width }) => ({ left, width })))
    assert.isAbove(places.length, 15)
    for (const { left, width } of places) {
      assert.closeTo(left, places[0]?.left ?? 0, 1)
      assert.isAbove(width, 330)
    }
    assert.strictEqual(await page.evaluate(() => document.documentElement.scrollWidth), 390)
    await isAccessible(page, "a phone")

    await page.getByRole("button", { name: "Show Messages as a table" }).click()
    const table = page.getByRole("region", { name: "Messages, as a table" })
    assert.deepEqual(await table.getByRole("columnheader").allInnerTexts(), ["From", "Messages", "Complete"])
    assert.isTrue(await table.evaluate((one) => one.scrollWidth <= one.clientWidth))
    reader.isClean()
  })
})
