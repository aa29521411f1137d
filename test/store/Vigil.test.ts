import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { EntriesRefused, MessageStore, StoreUnavailable } from "../../src/store/MessageStore.ts"
import { Vigil } from "../../src/store/Vigil.ts"
import { entry } from "../contract/messageEntry.ts"
import { keepLogs } from "../log/journal/fixture.ts"

type Mood = "well" | "away" | "hanging" | "refusing"

const as = <A, E>(mood: Mood, call: Effect.Effect<A, E>): Effect.Effect<A, E | StoreUnavailable> => {
  if (mood === "hanging") return Effect.never
  return mood === "away" ? Effect.fail(new StoreUnavailable({ reason: "away" })) : call
}

/** A store in memory of which each kind of call can be away or hang; it counts what it was asked. */
class Moody {
  puts: Mood = "well"
  reads: Mood = "well"
  checks: Mood = "well"
  asked = 0

  readonly layer = Layer.effect(
    MessageStore,
    Effect.map(MessageStore, (store) => {
      const read = <A>(call: Effect.Effect<A, StoreUnavailable>) =>
        Effect.suspend(() => {
          this.asked++
          return as(this.reads, call)
        })
      return MessageStore.of({
        ...store,
        put: (entries) =>
          Effect.suspend((): Effect.Effect<void, EntriesRefused | StoreUnavailable> =>
            this.puts === "refusing"
              ? Effect.fail(new EntriesRefused({ reason: "too odd" }))
              : as(this.puts, store.put(entries))
          ),
        room: (roomId, stretch) => read(store.room(roomId, stretch)),
        user: (userId, stretch) => read(store.user(userId, stretch)),
        check: Effect.suspend(() => as(this.checks, store.check))
      })
    })
  ).pipe(Layer.provide(MemoryStore.layer))
}

const read = Effect.flatMap(Vigil, ({ guarded }) => guarded.room(RoomId.make("lobby"), { limit: 1, order: "newest" }))
const put = Effect.flatMap(Vigil, ({ guarded }) => guarded.put([entry(1)]))
const state = Effect.map(Vigil, (vigil) => vigil.state())

const times = <A, E, R>(count: number, call: Effect.Effect<A, E, R>) =>
  Effect.forEach(Array.from({ length: count }), () => call, { discard: true })

const over = (moody: Moody, lines: Array<string> = []) =>
  Vigil.layer.pipe(Layer.provide(moody.layer), Layer.provide(Supervisor.layer), Layer.provideMerge(keepLogs(lines)))

describe("vigil", () => {
  it.effect("refuses readers at once while the store is unavailable, and notices its return by itself", () => {
    const moody = new Moody()
    return Effect.gen(function* () {
      moody.reads = "away"
      yield* times(5, Effect.flip(read))
      assert.strictEqual(yield* state, "unavailable")
      const { asked } = moody
      assert.instanceOf(yield* Effect.flip(read), StoreUnavailable)
      assert.strictEqual(moody.asked, asked)
      yield* TestClock.adjust("1 minute")
      assert.isAbove(moody.asked, asked)
      assert.isBelow(moody.asked - asked, 60)
      assert.strictEqual(yield* state, "unavailable")
      moody.reads = "well"
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(yield* state, "ok")
      assert.deepStrictEqual(yield* read, [])
    }).pipe(Effect.provide(over(moody)))
  })

  it.effect("is not told by reads and checks that succeed that puts do", () => {
    const moody = new Moody()
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const vigil = yield* Vigil
      moody.puts = "away"
      yield* Effect.flip(put)
      yield* read
      yield* vigil.guarded.check
      assert.strictEqual(vigil.state(), "degraded")
      assert.strictEqual(vigil.why(), "away")
      for (let i = 0; i < 4; i++) {
        yield* Effect.flip(put)
        yield* read
        yield* TestClock.adjust("10 seconds")
      }
      assert.strictEqual(vigil.state(), "unavailable")
      // what can be read is
      assert.deepStrictEqual(yield* read, [])
      assert.isFalse(lines.some((line) => line.includes("is back")))
      moody.puts = "well"
      yield* put
      assert.strictEqual(vigil.state(), "ok")
      assert.isUndefined(vigil.why())
      assert.lengthOf(
        lines.filter((line) => line.includes("is back")),
        1
      )
    }).pipe(Effect.provide(over(moody, lines)))
  })

  it.effect("is not told by puts and checks that succeed that reads do", () => {
    const moody = new Moody()
    return Effect.gen(function* () {
      moody.reads = "away"
      for (let i = 0; i < 5; i++) {
        yield* Effect.flip(read)
        yield* put
      }
      assert.strictEqual(yield* state, "unavailable")
      yield* TestClock.adjust("1 minute")
      yield* (yield* Vigil).guarded.check
      yield* put
      assert.strictEqual(yield* state, "unavailable")
    }).pipe(Effect.provide(over(moody)))
  })

  it.effect("finds out while puts fail whether reads would, so that no reader has to", () => {
    const moody = new Moody()
    return Effect.gen(function* () {
      moody.puts = moody.reads = "away"
      yield* Effect.flip(put)
      yield* TestClock.adjust("1 minute")
      const { asked } = moody
      yield* Effect.flip(read)
      assert.strictEqual(moody.asked, asked)
    }).pipe(Effect.provide(over(moody)))
  })

  it.effect("lets a reader try again once puts succeed again, and no second one if that fails", () => {
    const moody = new Moody()
    return Effect.gen(function* () {
      moody.puts = moody.reads = "away"
      yield* Effect.flip(put)
      yield* times(5, Effect.flip(read))
      moody.puts = "well"
      yield* put
      assert.strictEqual(yield* state, "degraded")
      const { asked } = moody
      yield* times(3, Effect.flip(read))
      assert.strictEqual(moody.asked, asked + 1)
      assert.strictEqual(yield* state, "unavailable")
    }).pipe(Effect.provide(over(moody)))
  })

  it.effect("takes a store that refuses entries for what they are for one that answers", () => {
    const moody = new Moody()
    return Effect.gen(function* () {
      moody.puts = "away"
      yield* Effect.flip(put)
      moody.puts = "refusing"
      yield* Effect.flip(put)
      assert.strictEqual(yield* state, "ok")
    }).pipe(Effect.provide(over(moody)))
  })

  it.effect(
    "stops asking a store that hangs, once its readers have given up, and notices when it answers again",
    () => {
      const moody = new Moody()
      return Effect.gen(function* () {
        moody.reads = "hanging"
        const readers = yield* Effect.forkChild(
          Effect.forEach(Array.from({ length: 5 }), () => Effect.flip(Effect.timeout(read, "5 seconds")), {
            concurrency: "unbounded"
          }),
          { startImmediately: true }
        )
        assert.strictEqual(yield* state, "ok")
        yield* TestClock.adjust("5 seconds")
        yield* Fiber.join(readers)
        assert.strictEqual(yield* state, "unavailable")
        assert.match((yield* Vigil).why() ?? "", /no answer/)
        assert.instanceOf(yield* Effect.flip(read), StoreUnavailable)
        yield* TestClock.adjust("1 minute")
        assert.strictEqual(yield* state, "unavailable")
        moody.reads = "well"
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(yield* state, "ok")
      }).pipe(Effect.provide(over(moody)))
    }
  )

  it.effect("blames no store for readers that leave soon", () => {
    const moody = new Moody()
    return Effect.gen(function* () {
      moody.reads = "hanging"
      for (let i = 0; i < 10; i++) {
        const reader = yield* Effect.forkChild(read, { startImmediately: true })
        yield* TestClock.adjust("200 millis")
        yield* Fiber.interrupt(reader)
      }
      assert.strictEqual(yield* state, "ok")
    }).pipe(Effect.provide(over(moody)))
  })
})
