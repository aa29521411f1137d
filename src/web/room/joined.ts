/** Names one after another: `Ada, Grace and Alan`. */
const conjunction = new Intl.ListFormat(undefined, { style: "long", type: "conjunction" })

/** At most `most` names, and how many there are beside. */
export const joinedNames = (names: ReadonlyArray<string>, most: number, total = names.length): string => {
  const shown = names.slice(0, most)
  const others = total - shown.length
  if (others <= 0) return conjunction.format(shown)
  return conjunction.format([...shown, `${others} ${others === 1 ? "other" : "others"}`])
}
