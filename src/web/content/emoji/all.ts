/** All emoji as one text. A bundle has the text itself in place of this module: see `emojiPlugin.ts`. */
import { gemoji } from "gemoji"
import { packed } from "./EmojiSet.ts"

export const all: string = packed(gemoji)
