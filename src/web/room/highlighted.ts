/** Which parts of a text a search found: words that begin as those that were looked for do, compared as the server compares them. */
import { isUnspaced, soughtIn, wordsOf } from "../../domain/searching.ts"
import { parse } from "../content/parse.ts"
import { plainText } from "../content/plainText.ts"

interface Part {
  readonly text: string
  readonly found: boolean
}

/** Letters, digits and what is put on letters, in one piece. */
const RUNS = /[\p{L}\p{N}\p{M}]+/gu

const isFound = (run: string, sought: ReadonlyArray<string>): boolean =>
  wordsOf(run).some((word) => sought.some((one) => (isUnspaced(one) ? word.includes(one) : word.startsWith(one))))

/** All of a text, in order. */
export const highlighted = (text: string, query: string): ReadonlyArray<Part> => {
  const sought = soughtIn(query)
  const parts: Array<Part> = []
  let end = 0
  for (const { 0: run, index } of text.matchAll(RUNS)) {
    if (!isFound(run, sought)) continue
    if (index > end) parts.push({ text: text.slice(end, index), found: false })
    parts.push({ text: run, found: true })
    end = index + run.length
  }
  if (end < text.length) parts.push({ text: text.slice(end), found: false })
  return parts
}

/** What a message says, without markup; of a long one, about `length` units around what was found first. */
export const excerptOf = (content: string, query: string, length: number): ReadonlyArray<Part> => {
  const parts = highlighted(plainText(parse(content)), query)
  const first = parts.findIndex(({ found }) => found)
  const before = parts.slice(0, Math.max(0, first)).reduce((sum, { text }) => sum + text.length, 0)
  if (before <= length / 2) return parts
  const lead = parts[first - 1]?.text ?? ""
  const words = lead.slice(-Math.floor(length / 3))
  const start = words.length < lead.length ? words.slice(words.indexOf(" ") + 1) : words
  return [{ text: `…${start}`, found: false }, ...parts.slice(first)]
}
