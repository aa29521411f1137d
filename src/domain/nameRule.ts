/**
 * The rule for names that people are shown by: nothing in one may hide, reorder, cover its neighbours or pass for what it is not. Server and
 * web app both judge by it, each in words of its own.
 */
import { codePoints } from "./codePoints.ts"
import { isOverloaded } from "./combiningMarks.ts"
import { mixesScripts } from "./mixesScripts.ts"
import { isReservedName } from "./reservedNames.ts"

/** In code points. */
export const USERNAME_MAX = 50

/** Control, format (zero width, bidi), private use, unassigned and surrogate characters, line separators, blank braille. */
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u2028\u2029\u2800\p{Default_Ignorable_Code_Point}]/u

/** A longer name is refused as it is: NFC takes 130 ms to sort 16 KiB of combining marks. */
const NORMALISED_MAX = 1000

/** NFC, runs of white space as one space, trimmed. Idempotent. Control characters are left for the check to refuse. */
export const normaliseUsername = (name: string): string =>
  name.length > NORMALISED_MAX
    ? name
    : name
        .normalize("NFC")
        .replace(/[\p{Zs}]+/gu, " ")
        .replace(/^ | $/g, "")

/** `hidden`: something in it cannot be seen; `stacked`: marks over marks; `mixed`: letters of two scripts in a word. */
export type NameFault = "empty" | "long" | "hidden" | "stacked" | "mixed" | "reserved"

/** What is wrong with a normalised name, or nothing. */
export const nameFault = (name: string): NameFault | undefined => {
  const length = codePoints(name)
  if (length === 0) return "empty"
  if (length > USERNAME_MAX) return "long"
  if (FORBIDDEN.test(name)) return "hidden"
  if (isOverloaded(name)) return "stacked"
  if (mixesScripts(name)) return "mixed"
  return isReservedName(name) ? "reserved" : undefined
}
