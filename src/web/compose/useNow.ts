/** The time, for as long as something waits for one. */
import { useEffect, useReducer } from "react"

/** Milliseconds since 1970; drawn anew each second until `until` has passed. */
export const useNow = (until: number | undefined): number => {
  const [, drawAgain] = useReducer((times: number) => times + 1, 0)
  useEffect(() => {
    if (until === undefined || until <= Date.now()) return undefined
    const timer = setInterval(() => {
      drawAgain()
      if (Date.now() >= until) clearInterval(timer)
    }, 1000)
    return () => clearInterval(timer)
  }, [until])
  return Date.now()
}
