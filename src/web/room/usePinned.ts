/**
 * Whether the list keeps to its end as messages come: while one is there or almost, and not while one is just going up, however slowly.
 */
import { type RefObject, useCallback, useEffect, useRef, useState } from "react"

/** Pixels from the end within which one counts as there. */
export const NEAR_END = 80
/** Milliseconds after a movement upwards in which one is still going. */
const GOING_MS = 400

const UP_KEYS = new Set(["ArrowUp", "PageUp", "Home"])

const distanceFromEnd = ({ clientHeight, scrollHeight, scrollTop }: HTMLElement) =>
  scrollHeight - clientHeight - scrollTop

interface Pinned {
  readonly pinned: boolean
  /** As it is now, where what was drawn may be behind. */
  isPinned(): boolean
  /** Where one was sent by something other than a movement of one's own. Away from the end only if that leads away from it. */
  pin(pinned: boolean): void
}

/** `moved` is called after each movement and when the list became higher or lower; before that `resized`, where it is kept at its end. */
export const usePinned = (scroller: RefObject<HTMLElement | null>, moved: () => void, resized: () => void): Pinned => {
  const [pinned, setPinned] = useState(true)
  const now = useRef(true)
  const told = useRef({ moved, resized })
  told.current = { moved, resized }

  const judged = useRef(() => {})

  const become = useCallback((next: boolean) => {
    now.current = next
    setPinned(next)
  }, [])
  const pin = useCallback(
    (next: boolean) => {
      become(next)
      // there may be nowhere to go
      if (!next) setTimeout(() => judged.current(), GOING_MS)
    },
    [become]
  )

  useEffect(() => {
    const element = scroller.current
    if (element === null) return undefined
    let last = element.scrollTop
    let height = element.clientHeight
    let goingUp = -Infinity
    let later: ReturnType<typeof setTimeout> | undefined

    const judge = () => {
      const distance = distanceFromEnd(element)
      if (distance <= 2) become(true)
      else if (performance.now() - goingUp < GOING_MS) become(false)
      // only who goes up leaves the end; where the end goes away by itself, the list follows
      else if (distance <= NEAR_END) become(true)
      else if (element.scrollTop < last - 1) become(false)
      last = element.scrollTop
    }
    judged.current = judge
    const up = () => {
      goingUp = performance.now()
      clearTimeout(later)
      later = setTimeout(judge, GOING_MS)
    }
    const scrolled = () => {
      judge()
      told.current.moved()
    }
    const wheeled = (event: WheelEvent) => {
      if (event.deltaY < 0) up()
    }
    const pressed = (event: KeyboardEvent) => {
      if (UP_KEYS.has(event.key)) up()
    }
    let touchedAt = 0
    const touched = (event: TouchEvent) => {
      touchedAt = event.touches[0]?.clientY ?? 0
    }
    const dragged = (event: TouchEvent) => {
      const at = event.touches[0]?.clientY ?? 0
      if (at > touchedAt) up()
      touchedAt = at
    }
    const sized = new ResizeObserver(() => {
      const change = height - element.clientHeight
      height = element.clientHeight
      // what was at the bottom stays there
      if (now.current && change > 0) element.scrollTop += change
      if (now.current) told.current.resized()
      last = element.scrollTop
      told.current.moved()
    })

    element.addEventListener("scroll", scrolled, { passive: true })
    element.addEventListener("wheel", wheeled, { passive: true })
    element.addEventListener("keydown", pressed)
    element.addEventListener("touchstart", touched, { passive: true })
    element.addEventListener("touchmove", dragged, { passive: true })
    sized.observe(element)
    return () => {
      judged.current = () => {}
      clearTimeout(later)
      element.removeEventListener("scroll", scrolled)
      element.removeEventListener("wheel", wheeled)
      element.removeEventListener("keydown", pressed)
      element.removeEventListener("touchstart", touched)
      element.removeEventListener("touchmove", dragged)
      sized.disconnect()
    }
  }, [become, scroller])

  return { pinned, isPinned: useCallback(() => now.current, []), pin }
}
