/** What is wrong with a name that somebody would go by, in words for them: by the rules of the server, which has the last word. */
import { codePoints } from "../../domain/codePoints.ts"
import { isOverloaded } from "../../domain/combiningMarks.ts"
import { mixesScripts } from "../../domain/mixesScripts.ts"
import { isReservedName } from "../../domain/reservedNames.ts"

const LONG = 50
/** In UTF-16 units: beyond, sorting marks takes too long. */
const NORMALISED = 1000

const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u2028\u2029\u2800\p{Default_Ignorable_Code_Point}]/u

/** The name as the server has it. */
export const normalisedName = (name: string): string =>
  name.length > NORMALISED
    ? name
    : name
        .normalize("NFC")
        .replaceAll(/\p{Zs}+/gu, " ")
        .replaceAll(/^ | $/g, "")

/** Nothing where the name is fine. */
export const nameProblem = (name: string): string | undefined => {
  const normalised = normalisedName(name)
  const length = codePoints(normalised)
  if (length === 0) return "Choose a name that others will see."
  if (length > LONG) return `That is ${length} characters. At most ${LONG} are possible.`
  if (HIDDEN.test(normalised)) return "There are invisible characters in this name. Type it anew."
  if (isOverloaded(normalised)) return "There are too many accents on top of each other in this name."
  if (mixesScripts(normalised)) return "A word of this name mixes alphabets. Use letters of one of them."
  if (isReservedName(normalised)) return "This name is reserved, or looks like one that is. Choose another one."
  return undefined
}
