/** The emoji that one took last, kept by the browser. */
import { stored } from "../../Stored.ts"

const NAME = "emoji:recent"
const MOST = 24
const ONE = /^\p{RGI_Emoji}$/v

/** With one that was taken just now, the last first, each once. */
export const withRecent = (recent: ReadonlyArray<string>, emoji: string): ReadonlyArray<string> =>
  [emoji, ...recent.filter((one) => one !== emoji)].slice(0, MOST)

/** Whatever else is kept there is left out. */
export const recentEmoji = (): ReadonlyArray<string> =>
  (stored.get(NAME) ?? "").split(" ").filter((one) => ONE.test(one))

export const rememberEmoji = (emoji: string): void => stored.set(NAME, withRecent(recentEmoji(), emoji).join(" "))
