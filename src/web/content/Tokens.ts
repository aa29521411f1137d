/** What may stand behind an `@`: names and ids of those whom a text may speak to, the longest first. */
import type { Mention } from "./Block.ts"

interface Token extends Mention {
  readonly token: string
}

export interface Tokens {
  /** Whom the text speaks to at this place. */
  at(text: string, place: number): Token | undefined
}

/** Where a word goes on, so that the token was only its beginning. */
const GOES_ON = /[\p{L}\p{M}\p{N}_@]|[-.:][\p{L}\p{N}]/uy

const ends = (text: string, place: number): boolean => {
  GOES_ON.lastIndex = place
  return !GOES_ON.test(text)
}

export const tokensOf = (mentions: ReadonlyArray<Mention>): Tokens => {
  const byStart = new Map<string, Array<Token>>()
  const add = (token: string, { name, userId }: Mention) => {
    if (token === "") return
    const start = token.slice(0, 1)
    const those = byStart.get(start)
    if (those === undefined) byStart.set(start, [{ token, name, userId }])
    else those.push({ token, name, userId })
  }
  for (const mention of mentions) {
    add(mention.name, mention)
    if (mention.userId !== mention.name) add(mention.userId, mention)
  }
  for (const those of byStart.values()) those.sort((a, b) => b.token.length - a.token.length)
  return {
    at: (text, place) =>
      byStart
        .get(text.charAt(place))
        ?.find(({ token }) => text.startsWith(token, place) && ends(text, place + token.length))
  }
}
