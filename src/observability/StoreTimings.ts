/** A store whose calls are timed, however they end. */
import { Clock, Effect, Layer } from "effect"
import { MessageStore } from "../store/MessageStore.ts"
import { Buckets, LATENCY_SECONDS } from "./Buckets.ts"
import { Vitals } from "./Vitals.ts"

const OPERATIONS = ["put", "room", "user", "search", "rooms", "check"] as const
type Operation = (typeof OPERATIONS)[number]

/** Needs, and gives, a MessageStore. */
export const layer = Layer.effect(
  MessageStore,
  Effect.gen(function* () {
    const store = yield* MessageStore
    const clock = yield* Clock.Clock
    const durations: Readonly<Record<Operation, Buckets>> = {
      put: new Buckets(LATENCY_SECONDS),
      room: new Buckets(LATENCY_SECONDS),
      user: new Buckets(LATENCY_SECONDS),
      search: new Buckets(LATENCY_SECONDS),
      rooms: new Buckets(LATENCY_SECONDS),
      check: new Buckets(LATENCY_SECONDS)
    }
    const timed = <A, E>(op: Operation, call: Effect.Effect<A, E>): Effect.Effect<A, E> =>
      Effect.suspend(() => {
        const since = clock.monotonicTimeNanosUnsafe()
        return Effect.ensuring(
          call,
          Effect.sync(() => durations[op].add(Number(clock.monotonicTimeNanosUnsafe() - since) / 1e9))
        )
      })
    yield* (yield* Vitals).register(() => [
      {
        name: "chat_store_operation_duration_seconds",
        help: "How long a call to the store took, failed ones included, by operation.",
        type: "histogram",
        samples: OPERATIONS.map((op) => durations[op].read({ op }))
      }
    ])
    return MessageStore.of({
      engine: store.engine,
      batch: store.batch,
      put: (entries) => timed("put", store.put(entries)),
      room: (roomId, stretch) => timed("room", store.room(roomId, stretch)),
      user: (userId, stretch) => timed("user", store.user(userId, stretch)),
      search: (roomId, sought) => timed("search", store.search(roomId, sought)),
      rooms: (page) => timed("rooms", store.rooms(page)),
      check: timed("check", store.check)
    })
  })
)
