/** How soon the page is there, and how it holds while a room is busy. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Browser, Page } from "playwright-core"
import { ServerProcess } from "../support/ServerProcess.ts"
import { author, fill } from "./Author.ts"
import { launch, missing, openContext } from "./Chromium.ts"
import { Person } from "./Person.ts"

/** Messages a second, and for how many. */
const RATE = 100
const SECONDS = 10
/** Milliseconds that nothing may hold the page up for, and within which nearly every letter is on the screen. */
const LONG_TASK_MS = 200
const ECHO_MS = 100
/** Milliseconds from an address to the first message. */
const COLD_MS = 1500
/** Share of one processor that the page may take while a room is that busy. */
const SHARE = 0.85
/** Others use this machine as well: what is fast enough is so at least once. */
const TRIES = 3
/** How much longer than by itself the page's work may take, where how soon a letter is shown is to be judged. */
const STRETCH = 1.5

/** Who has been here before, as the page keeps it. */
const IDENTITY = { name: "hubbub:identity", value: JSON.stringify({ userId: "ada", username: "Ada" }) }

interface Measured {
  readonly longTasks: ReadonlyArray<number>
  /** Milliseconds from each letter to the frame that shows it. */
  readonly echoes: ReadonlyArray<number>
}

interface Worked {
  /** Seconds that the page's main thread has worked. */
  readonly work: number
  /** Seconds that went by while it did: more where others had its processor. */
  readonly clock: number
}

/** Tells what the page has done since. */
const meterOf = async (page: Page): Promise<() => Promise<Worked>> => {
  const session = await page.context().newCDPSession(page)
  await session.send("Performance.enable")
  return async () => {
    const { metrics } = await session.send("Performance.getMetrics")
    const of = (name: string) => metrics.find((one) => one.name === name)?.value ?? 0
    return { work: of("ThreadTime"), clock: of("TaskDuration") }
  }
}

const stretchOf = (before: Worked, after: Worked) =>
  Math.max(1, (after.clock - before.clock) / (after.work - before.work))

/** Begins to measure, in the page. */
const measure = () => {
  const longTasks: Array<number> = []
  const echoes: Array<number> = []
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
    type: "longtask"
  })
  addEventListener(
    "keydown",
    ({ timeStamp }) =>
      // what the key does is in the frame after the next callback
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel()
        port1.addEventListener("message", () => echoes.push(performance.now() - timeStamp))
        port1.start()
        port2.postMessage(undefined)
      }),
    { capture: true }
  )
  Object.assign(globalThis, { measured: { longTasks, echoes } })
}

const p95 = (values: ReadonlyArray<number>) =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? 0

describe.skipIf(missing !== undefined)("the page under load", () => {
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

  it("shows the first message soon after its address was opened, with nothing in its cache", async () => {
    await fill(
      server,
      "cold",
      Array.from({ length: 200 }, (_, index) => `said ${index + 1}`)
    )
    const times: Array<number> = []
    while (times.length < TRIES && !times.some((ms) => ms < COLD_MS)) {
      const { context, watched } = await openContext(browser, server.url, {
        storageState: { cookies: [], origins: [{ origin: server.url, localStorage: [IDENTITY] }] }
      })
      const page = await context.newPage()
      const meter = await meterOf(page)
      await page.goto("/r/cold", { waitUntil: "commit" })
      const before = await meter()
      const shown = await page.waitForFunction(() => {
        const row = [...document.querySelectorAll("article")].find((one) => one.textContent.includes("said 200"))
        // measured by the page from when its address was opened
        return row?.checkVisibility({ visibilityProperty: true, opacityProperty: true }) === true && performance.now()
      })
      const ms = Number(await shown.jsonValue())
      times.push(ms / stretchOf(before, await meter()))
      await context.close()
      watched.isClean()
    }
    assert.isBelow(Math.min(...times), COLD_MS, times.join(", "))
  })

  it(
    "echoes what is written and keeps to the end while a hundred messages come each second",
    { timeout: 120_000 },
    async () => {
      const busy = await author(server.url, "busy", { outboxMax: RATE * SECONDS })
      const room = busy.room("busy")
      await room.join({ members: false })
      await room.send("first")
      const ada = await Person.enter(browser, server.url, "Ada", { room: "busy" })
      await ada.sees("first")
      await ada.composer.focus()

      let said = 0
      const attempt = async (): Promise<Measured> => {
        await ada.page.evaluate(measure)
        const sent: Array<Promise<unknown>> = []
        const began = performance.now()
        const sending = new Promise<void>((done) => {
          const timer = setInterval(() => {
            const due = Math.min(RATE * SECONDS, ((performance.now() - began) * RATE) / 1000)
            while (sent.length < due) sent.push(room.send(`busy ${++said} and some more words, as people use them`))
            if (sent.length < RATE * SECONDS) return
            clearInterval(timer)
            done()
          }, 10)
        })
        const letters = "what is written while others speak "
        while (sent.length < RATE * SECONDS) {
          await ada.page.keyboard.type(letters[Math.floor(performance.now() / 100) % letters.length] ?? "a")
          await new Promise((next) => setTimeout(next, 50))
        }
        await sending
        await Promise.all(sent)
        await ada.sees(`busy ${said} `)
        const gap = await ada.scroller.evaluate(
          ({ clientHeight, scrollHeight, scrollTop }) => scrollHeight - clientHeight - scrollTop
        )
        assert.isAtMost(gap, 1)
        return ada.page.evaluate(() => (globalThis as unknown as { readonly measured: Measured }).measured)
      }

      const meter = await meterOf(ada.page)
      const tries: Array<{
        readonly longest: number
        readonly echo: number
        readonly share: number
        readonly stretch: number
      }> = []
      const isGood = ({ echo, longest, share, stretch }: (typeof tries)[number]) =>
        longest <= LONG_TASK_MS * stretch && share <= SHARE && (stretch > STRETCH || echo <= ECHO_MS)
      while (tries.length < TRIES && !tries.some(isGood)) {
        const before = await meter()
        const { echoes, longTasks } = await attempt()
        const after = await meter()
        assert.isAbove(echoes.length, 10)
        tries.push({
          longest: Math.max(0, ...longTasks),
          echo: p95(echoes),
          share: (after.work - before.work) / SECONDS,
          stretch: stretchOf(before, after)
        })
      }
      assert.isTrue(tries.some(isGood), JSON.stringify(tries))
      ada.isClean()
    }
  )
})
