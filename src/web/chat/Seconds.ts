/** How many seconds there are until a moment, shown anew each second. */
import { useEffect, useState } from "react"

/** Milliseconds. */
const SECOND = 1000

const until = (at: number | undefined) => (at === undefined ? 0 : Math.max(0, Math.ceil((at - Date.now()) / SECOND)))

/** `at` in milliseconds since 1970; 0 where it is past, or there is none. */
export const useSeconds = (at: number | undefined): number => {
  const [, tick] = useState(0)
  useEffect(() => {
    if (at === undefined) return undefined
    const timer = setInterval(() => {
      tick((count) => count + 1)
      if (at <= Date.now()) clearInterval(timer)
    }, SECOND / 4)
    return () => clearInterval(timer)
  }, [at])
  return until(at)
}
