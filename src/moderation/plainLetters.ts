/** A text in plain small letters, for looking words up in it. */
import { skeleton } from "../domain/skeleton.ts"

const ASCII = /^[ -~]*$/
const MARK = /^\p{M}+$/u

/** Characters whose plain form is remembered; most texts have few. */
const REMEMBERED = 16_384

interface Plain {
  /** One space for any white space. */
  readonly letters: string
  /** Whether it only belongs to the letter before it. */
  readonly mark: boolean
}

const plain = new Map<string, Plain>()

const plainOf = (character: string): Plain => {
  let known = plain.get(character)
  if (known === undefined) {
    const letters = skeleton(character)
    known = { letters: /^\s+$/.test(letters) ? " " : letters, mark: MARK.test(letters) }
    if (plain.size === REMEMBERED) plain.clear()
    plain.set(character, known)
  }
  return known
}

const SPACE = 0x20
const isLatin = (unit: number) => (unit > 0x60 && unit < 0x7b) || (unit > 0x2f && unit < 0x3a)

/**
 * Letters that look like others, accents, capitals, and what paints nothing are seen through, and any white space is one space. Character
 * by character, because to put 16 KiB of marks in order takes 130 ms.
 */
export const plainLetters = (text: string): string => {
  if (ASCII.test(text)) return skeleton(text).replace(/ {2,}/g, " ")
  let seen = ""
  // not looked up in what was put together so far, which would be copied each time
  let last = 0
  for (const character of text) {
    const { letters, mark } = plainOf(character)
    // a vowel sign of another script on a Latin letter is there to hide the word
    if (letters === "" || (mark && isLatin(last)) || (letters === " " && last === SPACE)) continue
    seen += letters
    last = letters.charCodeAt(letters.length - 1)
  }
  return seen
}
