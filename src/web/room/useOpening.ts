/** How a room's list opens: hidden until what it opens at is there, at a place that was asked for, the first unread message, or the end. */
import { useCallback, useEffect, useState } from "react"
import type { Position, Room, RoomSnapshot } from "../../client/index.ts"
import type { NewLine } from "./useNewLine.ts"

/** Messages of a page, and how many pages are loaded for the sake of the first unread message. */
const PAGE = 200
const PAGES_MAX = 10

interface Opening {
  /** To be placed now. */
  readonly placing: boolean
  /** Placed, and shown. */
  readonly open: boolean
  placed(): void
}

/** Whether a place is among what was loaded, or before all there is. */
export const reaches = ({ hasOlder, messages }: RoomSnapshot, { epoch, seq }: Position) => {
  const start = messages[0]?.at
  return !hasOlder || start === undefined || start.epoch < epoch || (start.epoch === epoch && start.seq <= seq)
}

export const useOpening = (
  room: Room,
  snapshot: RoomSnapshot,
  { known, newFrom }: NewLine,
  at: Position | undefined,
  toPlace: (place: Position) => Promise<void>,
  flush: () => void
): Opening => {
  const [phase, setPhase] = useState<"waiting" | "placing" | "placed" | "open">("waiting")
  const ready = known && snapshot.position !== undefined
  const place = at === undefined ? undefined : `${at.epoch}.${at.seq}`

  useEffect(() => {
    if (!ready || phase !== "waiting") return undefined
    const stop = new AbortController()
    const { signal } = stop
    const prepare = async () => {
      try {
        if (at !== undefined) await toPlace(at)
        else if (newFrom !== undefined) {
          for (let page = 0; page < PAGES_MAX && !signal.aborted && !reaches(room.getSnapshot(), newFrom); page++) {
            await room.loadOlder(PAGE)
          }
        }
      } catch {
        // it opens with what is there, and the list tells what could not be loaded when one goes up
      }
      if (signal.aborted) return
      flush()
      setPhase("placing")
    }
    void prepare()
    return () => stop.abort()
  }, [ready])

  // another place of the room that is open
  useEffect(() => {
    if (phase === "open" && at !== undefined) void toPlace(at)
  }, [place])

  // shown once what is there was measured, which takes a frame or two
  useEffect(() => {
    if (phase !== "placed") return undefined
    const timer = setTimeout(() => setPhase("open"), 60)
    return () => clearTimeout(timer)
  }, [phase])

  return {
    placing: phase === "placing",
    open: phase === "open",
    placed: useCallback(() => setPhase("placed"), [])
  }
}
