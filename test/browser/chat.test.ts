/** Two people in two browsers: what the one does is on the screen of the other. */
import { afterAll, afterEach, assert, beforeAll, beforeEach, describe, it } from "@effect/vitest"
import type { Browser } from "playwright-core"
import { eventually, ServerProcess } from "../support/ServerProcess.ts"
import { launch, missing } from "./Chromium.ts"
import { Person } from "./Person.ts"

/** Messages that one may send at once; one more a second from then on. */
const BURST = 8

describe.skipIf(missing !== undefined)("two people in a chat", () => {
  let browser: Browser
  let server: ServerProcess

  beforeAll(async () => {
    browser = await launch()
  })
  // each try has rooms that nobody has spoken in
  beforeEach(async () => {
    server = await ServerProcess.start({ RATE_LIMIT_PER_SEC: "1", RATE_LIMIT_BURST: String(BURST) })
  })
  afterEach(async () => {
    await server?.stop()
  })
  afterAll(async () => {
    await browser?.close()
  })

  it("see each other come, write, speak, react, answer, edit, delete and go", async () => {
    const ada = await Person.enter(browser, server.url, "Ada", { room: "tea" })
    const bo = await Person.enter(browser, server.url, "Bo", { room: "tea" })

    const members = ada.page.getByRole("complementary", { name: "Members" })
    await members.getByRole("button", { name: "Bo" }).waitFor()
    await ada.page.getByText("2 people here").waitFor()

    await bo.composer.pressSequentially("Hello A")
    await ada.page.getByText("Bo is typing…").waitFor()
    await bo.say("Hello Ada")
    await ada.sees("Hello Ada")
    await ada.page.getByText("Bo is typing…").waitFor({ state: "detached" })

    await ada.act(ada.row("Hello Ada"), "React with 👍")
    const thumb = bo.row("Hello Ada").getByRole("button", { name: "👍 1" })
    await thumb.click()
    await ada.row("Hello Ada").getByRole("button", { name: "👍 2", pressed: true }).waitFor()

    await ada.act(ada.row("Hello Ada"), "Reply")
    await ada.say("Hello yourself")
    await bo.row("Hello yourself").getByRole("button", { name: "In reply to Bo Hello Ada" }).waitFor()

    await bo.choose(bo.row("Hello Ada").first(), "Edit")
    assert.strictEqual(await bo.composer.inputValue(), "Hello Ada")
    await bo.write("Good morning Ada")
    const edited = ada.row(/Good morning Ada\s*\(edited\)/)
    await edited.first().waitFor()
    // what answers it shows it as it is now
    await ada.row("Hello yourself").getByRole("button", { name: "In reply to Bo Good morning Ada" }).waitFor()

    await bo.choose(bo.row(/Good morning Ada\s*\(edited\)/).first(), "Delete…")
    await bo.page.getByRole("dialog").getByRole("button", { name: "Delete" }).click()
    await ada.row("This message was deleted").first().waitFor()
    assert.notInclude(await ada.list.innerText(), "Good morning")

    await bo.page.context().close()
    await members.getByRole("button", { name: "Bo" }).waitFor({ state: "detached" })
    await ada.page.getByText("1 person here").waitFor()
    ada.isClean()
    bo.isClean()
  })

  it("are told in other rooms what is unread and what speaks to them, and write to each other in private", async () => {
    const cy = await Person.enter(browser, server.url, "Cy", { room: "desk" })
    const di = await Person.enter(browser, server.url, "Di", { room: "desk" })
    await cy.page.getByText("2 people here").waitFor()
    await cy.open("attic")
    await cy.page.waitForFunction(() => document.title === "#attic – Hubbub")

    await di.say("anyone there?")
    await cy.roomLink("desk").filter({ hasText: "1 unread" }).waitFor()
    await cy.page.waitForFunction(() => document.title === "(1) #attic – Hubbub")

    await di.composer.pressSequentially("@C")
    await di.page.getByRole("option", { name: /^Cy/ }).waitFor()
    await di.composer.press("Enter")
    assert.strictEqual(await di.composer.inputValue(), "@Cy ")
    await di.composer.pressSequentially("look")
    await di.composer.press("Enter")
    await cy.roomLink("desk").filter({ hasText: "2 unread, 1 mention you" }).waitFor()
    await cy.page.waitForFunction(() => document.title === "(2) #attic – Hubbub")

    await cy.roomLink("desk").click()
    await cy.inRoom("desk")
    await cy.sees("@Cy look")
    await cy.list.getByText("New messages").waitFor()
    // what was seen is read
    await cy.page.waitForFunction(() => document.title === "#desk – Hubbub")

    await cy.row("anyone there?").getByRole("button", { name: "Di" }).click()
    const dialog = cy.page.getByRole("dialog", { name: "Message to Di" })
    await dialog.getByRole("textbox", { name: "Your first message" }).fill("only for you")
    await dialog.getByRole("button", { name: "Send" }).click()
    await cy.page.getByRole("heading", { name: "Direct message with Di" }).waitFor()
    await cy.sees("only for you")

    await di.roomLink("Cy").filter({ hasText: "1 unread" }).click()
    await di.sees("only for you")
    await di.say("I know")
    await cy.sees("I know")
    cy.isClean()
    di.isClean()
  })

  it("find what was said by the beginnings of its words, and are led there", async () => {
    const fay = await Person.enter(browser, server.url, "Fay", { room: "library" })
    await fay.say("A **Heron** stood here", "A Heron stood here")
    await fay.say("nothing of interest")
    await fay.page.getByRole("button", { name: "Search messages" }).click()
    const dialog = fay.page.getByRole("dialog", { name: "Search in #library" })
    await dialog.getByRole("searchbox").fill("stood HÉR")
    const hit = dialog.getByRole("button", { name: "A Heron stood here" })
    await dialog.getByText("1 message found").waitFor()
    await hit.click()
    await dialog.waitFor({ state: "detached" })
    await fay.page.waitForFunction(() => document.activeElement?.textContent?.includes("Heron") === true)
    fay.isClean()
  })

  it("find what they answer, and what they change, where they left it", async () => {
    const ed = await Person.enter(browser, server.url, "Ed", { room: "loft" })
    await ed.say("the question")
    await ed.say("a mistak")
    await ed.act(ed.row("the question"), "Reply")
    await ed.composer.fill("half an answer")
    await ed.open("yard")
    assert.strictEqual(await ed.composer.inputValue(), "")
    await ed.open("loft")
    assert.strictEqual(await ed.composer.inputValue(), "half an answer")
    await ed.say("a whole answer")
    await ed.row("a whole answer").getByRole("button", { name: "In reply to Ed the question" }).waitFor()

    await ed.choose(ed.row("a mistak"), "Edit")
    await ed.composer.fill("a mistake")
    await ed.open("yard")
    await ed.open("loft")
    assert.strictEqual(await ed.composer.inputValue(), "a mistake")
    await ed.composer.press("Enter")
    await ed.row(/a mistake\s*\(edited\)/).waitFor()
    assert.strictEqual(await ed.composer.inputValue(), "")
    // what is given up is gone
    await ed.choose(ed.row(/a mistake\s*\(edited\)/), "Edit")
    await ed.composer.fill("something else")
    await ed.composer.press("Escape")
    await ed.choose(ed.row(/a mistake\s*\(edited\)/), "Edit")
    assert.strictEqual(await ed.composer.inputValue(), "a mistake")
    ed.isClean()
  })

  it("find what they had begun to write after a reload, and send again what was refused, as the same message", async () => {
    const eve = await Person.enter(browser, server.url, "Eve", { room: "den" })
    await eve.composer.fill("half a thou")
    await eve.page.reload()
    await eve.inRoom("den")
    assert.strictEqual(await eve.composer.inputValue(), "half a thou")

    await eve.composer.fill("")
    const sent: Array<{ readonly content: string; readonly messageId: string }> = []
    eve.page.on("websocket", (socket) =>
      socket.on("framesent", ({ payload }) => {
        const frame: { type: string; content: string; messageId: string } = JSON.parse(String(payload))
        if (frame.type === "chat") sent.push(frame)
      })
    )
    await eve.page.reload()
    await eve.inRoom("den")
    const said = Array.from({ length: BURST + 6 }, (_, index) => `line ${String(index).padStart(2, "0")}.`)
    await eve.composer.focus()
    for (const line of said) {
      await eve.page.keyboard.insertText(line)
      await eve.page.keyboard.press("Enter")
    }
    const failed = eve.rows.filter({ hasText: "Not sent. That was too much at once." })
    await failed.first().waitFor()
    // the others are taken or refused as well, each
    await eve.page.waitForFunction(() => document.querySelector("article[data-status=pending]") === null)
    const text = /line \d\d\./.exec(await failed.first().innerText())?.[0] ?? ""
    const row = eve.row(text)
    const again = async () => {
      const status = await row.getAttribute("data-status")
      if (status !== "failed") return status
      await eve.page.getByRole("button", { name: "Send now" }).waitFor()
      // gone where it is under way by now
      const retry = row.getByRole("button", { name: "Retry" })
      await retry.click({ timeout: 1000 }).catch(() => undefined)
      return "pending"
    }
    // on a machine that has other things to do it may come too soon once more
    await eventually(again, (status) => status === "sent")
    const tries = sent.filter(({ content }) => content === text)
    assert.isAbove(tries.length, 1)
    assert.lengthOf(new Set(tries.map(({ messageId }) => messageId)), 1)
    assert.strictEqual(await eve.row(text).count(), 1)

    const left = await failed.count()
    if (left > 0) {
      await failed.first().getByRole("button", { name: "Delete" }).click()
      await eve.page.waitForFunction(
        (count) => document.querySelectorAll("article[data-status=failed]").length === count,
        left - 1
      )
    }
    eve.isClean()
  })

  it("see markup as it is meant, and what looks like a page's own code as text", async () => {
    const flo = await Person.enter(browser, server.url, "Flo", { room: "lab" })
    const gus = await Person.enter(browser, server.url, "Gus", { room: "lab" })
    await flo.say("**bold** _slanted_ ~~gone~~ `code` see https://example.org/a_b.", "slanted")
    const styled = gus.row("slanted")
    await styled.locator("strong", { hasText: /^bold$/ }).waitFor()
    await styled.locator("em", { hasText: /^slanted$/ }).waitFor()
    await styled.locator("s", { hasText: /^gone$/ }).waitFor()
    await styled.locator("code", { hasText: /^code$/ }).waitFor()
    const link = styled.getByRole("link", { name: "https://example.org/a_b" })
    assert.strictEqual(await link.getAttribute("href"), "https://example.org/a_b")
    assert.strictEqual(await link.getAttribute("rel"), "noopener noreferrer nofollow")

    await flo.say("- one\n- two\n\n```js\nlet x = 1\n```", "let x = 1")
    const blocks = gus.row("let x = 1")
    assert.strictEqual(await blocks.getByRole("listitem").count(), 2)
    await blocks.locator("pre", { hasText: "let x = 1" }).waitFor()

    const code = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>`
    await flo.say(code)
    await flo.say("[click](javascript:document.title='taken') javascript:alert(1)")
    await gus.sees("[click]")
    const texts = await gus.texts()
    assert.include(texts, code)
    assert.include(texts, "[click](javascript:document.title='taken') javascript:alert(1)")
    assert.strictEqual(await gus.list.locator("img, script, a[href^=javascript]").count(), 0)
    assert.notInclude(await gus.page.title(), "taken")
    flo.isClean()
    gus.isClean()
  })
})
