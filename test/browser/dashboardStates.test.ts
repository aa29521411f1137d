/** What the dashboard says where there is nothing to see yet, where something is broken, and where one may not look. */
import { afterAll, assert, beforeAll, describe, it, onTestFinished } from "@effect/vitest"
import type { Browser, Route } from "playwright-core"
import { createClient } from "../../src/client/index.ts"
import { hourLong, SECRET } from "../identity/minted.ts"
import { ServerProcess } from "../support/ServerProcess.ts"
import { isAccessible } from "./axe.ts"
import { launch, missing } from "./Chromium.ts"
import { Reader } from "./Reader.ts"

const unavailable = (route: Route) =>
  route.fulfill({
    status: 503,
    headers: { "content-type": "application/problem+json", "retry-after": "1" },
    body: JSON.stringify({ title: "Service Unavailable", status: 503, code: "unavailable", detail: "try again later" })
  })

const PATH = "/dashboard?range=24h&tz=UTC"

/** As the browser itself complains of answers that the test makes. */
const FAILED = [/Failed to load resource/]

describe.skipIf(missing !== undefined)("the dashboard of a server", () => {
  let browser: Browser
  let server: ServerProcess

  beforeAll(async () => {
    server = await ServerProcess.start()
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  it("where nothing has happened yet says so in words, and what is live as soon as it does", async () => {
    const reader = await Reader.open(browser, server.url, PATH)
    await reader.settled()
    await reader.panel("Messages").getByText("No messages in this period").waitFor()
    await reader.panel("Top rooms").getByText("No messages or joins in this period").waitFor()
    await reader.panel("Response time").getByText("No messages in this period").waitFor()
    assert.strictEqual(await reader.tile("Messages").locator("data").textContent(), "0")
    assert.strictEqual(await reader.tile("Latency, p95").locator("data").textContent(), "–")
    await isAccessible(reader.page, "nothing")

    const live = reader.page.getByRole("region", { name: "Live" })
    const sofar = live.locator("div", { has: reader.page.getByText("Messages so far") }).locator("data")
    await sofar.and(reader.page.locator("[value='0']")).waitFor()
    const writer = createClient({ url: server.url, userId: "wim", username: "Wim" })
    onTestFinished(() => writer.close())
    void writer.connect()
    await writer.room("global").send("hello")
    await sofar.and(reader.page.locator("[value='1']")).waitFor()
    await live
      .locator("div", { has: reader.page.getByText("People") })
      .locator("data[value='2']")
      .waitFor()
    reader.isClean()
  })

  it("that cannot tell a figure says why, and shows it once it can", async () => {
    const reader = await Reader.open(browser, server.url, PATH, {
      before: async (page) => {
        await page.route(/analytics\/heatmap/, unavailable)
        await page.route(/analytics\/patterns/, (route) => route.abort())
      }
    })
    const heat = reader.panel("When people talk")
    await heat.getByText("Figures are not available now").waitFor()
    await heat.getByText("The server cannot read its figures at the moment.").waitFor()
    await heat.getByText("Trying again in 1 s").waitFor()
    const patterns = reader.panel("What messages are like")
    await patterns.getByText("The server cannot be reached").waitFor()
    await patterns.getByText("Check your connection, then try again.").waitFor()
    // the others are not held up
    await reader.tile("Messages").locator("data").waitFor()
    await isAccessible(reader.page, "broken")

    await reader.page.unroute(/analytics\/heatmap/)
    await heat.getByText(/^Data as of/).waitFor()
    await reader.page.unroute(/analytics\/patterns/)
    await patterns.getByRole("button", { name: "Try again" }).click()
    await patterns.getByText(/^Data as of/).waitFor()
    reader.isClean(FAILED)
  })

  it("that cannot be reached says so in place of everything, and goes on when asked to", async () => {
    const reader = await Reader.open(browser, server.url, PATH, {
      before: (page) => page.route(/api\/analytics/, (route) => route.abort()).then(() => undefined)
    })
    await reader.page.getByRole("heading", { name: "The server cannot be reached" }).waitFor()
    await isAccessible(reader.page, "unreachable")
    await reader.page.unroute(/api\/analytics/)
    await reader.page.getByRole("button", { name: "Try again" }).click()
    await reader.tile("Messages").locator("data").waitFor()
    reader.isClean(FAILED)
  })
})

describe.skipIf(missing !== undefined)("the dashboard of a server with tokens", () => {
  let browser: Browser
  let server: ServerProcess

  beforeAll(async () => {
    server = await ServerProcess.start({ AUTH_SECRET: SECRET })
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  it("tells a user without a role whom it is for, and an analyst the figures", async () => {
    const user = await Reader.open(browser, server.url, `${PATH}#token=${await hourLong("uli")}`, { stranger: true })
    await user.page.getByRole("heading", { name: "You may not see the figures" }).waitFor()
    await user.page.getByText("Figures are for the roles analyst and admin.").waitFor()
    await isAccessible(user.page, "forbidden")
    await user.page.getByRole("link", { name: "Back to the chat" }).click()
    await user.page.getByRole("textbox", { name: "Message #global" }).waitFor()
    user.isClean(FAILED)

    const token = await hourLong("ana", { role: "analyst" })
    const analyst = await Reader.open(browser, server.url, `${PATH}#token=${token}`, { stranger: true })
    await analyst.tile("Messages").locator("data").waitFor()
    await analyst.page.getByRole("region", { name: "Live" }).getByText("Messages so far").waitFor()
    assert.notInclude(analyst.page.url(), "token")
    analyst.isClean()
  })
})
