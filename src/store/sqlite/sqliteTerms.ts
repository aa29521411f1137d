/**
 * What the index of messages is asked by: a message's words as terms of FTS5, each under the part of the room that the message is in. So
 * whatever is asked for, the index reads no more than what a part has of it, and goes from the newest part to older ones. What terms find may be
 * more than what is looked for, never less. Runs in the SQLite threads, so it imports nothing but Node and its neighbours.
 */
import { isUnspaced } from "../../domain/searching.ts"

/** Positions of one part: of a common letter, one has 8,000 occurrences at the most, which are read in 2 ms. */
export const PART = 8192

/** Code units of a word that are indexed. */
const WORD_UNITS = 24
/** Pairs of characters that one run of a script without spaces is looked for by. */
const PAIRS_MAX = 16
/** Stands between part and word; FTS5's tokenizer `ascii` takes it for a letter, and no word has it. */
const SEPARATOR = "·"

const begun = (word: string): string => {
  const cut = word.slice(0, WORD_UNITS)
  return cut.isWellFormed() ? cut : cut.slice(0, -1)
}

/** Each character with the one after it; the last one alone. Every character begins one. */
const pairsOf = (run: string): ReadonlyArray<string> => {
  const characters = Array.from(run)
  return characters.map((one, i) => `${one}${characters[i + 1] ?? ""}`)
}

const prefixOf = (part: number) => `${part.toString(36)}${SEPARATOR}`

/** The text that FTS5 is given to index for a message with these words. */
export const indexedText = (part: number, words: ReadonlyArray<string>): string => {
  const prefix = prefixOf(part)
  const terms = new Set<string>()
  for (const word of words) {
    if (isUnspaced(word)) for (const pair of pairsOf(word)) terms.add(pair)
    else terms.add(begun(word))
  }
  return [...terms].map((term) => `${prefix}${term}`).join(" ")
}

/** The FTS5 query for messages of a part that may have all words. Words are letters and digits, so nothing in them means anything to FTS5. */
export const indexQuery = (part: number, sought: ReadonlyArray<string>): string => {
  const prefix = prefixOf(part)
  const terms = sought.flatMap((word) => {
    if (!isUnspaced(word)) return [`"${prefix}${begun(word)}"*`]
    const pairs = pairsOf(word)
    return pairs.length === 1
      ? [`"${prefix}${word}"*`]
      : pairs.slice(0, Math.min(PAIRS_MAX, pairs.length - 1)).map((pair) => `"${prefix}${pair}"`)
  })
  return terms.join(" AND ")
}
