/** What the keyboard does anywhere in the chat. */
import { useEffect } from "react"
import type { Hall } from "./Hall.ts"
import { stepping } from "./stepping.ts"

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

const regions = () =>
  [...document.querySelectorAll<HTMLElement>("[data-region]")].filter((region) => region.checkVisibility())

/** Where one comes to in a region: what is meant for that, or the region itself. */
const enter = (region: HTMLElement) => {
  const target = region.querySelector<HTMLElement>("[data-entry], textarea") ?? region
  target.focus()
}

const cycle = (by: 1 | -1) => {
  const all = regions()
  const at = all.findIndex((region) => region.contains(document.activeElement))
  const from = at < 0 && by < 0 ? 0 : at
  const next = all[(from + by + all.length) % all.length]
  if (next !== undefined) enter(next)
}

const handle = (event: KeyboardEvent, hall: Hall, current: string | undefined) => {
  if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]") !== null) return
  const { altKey, ctrlKey, key, metaKey, shiftKey } = event
  if ((ctrlKey || metaKey) && !altKey && !shiftKey && key.toLowerCase() === "k") {
    event.preventDefault()
    hall.dialog.set({ kind: "switcher" })
  } else if (altKey && !ctrlKey && !metaKey && (key === "ArrowUp" || key === "ArrowDown")) {
    event.preventDefault()
    const next = stepping(hall.rooms.getSnapshot(), current, { by: key === "ArrowUp" ? -1 : 1, unread: shiftKey })
    if (next !== undefined) hall.openRoom(next)
  } else if (key === "F6" && !ctrlKey && !altKey && !metaKey) {
    event.preventDefault()
    cycle(shiftKey ? -1 : 1)
  } else if (key === "?" && !ctrlKey && !altKey && !metaKey && !isWriting(event.target)) {
    event.preventDefault()
    hall.dialog.set({ kind: "help" })
  }
}

export const useKeys = (hall: Hall, current: string | undefined): void => {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => handle(event, hall, current)
    addEventListener("keydown", pressed)
    return () => removeEventListener("keydown", pressed)
  }, [hall, current])
}
