/** What a before-publish hook may answer, and what becomes of it. */
import { Option, Schema, SchemaTransformation } from "effect"
import { Content, normaliseContent } from "../domain/Content.ts"

export type Verdict =
  | { readonly _tag: "allow" }
  /** `reason` may be shown to the sender. */
  | { readonly _tag: "reject"; readonly reason: string }
  /** `content` obeys the rules of a message's text. */
  | { readonly _tag: "rewrite"; readonly content: Content }

const REASON_MAX = 200

const Answer = Schema.fromJsonString(
  Schema.Union([
    Schema.Struct({ action: Schema.Literal("allow") }),
    // who rejects means it, however little or much is said about why
    Schema.Struct({ action: Schema.Literal("reject"), reason: Schema.optionalKey(Schema.NullOr(Schema.String)) }),
    Schema.Struct({
      action: Schema.Literal("rewrite"),
      content: Schema.String.pipe(
        Schema.decodeTo(
          Content,
          SchemaTransformation.transform({ decode: normaliseContent, encode: (text: string) => text })
        )
      )
    })
  ])
)

const decode = Schema.decodeUnknownOption(Answer)

/** One line of at most 200 code points, without what would hide or reorder text. */
const shown = (reason: string): string => {
  const line = reason
    .slice(0, 4 * REASON_MAX)
    .toWellFormed()
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, " ")
    .trim()
  return line === "" ? "the message was rejected" : Array.from(line).slice(0, REASON_MAX).join("")
}

/** The verdict that an answer's text stands for, or nothing. */
export const verdictOf = (text: string): Verdict | undefined => {
  const answer = Option.getOrUndefined(decode(text))
  switch (answer?.action) {
    case "allow":
      return { _tag: "allow" }
    case "reject":
      return { _tag: "reject", reason: shown(answer.reason ?? "") }
    case "rewrite":
      return { _tag: "rewrite", content: answer.content }
    default:
      return undefined
  }
}
