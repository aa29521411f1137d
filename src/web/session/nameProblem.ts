/** What is wrong with a name that somebody would go by, in words for them: by the server's own rule. */
import { codePoints } from "../../domain/codePoints.ts"
import { nameFault, type NameFault, normaliseUsername, USERNAME_MAX } from "../../domain/nameRule.ts"

const words: Readonly<Record<Exclude<NameFault, "long">, string>> = {
  empty: "Choose a name that others will see.",
  hidden: "There are invisible characters in this name. Type it anew.",
  stacked: "There are too many accents on top of each other in this name.",
  mixed: "A word of this name mixes alphabets. Use letters of one of them.",
  reserved: "This name is reserved, or looks like one that is. Choose another one."
}

/** Nothing where the name is fine. */
export const nameProblem = (name: string): string | undefined => {
  const normalised = normaliseUsername(name)
  const fault = nameFault(normalised)
  if (fault === undefined) return undefined
  if (fault !== "long") return words[fault]
  return `That is ${codePoints(normalised)} characters. At most ${USERNAME_MAX} are possible.`
}
