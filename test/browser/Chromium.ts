/** A real browser, and pages in it that notice whatever a user's console would show. */
import { assert } from "@effect/vitest"
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from "playwright-core"
import { executable, missing } from "../support/chromium.ts"

export { missing }

if (missing !== undefined) process.stderr.write(`tests in a browser are skipped: ${missing}\n`)

export const launch = (): Promise<Browser> => {
  if (executable === undefined) throw new Error(missing)
  return chromium.launch({
    executablePath: executable,
    args: ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-gpu"]
  })
}

/** What went wrong in a page, though nothing on the screen may show it. */
export class Watched {
  readonly complaints: Array<string> = []
  /** Origins beside the page's own that something was asked of. */
  readonly strangers = new Set<string>()

  /** `expected`: complaints that the test brings about itself. */
  isClean(expected: ReadonlyArray<RegExp> = []): void {
    assert.deepEqual(
      this.complaints.filter((one) => !expected.some((pattern) => pattern.test(one))),
      []
    )
    assert.deepEqual([...this.strangers], [])
  }
}

export interface WatchedContext {
  readonly context: BrowserContext
  readonly watched: Watched
}

/** A user's browser of their own: no storage is shared with others. `origin` is the server's. */
export const openContext = async (
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {}
): Promise<WatchedContext> => {
  // what moves for its own sake would be drawn for nobody, at the cost of everything else on the machine
  const context = await browser.newContext({ baseURL: origin, reducedMotion: "reduce", ...options })
  const watched = new Watched()
  const { host } = new URL(origin)
  context.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") watched.complaints.push(message.text())
  })
  context.on("weberror", (error) => watched.complaints.push(String(error.error())))
  context.on("request", (request) => {
    const url = new URL(request.url())
    if (url.protocol !== "data:" && url.protocol !== "blob:" && url.host !== host) watched.strangers.add(url.origin)
  })
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`)
    })
  })
  context.setDefaultTimeout(15_000)
  return { context, watched }
}
