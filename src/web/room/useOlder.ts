/** Older messages of a room, loaded before the top of the list is reached. */
import { useCallback, useRef, useState } from "react"
import type { Room } from "../../client/index.ts"

/** Messages of one page. */
const PAGE = 100

export interface Older {
  readonly status: "idle" | "loading" | "failed"
  readonly error: unknown
  /** Loads a page, unless one is under way. */
  load(): void
  /** As `load`, but not after a failure. */
  want(): void
}

export const useOlder = (room: Room): Older => {
  const [state, setState] = useState<Pick<Older, "status" | "error">>({ status: "idle", error: undefined })
  const busy = useRef(false)
  const failed = useRef(false)

  const load = useCallback(() => {
    if (busy.current) return
    busy.current = true
    failed.current = false
    setState({ status: "loading", error: undefined })
    room
      .loadOlder(PAGE)
      .then(
        () => setState({ status: "idle", error: undefined }),
        (error: unknown) => {
          failed.current = true
          setState({ status: "failed", error })
        }
      )
      .finally(() => {
        busy.current = false
      })
  }, [room])

  const want = useCallback(() => {
    if (!failed.current) load()
  }, [load])

  return { ...state, load, want }
}
