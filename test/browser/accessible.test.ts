/** What axe-core has against the chat, in both themes and on a phone: nothing. */
import { afterAll, beforeAll, describe, it } from "@effect/vitest"
import type { Browser } from "playwright-core"
import { ServerProcess } from "../support/ServerProcess.ts"
import { author } from "./Author.ts"
import { isAccessible } from "./axe.ts"
import { launch, missing } from "./Chromium.ts"
import { Person } from "./Person.ts"

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

describe.skipIf(missing !== undefined)("the chat", () => {
  let browser: Browser
  let server: ServerProcess

  beforeAll(async () => {
    server = await ServerProcess.start({ WORD_FILTER: "turnip" })
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  /** A room with a row of each kind, and people in it. */
  const furnished = async (room: string) => {
    const bo = await author(server.url, `bo-${room}`)
    const place = bo.room(room)
    await place.join()
    const first = await place.send("**bold**, `code`, https://example.org and :smile:")
    await place.send("> said before\n\n- one\n- two\n\n```js\nlet x = 1\n```")
    const gone = await place.send("to be deleted")
    await place.send("an answer", { replyTo: first.messageId })
    const rows = place.getSnapshot().messages
    const rowOf = (messageId: string) => {
      const row = rows.find((one) => one.messageId === messageId)
      if (row === undefined) throw new Error("said and not there")
      return row
    }
    await place.react(rowOf(first.messageId), "👍")
    await place.edit(rowOf(first.messageId), "**bolder**, `code`, https://example.org and :smile:")
    await place.delete(rowOf(gone.messageId))
    return bo
  }

  for (const colorScheme of ["light", "dark"] as const) {
    it(`has nothing that keeps anyone out in the ${colorScheme} theme`, { timeout: 120_000 }, async () => {
      const room = `room-${colorScheme}`
      const bo = await furnished(room)
      const options = { colorScheme, reducedMotion: "reduce" } as const
      const ada = await Person.arrive(browser, server.url, "Ada", { room, options })
      const { page } = ada
      await page.getByRole("button", { name: "Start chatting" }).waitFor()
      await isAccessible(page, "sign-in")
      await page.getByRole("textbox", { name: "Your name" }).fill("Ada")
      await page.getByRole("button", { name: "Start chatting" }).click()
      await ada.inRoom(room)
      await ada.say("mine")
      await ada.write("a turnip")
      await page.getByRole("button", { name: "Retry" }).waitFor()
      await bo.room(room).send("@Ada look", { mentions: [bo.room(room).getSnapshot().members[0]?.userId ?? ""] })
      await ada.sees("@Ada look")
      await ada.row("an answer").hover()
      await isAccessible(page, "the chat")

      await ada.act(ada.row("an answer"), "More actions")
      await isAccessible(page, "a menu", "[popover]")
      await page.keyboard.press("Escape")
      await ada.act(ada.row("an answer"), "Reply")
      await ada.act(ada.row("mine"), "Add reaction")
      // a few of them are as good as all, and looked at sooner
      await page.getByRole("searchbox", { name: "Search emoji" }).fill("cat")
      await page.getByRole("heading", { name: "Found" }).waitFor()
      await isAccessible(page, "the emoji", "[popover]")
      await page.keyboard.press("Escape")

      const closed = async () => {
        await page.keyboard.press("Escape")
        await page.locator("dialog").waitFor({ state: "detached" })
      }
      await page.keyboard.press("Control+k")
      await page.getByRole("option").first().waitFor()
      await isAccessible(page, "the switcher", "dialog")
      await closed()
      // the colours are the theme's, the rest is the same in each
      const isLight = colorScheme === "light"
      for (const title of isLight ? ["Join or create a room", "New direct message", "New group"] : ["New group"]) {
        await page.getByRole("button", { name: title }).click()
        await page.getByRole("dialog", { name: title }).waitFor()
        await isAccessible(page, title, "dialog")
        await closed()
      }
      const items = isLight ? ["Settings…", "Keyboard shortcuts…", "Blocked people…", "Sign out…"] : ["Settings…"]
      for (const item of items) {
        await page.getByRole("button", { name: "Settings and account" }).click()
        await page.getByRole("menuitem", { name: item }).click()
        await page.getByRole("dialog").waitFor()
        await isAccessible(page, item, "dialog")
        await closed()
      }
      await page.getByRole("button", { name: "Search messages" }).click()
      await page.getByRole("dialog").getByRole("searchbox").fill("bolder")
      await page.getByRole("dialog").getByText("bolder").first().waitFor()
      await isAccessible(page, "the search", "dialog")
      await page.getByRole("dialog").getByRole("button", { name: "Close" }).click()
      await page.locator("dialog").waitFor({ state: "detached" })
      ada.isClean()
    })
  }

  it("has nothing that keeps anyone out on a phone", async () => {
    await furnished("pocket")
    const ada = await Person.enter(browser, server.url, "Ada", { room: "pocket", options: PHONE })
    await ada.sees("an answer")
    await isAccessible(ada.page, "the chat")
    await ada.page.getByRole("button", { name: "Show rooms" }).tap()
    await ada.page.getByRole("dialog").getByRole("navigation", { name: "Rooms" }).waitFor()
    await isAccessible(ada.page, "the rooms", "dialog")
    await ada.page.getByRole("button", { name: "Close" }).tap()
    await ada.page.getByRole("button", { name: "Members" }).tap()
    await ada.page.getByRole("dialog", { name: "Members" }).waitFor()
    await isAccessible(ada.page, "the members", "dialog")
    ada.isClean()
  })
})
