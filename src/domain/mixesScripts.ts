/**
 * Words made of letters of several scripts, which is how `аdmin` is written. Which scripts may meet in a word is the moderately restrictive
 * level of UTS 39, and stricter: no script with many Latin look-alikes meets Latin.
 */

/** Scripts that Latin may stand beside in one word, each by itself. Short names of ISO 15924. */
const BESIDE_LATIN =
  "Arab Beng Deva Ethi Gujr Guru Hebr Khmr Knda Laoo Mlym Mymr Orya Sinh Taml Telu Thaa Thai Tibt".split(" ")

/** Scripts that stand alone: Cyrillic and Greek first, then others whose letters pass for Latin, then the rest of those in use. */
const ALONE = (
  "Cyrl Grek Armn Geor Cher Copt Cans Lisu Tfng Osge Vaii Nkoo Adlm Bali Bamu Batk Bugi Cakm Cham Java Kali Lana Lepc Limb Mand Mong " +
  "Mtei Newa Olck Rohg Saur Sund Sylo Syrc Tale Talu Tavt Tglg Yiii"
).split(" ")

const TOGETHER: ReadonlyArray<ReadonlyArray<string>> = [
  ["Latn", "Hani", "Hira", "Kana"],
  ["Latn", "Hani", "Hang"],
  ["Latn", "Hani", "Bopo"],
  ...BESIDE_LATIN.map((script) => ["Latn", script]),
  ...ALONE.map((script) => [script])
]

const ASCII = /^[ -~]*$/
const WORD = /[\p{L}\p{M}\p{N}]+/gu

/** Digits, common marks and the like. */
const OF_NO_SCRIPT = /[\p{Script_Extensions=Common}\p{Script_Extensions=Inherited}]/gu

const classOf = (scripts: ReadonlyArray<string>) => scripts.map((script) => `\\p{Script_Extensions=${script}}`).join("")

/** A word is fine if one of these has all its characters that are of a script; the last is for scripts that are not named here. */
const fine = [
  ...TOGETHER.map((scripts) => new RegExp(`^[${classOf(scripts)}]*$`, "u")),
  new RegExp(`^[^${classOf([...new Set(TOGETHER.flat())])}]*$`, "u")
]

/** Whether a word of the text mixes scripts that do not belong together. Words end at whatever is no letter, mark or number. */
export const mixesScripts = (text: string): boolean => {
  if (ASCII.test(text)) return false
  // in compatibility form, because mathematical and full-width letters are Latin to a reader
  const words = text.normalize("NFKC").match(WORD) ?? []
  return words.some((word) => {
    const letters = word.replace(OF_NO_SCRIPT, "")
    return !fine.some((scripts) => scripts.test(letters))
  })
}
