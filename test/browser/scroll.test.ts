/** A long room, read back to its first message: nothing that is in view moves by itself, and nothing is left out or shown twice. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Browser } from "playwright-core"
import { ServerProcess } from "../support/ServerProcess.ts"
import { fill } from "./Author.ts"
import { launch, missing } from "./Chromium.ts"
import { contents, freshRoom, isWhole } from "./longRoom.ts"
import { Person } from "./Person.ts"
import { walkUp } from "./walkUp.ts"

const MANY = 10_000
const FEW = 1000
/** More than is loaded to open a room at the first that is unread. */
const UNREAD = 2300
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
    const room = freshRoom()
    await fill(server, room, contents(MANY))
    const options = { viewport: { width: 1280, height: 1000 }, reducedMotion: "no-preference" } as const
    const ada = await Person.enter(browser, server.url, "Ada", { room, options })
    const last = ada.row(`message ${MANY}`)
    await last.waitFor()

    // as a hand does it
    await ada.scroller.hover()
    await ada.page.mouse.wheel(0, -3000)
    const jump = ada.page.getByRole("button", { name: "Jump to latest" })
    await jump.click()
    await jump.waitFor({ state: "detached" })
    await last.waitFor()

    isWhole(await ada.page.evaluate(walkUp, STEP), MANY, room)

    await jump.click()
    await jump.waitFor({ state: "detached" })
    await last.waitFor()
    const toEnd = ({ clientHeight, scrollHeight, scrollTop }: Element) => scrollHeight - clientHeight - scrollTop
    assert.isAtMost(await ada.scroller.evaluate(toEnd), 1)
    ada.isClean()
  })

  it("opens as near to the first unread message as it loads, where they are very many", async () => {
    const room = freshRoom()
    const ada = await Person.enter(browser, server.url, "Ada", { room })
    await ada.say("here I was")
    await ada.open("aside")
    await fill(server, room, contents(UNREAD))
    await ada.roomLink(room).filter({ hasText: "unread" }).waitFor()
    await ada.page.reload()
    await ada.inRoom("aside")
    await ada.open(room)
    await ada.sees(/message \d+/)
    // far from the end, and what is below is unread
    await ada.page.getByRole("button", { name: "99+ new messages" }).waitFor()
    const shown = await ada.texts()
    assert.isTrue(
      shown.every((text) => Number(/message (\d+)/.exec(text)?.[1] ?? 0) < UNREAD / 2),
      shown.join()
    )
    await ada.open("aside")
    await ada.roomLink(room).filter({ hasText: "unread" }).waitFor()
    ada.isClean()
  })

  it("stays where it is as well for who wants nothing to move", async () => {
    const room = freshRoom()
    await fill(server, room, contents(FEW))
    const options = { viewport: { width: 1280, height: 1000 }, reducedMotion: "reduce" } as const
    const ada = await Person.enter(browser, server.url, "Ada", { room, options })
    await ada.row(`message ${FEW}`).waitFor()
    isWhole(await ada.page.evaluate(walkUp, STEP), FEW, room)
    ada.isClean()
  })
})
