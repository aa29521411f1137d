/** All that the dashboard shows is in its address, and it shows nothing new while nobody looks. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Browser, Page } from "playwright-core"
import { ServerProcess } from "../support/ServerProcess.ts"
import { launch, missing } from "./Chromium.ts"
import { Reader } from "./Reader.ts"

/** What is asked of the server is what is seen. */
const WINDOW = { options: { viewport: { width: 1280, height: 800 } } }

/** What the controls say, by themselves. */
const controls = async (page: Page) => {
  await page.getByRole("heading", { name: "Top rooms" }).waitFor()
  return {
    range: await page.getByRole("group", { name: "Period" }).getByRole("button", { pressed: true }).innerText(),
    zone: await page.getByRole("combobox", { name: "Time zone" }).inputValue(),
    compare: await page.getByRole("checkbox", { name: "Compare with the period before" }).isChecked(),
    refresh: await page.getByRole("combobox", { name: "Refresh" }).inputValue(),
    sort: await page.getByRole("combobox", { name: "Sort top rooms" }).inputValue(),
    tables: await page.getByRole("button", { name: /as a picture$/ }).count()
  }
}

describe.skipIf(missing !== undefined)("the address of the dashboard", () => {
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

  it("has everything that was chosen, so that a reload, a link and the way back show the same", async () => {
    const reader = await Reader.open(browser, server.url, "/dashboard", WINDOW)
    const { page } = reader
    const first = await controls(page)
    assert.deepEqual(first, {
      range: "24h",
      zone: "Europe/Berlin",
      compare: false,
      refresh: "60",
      sort: "messages",
      tables: 0
    })
    // a link shows others the clock that it was copied by
    await page.waitForURL("**/dashboard?range=24h&tz=Europe/Berlin")

    const steps: Array<{ readonly url: string; readonly shown: Awaited<ReturnType<typeof controls>> }> = []
    const choose = async (act: () => Promise<unknown>, query: string) => {
      await act()
      await page.waitForURL((url) => url.search === query)
      steps.push({ url: page.url(), shown: await controls(page) })
    }
    await choose(() => page.getByRole("button", { name: "6h" }).click(), "?range=6h&tz=Europe/Berlin")
    await choose(
      () => page.getByRole("combobox", { name: "Time zone" }).selectOption("Asia/Tokyo"),
      "?range=6h&tz=Asia/Tokyo"
    )
    await choose(
      () => page.getByRole("checkbox", { name: "Compare with the period before" }).click(),
      "?range=6h&tz=Asia/Tokyo&compare=previous"
    )
    await choose(
      () => page.getByRole("combobox", { name: "Refresh" }).selectOption("300"),
      "?range=6h&tz=Asia/Tokyo&compare=previous&refresh=300"
    )
    await choose(
      () => page.getByRole("combobox", { name: "Sort top rooms" }).selectOption("senders"),
      "?range=6h&tz=Asia/Tokyo&compare=previous&refresh=300&sort=senders"
    )
    await choose(
      () => page.getByRole("button", { name: "Show Messages as a table" }).click(),
      "?range=6h&tz=Asia/Tokyo&compare=previous&refresh=300&sort=senders&tables=messages"
    )
    const last = steps.at(-1)
    assert.deepEqual(last?.shown, {
      range: "6h",
      zone: "Asia/Tokyo",
      compare: true,
      refresh: "300",
      sort: "senders",
      tables: 1
    })

    await page.reload()
    assert.deepEqual(await controls(page), last?.shown)

    for (const { shown, url } of steps.slice(-4, -1).toReversed()) {
      await page.goBack()
      await page.waitForURL(url)
      assert.deepEqual(await controls(page), shown)
    }
    await page.goForward()
    await page.waitForURL(steps[3]?.url ?? "")
    assert.deepEqual(await controls(page), steps[3]?.shown)
    reader.isClean()
  })

  it("that cannot be understood is told, and not taken for another one", async () => {
    const reader = await Reader.open(browser, server.url, "/dashboard?range=5y&tz=Mars/Olympus", WINDOW)
    await reader.page.getByText("The address has range=5y, which is not known.").waitFor()
    await reader.page.getByText("Times are those of your browser.").waitFor()
    reader.isClean()
  })

  it("refreshes by itself as often as it says, not while the page is hidden, and at once when it is seen again", async () => {
    const asked: Array<string> = []
    const reader = await Reader.open(browser, server.url, "/dashboard?range=24h&tz=UTC&refresh=60", {
      ...WINDOW,
      before: (page) => page.clock.install()
    })
    const { page } = reader
    await reader.tile("Messages").locator("data").waitFor()
    page.on("request", (request) => {
      if (request.url().includes("/api/analytics/")) asked.push(request.url())
    })
    const see = (hidden: boolean) =>
      page.evaluate((state) => {
        Object.defineProperty(document, "hidden", { configurable: true, value: state })
        document.dispatchEvent(new Event("visibilitychange"))
      }, hidden)

    const minute = page.waitForRequest(/analytics\/timeseries\?metric=messages/)
    await page.clock.fastForward(61_000)
    await minute

    await see(true)
    await page.getByText("Paused while the page is hidden").waitFor()
    asked.length = 0
    await page.clock.fastForward(600_000)
    await page.clock.runFor(1000)
    assert.deepEqual(asked, [])

    const again = page.waitForRequest(/analytics\/timeseries\?metric=messages/)
    await see(false)
    await page.clock.runFor(1000)
    await again
    await page.getByText(/^Refreshed at/).waitFor()

    await page.route(/api\/analytics/, (route) => route.abort())
    await page.getByRole("button", { name: "Refresh now" }).click()
    await page.getByText(/^Not refreshed at .*: the server cannot be reached$/).waitFor()
    await page.unroute(/api\/analytics/)
    await page.getByRole("button", { name: "Refresh now" }).click()
    await page.getByText(/^Refreshed at/).waitFor()
    reader.isClean([/Failed to load resource/])
  })
})
