/** Has something that lies over the page stand beside what it belongs to: above if there is room, and never off the screen. */

const GAP = 4
const EDGE = 8

export const placeBeside = (element: HTMLElement, anchor: HTMLElement): void => {
  const at = anchor.getBoundingClientRect()
  const { height, width } = element.getBoundingClientRect()
  const above = at.top - GAP - height
  const top = above >= EDGE ? above : Math.min(at.bottom + GAP, innerHeight - EDGE - height)
  const left = getComputedStyle(anchor).direction === "rtl" ? at.left : at.right - width
  element.style.top = `${Math.max(EDGE, top)}px`
  element.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - EDGE - width))}px`
}
