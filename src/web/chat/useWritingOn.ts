/** Has the focus where one writes once another room is shown, where it went with the room before: keys would do nothing until then. */
import { useEffect, useRef } from "react"

/** A touched field brings up a keyboard, which nobody has asked for. */
const hasKeys = () => matchMedia("(pointer: fine)").matches

/** Puts the focus where one writes, on a device with keys. */
export const writeOn = (): void => {
  if (hasKeys()) document.querySelector<HTMLElement>("#main textarea")?.focus({ preventScroll: true })
}

export const useWritingOn = (roomId: string): void => {
  const shown = useRef(roomId)
  useEffect(() => {
    if (shown.current === roomId) return
    shown.current = roomId
    if (document.activeElement === document.body) writeOn()
  }, [roomId])
}
