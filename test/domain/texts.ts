/** Texts that are hard to count, cut or show, and a generator of random ones. */
import { Arbitrary, Schema } from "effect"

export const thumb = "👍"
/** Seven code points, one picture. */
export const family = "👨‍👩‍👧‍👦"
export const loneHigh = "\ud800"
export const loneLow = "\udc00"

const PIECES = [
  "a",
  "Z",
  "7",
  " ",
  "  ",
  "\t",
  "\n",
  "\r",
  "\r\n",
  "\u00a0",
  "\u2003",
  "\u2028",
  "\u3000",
  "é",
  "e\u0301",
  "\u0301",
  "\u0323",
  "Å",
  "\u212b",
  "ᄒ",
  "ᅡ",
  "한",
  "\ufb01",
  thumb,
  family,
  "\u200b",
  "\u200d",
  "\ufe0f",
  "\u202e",
  "\ufeff",
  "\u0000",
  "\u{e0041}",
  "\u{10ffff}",
  loneHigh,
  loneLow,
  "\ud83d"
] as const

/** Any string, lone surrogates included: a row of the hard pieces, then random characters. */
export const anyText = Arbitrary.map(
  Arbitrary.all({
    pieces: Arbitrary.array(Arbitrary.schema(Schema.Literals(PIECES)), { maxLength: 40 }),
    rest: Arbitrary.schema(Schema.String)
  }),
  ({ pieces, rest }) => pieces.join("") + rest
)
