/** Tells the server how far one has read: as far as was really seen, on a page that is looked at. */
import { type RefObject, useCallback, useEffect, useRef } from "react"
import type { Position, Room } from "../../client/index.ts"

/** Milliseconds between two marks. */
const EVERY_MS = 700

const isAfter = (a: Position, b: Position | undefined) =>
  b === undefined || a.epoch > b.epoch || (a.epoch === b.epoch && a.seq > b.seq)

export const isLookedAt = (): boolean => document.visibilityState === "visible" && document.hasFocus()

/** The place of the newest message whose end is in view. */
const lastSeen = (scroller: HTMLElement): Position | undefined => {
  const { bottom, top } = scroller.getBoundingClientRect()
  let last: Position | undefined
  for (const element of scroller.querySelectorAll<HTMLElement>("[data-at]")) {
    const box = element.getBoundingClientRect()
    if (box.bottom > bottom + 1 || box.bottom <= top) continue
    const [epoch, seq] = (element.dataset["at"] ?? "").split(".").map(Number)
    if (epoch === undefined || seq === undefined) continue
    if (isAfter({ epoch, seq }, last)) last = { epoch, seq }
  }
  return last
}

/** Returns what is to be called whenever something else may be in view. */
export const useReadMarks = (room: Room, scroller: RefObject<HTMLElement | null>, enabled: boolean): (() => void) => {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const told = useRef<Position>(undefined)

  const mark = useCallback(() => {
    timer.current = undefined
    if (scroller.current === null || !isLookedAt()) return
    const last = lastSeen(scroller.current)
    if (last === undefined || !isAfter(last, told.current) || !isAfter(last, room.getSnapshot().read)) return
    told.current = last
    // not told to who has no connection: what was read later says it as well
    room.read(last).catch(() => {
      told.current = undefined
    })
  }, [room, scroller])

  const look = useCallback(() => {
    if (enabled) timer.current ??= setTimeout(mark, EVERY_MS)
  }, [enabled, mark])

  useEffect(() => {
    look()
    addEventListener("focus", look)
    document.addEventListener("visibilitychange", look)
    return () => {
      removeEventListener("focus", look)
      document.removeEventListener("visibilitychange", look)
      clearTimeout(timer.current)
      timer.current = undefined
    }
  }, [look])

  return look
}
