/** Who comes with a token: until it ends, or until a moderator has had enough. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Browser } from "playwright-core"
import { moderate } from "../../src/client/moderate.ts"
import { hourLong, minted, second, SECRET } from "../identity/minted.ts"
import { ServerProcess } from "../support/ServerProcess.ts"
import { author } from "./Author.ts"
import { launch, missing } from "./Chromium.ts"
import { Person } from "./Person.ts"

/** What a browser's console says of a connection that is refused, and of the look at why. */
const REFUSED = [/WebSocket connection to .* failed/, /status of 40[13]/]

describe.skipIf(missing !== undefined)("who comes with a token", () => {
  let browser: Browser
  let server: ServerProcess

  beforeAll(async () => {
    server = await ServerProcess.start({ AUTH_SECRET: SECRET })
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  const arrive = async (name: string, token: string, room: string): Promise<Person> => {
    const person = await Person.arrive(browser, server.url, name, { room, fragment: `token=${token}` })
    await person.inRoom(room)
    return person
  }

  it("is signed out when it ends, is told so, and finds what was begun after signing in again", async () => {
    const token = (seconds: number) => minted({ sub: "ada", name: "Ada", iat: second(), exp: second() + seconds })
    const ada = await arrive("Ada", await token(12), "den")
    // nobody who looks over a shoulder, or at the history, has it from the address
    assert.strictEqual(new URL(ada.page.url()).hash, "")
    await ada.composer.fill("half a thou")

    const alert = ada.page.getByRole("alert")
    await alert.filter({ hasText: "Sign in again" }).waitFor({ timeout: 40_000 })
    assert.strictEqual(await ada.list.count(), 0)
    await ada.page.getByRole("textbox", { name: "Token" }).fill(await token(3600))
    await ada.page.getByRole("button", { name: "Use this token" }).click()
    await ada.inRoom("den")
    assert.strictEqual(await ada.composer.inputValue(), "half a thou")

    // it outlives a reload, and not the tab
    await ada.page.reload()
    await ada.inRoom("den")
    const other = await ada.page.context().newPage()
    await other.goto("/r/den")
    await other.getByRole("textbox", { name: "Token" }).waitFor()
    ada.isClean(REFUSED)
  })

  it("is told of a ban at once, stays away, and is back once it is lifted", async () => {
    const token = await hourLong("mod", { role: "moderator" })
    const moderator = await author(server.url, "mod", { getToken: () => token })
    const bo = await arrive("Bo", await hourLong("bo", { name: "Bo" }), "hall")
    const cy = await arrive("Cy", await hourLong("cy", { name: "Cy" }), "hall")
    for (const line of ["one of Bo", "two of Bo", "three of Bo"]) await bo.say(line)
    await cy.sees("three of Bo")
    await cy.say("enough of this")

    let sockets = 0
    bo.page.on("websocket", () => sockets++)
    await moderate(moderator, { action: "ban", userId: "bo", reason: "shouting" })
    const alert = bo.page.getByRole("alert")
    await alert.getByRole("heading", { name: "You have been banned from this server" }).waitFor()
    await alert.filter({ hasText: "shouting" }).waitFor()
    assert.strictEqual(await bo.list.count(), 0)

    await moderate(moderator, { action: "purge", userId: "bo" })
    await cy.page.waitForFunction(() => !document.body.innerText.includes("of Bo"))
    assert.deepEqual(await cy.texts(), [...Array(3).fill("This message was deleted"), "enough of this"])
    assert.strictEqual(sockets, 0)

    await moderate(moderator, { action: "unban", userId: "bo" })
    await alert.getByRole("button", { name: "Try again" }).click()
    await bo.inRoom("hall")
    assert.deepEqual(await bo.texts(), await cy.texts())
    bo.isClean(REFUSED)
    cy.isClean()
  })
})
