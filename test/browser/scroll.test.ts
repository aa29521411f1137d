/** A long room, read back to its first message: nothing that is in view moves by itself, and nothing is left out or shown twice. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Browser } from "playwright-core"
import { ServerProcess } from "../support/ServerProcess.ts"
import { fill } from "./Author.ts"
import { launch, missing } from "./Chromium.ts"
import { Firefox, missingFirefox } from "./Firefox.ts"
import { Person } from "./Person.ts"
import { type Walk, walkUp } from "./walkUp.ts"

const MANY = 10_000
const FEW = 500
/** Pixels of one movement, in a window that is higher than usual, and in one that is not. */
const STEP = 760
const FIREFOX_STEP = 400
/** The key, as WebDriver has it. */
const ENTER = "\uE007"

/** Of different heights: nobody knows how high one is before it is drawn. */
const contentOf = (index: number): string => {
  const number = `message ${index + 1}`
  if (index % 11 === 3) return `${number}\nwith\nsome more\nlines`
  if (index % 17 === 5) return `${number} ${"and on and on ".repeat(20).trim()}`
  if (index % 97 === 7) return `${number}\n\n\`\`\`\nlet x = ${index}\n\`\`\``
  return number
}

const contents = (count: number) => Array.from({ length: count }, (_, index) => contentOf(index))

const isWhole = (walk: Walk, count: number, room: string): void => {
  assert.strictEqual(walk.shift, 0, `what was in view moved at ${walk.shifted}`)
  assert.strictEqual(walk.disorder, 0)
  assert.deepEqual(
    walk.seen.map(([at]) => Number(at.split(".")[1])),
    Array.from({ length: count }, (_, index) => index + 1)
  )
  assert.deepEqual(
    walk.seen.map(([, text]) => Number(/^message (\d+)/.exec(text)?.[1])),
    Array.from({ length: count }, (_, index) => index + 1)
  )
  assert.strictEqual(walk.top, `This is the beginning of #${room}.`)
}

/** In a page: done once there is what a selector means, with a text in it. */
const there = ({ selector, text }: { readonly selector: string; readonly text: string }) =>
  new Promise<void>((resolve) => {
    const look = () => {
      if ([...document.querySelectorAll(selector)].some((one) => one.textContent.includes(text))) resolve()
      else requestAnimationFrame(look)
    }
    look()
  })

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
    const options = { viewport: { width: 1280, height: 1000 } }
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

  it.skipIf(missingFirefox !== undefined)("is read as well in Firefox", { timeout: 120_000 }, async () => {
    await fill(server, "fox", contents(FEW))
    const firefox = await Firefox.start()
    await firefox.open(`${server.url}/r/fox`)
    await firefox.evaluate(there, { selector: "label", text: "Your name" })
    await firefox.type(`Fox${ENTER}`)
    await firefox.evaluate(there, { selector: "article", text: `message ${FEW}` })
    isWhole(await firefox.evaluate(walkUp, FIREFOX_STEP), FEW, "fox")
  })
})
