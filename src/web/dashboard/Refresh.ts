/** The time that is shown: it moves on when figures are to be asked anew, and stands while nobody sees the page. */
import { cell, type Readable } from "../Cell.ts"

/** `tick` is another for each refresh. `now`: milliseconds since 1970 by the server's clock. */
export interface Beat {
  readonly tick: number
  readonly now: number
  readonly paused: boolean
}

export interface Refresh extends Readable<Beat> {
  /** Seconds between refreshes; 0 for none. Returns what ends it. */
  begin(seconds: number): () => void
  refresh(): void
}

/** `before` is called before each. */
export const createRefresh = (now: () => number, before: () => void): Refresh => {
  const beat = cell<Beat>({ tick: 0, now: now(), paused: false })
  let last = now()

  const refresh = () => {
    before()
    last = now()
    beat.update(({ paused, tick }) => ({ tick: tick + 1, now: last, paused }))
  }

  const pause = (paused: boolean) => beat.update((old) => (old.paused === paused ? old : { ...old, paused }))

  return {
    subscribe: beat.subscribe,
    getSnapshot: beat.getSnapshot,
    refresh,
    begin: (seconds) => {
      let timer: ReturnType<typeof setTimeout> | undefined
      const wait = () => {
        clearTimeout(timer)
        if (seconds === 0) return pause(false)
        pause(document.hidden)
        if (document.hidden) return
        const due = last + seconds * 1000 - now()
        timer = setTimeout(
          () => {
            refresh()
            wait()
          },
          Math.max(0, due)
        )
      }
      document.addEventListener("visibilitychange", wait)
      wait()
      return () => {
        clearTimeout(timer)
        document.removeEventListener("visibilitychange", wait)
      }
    }
  }
}
