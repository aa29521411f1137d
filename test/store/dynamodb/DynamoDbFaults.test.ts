import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Random, Schedule, Scope } from "effect"
import { RoomId } from "../../../src/domain/RoomId.ts"
import { UserId } from "../../../src/domain/UserId.ts"
import type { Entry } from "../../../src/log/Entry.ts"
import * as DynamoDbStore from "../../../src/store/dynamodb/DynamoDbStore.ts"
import { MessageStore, StoreUnavailable } from "../../../src/store/MessageStore.ts"
import { entry } from "../../contract/messageStore.ts"
import { FaultProxy, type When } from "../../support/FaultProxy.ts"
import { quiet, Tables } from "./Tables.ts"

const lobby = RoomId.make("lobby")
const alice = UserId.make("alice")
const everything = { limit: 1000, order: "oldest" } as const

/** Milliseconds that a call may take: more than it ever does, and little, for faults that are waited out. */
const PATIENT_MS = 10_000
const HASTY_MS = 250

const tables = new Tables("hubbub")

/** A store behind a proxy, on a table of its own, until the test's scope closes. */
const storeBehind = (proxy: FaultProxy, requestTimeoutMs = PATIENT_MS) =>
  Layer.build(
    DynamoDbStore.layer({
      endpoint: proxy.url,
      region: "local",
      table: tables.next(),
      requestTimeoutMs,
      connectTimeoutMs: requestTimeoutMs
    }).pipe(Layer.provide(quiet))
  ).pipe(Effect.flatMap((context) => MessageStore.pipe(Effect.provideContext(context))))

const ready = Effect.fnUntraced(function* (requestTimeoutMs?: number) {
  const proxy = yield* tables.proxy
  const store = yield* storeBehind(proxy, requestTimeoutMs)
  yield* patiently(store.check)
  proxy.calls.length = 0
  return { proxy, store }
})

/** The reason for which a call failed as unavailable. */
const reasonOf = <A, E>(call: Effect.Effect<A, E>) =>
  Effect.map(Effect.flip(call), (error) => {
    assert.instanceOf(error, StoreUnavailable)
    return error.reason
  })

const run = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => entry(from + i))

/** Repeats a call until it succeeds, as those do who write: a hasty store fails on a busy machine, too. */
const patiently = <A, E>(call: Effect.Effect<A, E>) =>
  Effect.retry(call, { schedule: Schedule.spaced("20 millis"), times: 400 })

/** Exactly these are kept, each once, by room and by user. */
const assertKept = (store: MessageStore["Service"], all: ReadonlyArray<Entry>) =>
  Effect.gen(function* () {
    assert.deepStrictEqual(yield* patiently(store.room(lobby, everything)), all)
    assert.deepStrictEqual(yield* patiently(store.user(alice, everything)), all)
  })

const faults: ReadonlyArray<{
  readonly name: string
  readonly set: (proxy: FaultProxy, when?: When) => void
  readonly reason: string
  /** Milliseconds that a call may take, where the default is too long to wait. */
  readonly ms?: number
  /** Whether a read tries again by itself. */
  readonly passes: boolean
}> = [
  { name: "resets connections", set: (p, w) => p.down(w), reason: "connection to DynamoDB failed", passes: true },
  {
    name: "never answers",
    set: (p, w) => p.blackhole(w),
    reason: "did not answer in time",
    ms: HASTY_MS,
    passes: true
  },
  { name: "answers 500", set: (p, w) => p.error500(w), reason: "InternalServerError: ", passes: true },
  { name: "throttles", set: (p, w) => p.throttle(w), reason: "ProvisionedThroughputExceeded", passes: true },
  { name: "finds credentials expired", set: (p, w) => p.expired(w), reason: "ExpiredTokenException: ", passes: false },
  { name: "loses its answer", set: (p, w) => p.lostReply(w), reason: "connection to DynamoDB failed", passes: true },
  { name: "cuts its answer short", set: (p, w) => p.truncated(w), reason: "connection to DynamoDB", passes: true },
  {
    name: "stops in its answer",
    set: (p, w) => p.stalled(w),
    reason: "did not answer in time",
    ms: HASTY_MS,
    passes: true
  },
  {
    name: "answers too late",
    set: (p, w) => p.slow(4 * HASTY_MS, w),
    reason: "did not answer in time",
    ms: HASTY_MS,
    passes: true
  }
]

describe("a put to a DynamoDB that", () => {
  it.live.each(faults)("$name fails, soon and with a reason, and repeated leaves one copy of each entry", (fault) =>
    Effect.gen(function* () {
      const { proxy, store } = yield* ready(fault.ms)
      const all = run(1, 60)
      yield* patiently(store.put(all.slice(0, 10)))
      fault.set(proxy)
      const began = performance.now()
      assert.include(yield* reasonOf(store.put(all)), fault.reason)
      assert.isBelow(performance.now() - began, PATIENT_MS)
      proxy.pass()
      yield* patiently(store.put(all))
      yield* assertKept(store, all)
    })
  )

  it.live("fails now and then in any way takes everything in the end, once", () =>
    Effect.gen(function* () {
      const { proxy, store } = yield* ready(HASTY_MS)
      const all = run(1, 200)
      for (const [i, { set }] of faults.entries()) {
        set(proxy, { probability: 0.4, operations: ["BatchWriteItem"] })
        yield* patiently(store.put(all.slice(20 * i, 20 * i + 40)))
      }
      proxy.pass()
      yield* assertKept(store, all)
    })
  )

  it.live("takes only parts is sent only what it left", () =>
    Effect.gen(function* () {
      const { proxy, store } = yield* ready()
      const all = run(1, 100)
      proxy.partial(0.5)
      yield* store.put(all)
      // the bucket of the room and the month of the user are written, too, before the entries
      assert.deepStrictEqual(
        proxy.calls.slice(0, 6).map(({ items }) => items),
        [2, 1, 25, 25, 25, 25]
      )
      const taken = proxy.calls.map(({ items }) => Math.ceil(items / 2))
      assert.strictEqual(
        taken.reduce((a, b) => a + b),
        102
      )
      yield* assertKept(store, all)
    })
  )

  it.live("takes nothing of a batch is asked ever more slowly, and not for ever", () =>
    Effect.gen(function* () {
      const { proxy, store } = yield* ready()
      yield* store.put(run(1, 1))
      proxy.calls.length = 0
      proxy.partial(0)
      assert.include(yield* reasonOf(store.put(run(2, 101))), "DynamoDB took only 0 of 100 items")
      // four at once, then one at a time
      assert.strictEqual(proxy.calls.length, 4 + 8)
      const [, , , first, ...again] = proxy.calls
      const seconds = ((again.at(-1)?.at ?? 0) - (first?.at ?? 0)) / 1000
      assert.isBelow(again.length / seconds, 5)
    }).pipe(Random.withSeed("a table at its limit"))
  )
})

describe("a read from a DynamoDB that", () => {
  it.live.each(faults)("$name answers when it passes, and fails with a reason when it stays", (fault) =>
    Effect.gen(function* () {
      const { proxy, store } = yield* ready(fault.ms)
      const all = run(1, 30)
      yield* patiently(store.put(all))
      fault.set(proxy, { calls: 1 })
      const once = store.room(lobby, everything)
      if (fault.passes) assert.deepStrictEqual(yield* once, all)
      else assert.include(yield* reasonOf(once), fault.reason)
      proxy.calls.length = 0
      fault.set(proxy)
      for (const call of [store.room(lobby, everything), store.user(alice, everything)]) {
        const reason = yield* reasonOf(call)
        assert.include(reason, fault.reason)
        assert.notInclude(reason, "message 1")
      }
      assert.strictEqual(proxy.calls.length, fault.passes ? 6 : 2)
      assert.include(yield* reasonOf(store.check), fault.reason)
      proxy.pass()
      yield* assertKept(store, all)
    })
  )
})

describe("a store whose DynamoDB is not there yet", () => {
  it.live("is built at once, says why it does not serve, and serves when the endpoint answers", () =>
    Effect.gen(function* () {
      const proxy = yield* tables.proxy
      yield* Effect.promise(() => proxy.close())
      const store = yield* storeBehind(proxy)
      assert.strictEqual(yield* reasonOf(store.put(run(1, 3))), "connection to DynamoDB failed: ECONNREFUSED")
      assert.strictEqual(yield* reasonOf(store.check), "connection to DynamoDB failed: ECONNREFUSED")
      yield* Effect.promise(() => proxy.open())
      yield* patiently(store.put(run(1, 3)))
      yield* store.check
      yield* assertKept(store, run(1, 3))
    })
  )

  it.live("asks a DynamoDB that throttles less than five times a second, however often it is called", () =>
    Effect.gen(function* () {
      const proxy = yield* tables.proxy
      proxy.throttle()
      const store = yield* storeBehind(proxy)
      const calling = Effect.flip(store.put(run(1, 3))).pipe(Effect.andThen(Effect.sleep("1 millis")))
      yield* calling.pipe(Effect.repeat({ until: () => proxy.calls.length === 4 }))
      const [first, ...again] = proxy.calls
      const seconds = ((again.at(-1)?.at ?? 0) - (first?.at ?? 0)) / 1000
      assert.isBelow(again.length / seconds, 5)
      proxy.pass()
      yield* patiently(store.put(run(1, 3)))
      yield* assertKept(store, run(1, 3))
    })
  )

  it.live("lets nobody wait who still waits when it closes", () =>
    Effect.gen(function* () {
      const proxy = yield* tables.proxy
      proxy.blackhole()
      const scope = yield* Scope.make()
      const store = yield* storeBehind(proxy).pipe(Scope.provide(scope))
      const waiting = yield* Effect.forkChild(reasonOf(store.put(run(1, 3))), { startImmediately: true })
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(yield* Fiber.join(waiting), "the message store is closed")
    })
  )
})
