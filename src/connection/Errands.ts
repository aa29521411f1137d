/**
 * What one connection asked for that takes longer than a look: done beside its reader, one after the other, in the order it was asked
 * for. None outlives the connection.
 */
import { Cause, Effect, type Fiber } from "effect"
import type { Supervisor } from "../actor/Supervisor.ts"

/** What errands are run with. */
interface Runner {
  readonly supervisor: Supervisor["Service"]
  readonly fork: (errands: Effect.Effect<void>) => Fiber.Fiber<void>
}

interface Errand {
  readonly work: Effect.Effect<void>
  /** Answers in place of work that crashed. */
  readonly crashed: () => void
}

/** Errands of one connection that may wait. */
const WAITING = 32

export class Errands {
  private readonly runner: Runner
  private readonly waiting: Array<Errand> = []
  /** Not told from the fiber, which may be done before it is known here. */
  private working = false
  private fiber: Fiber.Fiber<void> | undefined

  constructor(runner: Runner) {
    this.runner = runner
  }

  /** Has work done in its turn; false where too much waits. */
  begin(work: Effect.Effect<void>, crashed: () => void): boolean {
    if (this.waiting.length >= WAITING) return false
    this.waiting.push({ work, crashed })
    if (this.working) return true
    this.working = true
    this.fiber = this.runner.fork(this.next)
    return true
  }

  /** Breaks off what is under way; nothing is answered any more. */
  stop(): void {
    this.fiber?.interruptUnsafe()
  }

  private readonly next: Effect.Effect<void> = Effect.suspend(() => {
    const errand = this.waiting[0]
    if (errand === undefined) {
      this.working = false
      return Effect.void
    }
    return errand.work.pipe(
      Effect.catchCause((cause) =>
        Cause.hasInterruptsOnly(cause)
          ? Effect.failCause(cause)
          : Effect.andThen(this.runner.supervisor.noted("errand", cause), Effect.sync(errand.crashed))
      ),
      Effect.andThen(
        Effect.suspend(() => {
          this.waiting.shift()
          return this.next
        })
      )
    )
  })
}
