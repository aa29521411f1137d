/** Has work on one thing done one after the other, and work on different things side by side. */
import { Effect, Semaphore } from "effect"

interface Lock {
  readonly semaphore: Semaphore.Semaphore
  /** Who holds it or waits for it. */
  users: number
}

export class Locks {
  private readonly locks = new Map<string, Lock>()

  /** Does work that may not be broken off once it has begun; until then it may. */
  with<A, E, R>(key: string, work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.acquireUseRelease(
      Effect.sync(() => this.take(key)),
      ({ semaphore }) => semaphore.withPermit(Effect.uninterruptible(work)),
      (lock) => Effect.sync(() => this.release(key, lock))
    )
  }

  private take(key: string): Lock {
    let lock = this.locks.get(key)
    if (lock === undefined) this.locks.set(key, (lock = { semaphore: Semaphore.makeUnsafe(1), users: 0 }))
    lock.users++
    return lock
  }

  private release(key: string, lock: Lock): void {
    lock.users--
    if (lock.users === 0) this.locks.delete(key)
  }
}
