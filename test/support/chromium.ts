/** Where this machine has a browser to test with. */
import { existsSync } from "node:fs"

const PLACES = [
  process.env["CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
]

/** The program; nothing where there is none. */
export const executable: string | undefined = PLACES.find((place) => place !== undefined && existsSync(place))

/** Why tests of the page are left out, where they are. */
export const missing =
  executable === undefined ? "no Chromium is installed: see CHROMIUM, or `apt-get install chromium`" : undefined
