/** Where pictures are taken: each in a fresh browser of the same size and language, once everything is there. */
import { mkdirSync } from "node:fs"
import { relative, resolve } from "node:path"
import type { Browser, BrowserContextOptions, Page } from "playwright-core"
import { openContext } from "./Chromium.ts"
import { ME } from "./conversation.ts"

const folder = resolve(import.meta.dirname, "../../screenshots")
mkdirSync(folder, { recursive: true })

const DESKTOP = { width: 1280, height: 800 }
/** In front of the camera: who they are is known to the page. */
export interface Look {
  readonly options?: BrowserContextOptions
  readonly direction?: "rtl"
  readonly stranger?: boolean
}

interface Shot {
  readonly page: Page
  take(name: string, options?: { readonly fullPage?: boolean }): Promise<void>
}

/** Done once nothing is asked for any more, and what came is drawn. */
const settle = async (page: Page) => {
  const drawn = () =>
    page.evaluate(async () => {
      await document.fonts.ready
      for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame)
    })
  await drawn()
  await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" })
  await drawn()
}

/** Panels ask for their figures once they are seen: a page is as tall as it has to be for all of them to be. */
const unroll = async (page: Page) => {
  const width = page.viewportSize()?.width ?? DESKTOP.width
  for (let height = 0; ;) {
    await settle(page)
    const whole = await page.evaluate(() => document.documentElement.scrollHeight)
    if (whole <= height) break
    height = whole
    await page.setViewportSize({ width, height })
  }
  await page.getByText("Loading", { exact: true }).first().waitFor({ state: "detached" })
  await settle(page)
}

export class Studio {
  readonly browser: Browser
  readonly origin: string
  /** Only pictures with this in their name are taken; all with nothing. */
  readonly only: string

  constructor(browser: Browser, origin: string, only: string) {
    this.browser = browser
    this.origin = origin
    this.only = only
  }

  /** Opens a path, and closes it once everything is taken. Nothing is done where none of the pictures is wanted. */
  async at(
    path: string,
    pictures: ReadonlyArray<string>,
    look: Look,
    shoot: (shot: Shot) => Promise<void>
  ): Promise<void> {
    if (!pictures.some((name) => name.includes(this.only))) return
    const kept = Object.entries({
      ...(look.stranger === true ? {} : { "hubbub:identity": JSON.stringify(ME) }),
      ...(look.direction === undefined ? {} : { "hubbub:direction": look.direction })
    }).map(([name, value]) => ({ name, value }))
    const { context, watched } = await openContext(this.browser, this.origin, {
      viewport: DESKTOP,
      reducedMotion: "reduce",
      colorScheme: "light",
      locale: "en-GB",
      timezoneId: "Europe/Berlin",
      storageState: { cookies: [], origins: [{ origin: this.origin, localStorage: kept }] },
      ...look.options
    })
    const page = await context.newPage()
    try {
      await page.goto(path)
      await shoot({
        page,
        take: async (name, { fullPage = false } = {}) => {
          if (fullPage) await unroll(page)
          else await settle(page)
          const file = resolve(folder, `${name}.png`)
          await page.screenshot({ path: file, animations: "disabled", caret: "hide" })
          process.stdout.write(`${relative(process.cwd(), file)}\n`)
        }
      })
    } finally {
      await context.close()
      for (const complaint of watched.complaints) process.stderr.write(`  ${path}: ${complaint}\n`)
    }
  }
}
