/** Lets go of what was loaded back once one has been at the end for a while. */
import { useEffect } from "react"
import type { Room } from "../../client/index.ts"

const AFTER_MS = 15_000
/** More rows than a room keeps by itself. */
const MANY = 1200

export const useTrim = (room: Room, atEnd: boolean, count: number): void => {
  const many = count > MANY
  useEffect(() => {
    if (!atEnd || !many) return undefined
    const timer = setTimeout(() => room.trim(), AFTER_MS)
    return () => clearTimeout(timer)
  }, [atEnd, many, room])
}
