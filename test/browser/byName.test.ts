/** Who comes by a name, where the server takes anybody's word for it: in one tab or two, in any script, and not where they are banned. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Browser } from "playwright-core"
import { ServerProcess } from "../support/ServerProcess.ts"
import { launch, missing } from "./Chromium.ts"
import { Person } from "./Person.ts"

const KEY = "k".repeat(40)

/** What a browser's console says of a connection that is refused, and of the look at why. */
const REFUSED = [/WebSocket connection to .* failed/, /status of 4(03|26)/]

describe.skipIf(missing !== undefined)("who comes by name", () => {
  let browser: Browser
  let server: ServerProcess

  beforeAll(async () => {
    server = await ServerProcess.start({ API_KEYS: `ops:${KEY}` })
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  const order = async (order: object) => {
    const headers = { "x-api-key": KEY, "content-type": "application/json" }
    const response = await server.fetch("/api/moderation", { method: "POST", headers, body: JSON.stringify(order) })
    assert.strictEqual(response.status, 200, await response.text())
  }

  it("is told of a ban after a reload as well, and is back once it is lifted", async () => {
    const ada = await Person.enter(browser, server.url, "Ada", { room: "hall" })
    const userId = await ada.page.evaluate(() => JSON.parse(localStorage.getItem("hubbub:identity") ?? "{}").userId)
    await order({ action: "ban", userId, reason: "shouting" })
    const alert = ada.page.getByRole("alert")
    await alert.getByRole("heading", { name: "You have been banned from this server" }).waitFor()
    await alert.filter({ hasText: "shouting" }).waitFor()

    await ada.page.reload()
    await alert.getByRole("heading", { name: "You have been banned from this server" }).waitFor()
    await alert.filter({ hasText: "shouting" }).waitFor()

    await order({ action: "unban", userId })
    await alert.getByRole("button", { name: "Try again" }).click()
    await ada.inRoom("hall")
    ada.isClean(REFUSED)
  })

  it("has in a second tab what they say and read in the first, each message once", async () => {
    const one = await Person.enter(browser, server.url, "Bo", { room: "den" })
    const two = await one.another("/r/yard")
    await two.inRoom("yard")
    await one.page.getByText("1 person here").waitFor()
    await two.open("den")
    await two.open("yard")

    await one.say("from the first")
    // one's own words are nothing unread
    await two.open("den")
    await two.sees("from the first")
    await two.say("from the second")
    await one.sees("from the second")
    assert.deepEqual(await one.texts(), ["from the first", "from the second"])
    assert.deepEqual(await two.texts(), ["from the first", "from the second"])

    // so is what was begun in one
    await one.composer.fill("half a thou")
    await two.page.waitForFunction(() => document.querySelector("textarea")?.value === "half a thou")
    await two.say("half a thought")
    await one.sees("half a thought")
    await one.page.waitForFunction(() => document.querySelector("textarea")?.value === "")

    // what one tab has read is read in the other
    await one.open("attic")
    await two.open("attic")
    const cy = await Person.enter(browser, server.url, "Cy", { room: "den" })
    await cy.say("are you there?")
    for (const tab of [one, two]) await tab.roomLink("den").filter({ hasText: "1 unread" }).waitFor()
    await one.open("den")
    await one.sees("are you there?")
    await two.roomLink("den").filter({ hasNotText: "unread" }).waitFor()

    await two.page.close()
    await one.page.getByText("2 people here").waitFor()
    for (const person of [one, two, cy]) person.isClean()
  })

  it("composes words of any script, and sends them by the key that follows", async () => {
    const dan = await Person.enter(browser, server.url, "Dan", { room: "desk" })
    await dan.composer.focus()
    const keyboard = await dan.page.context().newCDPSession(dan.page)
    const compose = (text: string) =>
      keyboard.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length })
    for (const text of ["に", "にほ", "にほん"]) await compose(text)
    assert.strictEqual(await dan.composer.inputValue(), "にほん")
    // the key that takes what is proposed is the input method's, and the page only hears of it
    const key = { key: "Enter", code: "Enter", windowsVirtualKeyCode: 229 }
    await keyboard.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...key })
    await keyboard.send("Input.dispatchKeyEvent", { type: "keyUp", ...key })
    await keyboard.send("Input.insertText", { text: "日本" })
    assert.strictEqual(await dan.composer.inputValue(), "日本")
    assert.deepEqual(await dan.texts(), [])
    await dan.composer.press("Enter")
    await dan.sees("日本")
    assert.deepEqual(await dan.texts(), ["日本"])
    dan.isClean()
  })
})
