import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Duration, Effect, Fiber, Layer } from "effect"
import { StoreUnavailable } from "../../../src/store/MessageStore.ts"
import { RecordConflict, RecordStore } from "../../../src/store/RecordStore.ts"
import { draft, kept } from "../../contract/record.ts"
import { recordStoreContract } from "../../contract/recordStore.ts"
import { FaultProxy, type When } from "../../support/FaultProxy.ts"
import { patiently, Tables } from "./Tables.ts"

const tables = new Tables("records")

recordStoreContract("dynamodb", Layer.unwrap(Effect.sync(() => tables.store(tables.next()))), { sweeps: false })

const open = (table: string, endpoint?: string) =>
  Effect.flatMap(Layer.build(tables.store(table, endpoint)), (context) =>
    RecordStore.pipe(Effect.provideContext(context))
  ).pipe(Effect.tap((store) => patiently(store.get("no", "body"))))

/** A store behind a proxy, on a table of its own, and another one that is not, until the test's scope closes. */
const ready = Effect.gen(function* () {
  const proxy = yield* tables.proxy
  const table = tables.next()
  const store = yield* open(table, proxy.url)
  const other = yield* open(table)
  proxy.calls.length = 0
  const operations = () => proxy.calls.map(({ operation }) => operation)
  return { operations, other, proxy, store, table }
})

/** The reason for which a call failed as unavailable. */
const reasonOf = (call: Effect.Effect<unknown, unknown>) =>
  Effect.map(Effect.flip(call), (error) => {
    assert.instanceOf(error, StoreUnavailable)
    return error.reason
  })

const ban = draft("bans", "mallory", { value: '"a secret"' })

const faults: ReadonlyArray<{
  readonly name: string
  readonly set: (proxy: FaultProxy, when?: When) => void
  readonly reason: string
}> = [
  { name: "resets connections", set: (p, w) => p.down(w), reason: "connection to DynamoDB failed" },
  { name: "answers 500", set: (p, w) => p.error500(w), reason: "InternalServerError: " },
  { name: "throttles", set: (p, w) => p.throttle(w), reason: "ProvisionedThroughputExceeded" },
  { name: "loses its answer", set: (p, w) => p.lostReply(w), reason: "connection to DynamoDB failed" },
  { name: "cuts its answer short", set: (p, w) => p.truncated(w), reason: "connection to DynamoDB" }
]

describe("a record in a DynamoDB that", () => {
  it.live.each(faults)("$name once is put once, on a condition or not, read and removed", (fault) =>
    Effect.gen(function* () {
      const { proxy, store } = yield* ready
      const failing = <A, E>(call: Effect.Effect<A, E>) => {
        fault.set(proxy, { calls: 1, operations: ["UpdateItem", "DeleteItem", "Query", "BatchGetItem"] })
        return call
      }
      assert.strictEqual(yield* failing(store.put(ban, { version: 0 })), 1)
      assert.strictEqual(yield* failing(store.put(ban, { version: 1 })), 2)
      assert.strictEqual(yield* failing(store.put(ban)), 3)
      assert.deepStrictEqual(yield* failing(store.get(ban.pk, ban.sk)), kept(ban, 3))
      assert.deepStrictEqual(yield* failing(store.list({ pk: ban.pk, limit: 5 })), [kept(ban, 3)])
      // one that is gone as soon as it is put
      const past = draft("bans", "eve", { expiresAt: 1 })
      assert.strictEqual(yield* failing(store.put(past)), 1)
      assert.strictEqual(yield* failing(store.put(draft("bans", "eve"))), 1)
      const conflict = yield* failing(Effect.flip(store.put(ban, { version: 2 })))
      assert.deepStrictEqual(conflict, new RecordConflict({ version: 3 }))
      fault.set(proxy, { calls: 1, operations: ["DeleteItem"] })
      assert.isTrue(yield* store.remove(ban.pk, ban.sk))
      assert.isFalse(yield* failing(store.remove(ban.pk, ban.sk)))
    })
  )

  it.live.each(faults)("$name for long fails, with a reason that tells nothing of it, and is put after", (fault) =>
    Effect.gen(function* () {
      const { proxy, store } = yield* ready
      yield* store.put(ban)
      fault.set(proxy)
      const calls = [
        store.put(ban),
        store.put(ban, { version: 9 }),
        store.get(ban.pk, ban.sk),
        store.list({ pk: ban.pk, limit: 5 }),
        store.remove(ban.pk, ban.sk)
      ]
      for (const call of calls) {
        const reason = yield* reasonOf(call)
        assert.include(reason, fault.reason)
        assert.notMatch(reason, /secret|mallory/)
      }
      proxy.pass()
      const version = (yield* store.get(ban.pk, ban.sk))?.version ?? 0
      assert.strictEqual(yield* store.put(ban, { version }), version + 1)
    })
  )

  /** Puts through a proxy whose first answer is lost, or whose first call is, and does something before the put is tried again. */
  const meanwhile = Effect.fnUntraced(function* <A, E>(
    put: Effect.Effect<A, E>,
    tried: () => boolean,
    act: Effect.Effect<unknown, unknown>
  ) {
    const real = yield* Clock.Clock
    const paused = yield* Deferred.make<void>()
    const gate = yield* Deferred.make<void>()
    // the pause before the next try is short, what limits the time of a call is not
    const sleep = (duration: Duration.Duration) =>
      Duration.toMillis(duration) <= 200
        ? Effect.andThen(Deferred.succeed(paused, undefined), Deferred.await(gate))
        : real.sleep(duration)
    const clock: Clock.Clock = {
      currentTimeMillisUnsafe: () => real.currentTimeMillisUnsafe(),
      currentTimeMillis: real.currentTimeMillis,
      currentTimeNanosUnsafe: () => real.currentTimeNanosUnsafe(),
      currentTimeNanos: real.currentTimeNanos,
      monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
      monotonicTimeNanos: real.monotonicTimeNanos,
      sleep
    }
    const putting = yield* Effect.forkChild(Effect.provideService(put, Clock.Clock, clock))
    yield* Deferred.await(paused)
    assert.isTrue(tried())
    yield* act
    yield* Deferred.succeed(gate, undefined)
    return yield* Fiber.join(putting)
  })

  it.live(
    "loses the answer of a put that others build on says that it does not know, and never that it was not done",
    () =>
      Effect.gen(function* () {
        const { other, proxy, store } = yield* ready
        const tried = () => proxy.calls.length === 1
        const theirs = draft("bans", "mallory", { value: '"theirs"' })
        proxy.lostReply({ calls: 1 })
        const conditional = meanwhile(store.put(ban, { version: 0 }), tried, other.put(theirs, { version: 1 }))
        assert.strictEqual(yield* reasonOf(conditional), "DynamoDB did not say whether a record was put")
        assert.deepStrictEqual(yield* store.get("bans", "mallory"), kept(theirs, 2))
        // of two who do not care, either may be the last
        proxy.calls.length = 0
        proxy.lostReply({ calls: 1 })
        assert.strictEqual(yield* meanwhile(store.put(ban), tried, other.put(theirs)), 5)
        assert.deepStrictEqual(yield* store.get("bans", "mallory"), kept(ban, 5))
      })
  )

  it.live("loses a put, and takes another one, tells the former of it", () =>
    Effect.gen(function* () {
      const { other, proxy, store } = yield* ready
      const theirs = draft("bans", "mallory", { value: '"theirs"' })
      proxy.down({ calls: 1 })
      const put = meanwhile(store.put(ban, { version: 0 }), () => proxy.calls.length === 1, other.put(theirs))
      assert.deepStrictEqual(yield* Effect.flip(put), new RecordConflict({ version: 1 }))
      assert.deepStrictEqual(yield* store.get("bans", "mallory"), kept(theirs))
    })
  )
})

describe("the items of records in DynamoDB", () => {
  it.live("lie apart from all others, and DynamoDB may delete them when they have expired and not before", () =>
    Effect.gen(function* () {
      const { operations, store, table } = yield* ready
      yield* store.put(draft("room/lobby#", "ban/é", { value: "1", expiresAt: 1_999_999_999_001 }))
      const [item] = yield* tables.items(table)
      assert.match(item?.["writer"]?.S ?? "", /^[0-9a-f-]{36}$/)
      assert.deepStrictEqual(
        { ...item, writer: { S: "" } },
        {
          pk: { S: "X#room/lobby#" },
          sk: { S: "K#ban/é" },
          value: { S: "1" },
          version: { N: "1" },
          expiresAt: { N: "1999999999001" },
          ttl: { N: "2000000000" },
          writer: { S: "" }
        }
      )
      yield* store.put(draft("room/lobby#", "ban/é", { value: "2" }))
      const [later] = yield* tables.items(table)
      assert.sameMembers(Object.keys(later ?? {}), ["pk", "sk", "value", "version", "writer"])
      assert.strictEqual(later?.["version"]?.N, "2")
      // one call each: there is no reading before a put
      assert.deepStrictEqual(operations(), ["UpdateItem", "UpdateItem"])
    })
  )

  it.live("are put, read and removed in a table that takes the place of one that was deleted", () =>
    Effect.gen(function* () {
      const { store, table } = yield* ready
      const remake = Effect.promise(() => tables.raw.deleteTable({ TableName: table })).pipe(
        Effect.andThen(
          Effect.promise(() => tables.raw.listTables({})).pipe(
            Effect.repeat({ while: ({ TableNames }) => TableNames?.includes(table) === true })
          )
        )
      )
      yield* store.put(ban)
      yield* remake
      yield* reasonOf(store.put(ban, { version: 1 }))
      assert.strictEqual(yield* patiently(store.put(ban)), 1)
      yield* remake
      yield* reasonOf(store.remove(ban.pk, ban.sk))
      assert.isFalse(yield* patiently(store.remove(ban.pk, ban.sk)))
    })
  )

  it.live("leave no hole when something else wrote into their place", () =>
    Effect.gen(function* () {
      const { store, table } = yield* ready
      yield* store.put(ban)
      yield* store.put(draft("bans", "eve"))
      const Item = (yield* tables.items(table)).find(({ sk }) => sk?.S === "K#mallory")
      yield* Effect.promise(() => tables.raw.putItem({ TableName: table, Item: { ...Item, value: { N: "1" } } }))
      for (const call of [store.list({ pk: "bans", limit: 5 }), store.get("bans", "mallory")]) {
        const reason = yield* reasonOf(call)
        assert.include(reason, "lies among the records")
        assert.notInclude(reason, "mallory")
      }
      assert.deepStrictEqual(yield* store.get("bans", "eve"), kept(draft("bans", "eve")))
    })
  )
})
