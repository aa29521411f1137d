/** Whom a text speaks to, of those who were picked while it was written. */
import type { Mention } from "../content/Block.ts"
import { tokensOf } from "../content/Tokens.ts"

/** As many as the server takes with a message. */
const MENTIONS_MAX = 20

/** Their ids, each once, in the order of the text; a name that is not there any more is nobody's. */
export const mentionsIn = (text: string, picked: ReadonlyArray<Mention>): ReadonlyArray<string> => {
  const tokens = tokensOf(picked)
  const found = new Set<string>()
  for (const { index } of text.matchAll(/@/g)) {
    const userId = tokens.at(text, index + 1)?.userId
    if (userId !== undefined) found.add(userId)
  }
  return [...found].slice(0, MENTIONS_MAX)
}
