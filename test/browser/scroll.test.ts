/** A long room, read back to its first message: nothing that is in view moves by itself, and nothing is left out or shown twice. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Browser } from "playwright-core"
import { ServerProcess } from "../support/ServerProcess.ts"
import { fill } from "./Author.ts"
import { launch, missing } from "./Chromium.ts"
import { contents, isWhole } from "./longRoom.ts"
import { Person } from "./Person.ts"
import { walkUp } from "./walkUp.ts"

const MANY = 10_000
const FEW = 1000
/** Pixels of one movement, in a window that is higher than usual. */
const STEP = 760

describe.skipIf(missing !== undefined)("a long room", () => {
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

  it("is read from its last message to its first with nothing moving by itself", { timeout: 120_000 }, async () => {
    await fill(server, "long", contents(MANY))
    const options = { viewport: { width: 1280, height: 1000 }, reducedMotion: "no-preference" } as const
    const ada = await Person.enter(browser, server.url, "Ada", { room: "long", options })
    const last = ada.row(`message ${MANY}`)
    await last.waitFor()

    // as a hand does it
    await ada.scroller.hover()
    await ada.page.mouse.wheel(0, -3000)
    const jump = ada.page.getByRole("button", { name: "Jump to latest" })
    await jump.click()
    await jump.waitFor({ state: "detached" })
    await last.waitFor()

    isWhole(await ada.page.evaluate(walkUp, STEP), MANY, "long")

    await jump.click()
    await jump.waitFor({ state: "detached" })
    await last.waitFor()
    const toEnd = ({ clientHeight, scrollHeight, scrollTop }: Element) => scrollHeight - clientHeight - scrollTop
    assert.isAtMost(await ada.scroller.evaluate(toEnd), 1)
    ada.isClean()
  })

  it("stays where it is as well for who wants nothing to move", async () => {
    await fill(server, "calm", contents(FEW))
    const options = { viewport: { width: 1280, height: 1000 }, reducedMotion: "reduce" } as const
    const ada = await Person.enter(browser, server.url, "Ada", { room: "calm", options })
    await ada.row(`message ${FEW}`).waitFor()
    isWhole(await ada.page.evaluate(walkUp, STEP), FEW, "calm")
    ada.isClean()
  })
})
