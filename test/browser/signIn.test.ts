/** Who signs in at an issuer (OpenID Connect): there and back, renewed unseen, and back to the door when the issuer says no. */
import { afterAll, afterEach, assert, beforeAll, beforeEach, describe, it } from "@effect/vitest"
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
    browser = await launch()
  })
  // each try has an issuer that has not said no yet
  beforeEach(async () => {
    issuer = await Issuer.start({ sub: "ada", name: "Ada" }, CLIENT_ID)
    server = await ServerProcess.start({ AUTH_ISSUER: issuer.url, AUTH_CLIENT_ID: CLIENT_ID })
  })
  afterEach(async () => {
    await server?.stop()
    issuer?.stop()
  })
  afterAll(async () => {
    await browser?.close()
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

  it("is not taken at an answer that nobody in this tab has asked for, whoever's code is in it", async () => {
    const eve = await Person.arrive(browser, server.url, "Eve", { room: "den" })
    await eve.page.goto("/signed-in?code=abc&state=def")
    await eve.page.getByRole("alert").filter({ hasText: "not begun in this tab" }).waitFor()
    assert.strictEqual(new URL(eve.page.url()).search, "")
    // nor one to a sign-in that was begun, but not this one
    await eve.page.route(`${issuer.url}/authorize?*`, (route) =>
      route.fulfill({ status: 302, headers: { location: `${server.url}/signed-in?code=abc&state=another` } })
    )
    await eve.page.getByRole("button", { name: "Sign in" }).click()
    await eve.page.getByRole("alert").filter({ hasText: "not begun here" }).waitFor()
    assert.notInclude(issuer.asked, "code")
    eve.watched.strangers.clear()
    eve.isClean()
  })

  it("is not taken at an answer for another sign-in, or of another issuer, either", async () => {
    const ada = await Person.arrive(browser, server.url, "Ada", { room: "den" })
    issuer.nonce = "made up"
    await ada.page.getByRole("button", { name: "Sign in" }).click()
    await ada.page.getByRole("alert").filter({ hasText: "not the one to this sign-in" }).waitFor()
    issuer.nonce = undefined
    await ada.page.route(`${issuer.url}/.well-known/openid-configuration`, async (route) => {
      const answer = await route.fetch()
      const said: Readonly<Record<string, unknown>> = await answer.json()
      await route.fulfill({ response: answer, json: { ...said, issuer: "https://evil.example" } })
    })
    await ada.page.getByRole("button", { name: "Sign in" }).click()
    await ada.page.getByRole("alert").filter({ hasText: "it is another one" }).waitFor()
    ada.watched.strangers.clear()
    ada.isClean()
  })
})

/** Done once the issuer was asked for a new token, after so many questions. */
const renewal = async (issuer: Issuer, after: number): Promise<void> => {
  while (!issuer.asked.slice(after).includes("refresh")) await new Promise((next) => setTimeout(next, 50))
}
