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
  settle(outcome: A | HubbubError): void
}

export const createWaiters = <A>(clock: Clock): Waiters<A> => {
  const all = new Set<PromiseWithResolvers<A>>()
  return {
    get size() {
      return all.size
    },
    add: ({ signal, timeoutMs }, givenUp) => {
      if (signal?.aborted) return refused(signal.reason)
      const waiter = Promise.withResolvers<A>()
      all.add(waiter)
      const giveUp = (reason: unknown, aborted = false) => {
        if (!all.delete(waiter)) return
        waiter.reject(reason)
        givenUp?.(aborted)
      }
      const abort = () => giveUp(signal?.reason, true)
      signal?.addEventListener("abort", abort)
      const cancel =
        timeoutMs === undefined ? undefined : clock.after(timeoutMs, () => giveUp(new HubbubError("timeout")))
      return quiet(
        waiter.promise.finally(() => {
          cancel?.()
          signal?.removeEventListener("abort", abort)
        })
      )
    },
    settle: (outcome) => {
      for (const { reject, resolve } of all) {
        if (outcome instanceof HubbubError) reject(outcome)
        else resolve(outcome)
      }
      all.clear()
    }
  }
}
