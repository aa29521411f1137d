/** A server that is restarted while people write, as it is meant and as it is not: on every screen each message is there once, in one order. */
import { afterAll, afterEach, assert, beforeAll, beforeEach, describe, it } from "@effect/vitest"
import type { Browser } from "playwright-core"
import { ServerProcess, temporaryDirectory } from "../support/ServerProcess.ts"
import { launch, missing } from "./Chromium.ts"
import { Person } from "./Person.ts"
import { walkUp } from "./walkUp.ts"

/** Milliseconds in which a page comes back by itself, at the latest. */
const BACK_MS = 40_000

/** Messages that one has wait to be sent at most: more would be refused. */
const WAITING = 40

/** What a browser's console says of a server that is away. */
const AWAY = [/WebSocket connection to .* failed/, /net::ERR_/, /status of 426/]

/** Says one line after the other until told to stop; how many there were. */
const chatter = (person: Person) => {
  const stopping = new AbortController()
  const said: Array<string> = []
  const talk = async () => {
    while (!stopping.signal.aborted) {
      const line = `${person.name} says ${said.length + 1}.`
      said.push(line)
      await person.write(line)
      // taken at once, whether the server is there or not
      await person.page.waitForFunction(() => document.querySelector("textarea")?.value === "")
      await person.page.waitForFunction(
        (most) => document.querySelectorAll("article[data-status=pending]").length < most,
        WAITING,
        { timeout: BACK_MS }
      )
    }
  }
  const done = talk()
  // told by `stop`
  done.catch(() => undefined)
  const stop = async (): Promise<ReadonlyArray<string>> => {
    stopping.abort()
    await done
    return said
  }
  return { said, stop }
}

/** Done once they are back: by the button, or by themselves where that was sooner. */
const back = async ({ banner, page }: Person): Promise<void> => {
  const retry = page.getByRole("button", { name: "Retry now" })
  const gone = banner.waitFor({ state: "detached", timeout: BACK_MS })
  await Promise.race([retry.click({ timeout: BACK_MS }).catch(() => undefined), gone])
  await gone
}

describe.skipIf(missing !== undefined)("a restart", () => {
  let browser: Browser
  let server: ServerProcess
  let env: Record<string, string>

  beforeAll(async () => {
    browser = await launch()
  })
  // each try has a history of its own
  beforeEach(async () => {
    env = { RATE_LIMIT_PER_SEC: "0", DATA_DIR: temporaryDirectory(), DRAIN_WINDOW_MS: "200" }
    server = await ServerProcess.start(env)
  })
  afterEach(async () => {
    await server?.stop()
  })
  afterAll(async () => {
    await browser?.close()
  })

  it("takes nothing from what is said meanwhile, nor says it twice", { timeout: 120_000 }, async () => {
    const people = await Promise.all(["Ada", "Bo"].map((name) => Person.enter(browser, server.url, name)))
    const talks = people.map(chatter)
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      // in the middle of what they say
      for (const { page } of people) await page.waitForFunction(() => document.querySelector("[data-status=sent]"))
      await server.stop(signal)
      await Promise.all(people.map(({ banner }) => banner.waitFor()))
      server = await ServerProcess.start({ ...env, PORT: String(server.port) })
      await Promise.all(people.map(back))
    }
    const said = await Promise.all(talks.map(({ stop }) => stop()))
    for (const person of people) {
      // behind everything that they said before
      await person.say(`${person.name} is done.`)
      for (const other of people) await other.sees(`${person.name} is done.`)
    }

    const screens = await Promise.all(people.map(async ({ page }) => (await page.evaluate(walkUp, 400)).seen))
    assert.deepEqual(screens[0], screens[1])
    const texts = screens[0]?.map(([, text]) => text) ?? []
    for (const [index, { name }] of people.entries()) {
      assert.deepEqual(
        texts.filter((text) => text.startsWith(`${name} `)),
        [...(said[index] ?? []), `${name} is done.`]
      )
    }
    assert.lengthOf(texts, said.flat().length + people.length)
    for (const person of people) person.isClean(AWAY)
  })
})
