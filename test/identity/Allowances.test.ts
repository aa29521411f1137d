import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { type AllowanceOptions, Allowances } from "../../src/identity/Allowances.ts"

const defaults: AllowanceOptions = {
  messagesPerSecond: 5,
  messageBurst: 10,
  joinsPerSecond: 5,
  joinBurst: 20,
  roomsPerMinute: 30
}

const layer = (options: Partial<AllowanceOptions> = {}) =>
  Allowances.layer({ ...defaults, ...options }).pipe(Layer.provide(Supervisor.layer))

/** How often `take` grants before it names a wait. */
const granted = (take: () => number): number => {
  let count = 0
  while (count < 1000 && take() === 0) count++
  return count
}

/** One user's side of it. */
const of = (allowances: Allowances["Service"], key: string) => ({
  message: () => allowances.message(key),
  join: () => allowances.join(key)
})

describe("Allowances", () => {
  // H3
  it.effect("are shared by all connections of a user and outlive each of them", () =>
    Effect.gen(function* () {
      const allowances = yield* Allowances
      const sockets = Array.from({ length: 10 }, () => of(allowances, "alice"))
      assert.strictEqual(
        sockets.reduce((sum, { message }) => sum + granted(message), 0),
        10
      )
      assert.strictEqual(granted(of(allowances, "alice").message), 0)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(granted(of(allowances, "alice").message), 5)
    }).pipe(Effect.provide(layer()))
  )

  it.effect("are one user's own", () =>
    Effect.gen(function* () {
      const allowances = yield* Allowances
      assert.strictEqual(granted(of(allowances, "alice").message), 10)
      assert.strictEqual(granted(of(allowances, "bob").message), 10)
      assert.strictEqual(granted(of(allowances, "__proto__").message), 10)
      assert.strictEqual(allowances.size(), 3)
    }).pipe(Effect.provide(layer()))
  )

  it.effect("count messages and joins apart", () =>
    Effect.gen(function* () {
      const { join, message } = of(yield* Allowances, "alice")
      assert.strictEqual(granted(message), 10)
      assert.strictEqual(granted(join), 20)
      assert.strictEqual(message(), 200)
      assert.strictEqual(join(), 200)
    }).pipe(Effect.provide(layer()))
  )

  it.effect("name a wait that is exactly enough", () =>
    Effect.gen(function* () {
      const { message } = of(yield* Allowances, "alice")
      granted(message)
      const wait = message()
      yield* TestClock.adjust(wait - 1)
      assert.strictEqual(message(), 1)
      yield* TestClock.adjust(1)
      assert.strictEqual(message(), 0)
    }).pipe(Effect.provide(layer()))
  )

  it.effect("have no end at rate 0, and nobody is remembered for it", () =>
    Effect.gen(function* () {
      const allowances = yield* Allowances
      const { join, message } = of(allowances, "alice")
      assert.strictEqual(granted(message), 1000)
      assert.strictEqual(granted(join), 1000)
      assert.strictEqual(allowances.size(), 0)
    }).pipe(Effect.provide(layer({ messagesPerSecond: 0, joinsPerSecond: 0 })))
  )

  it.effect("are forgotten once they are whole again, and not before", () =>
    Effect.gen(function* () {
      const allowances = yield* Allowances
      granted(of(allowances, "often").message)
      of(allowances, "once").message()
      granted(of(allowances, "joiner").join)
      yield* TestClock.adjust("10 seconds")
      // ten messages and twenty joins take 20 s to regain; a forgotten user would have them at once
      assert.strictEqual(allowances.size(), 2)
      assert.strictEqual(granted(of(allowances, "joiner").join), 10)
      assert.strictEqual(granted(of(allowances, "often").message), 5)
      yield* TestClock.adjust("19 seconds")
      assert.strictEqual(allowances.size(), 2)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(allowances.size(), 0)
      assert.strictEqual(granted(of(allowances, "often").message), 10)
    }).pipe(Effect.provide(layer({ messagesPerSecond: 0.5, joinsPerSecond: 1 })))
  )

  // P11
  it.effect("do not grow or stop when the wall clock jumps", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_000_000_000)
      const { message } = of(yield* Allowances, "alice")
      assert.strictEqual(granted(message), 10)
      yield* TestClock.setTime(0)
      assert.strictEqual(granted(message), 0)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(granted(message), 5)
    }).pipe(Effect.provide(layer()))
  )
})
