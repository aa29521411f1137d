/** Somebody who looks at the figures: opens the dashboard as a user who has been here before, and reads what is on the screen. */
import { onTestFinished } from "@effect/vitest"
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core"
import { openContext, type Watched } from "./Chromium.ts"

/** As `en-GB`, which the reader's browser speaks, writes what is no number. */
const NO_VALUE = "–"
const NUMBER = /^-?\d[\d,]*(?:\.\d+)?$/

/** What a cell of a table says: a number with every digit, an instant or date, a text; null where there is no value. */
export type Shown = string | number | null

/** So tall that everything is near enough to be asked for. */
const ALL_OF_IT = { width: 1280, height: 9000 }

export interface Look {
  readonly options?: BrowserContextOptions
  /** For what has to be there before the page is. */
  readonly before?: (page: Page) => Promise<void>
  /** Whether nobody was here before. */
  readonly stranger?: boolean
}

export class Reader {
  readonly page: Page
  private readonly watched: Watched

  private constructor(page: Page, watched: Watched) {
    this.page = page
    this.watched = watched
  }

  /** In a fresh browser that is closed with the test. `origin` is the server's. */
  static async open(browser: Browser, origin: string, path: string, look: Look = {}): Promise<Reader> {
    const identity = { name: "hubbub:identity", value: JSON.stringify({ userId: "ruth-2x9kq", username: "Ruth" }) }
    const { context, watched } = await openContext(browser, origin, {
      viewport: ALL_OF_IT,
      locale: "en-GB",
      timezoneId: "Europe/Berlin",
      reducedMotion: "reduce",
      storageState: {
        cookies: [],
        origins: look.stranger === true ? [] : [{ origin, localStorage: [identity] }]
      },
      ...look.options
    })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    await look.before?.(page)
    await page.goto(path)
    return new Reader(page, watched)
  }

  panel(title: string): Locator {
    return this.page.getByRole("region", { name: title, exact: true })
  }

  tile(title: string): Locator {
    return this.page.getByRole("group", { name: title, exact: true })
  }

  /** The rows of a panel that is shown as a table, as they can be read; moments by what they are marked up as. */
  async table(title: string): Promise<ReadonlyArray<ReadonlyArray<Shown>>> {
    const table = this.page.getByRole("region", { name: `${title}, as a table`, exact: true })
    await table.getByRole("rowheader").first().waitFor()
    const rows = await table.locator("tbody tr").evaluateAll((all) =>
      all.map((row) =>
        [...row.children].map((cell) => ({
          text: cell.textContent,
          moment: cell.querySelector("time")?.dateTime
        }))
      )
    )
    return rows.map((row) =>
      row.map(({ moment, text }) => {
        if (moment !== undefined) return moment
        if (text === NO_VALUE) return null
        return NUMBER.test(text) ? Number(text.replaceAll(",", "")) : text
      })
    )
  }

  /** The column of a table as it is written. */
  async column(title: string, place: number): Promise<ReadonlyArray<string>> {
    const table = this.page.getByRole("region", { name: `${title}, as a table`, exact: true })
    return table
      .locator("tbody tr")
      .evaluateAll((rows, at) => rows.map((row) => row.children[at]?.textContent ?? ""), place)
  }

  /** Done once nothing is asked for any more. */
  async settled(): Promise<void> {
    await this.page.locator("[aria-busy=true]").first().waitFor({ state: "detached" })
    await this.page.getByText("Loading", { exact: true }).first().waitFor({ state: "detached" })
  }

  /** Nothing went wrong that only a console shows. `expected`: what the test brings about itself. */
  isClean(expected?: ReadonlyArray<RegExp>): void {
    this.watched.isClean(expected)
  }
}
