/** Small screens, large letters, and lines that run the other way: all of it can be used, and nothing has to be moved sideways. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Browser } from "playwright-core"
import { ServerProcess } from "../support/ServerProcess.ts"
import { fill } from "./Author.ts"
import { launch, missing } from "./Chromium.ts"
import { Person } from "./Person.ts"

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
/** A window of 1280 by 800 at 200 %. */
const ZOOMED = { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }
/** Pixels that a finger needs. */
const FINGER = 44

const LONG = `${"https://example.org/".padEnd(300, "a")} and a word`

/** What is too long for a line, and what is not. */
const CONTENTS = [LONG, `\`\`\`\n${"let x = 1; ".repeat(40)}\n\`\`\``, "a short one", LONG]

/** Pixels by which the page is wider than the screen. */
const sideways = ({ page }: Person) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

/** What can be tapped and is smaller than a finger. What is within a text is as high as its line. */
const tooSmall = ({ page }: Person) =>
  page.evaluate((finger) => {
    const all = [...document.querySelectorAll<HTMLElement>("button, a[href], input, textarea, select, [role=button]")]
    return (
      all
        .filter((one) => one.checkVisibility() && one.closest("[id$=text], .unseen, [inert]") === null)
        // what is there for a keyboard only, and comes with it
        .filter((one) => !one.matches("[tabindex='-1'], a[href='#main']"))
        .filter((one) => {
          // a menu or dialog is over the rest
          const open = document.querySelector("dialog[open]")
          return open === null || open.contains(one)
        })
        .map((one) => ({ one, box: one.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && box.right > 0 && (box.width < finger - 0.5 || box.height < finger - 0.5))
        .map(({ box, one }) => `${one.ariaLabel ?? one.textContent} ${box.width} x ${box.height}`)
    )
  }, FINGER)

describe.skipIf(missing !== undefined)("a small screen", () => {
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

  it("of a phone has the rooms in a drawer, buttons for fingers, and nothing beside the screen", async () => {
    await fill(server, "wide", CONTENTS)
    const ada = await Person.enter(browser, server.url, "Ada", { room: "wide", options: PHONE })
    const { page } = ada
    await ada.sees("and a word")
    assert.strictEqual(await sideways(ada), 0)
    assert.deepEqual(await tooSmall(ada), [])

    await ada.composer.tap()
    await ada.composer.fill("from the road")
    await page.getByRole("button", { name: "Send" }).tap()
    await ada.row("from the road").and(page.locator("[data-status=sent]")).waitFor()

    // what a row can do comes by a tap
    await ada.row("from the road").tap()
    await ada.row("from the road").getByRole("button", { name: "React with 👍" }).tap()
    await ada.row("from the road").getByRole("button", { name: "👍 1", pressed: true }).waitFor()
    assert.strictEqual(await sideways(ada), 0)

    await page.getByRole("button", { name: "Show rooms" }).tap()
    const drawer = page.getByRole("dialog").getByRole("navigation", { name: "Rooms" })
    await drawer.waitFor()
    assert.strictEqual(await sideways(ada), 0)
    assert.deepEqual(await tooSmall(ada), [])
    await drawer.getByRole("button", { name: "Join or create a room" }).tap()
    const name = page.getByRole("combobox", { name: "Name of the room" })
    await name.fill("narrow")
    await page.getByRole("option", { name: "Go to #narrow" }).tap()
    await ada.inRoom("narrow")
    await drawer.waitFor({ state: "detached" })

    await page.getByRole("button", { name: "Members" }).tap()
    await page.getByRole("dialog", { name: "Members" }).getByText("Ada").waitFor()
    assert.strictEqual(await sideways(ada), 0)
    ada.isClean()
  })

  it("that is turned keeps the end of the list in view", async () => {
    const long = "lorem ipsum dolor sit amet ".repeat(20)
    await fill(
      server,
      "turned",
      Array.from({ length: 80 }, (_, index) => (index % 5 === 4 ? `${long} ${index}` : `short ${index}`))
    )
    const ada = await Person.enter(browser, server.url, "Ada", {
      room: "turned",
      options: { viewport: { width: 390, height: 844 } }
    })
    await ada.sees("79")
    // the second after it was opened it goes to its end whatever happens
    await ada.page.waitForTimeout(1200)
    const { height, width } = ada.page.viewportSize()!
    await ada.page.setViewportSize({ width: height, height: width })
    await ada.page.waitForFunction((wide) => document.documentElement.clientWidth === wide, height)
    await ada.scroller.evaluate(async (list) => {
      // as long as it takes for rows to be measured
      for (let frame = 0; frame < 30; frame++) await new Promise(requestAnimationFrame)
      if (list.scrollHeight - list.clientHeight - list.scrollTop > 2) throw new Error("it is not at its end")
    })
    assert.strictEqual(await ada.page.getByRole("button", { name: "Jump to latest" }).count(), 0)
    ada.isClean()
  })

  it("of a window at twice the size shows all there is to use", async () => {
    await fill(server, "zoomed", CONTENTS)
    const bo = await Person.enter(browser, server.url, "Bo", { room: "zoomed", options: ZOOMED })
    const { page } = bo
    await bo.sees("and a word")
    assert.strictEqual(await sideways(bo), 0)
    // there is still something to read between what is above and what is below
    const height = await bo.scroller.evaluate(({ clientHeight }) => clientHeight)
    assert.isAtLeast(height, 120)
    await bo.say("large letters")
    await bo.act(bo.row("large letters"), "More actions")
    const menu = page.getByRole("menuitem", { name: "Edit" })
    await menu.click()
    await bo.write("large letters, edited")
    await bo.sees(/large letters, edited\s*\(edited\)/)
    await page.keyboard.press("Control+k")
    const box = await page.getByRole("dialog").boundingBox()
    assert.isNotNull(box)
    assert.isAtMost((box?.y ?? 0) + (box?.height ?? 0), ZOOMED.viewport.height)
    bo.isClean()
  })

  it("is mirrored where lines run from right to left", async () => {
    await fill(server, "mirrored", CONTENTS)
    const cy = await Person.enter(browser, server.url, "Cy", { room: "mirrored" })
    const { page } = cy
    const sides = async () => {
      const rooms = await page.getByRole("navigation", { name: "Rooms" }).boundingBox()
      const members = await page.getByRole("complementary", { name: "Members" }).boundingBox()
      return Math.sign((members?.x ?? 0) - (rooms?.x ?? 0))
    }
    assert.strictEqual(await sides(), 1)
    await page.getByRole("button", { name: "Settings and account" }).click()
    await page.getByRole("menuitem", { name: "Settings…" }).click()
    await page.getByRole("radio", { name: "Right to left" }).check()
    await page.keyboard.press("Escape")
    await page.waitForFunction(() => document.documentElement.dir === "rtl")
    assert.strictEqual(await sides(), -1)
    assert.strictEqual(await sideways(cy), 0)
    await cy.say("still written from the left")
    // it is kept, and each text runs as its own letters do
    await page.reload()
    await cy.inRoom("mirrored")
    assert.strictEqual(await sides(), -1)
    const text = cy.row("still written from the left").locator("[dir=auto]").first()
    assert.strictEqual(await text.evaluate((one) => getComputedStyle(one).direction), "ltr")
    cy.isClean()
  })
})
