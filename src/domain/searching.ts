/**
 * What a search finds, in one place for all engines: each word that is looked for begins a word of the message. Scripts that are written
 * without spaces have no words to tell apart; of those, what is looked for is found anywhere. Imports nothing but its own kind: it runs in
 * the SQLite threads, too.
 */
import { codePoints } from "./codePoints.ts"

/** Words that a search has at most, and code points. */
const SEARCH_WORDS_MAX = 10
const SEARCH_CODE_POINTS_MAX = 200
/** Code units of a text, without compatibility forms, beyond which nothing is found: some characters are a whole sentence ("ﷺ"). */
const FOLDED_MAX = 4096

const ASCII = /^[\0-\x7f]*$/
const ASCII_WORDS = /[0-9a-z]+/g

/** Marks that go with letters of many scripts, so not those that a script writes its vowels or kana with. */
const DIACRITICS = /[[\p{M}&&\p{sc=Zinh}]--\p{scx=Hira}]/gv
/** What is not seen, and may stand inside of a word. */
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu

/** Runs of a script without spaces, and words of all others. */
const WORDS =
  /[[\p{L}\p{N}\p{M}]&&[\p{scx=Hani}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]]+|[[\p{L}\p{N}\p{M}]--[\p{scx=Hani}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]]+/gv
const UNSPACED = /^[\p{scx=Hani}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/v

/**
 * A text without what does not matter: compatibility forms (NFKC), case, diacritics, invisible characters. By way of upper case, so that
 * "ß" is "ss" and "ı" is "i"; "ς" is but a "σ" at an end.
 */
const folded = (text: string): string =>
  text
    .normalize("NFKC")
    .slice(0, FOLDED_MAX)
    .replace(IGNORABLE, "")
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .replaceAll("ς", "σ")
    .normalize("NFD")
    .replace(DIACRITICS, "")
    .normalize("NFC")

/** The words of a text as they are compared, in order, repeated ones included. */
export const wordsOf = (text: string): ReadonlyArray<string> =>
  (ASCII.test(text) ? text.toLowerCase().match(ASCII_WORDS) : folded(text).match(WORDS)) ?? []

/** Whether a word is a run of a script without spaces. */
export const isUnspaced = (word: string): boolean => word > "\x7f" && UNSPACED.test(word)

/** Why a text cannot be searched for, or nothing. */
export const searchProblem = (text: string): string | undefined => {
  // a code point has two units at most
  if (text.length > 2 * SEARCH_CODE_POINTS_MAX || codePoints(text) > SEARCH_CODE_POINTS_MAX) {
    return `must have at most ${SEARCH_CODE_POINTS_MAX} code points`
  }
  const words = wordsOf(text).length
  if (words === 0) return "must have a letter or a digit"
  return words > SEARCH_WORDS_MAX ? `must have at most ${SEARCH_WORDS_MAX} words` : undefined
}

/** The words to look for, each once. */
export const soughtIn = (text: string): ReadonlyArray<string> => [...new Set(wordsOf(text))]

/** Whether a text has all that is looked for. */
export const matches = (sought: ReadonlyArray<string>, text: string): boolean => {
  const line = ` ${wordsOf(text).join(" ")}`
  // a run has characters that no word of another script has, so it cannot reach from one word into the next
  return sought.every((word) => line.includes(isUnspaced(word) ? word : ` ${word}`))
}

/** The text of a message that may be found: of what users said, as it is now. Nothing of others. `json` is that of a `Message`. */
export const findableText = (json: string): string | undefined => {
  const { content, deleted, type }: { type?: unknown; content?: unknown; deleted?: unknown } = JSON.parse(json)
  return type === "chat" && deleted !== true && typeof content === "string" ? content : undefined
}

/** Whether a message is found. */
export const isFound = (sought: ReadonlyArray<string>, json: string): boolean => {
  const text = findableText(json)
  return text !== undefined && matches(sought, text)
}
