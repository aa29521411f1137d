import { type RefObject, useEffect, useState } from "react"

/** How far beyond what is seen is near, so that what is scrolled to is there already. */
const MARGIN = "400px"

/** Whether an element is seen, or about to be: what is not need not be asked for. */
export const useNear = (element: RefObject<HTMLElement | null>): boolean => {
  const [near, setNear] = useState(false)
  useEffect(() => {
    const observed = element.current
    if (observed === null) return undefined
    const observer = new IntersectionObserver((entries) => setNear(entries.at(-1)?.isIntersecting ?? true), {
      rootMargin: MARGIN
    })
    observer.observe(observed)
    // paper shows everything
    const all = () => setNear(true)
    addEventListener("beforeprint", all)
    return () => {
      observer.disconnect()
      removeEventListener("beforeprint", all)
    }
  }, [element])
  return near
}
