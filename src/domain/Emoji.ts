/** A reaction: one emoji, as Unicode recommends them for general interchange (UTS #51, RGI emoji), so that everyone's screen can show it. */
import { Schema } from "effect"

const ONE = /^\p{RGI_Emoji}$/v

export const Emoji = Schema.String.check(
  Schema.isMaxLength(64),
  Schema.isPattern(ONE, { message: "must be one emoji" })
)
export type Emoji = typeof Emoji.Type
