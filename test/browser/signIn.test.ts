/** Who signs in at an issuer (OpenID Connect): there and back, renewed unseen, and back to the door when the issuer says no. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Browser } from "playwright-core"
import { ServerProcess } from "../support/ServerProcess.ts"
import { launch, missing } from "./Chromium.ts"
import { Issuer } from "./Issuer.ts"
import { Person } from "./Person.ts"

const CLIENT_ID = "hubbub-web"

describe.skipIf(missing !== undefined)("who signs in at an issuer", () => {
  let browser: Browser
  let issuer: Issuer
  let server: ServerProcess

  beforeAll(async () => {
    issuer = await Issuer.start({ sub: "ada", name: "Ada" }, CLIENT_ID)
    server = await ServerProcess.start({ AUTH_ISSUER: issuer.url, AUTH_CLIENT_ID: CLIENT_ID })
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    issuer?.stop()
  })

  it("comes back to where they were, stays in over the end of a token, and is at the door when refused", async () => {
    // shorter than what a page renews ahead
    issuer.tokenSeconds = 12
    const ada = await Person.arrive(browser, server.url, "Ada", { room: "den" })
    let sockets = 0
    ada.page.on("websocket", () => sockets++)
    await ada.page.getByRole("button", { name: "Sign in" }).click()
    await ada.inRoom("den")
    assert.strictEqual(new URL(ada.page.url()).pathname, "/r/den")
    assert.strictEqual(new URL(ada.page.url()).search, "")
    assert.deepEqual(issuer.asked.slice(0, 2), ["authorize", "code"])
    await ada.say("signed in")

    const before = issuer.asked.length
    await renewal(issuer, before)
    await renewal(issuer, issuer.asked.length)
    await ada.say("still in")
    assert.strictEqual(sockets, 1)
    assert.strictEqual(await ada.banner.count(), 0)

    issuer.renews = false
    await ada.page.getByRole("alert").filter({ hasText: "Sign in again" }).waitFor({ timeout: 40_000 })
    await ada.page.getByRole("button", { name: "Sign in" }).waitFor()

    assert.deepEqual([...ada.watched.strangers], [issuer.url])
    ada.watched.strangers.clear()
    ada.isClean([/status of 400/, /WebSocket connection to .* failed/])
  })
})

/** Done once the issuer was asked for a new token, after so many questions. */
const renewal = async (issuer: Issuer, after: number): Promise<void> => {
  while (!issuer.asked.slice(after).includes("refresh")) await new Promise((next) => setTimeout(next, 50))
}
