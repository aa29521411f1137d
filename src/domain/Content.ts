/** The text of a message. Kept as written but for line ends; refused where stores or screens would disagree about it. */
import { Schema } from "effect"
import { codePoints } from "./codePoints.ts"
import { hasTower } from "./combiningMarks.ts"
import { isBlank } from "./isBlank.ts"
import type { ErrorCode } from "./ProtocolError.ts"

export const CONTENT_MAX = 1000

/** Control characters but tab and line feed; the two bidirectional overrides, which make text read as what it is not. */
const FORBIDDEN = /(?![\t\n])[\p{Cc}\u202d\u202e]/u

/** Most texts are, and have nothing to refuse but that they may be blank. */
const PLAIN = /^[\t\n -~]*$/

/** Line ends become `\n`. Idempotent. */
export const normaliseContent = (text: string): string => (text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text)

interface ContentProblem {
  readonly code: ErrorCode
  readonly message: string
}

const blank: ContentProblem = { code: "empty_content", message: "content must have a visible character" }

/** Why a normalised text is refused, or nothing. */
export const contentProblem = (text: string): ContentProblem | undefined => {
  if (text.length > CONTENT_MAX) {
    const length = codePoints(text)
    if (length > CONTENT_MAX) {
      return {
        code: "content_too_long",
        message: `content has ${length} code points; at most ${CONTENT_MAX} are allowed`
      }
    }
  }
  if (PLAIN.test(text)) return /[!-~]/.test(text) ? undefined : blank
  if (!text.isWellFormed()) return { code: "invalid_content", message: "content has an unpaired surrogate" }
  if (isBlank(text)) return blank
  if (FORBIDDEN.test(text)) {
    return { code: "invalid_content", message: "content must not contain control or bidirectional override characters" }
  }
  if (hasTower(text)) {
    return { code: "invalid_content", message: "content must not have more than 8 combining marks in a row" }
  }
  return undefined
}

export const Content = Schema.String.check(Schema.makeFilter((text) => contentProblem(text)?.message)).pipe(
  Schema.brand("Content")
)
export type Content = typeof Content.Type
