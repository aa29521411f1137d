/**
 * Somebody who uses the page in a browser of their own: what they do, and what is on their screen, by roles and names. Whatever they wait
 * for comes or the test fails; nobody waits for time.
 */
import { onTestFinished } from "@effect/vitest"
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core"
import { openContext, type Watched } from "./Chromium.ts"

/** As a part of a pattern. */
const literally = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")

const BANNER =
  /^\s*(Connecting…|The connection was lost|The server is restarting|You are offline|You are not connected)/

export interface Arrival {
  /** The room whose address is opened. */
  readonly room?: string
  /** What stands after `#` in the address. */
  readonly fragment?: string
  readonly options?: BrowserContextOptions
}

export class Person {
  readonly page: Page
  /** What their console would show. */
  readonly watched: Watched
  readonly name: string

  private constructor(page: Page, watched: Watched, name: string) {
    this.page = page
    this.watched = watched
    this.name = name
  }

  /** Opens the address of a room in a fresh browser, which is closed with the test. `origin` is the server's. */
  static async arrive(browser: Browser, origin: string, name: string, arrival: Arrival = {}): Promise<Person> {
    const { fragment, options, room = "global" } = arrival
    const { context, watched } = await openContext(browser, origin, options)
    onTestFinished(() => context.close())
    const page = await context.newPage()
    await page.goto(`/r/${room}${fragment === undefined ? "" : `#${fragment}`}`)
    return new Person(page, watched, name)
  }

  /** As `arrive`, and comes in by name, where the server takes anybody's word for it; done once the room is shown. */
  static async enter(browser: Browser, origin: string, name: string, arrival: Arrival = {}): Promise<Person> {
    const person = await Person.arrive(browser, origin, name, arrival)
    await person.page.getByRole("textbox", { name: "Your name" }).fill(name)
    await person.page.getByRole("button", { name: "Start chatting" }).click()
    await person.inRoom(arrival.room)
    return person
  }

  /** The same person in another tab, which is open beside the first. */
  async another(path: string): Promise<Person> {
    const page = await this.page.context().newPage()
    await page.goto(path)
    return new Person(page, this.watched, this.name)
  }

  /** Done once the room is shown and one is in it. */
  async inRoom(room = "global"): Promise<void> {
    await this.page.getByRole("textbox", { name: `Message #${room}` }).waitFor()
    await this.page.getByText(/^[\d,.]+ (person|people) here$/).waitFor()
  }

  /** Goes to a room, by the keys that do it anywhere. */
  async open(room: string): Promise<void> {
    // a tab behind another one is drawn once a second
    await this.page.bringToFront()
    await this.page.keyboard.press("Control+k")
    await this.page.getByRole("combobox", { name: "Go to a room or person" }).fill(room)
    await this.page.getByRole("option", { name: new RegExp(`^(Go to )?#?${literally(room)}(\\W|$)`) }).click()
    await this.inRoom(room)
  }

  get composer(): Locator {
    return this.page.getByRole("textbox", { name: /^Message / })
  }

  /** Its messages are those that are drawn: those in view, and some around. */
  get list(): Locator {
    return this.page.getByRole("list", { name: /^Messages in / })
  }

  get rows(): Locator {
    return this.list.getByRole("article")
  }

  /** Drawn messages with this text in them, or in what they answer. */
  row(text: string | RegExp): Locator {
    return this.rows.filter({ hasText: text })
  }

  /** What moves when one goes through the list. */
  get scroller(): Locator {
    return this.page.locator("[data-scroller]")
  }

  /** What is said of the connection while it is away, or about to be. */
  get banner(): Locator {
    return this.page.getByRole("status").filter({ hasText: BANNER })
  }

  /** The link of a room in the list of rooms, with what is unread there in its name. */
  roomLink(name: string): Locator {
    const rooms = this.page.getByRole("navigation", { name: "Rooms" })
    return rooms.getByRole("link", { name: new RegExp(`^${literally(name)}( ?,|$)`) })
  }

  /** Sends a text; done once the server has it. `shown`: what of it is read in the list, where it has markup. */
  async say(text: string, shown = text): Promise<void> {
    await this.write(text)
    await this.row(shown).and(this.page.locator("[data-status=sent]")).last().waitFor()
  }

  /** As `say`, and does not wait. */
  async write(text: string): Promise<void> {
    await this.page.bringToFront()
    await this.composer.fill(text)
    await this.composer.press("Enter")
  }

  /** Waits for a message. */
  async sees(text: string | RegExp): Promise<void> {
    await this.row(text).first().waitFor()
  }

  /** Clicks one of the buttons that a message has while it is pointed at. */
  async act(row: Locator, button: string): Promise<void> {
    await row.hover()
    await row.getByRole("button", { name: button, exact: true }).click()
  }

  /** Does one of the things that are in a message's menu. */
  async choose(row: Locator, item: string): Promise<void> {
    await this.act(row, "More actions")
    await this.page.getByRole("menuitem", { name: item }).click()
  }

  /** What the drawn messages say, in order, without who said it and when. */
  texts(): Promise<ReadonlyArray<string>> {
    return this.list.evaluate((list) =>
      [...list.querySelectorAll("article [id$=text]")].map((one) => one.textContent.trim())
    )
  }

  /** Nothing went wrong that only a console shows. `expected`: what the test brings about itself. */
  isClean(expected?: ReadonlyArray<RegExp>): void {
    this.watched.isClean(expected)
  }
}
