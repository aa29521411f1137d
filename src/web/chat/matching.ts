/** How well a name goes with what was typed to find it. */

const MARKS = /\p{M}+/gu
const BETWEEN = /[\s._:-]+/u

const folded = (text: string): string => text.normalize("NFKD").replaceAll(MARKS, "").toLocaleLowerCase()

const isWithin = (query: string, text: string): boolean => {
  let from = 0
  for (const letter of query) {
    from = text.indexOf(letter, from) + letter.length
    if (from < letter.length) return false
  }
  return true
}

/** The better the smaller: begins so, has a word that does, has it inside, has its letters in this order. None where it does not go with it. */
export const matching = (query: string, name: string): number | undefined => {
  const wanted = folded(query.trim())
  const text = folded(name)
  if (wanted === "" || text.startsWith(wanted)) return 0
  if (text.split(BETWEEN).some((word) => word.startsWith(wanted))) return 1
  if (text.includes(wanted)) return 2
  return isWithin(wanted.replaceAll(" ", ""), text) ? 3 : undefined
}
