/** Display names: what people see, so nothing in one may hide, reorder, cover its neighbours or pass for what it is not. */
import { Schema } from "effect"
import { codePoints } from "./codePoints.ts"
import { isOverloaded } from "./combiningMarks.ts"
import { mixesScripts } from "./mixesScripts.ts"
import { isReservedName } from "./reservedNames.ts"

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

/** Why a normalised name is refused, or nothing. `reserved` allows the names that speak for the house. */
export const usernameProblem = (
  name: string,
  { reserved = false }: { readonly reserved?: boolean } = {}
): string | undefined => {
  const length = codePoints(name)
  if (length === 0) return "username must not be empty"
  if (length > USERNAME_MAX) return `username has ${length} code points; at most ${USERNAME_MAX} are allowed`
  if (FORBIDDEN.test(name)) return "username must not contain control, bidirectional or invisible characters"
  if (isOverloaded(name)) return "username must not have stacked combining marks, nor be mostly marks"
  if (mixesScripts(name)) return "username must not mix scripts within a word"
  if (!reserved && isReservedName(name)) return "username is reserved, or looks like one that is"
  return undefined
}

/** What any name is like, the server's own among them: reserved names are one. */
export const Username = Schema.String.check(
  Schema.makeFilter((name) => usernameProblem(name, { reserved: true }))
).pipe(Schema.brand("Username"))
export type Username = typeof Username.Type
