import type { RecordPage } from "./RecordStore.ts"

/** Sort keys from one to another, by code unit; `to` is not included, and nothing is after all where it is left out. */
export interface RecordRange {
  readonly from: string
  readonly to: string | undefined
}

/** The first text after all that begin so, if there is one. */
const following = (prefix: string): string | undefined => {
  for (let end = prefix.length - 1; end >= 0; end--) {
    const unit = prefix.charCodeAt(end)
    if (unit < 0xffff) return prefix.slice(0, end) + String.fromCharCode(unit + 1)
  }
  return undefined
}

/** What is left of a partition for a page: nothing where `to` does not come after `from`. */
export const recordRange = ({ after, prefix = "", reverse = false }: Omit<RecordPage, "pk" | "limit">): RecordRange => {
  const end = following(prefix)
  if (after === undefined) return { from: prefix, to: end }
  if (reverse) return { from: prefix, to: end === undefined || after < end ? after : end }
  // no text lies between one and the same with a NUL at its end
  return { from: after < prefix ? prefix : `${after}\0`, to: end }
}
