/** Whom a text speaks to: those whose user id it has after an `@`. */
import { type UserId, userIdProblem } from "./UserId.ts"

/** Mentions that a message has at most; those beyond are words like others. */
export const MENTIONS_MAX = 20

/**
 * An `@` that begins a word, as those of mail addresses and links do not, and what could be an id: up to white space, to punctuation of
 * typographers and of scripts that put no space behind it, or to another `@` that begins a word.
 */
const CANDIDATE = /(?<![\p{L}\p{M}\p{N}_.@/-])@(?<word>(?:[!-?A-~·・]|[^\s\p{P}@]|(?<=[\p{L}\p{M}\p{N}_])@)+)/gu
/** What ends a sentence or a bracket belongs to it, not to the id; nor does what nobody sees. */
const TRAILING = /[.,;:!?'")\]}>@\p{Cf}\p{Default_Ignorable_Code_Point}]/u
/** A word, in UTF-16 units, beyond which it is no mention. */
const WORD_MAX = 256

/** The id that a word has, with what belongs to the sentence taken off. */
const idIn = (word: string): string => {
  const marks = Array.from(word)
  while (TRAILING.test(marks.at(-1) ?? "")) marks.pop()
  const id = marks.join("").normalize("NFC")
  return id.endsWith("'s") ? id.slice(0, -2) : id
}

/** The ids that a text names, each once, in order, with those given beside it first. */
export const mentionsOf = (content: string, given: ReadonlyArray<UserId> = []): ReadonlyArray<UserId> => {
  const found = new Set(given)
  if (content.includes("@")) {
    for (const { groups } of content.matchAll(CANDIDATE)) {
      if (found.size >= MENTIONS_MAX) break
      const word = groups?.["word"] ?? ""
      const id = word.length > WORD_MAX ? "" : idIn(word)
      if (id !== "" && userIdProblem(id) === undefined) found.add(id as UserId)
    }
  }
  return [...found].slice(0, MENTIONS_MAX)
}
