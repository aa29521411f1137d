/**
 * Marks stacked on a letter until they cover the lines above and below. Only marks without a width of their own stack; the vowel signs of
 * Indic scripts that have one stand in line.
 */
import { codePoints } from "./codePoints.ts"

/** Format characters between marks do not end a stack on the screen. */
const stackOf = (height: number) => new RegExp(`(?:[\\p{Mn}\\p{Me}]\\p{Cf}*){${height}}`, "u")

/** Nine marks in a row. Real text has at most six, in Tibetan transcriptions of Sanskrit. */
const TOWER = stackOf(9)

/** Whether a UTF-16 unit is of no mark or format character for certain: most letters but those of South and West Asia. */
const standsAlone = (unit: number) =>
  (unit < 0x300 && unit !== 0xad) ||
  (unit > 0x36f && unit < 0x483) ||
  (unit > 0x489 && unit < 0x591) ||
  (unit > 0x309a && unit < 0xa66f) ||
  (unit > 0xabff && unit < 0xd800)

/** Whether more than 8 marks follow each other. They would be at least 9 units, so a look at every ninth spares most texts the rest. */
export const hasTower = (text: string): boolean => {
  for (let i = 8; i < text.length; i += 9) if (!standsAlone(text.charCodeAt(i))) return TOWER.test(text)
  return false
}

const OVERLOADED = stackOf(4)
const TWICE = /([\p{Mn}\p{Me}])\1/u

/**
 * Marks that go with any script, as the inside of a character class. Others may make up most of a short name: Burmese `မြို့` is two letters
 * and three such marks.
 */
export const GENERAL_MARKS = "\\u0300-\\u036f\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff\\ufe20-\\ufe2f"

const GENERAL = new RegExp(`[${GENERAL_MARKS}]`, "gu")

/** Whether a name, in NFC, has more than 3 marks in a row, the same one twice in a row, or is more than half marks that go with any script. */
export const isOverloaded = (name: string): boolean =>
  OVERLOADED.test(name) || TWICE.test(name) || (name.match(GENERAL)?.length ?? 0) > codePoints(name) / 2
