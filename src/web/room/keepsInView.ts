/** Whether the list moves along where a row turned out to be higher or lower than it was taken to be, so that what is in view stays. */
import type { VirtualItem, Virtualizer } from "@tanstack/react-virtual"

export type List = Virtualizer<HTMLDivElement, HTMLLIElement>

/** Whether a row that was drawn before is in view, below another one. */
const isSomethingBelow = ({ index }: VirtualItem, { itemSizeCache, measurementsCache }: List, end: number): boolean => {
  for (let at = index + 1; ; at++) {
    const item = measurementsCache[at]
    if (item === undefined || item.start >= end) return false
    if (itemSizeCache.has(item.key)) return true
  }
}

export const keepsInView = (item: VirtualItem, _: number, list: List): boolean => {
  const offset = list.scrollOffset ?? 0
  const height = list.scrollRect?.height ?? 0
  // one that was not drawn yet: what is there already stays
  if (!list.itemSizeCache.has(item.key)) return item.start < offset || isSomethingBelow(item, list, offset + height)
  // of one that reaches above the view, what is below it stays, unless it is most of what is in view
  return item.start < offset && item.end - offset <= height / 2
}
