/** What is said of who is writing: at most three names, and how many there are beside. */
import type { Member } from "../../client/index.ts"

interface Part {
  readonly text: string
  /** Whether it is a name, which may run the other way. */
  readonly name: boolean
}

const NAMES_MAX = 3
const list = new Intl.ListFormat("en", { style: "long", type: "conjunction" })

/** Nothing where nobody else is. */
export const typingParts = (members: ReadonlyArray<Member>, selfId: string): ReadonlyArray<Part> => {
  const names = members.filter(({ userId }) => userId !== selfId).map(({ username }) => username)
  if (names.length === 0) return []
  const shown = names.slice(0, NAMES_MAX)
  const others = names.length - shown.length
  const rest = others === 0 ? [] : [`${others} ${others === 1 ? "other" : "others"}`]
  let named = 0
  const parts = list
    .formatToParts([...shown, ...rest])
    .map(({ type, value }) => ({ text: value, name: type === "element" && ++named <= shown.length }))
  return [...parts, { text: names.length === 1 ? " is typing…" : " are typing…", name: false }]
}
