/** Notices a line that is dead without saying so, by asking when nothing was heard for long, and at once after a sleep. */
import type { Clock } from "./Clock.ts"

/** Milliseconds of silence after which the server is asked, and those it has to answer. */
const QUIET_MS = 25_000
const ANSWER_MS = 10_000
/** The same where the line may well be dead: after a sleep, or when the page was away. */
const WOKEN_MS = 3000
/** A timer that is so late has slept. Background pages slow timers down as well, so it is a reason to ask, not to give up. */
const LATE_MS = 5000

export interface Pulse {
  /** Until something comes once more. */
  stop(): void
  /** Something came: watches from the first time on. */
  heard(): void
  /** Asks now, if nothing came in the last moments. */
  check(): void
}

/** `ask` sends something that is answered; `dead` is called once if nothing comes. */
export const createPulse = (clock: Clock, ask: () => void, dead: () => void): Pulse => {
  let heardAt = 0
  let asking = true
  let woken = false
  let cancel: (() => void) | undefined

  const wait = (ms: number) => {
    cancel?.()
    const due = clock.now() + ms
    cancel = clock.after(ms, () => beat(clock.now() - due))
  }

  const probe = (ms: number) => {
    asking = true
    wait(ms)
    ask()
  }

  const beat = (late: number) => {
    if (late > LATE_MS && !woken) {
      // an answer may be there and not have been read
      woken = true
      probe(WOKEN_MS)
    } else if (asking) dead()
    else {
      const left = heardAt + QUIET_MS - clock.now()
      // the wall clock may have been set back
      if (left > 0) wait(Math.min(left, QUIET_MS))
      else probe(ANSWER_MS)
    }
  }

  const heard = () => {
    heardAt = clock.now()
    woken = false
    if (!asking) return
    asking = false
    wait(QUIET_MS)
  }

  return {
    stop: () => {
      cancel?.()
      asking = true
    },
    heard,
    check: () => {
      if (!asking && clock.now() - heardAt > WOKEN_MS) probe(WOKEN_MS)
    }
  }
}
