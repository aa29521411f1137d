/** The text of a message. Kept as written but for line ends; refused where stores or screens would disagree about it. */
import { Schema } from "effect"
import { codePoints } from "./codePoints.ts"
import type { ErrorCode } from "./ProtocolError.ts"

export const CONTENT_MAX = 1000

/** White space, format and other characters that paint nothing, U+2800 (blank braille) among them. */
const INVISIBLE_ONLY = /^[\s\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*$/u

/** Control characters but tab and line feed; the two bidirectional overrides, which make text read as what it is not. */
const FORBIDDEN = /[\p{Cc}\u202d\u202e]/u

/** Line ends become `\n`. Idempotent. */
export const normaliseContent = (text: string): string => (text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text)

/** Why a normalised text is refused, or nothing. */
export const contentProblem = (text: string): { readonly code: ErrorCode; readonly message: string } | undefined => {
  if (text.length > CONTENT_MAX) {
    const length = codePoints(text)
    if (length > CONTENT_MAX) {
      return {
        code: "content_too_long",
        message: `content has ${length} code points; at most ${CONTENT_MAX} are allowed`
      }
    }
  }
  if (!text.isWellFormed()) return { code: "invalid_content", message: "content has an unpaired surrogate" }
  if (INVISIBLE_ONLY.test(text)) return { code: "empty_content", message: "content must have a visible character" }
  if (FORBIDDEN.test(text.replace(/[\t\n]/g, ""))) {
    return { code: "invalid_content", message: "content must not contain control or bidirectional override characters" }
  }
  return undefined
}

export const Content = Schema.String.check(Schema.makeFilter((text) => contentProblem(text)?.message)).pipe(
  Schema.brand("Content")
)
export type Content = typeof Content.Type
