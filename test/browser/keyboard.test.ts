/** The chat without a mouse: everything is reached by keys, and the focus is where one left it. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Browser } from "playwright-core"
import { ServerProcess } from "../support/ServerProcess.ts"
import { author } from "./Author.ts"
import { launch, missing } from "./Chromium.ts"
import { Person } from "./Person.ts"

describe.skipIf(missing !== undefined)("who has only a keyboard", () => {
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

  it("comes in, changes the room, writes, answers, reacts, edits, deletes, and is back after each dialog", async () => {
    const bo = await author(server.url, "Bo")
    await bo.room("desk").join()
    await bo.room("desk").send("said by Bo")

    const ada = await Person.arrive(browser, server.url, "Ada")
    const { page } = ada
    const { keyboard } = page
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "")
    await page.getByRole("textbox", { name: "Your name" }).waitFor()
    await keyboard.type("Ada")
    await keyboard.press("Enter")
    await ada.inRoom()

    // a room, by its name
    await keyboard.press("Control+k")
    await page.getByRole("combobox", { name: "Go to a room or person" }).waitFor()
    await keyboard.type("desk")
    await page.getByRole("option", { name: /desk/ }).waitFor()
    await keyboard.press("Enter")
    await ada.inRoom("desk")
    await ada.sees("said by Bo")
    // one can write at once
    assert.strictEqual(await focused(), "Message #desk")

    // from part to part of the page
    const parts: Array<string> = []
    for (let part = 0; part < 3; part++) {
      await keyboard.press("F6")
      parts.push(
        await page.evaluate(() => document.activeElement?.closest("[data-region]")?.tagName.toLowerCase() ?? "none")
      )
    }
    assert.sameMembers(parts, ["nav", "main", "aside"])
    for (let tries = 0; (await focused()) !== "Message #desk" && tries < 3; tries++) await keyboard.press("F6")
    assert.strictEqual(await focused(), "Message #desk")

    await keyboard.type("first of mine")
    await keyboard.press("Enter")
    await ada.row("first of mine").and(page.locator("[data-status=sent]")).waitFor()
    assert.strictEqual(await focused(), "Message #desk")

    // up into the list
    const row = () =>
      page.evaluate(() => (document.activeElement?.matches("article") ? document.activeElement.textContent : ""))
    for (let tries = 0; (await row()) === "" && tries < 9; tries++) await keyboard.press("Shift+Tab")
    await page.waitForFunction(() => document.activeElement?.textContent.includes("first of mine"))
    await keyboard.press("ArrowUp")
    await page.waitForFunction(() => document.activeElement?.textContent.includes("said by Bo"))

    await keyboard.press("r")
    await page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA")
    await keyboard.type("an answer")
    await keyboard.press("Enter")
    await ada.row("an answer").getByRole("button", { name: "In reply to Bo said by Bo" }).waitFor()

    // a reaction, and back on the message
    for (let tries = 0; (await row()) === "" && tries < 9; tries++) await keyboard.press("Shift+Tab")
    await keyboard.press("Home")
    // not the answer, which names it as well
    await page.waitForFunction(() => /said by Bo(?!.*an answer)/s.test(document.activeElement?.textContent ?? ""))
    await keyboard.press("+")
    await page.getByRole("searchbox", { name: "Search emoji" }).waitFor()
    await page.getByRole("gridcell").first().waitFor()
    await keyboard.type("rocket")
    await page.getByRole("heading", { name: "Found" }).waitFor()
    await keyboard.press("Enter")
    await ada.row("said by Bo").getByRole("button", { name: "🚀 1", pressed: true }).first().waitFor()

    // a change of what was said last
    await ada.composer.focus()
    await keyboard.press("ArrowUp")
    await page.waitForFunction(() => document.querySelector("textarea")?.value === "an answer")
    await keyboard.type(", changed")
    await keyboard.press("Enter")
    await ada.sees(/an answer, changed\s*\(edited\)/)
    assert.strictEqual(await focused(), "Message #desk")

    // a question before a message is gone, and Escape out of it
    const onLast = async () => {
      for (let tries = 0; (await row()) === "" && tries < 9; tries++) await keyboard.press("Shift+Tab")
      await keyboard.press("End")
      await page.waitForFunction(() => document.activeElement?.textContent.includes("an answer, changed"))
    }
    await onLast()
    await keyboard.press("Delete")
    const dialog = page.getByRole("dialog", { name: "Delete this message?" })
    await dialog.waitFor()
    await keyboard.press("Escape")
    await dialog.waitFor({ state: "detached" })
    assert.include(await row(), "an answer, changed")
    await keyboard.press("Delete")
    await dialog.waitFor()
    await keyboard.press("Tab")
    await page.waitForFunction(() => document.activeElement?.textContent === "Delete")
    await keyboard.press("Enter")
    await ada.sees("This message was deleted")

    // help, and back
    await keyboard.press("?")
    const help = page.getByRole("dialog", { name: "Keyboard shortcuts" })
    await help.waitFor()
    const before = await page.evaluate(() => document.activeElement?.closest("dialog") !== null)
    assert.isTrue(before)
    await keyboard.press("Escape")
    await help.waitFor({ state: "detached" })
    assert.include(await row(), "This message was deleted")

    // from anywhere to where one writes, at the end of the list
    await keyboard.press("Escape")
    await page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA")
    await keyboard.press("Alt+ArrowDown")
    await ada.inRoom("global")
    assert.strictEqual(await focused(), "Message #global")
    // where an arrow alone would change what was said last
    await ada.say("last of mine")
    await keyboard.press("Alt+ArrowUp")
    await ada.inRoom("desk")
    assert.strictEqual(await focused(), "Message #desk")
    ada.isClean()
  })
})
