/** A value that is shown wherever it is used, and shown anew when it changes. */
import { useSyncExternalStore } from "react"

/** What has a present value and tells when there is another: a `Cell`, a client, a room. */
export interface Readable<A> {
  subscribe(listener: () => void): () => void
  getSnapshot(): A
}

export interface Cell<A> extends Readable<A> {
  set(value: A): void
  update(change: (value: A) => A): void
}

export const cell = <A>(initial: A): Cell<A> => {
  let value = initial
  const listeners = new Set<() => void>()
  const set = (next: A) => {
    if (Object.is(next, value)) return
    value = next
    for (const listener of listeners) listener()
  }
  return {
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    getSnapshot: () => value,
    set,
    update: (change) => set(change(value))
  }
}

/** The present value, in a component that is drawn again when it changes. */
export const useReadable = <A>(readable: Readable<A>): A =>
  useSyncExternalStore(readable.subscribe, readable.getSnapshot)
