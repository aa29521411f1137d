/** State as something to read and to be told about: what `useSyncExternalStore` wants. A snapshot stays the same object until it changes. */
import { createEvents } from "./Events.ts"
import type { Logger } from "./Logger.ts"

export interface Readable<A> {
  /** Calls after each change, once for all changes of one turn; returns what ends that. */
  subscribe(listener: () => void): () => void
  getSnapshot(): A
}

export interface Snapshots<A> extends Readable<A> {
  /** Notes that the next snapshot is another one. */
  changed(): void
}

/** `make` builds a snapshot when one is asked for. */
export const createSnapshots = <A>(make: () => A, logger: Logger): Snapshots<A> => {
  const events = createEvents<{ changed: void }>(logger)
  let snapshot: A | undefined
  let told = true
  return {
    subscribe: (listener) => events.on("changed", listener),
    getSnapshot: () => (snapshot ??= make()),
    changed: () => {
      snapshot = undefined
      if (!told) return
      told = false
      queueMicrotask(() => {
        told = true
        events.emit("changed", undefined)
      })
    }
  }
}
