/** Those who wait for one thing, each for as long as they like. */
import type { Clock } from "./Clock.ts"
import { HubbubError } from "./HubbubError.ts"
import { quiet, refused } from "./quiet.ts"

export interface Waiting {
  /** Ends the waiting, and what was asked for as far as it has not left yet. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds after which it is no longer waited for. */
  readonly timeoutMs?: number | undefined
}

export interface Waiters<A> {
  readonly size: number
  /** Waits as well; `givenUp` is called where that ended by its signal (`aborted`) or its time. Nobody needs to look at the promise. */
  add(waiting: Waiting, givenUp?: (aborted: boolean) => void): Promise<A>
  resolve(value: A): void
  reject(reason: unknown): void
}

export const createWaiters = <A>(clock: Clock): Waiters<A> => {
  const all = new Set<(how: (waiter: PromiseWithResolvers<A>) => void) => void>()
  const end = (how: (waiter: PromiseWithResolvers<A>) => void) => {
    for (const settle of all) settle(how)
  }
  return {
    get size() {
      return all.size
    },
    add: ({ signal, timeoutMs }, givenUp) => {
      if (signal?.aborted === true) return refused(signal.reason)
      const waiter = Promise.withResolvers<A>()
      let cancel: (() => void) | undefined
      const settle = (how: (waiter: PromiseWithResolvers<A>) => void) => {
        all.delete(settle)
        cancel?.()
        signal?.removeEventListener("abort", abort)
        how(waiter)
      }
      const giveUp = (reason: unknown, aborted: boolean) => {
        settle(({ reject }) => reject(reason))
        givenUp?.(aborted)
      }
      const abort = () => giveUp(signal?.reason, true)
      if (timeoutMs !== undefined) {
        cancel = clock.after(timeoutMs, () => giveUp(new HubbubError("timeout", `no answer in ${timeoutMs} ms`), false))
      }
      signal?.addEventListener("abort", abort)
      all.add(settle)
      return quiet(waiter.promise)
    },
    resolve: (value) => end(({ resolve }) => resolve(value)),
    reject: (reason) => end(({ reject }) => reject(reason))
  }
}
