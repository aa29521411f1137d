/** What a text looks like: two texts that a reader can take for each other have one skeleton (after UTS 39). For comparing, never for showing. */
import { GENERAL_MARKS } from "./combiningMarks.ts"
import { confusables } from "./confusables.ts"

const ASCII = /^[ -~]*$/

/** Accents and overlays that go with any script, and what paints nothing. Vowel signs of a script of their own stay: they are letters. */
const UNNOTICED = new RegExp(`[${GENERAL_MARKS}\\p{Cf}\\p{Default_Ignorable_Code_Point}]`, "gu")

/** Capitals that become other capitals first (`ı`, `ſ`, `ß`) meet as small letters. */
const fold = (character: string) => character.toUpperCase().toLowerCase()

/** Small Latin letters for whatever looks like them, without accents; other characters by their compatibility form, small. Idempotent. */
export const skeleton = (text: string): string => {
  if (ASCII.test(text)) return text.toLowerCase().replaceAll("|", "l")
  let seen = ""
  for (const character of text.normalize("NFKD").replace(UNNOTICED, "")) {
    // before folding, because a capital may look like another letter than its small form
    const letters = confusables.get(character)
    if (letters !== undefined) seen += letters
    else for (const small of fold(character)) seen += confusables.get(small) ?? small
  }
  return seen
}
