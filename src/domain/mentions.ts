/** Whom a text speaks to: those whose user id it has after an `@`. */
import { type UserId, userIdProblem } from "./UserId.ts"

/** Mentions that a message has at most; those beyond are words like others. */
export const MENTIONS_MAX = 20

/** An `@` that begins a word, as addresses of mail do not, and what could be an id. */
const CANDIDATE = /(?<![\p{L}\p{N}_.@/-])@(?<id>[^\s@]{1,128})/gu
/** What ends a sentence or a bracket belongs to it, not to the id. */
const TRAILING = /[.,;:!?'"’”»)\]}>]+$/u

/** The ids that a text names, each once, in order, with those given beside it first. */
export const mentionsOf = (content: string, given: ReadonlyArray<UserId> = []): ReadonlyArray<UserId> => {
  const found = new Set(given)
  if (content.includes("@")) {
    for (const { groups } of content.matchAll(CANDIDATE)) {
      if (found.size >= MENTIONS_MAX) break
      const id = (groups?.["id"] ?? "").replace(TRAILING, "")
      if (id !== "" && userIdProblem(id) === undefined) found.add(id as UserId)
    }
  }
  return [...found].slice(0, MENTIONS_MAX)
}
