/** A long room in another engine, read back to its first message. */
import { afterAll, beforeAll, describe, it } from "@effect/vitest"
import { ServerProcess } from "../support/ServerProcess.ts"
import { fill } from "./Author.ts"
import { missing } from "./Chromium.ts"
import { Firefox, missingFirefox } from "./Firefox.ts"
import { contents, isWhole } from "./longRoom.ts"
import { walkUp } from "./walkUp.ts"

const MANY = 500
/** Pixels of one movement. */
const STEP = 400
/** The key, as WebDriver has it. */
const ENTER = "\uE007"

/** In a page: done once there is what a selector means, with a text in it. */
const there = ({ selector, text }: { readonly selector: string; readonly text: string }) =>
  new Promise<void>((resolve) => {
    const look = () => {
      if ([...document.querySelectorAll(selector)].some((one) => one.textContent.includes(text))) resolve()
      else requestAnimationFrame(look)
    }
    look()
  })

// the page is built where there is a Chromium
describe.skipIf((missing ?? missingFirefox) !== undefined)("a long room in Firefox", () => {
  let server: ServerProcess

  beforeAll(async () => {
    server = await ServerProcess.start({ RATE_LIMIT_PER_SEC: "0" })
  })
  afterAll(async () => {
    await server?.stop()
  })

  it("is read from its last message to its first with nothing moving by itself", { timeout: 120_000 }, async () => {
    await fill(server, "fox", contents(MANY))
    const firefox = await Firefox.start()
    await firefox.open(`${server.url}/r/fox`)
    await firefox.evaluate(there, { selector: "label", text: "Your name" })
    await firefox.type(`Fox${ENTER}`)
    await firefox.evaluate(there, { selector: "article", text: `message ${MANY}` })
    isWhole(await firefox.evaluate(walkUp, STEP), MANY, "fox")
  })
})
