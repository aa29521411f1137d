/** The connections that are live, so that they can be counted, sent away and waited for. */
import { Effect, Fiber } from "effect"
import type { Connection } from "../connection/Connection.ts"

export class Crowd {
  private readonly fibers = new Map<Connection, Fiber.Fiber<unknown, unknown>>()
  private readonly waiting = new Set<() => void>()

  get size(): number {
    return this.fibers.size
  }

  get all(): Iterable<Connection> {
    return this.fibers.keys()
  }

  add(connection: Connection, fiber: Fiber.Fiber<unknown, unknown>): void {
    this.fibers.set(connection, fiber)
  }

  delete(connection: Connection): void {
    this.fibers.delete(connection)
    if (this.fibers.size > 0) return
    for (const resume of this.waiting) resume()
    this.waiting.clear()
  }

  /** Waits until nobody is left. */
  readonly empty: Effect.Effect<void> = Effect.callback((resume) => {
    if (this.fibers.size === 0) return resume(Effect.void)
    const done = () => resume(Effect.void)
    this.waiting.add(done)
    return Effect.sync(() => {
      this.waiting.delete(done)
    })
  })

  /** Whoever is left when the scope closes is cut off. */
  static readonly make = Effect.acquireRelease(
    Effect.sync(() => new Crowd()),
    ({ fibers }) => Fiber.interruptAll(fibers.values())
  )
}
