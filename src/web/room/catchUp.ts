/**
 * Keeps a movement that the list has not heard of yet. It hears of them with the next frame; what it moves by itself before that is put on
 * top of where it was, which would take the movement back.
 */
import { elementScroll } from "@tanstack/react-virtual"
import type { List } from "./keepsInView.ts"

/** There the list itself may hold movements back while a finger is down, and knows better. */
const HOLDS_BACK = globalThis.CSS?.supports("-webkit-touch-callout", "none") ?? false

/** Where it is, if it is elsewhere than it was taken to be. */
const unheard = ({ options, scrollElement }: List, offset: number | null): number | undefined => {
  if (HOLDS_BACK || scrollElement === null || offset === null) return undefined
  // at the end it moves ahead of what is there
  if (options.followOnAppend !== false) return undefined
  const { clientHeight, scrollHeight, scrollTop } = scrollElement
  // beyond an end it is only for as long as that springs back
  if (scrollTop < 0 || scrollTop > scrollHeight - clientHeight + 1) return undefined
  return Math.abs(scrollTop - offset) > 1 ? scrollTop : undefined
}

/** To be called before it is drawn with other rows. */
export const catchUp = (list: List): void => {
  list.scrollOffset = unheard(list, list.scrollOffset) ?? list.scrollOffset
}

/** Pixels by which the list could not go up, being at its beginning: rows that are measured before the same frame make up for them. */
const owed = new WeakMap<List, number>()

const owe = (list: List, by: number): void => {
  // what is measured later moves what is on the screen by then
  if (!owed.has(list)) requestAnimationFrame(() => owed.delete(list))
  owed.set(list, by)
}

/** Moves the list: by as much as rows are higher or lower than they were taken to be, or to a place. */
export const moveList = (offset: number, options: Parameters<typeof elementScroll>[1], list: List): void => {
  const by = options.adjustments ?? 0
  if (by === 0 || list.options.followOnAppend !== false) return elementScroll(offset, options, list)
  const from = (unheard(list, offset) ?? offset) + (owed.get(list) ?? 0)
  if (from + by < 0 || owed.has(list)) owe(list, Math.min(0, from + by))
  elementScroll(from, options, list)
}
