/** What changes more often than it can be drawn: told at most once per frame, so that the work is one of frames and not of changes. */
import type { Readable } from "../Cell.ts"

/** Milliseconds between two tellings on a page that draws no frames. */
const UNSEEN_MS = 250

interface Paced<A> extends Readable<A> {
  /** Tells now, where something is to be done with what has just changed. */
  flush(): void
}

export const paced = <A>(source: Readable<A>): Paced<A> => {
  const listeners = new Set<() => void>()
  let shown = source.getSnapshot()
  let due = false
  let unsubscribe: (() => void) | undefined

  const flush = () => {
    due = false
    const next = source.getSnapshot()
    if (next === shown) return
    shown = next
    for (const listener of listeners) listener()
  }
  const later = () => {
    if (due) flush()
  }
  const soon = () => {
    if (due) return
    due = true
    if (document.visibilityState === "visible") requestAnimationFrame(later)
    else setTimeout(later, UNSEEN_MS)
  }

  return {
    subscribe: (listener) => {
      if (listeners.size === 0) {
        unsubscribe = source.subscribe(soon)
        shown = source.getSnapshot()
      }
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) unsubscribe?.()
      }
    },
    getSnapshot: () => (listeners.size === 0 ? source.getSnapshot() : shown),
    flush
  }
}
