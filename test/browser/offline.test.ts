/** A network that is away for a while: what was said meanwhile is there afterwards, each message once and in order, and nothing moves. */
import { afterAll, assert, beforeAll, describe, it, onTestFinished } from "@effect/vitest"
import type { Browser } from "playwright-core"
import { ServerProcess } from "../support/ServerProcess.ts"
import { fill } from "./Author.ts"
import { launch, missing } from "./Chromium.ts"
import { Person } from "./Person.ts"
import { walkUp } from "./walkUp.ts"
import { Wire } from "./Wire.ts"

/** Milliseconds that the network is away. */
const OUTAGE_MS = 30_000
const MISSED = 50

/** Milliseconds in which a page comes back by itself, at the latest. */
const BACK_MS = 40_000

/** What a browser's console says of a line that is cut. */
const CUT = [/WebSocket connection to .* failed/, /net::ERR_/, /status of 426/]

describe.skipIf(missing !== undefined)("an outage", () => {
  let browser: Browser
  let server: ServerProcess

  beforeAll(async () => {
    server = await ServerProcess.start({ RATE_LIMIT_PER_SEC: "0" })
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  it(
    "of half a minute loses and repeats nothing, is told of, and leaves what is read where it is",
    { timeout: 120_000 },
    async () => {
      // A13
      const wire = await Wire.to(server.port)
      onTestFinished(() => wire.stop())
      const before = Array.from({ length: 60 }, (_, index) => `before ${index + 1}`)
      await fill(server, "road", before)
      const ada = await Person.enter(browser, wire.url, "Ada", { room: "road" })
      await ada.sees("before 60")
      await ada.open("elsewhere")
      const news = ["news 1", "news 2", "news 3"]
      await fill(server, "road", news)
      await ada.roomLink("road").filter({ hasText: "3 unread" }).waitFor()
      await ada.open("road")
      await ada.sees("news 3")
      await ada.list.getByText("New messages").waitFor()

      // the other one on this network is in the middle of what was said
      const cy = await Person.enter(browser, wire.url, "Cy", { room: "road" })
      await cy.sees("news 3")
      const held = cy.row(/before 35(?!\d)/)
      await held.scrollIntoViewIfNeeded()
      await cy.page.getByRole("button", { name: "Jump to latest" }).waitFor()
      const standing = () => held.evaluate((row) => row.getBoundingClientRect().top)
      const stood = await standing()

      wire.cut()
      const over = new Promise((next) => setTimeout(next, OUTAGE_MS))
      // what waits for its answer has the line looked after
      await ada.write("from the dark")
      const missed = Array.from({ length: MISSED }, (_, index) => `missed ${index + 1}`)
      await fill(server, "road", missed)
      await ada.banner.filter({ hasText: "The connection was lost." }).waitFor({ timeout: OUTAGE_MS })
      await ada.banner.filter({ hasText: "1 message will be sent then." }).waitFor()
      assert.strictEqual(await ada.row("missed").count(), 0)
      await over
      wire.mend()

      await ada.row("from the dark").and(ada.page.locator("[data-status=sent]")).waitFor({ timeout: BACK_MS })
      await ada.banner.waitFor({ state: "detached" })
      const walk = await ada.page.evaluate(walkUp, 400)
      assert.deepEqual(
        walk.seen.map(([, text]) => text),
        [...before, ...news, ...missed, "from the dark"]
      )
      assert.deepEqual(walk.belowLine, ["news 1"])

      await cy.page.getByRole("button", { name: `${MISSED + 1} new messages` }).waitFor({ timeout: BACK_MS })
      assert.strictEqual(await standing(), stood)
      ada.isClean(CUT)
      cy.isClean(CUT)
    }
  )

  it("that is only a moment, five times over, shows what is said then once, and what is said meanwhile", async () => {
    // A10
    const wire = await Wire.to(server.port)
    onTestFinished(() => wire.stop())
    const ada = await Person.enter(browser, wire.url, "Ada", { room: "bridge" })
    await ada.say("here")
    const meanwhile = ["one", "two", "three", "four", "five"].map((word) => `meanwhile ${word}`)
    for (const text of meanwhile) {
      const again = ada.page.waitForEvent("websocket")
      wire.mend()
      await fill(server, "bridge", [text])
      // as the browser says when a line is there again: nobody waits for the next try
      await ada.page.evaluate(() => dispatchEvent(new Event("online")))
      await again
      await ada.sees(text)
    }
    await fill(server, "bridge", ["at last"])
    await ada.sees("at last")
    assert.deepEqual(await ada.texts(), ["here", ...meanwhile, "at last"])
    ada.isClean(CUT)
  })
})
