import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { supervise } from "../../src/actor/supervise.ts"
import { MAX_RESTARTS, RESTART_WINDOW_MS, Supervisor } from "../../src/actor/Supervisor.ts"

describe("supervise", () => {
  it.effect("restarts a loop that crashes, after a moment", () =>
    Effect.gen(function* () {
      let runs = 0
      yield* Effect.suspend(() => (++runs < 4 ? Effect.die(new Error(`crash ${runs}`)) : Effect.never)).pipe(
        supervise("loop")
      )
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(runs, 4)
      const supervisor = yield* Supervisor
      assert.strictEqual(supervisor.crashes(), 3)
      assert.isTrue(supervisor.healthy())
    }).pipe(Effect.provide(Supervisor.layer))
  )

  it.effect("gives up a loop that crashes too often, and says which", () =>
    Effect.gen(function* () {
      let runs = 0
      const supervisor = yield* Supervisor
      const failure = yield* Effect.forkChild(supervisor.failure)
      const fiber = yield* Effect.suspend(() => Effect.die(new Error(`crash ${++runs}`))).pipe(supervise("doomed"))
      yield* TestClock.adjust("29 seconds")
      assert.strictEqual(runs, MAX_RESTARTS + 1)
      assert.isFalse(supervisor.healthy())
      const exit = yield* Fiber.await(failure)
      assert.isTrue(Exit.isFailure(exit))
      if (Exit.isFailure(exit)) assert.include(Cause.pretty(exit.cause), "doomed")
      assert.isTrue(Exit.isFailure(yield* Fiber.await(fiber)))
    }).pipe(Effect.provide(Supervisor.layer))
  )

  it.effect("counts crashes of one fiber within the window only", () =>
    Effect.gen(function* () {
      const supervisor = yield* Supervisor
      for (let i = 0; i < 3 * MAX_RESTARTS; i++) {
        yield* supervisor.crashed("slow", Cause.die(new Error("now and then")))
        yield* TestClock.adjust(RESTART_WINDOW_MS / MAX_RESTARTS)
      }
      assert.isTrue(supervisor.healthy())
      for (let i = 0; i < MAX_RESTARTS; i++) {
        yield* supervisor.crashed("one", Cause.die(new Error("of several")))
        yield* supervisor.crashed("another", Cause.die(new Error("of several")))
      }
      assert.isTrue(supervisor.healthy())
      yield* supervisor.crashed("one", Cause.die(new Error("once too often")))
      assert.isFalse(supervisor.healthy())
    }).pipe(Effect.provide(Supervisor.layer))
  )

  it.effect("takes an interruption for a stop, not for a crash", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.never.pipe(supervise("loop"))
      yield* Fiber.interrupt(fiber)
      assert.strictEqual((yield* Supervisor).crashes(), 0)
    }).pipe(Effect.provide(Supervisor.layer))
  )
})
