/** Whom a text speaks to, of those who were picked while it was written. */
import type { Member, Row } from "../../client/index.ts"
import type { Mention } from "../content/Block.ts"
import { tokensOf } from "../content/Tokens.ts"

/** As many as the server takes with a message. */
export const MENTIONS_MAX = 20

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

/** Whom a message speaks to by a name that nobody here knows them by, and that cannot be looked for in what it becomes. */
export const unknownIn = (
  { content, mentions = [] }: Pick<Row, "content" | "mentions">,
  people: ReadonlyArray<Pick<Member, "userId">>
): ReadonlyArray<string> => {
  const known = new Set(people.map(({ userId }) => userId))
  // an id that stands there itself is found by the server
  return mentions.filter((userId) => !known.has(userId) && !content.includes(`@${userId}`))
}
