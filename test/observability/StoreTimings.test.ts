import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { RoomId } from "../../src/domain/RoomId.ts"
import { prometheusText } from "../../src/observability/prometheusText.ts"
import * as StoreTimings from "../../src/observability/StoreTimings.ts"
import { Vitals } from "../../src/observability/Vitals.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { MessageStore, StoreUnavailable } from "../../src/store/MessageStore.ts"
import { parsePrometheus, valueIn } from "./parsePrometheus.ts"

/** A real store whose puts take 30 ms and then fail. */
const tired = Layer.effect(
  MessageStore,
  Effect.map(MessageStore, (store) => ({
    ...store,
    put: () => Effect.andThen(Effect.sleep(30), Effect.fail(new StoreUnavailable({ reason: "tired" })))
  }))
).pipe(Layer.provide(MemoryStore.layer))

const count = (vitals: Vitals["Service"], op: string, suffix = "count") =>
  valueIn(parsePrometheus(prometheusText(vitals.read())), `chat_store_operation_duration_seconds_${suffix}`, { op })

describe("StoreTimings", () => {
  it.effect("times each call by its operation, failed ones included", () =>
    Effect.gen(function* () {
      const vitals = yield* Vitals
      const store = yield* MessageStore
      assert.deepEqual(yield* store.room(RoomId.make("lobby"), { limit: 1, order: "newest" }), [])
      yield* store.check
      yield* store.check
      const put = yield* Effect.forkChild(Effect.flip(store.put([])))
      yield* TestClock.adjust(30)
      assert.strictEqual((yield* Fiber.join(put)).message, "tired")
      assert.deepEqual(
        ["put", "room", "user", "check"].map((op) => count(vitals, op)),
        [1, 1, 0, 2]
      )
      assert.strictEqual(count(vitals, "put", "sum"), 0.03)
    }).pipe(Effect.provide(StoreTimings.layer.pipe(Layer.provide(tired), Layer.provideMerge(Vitals.layer))))
  )
})
