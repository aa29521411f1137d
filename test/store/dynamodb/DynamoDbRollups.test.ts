import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { Rollup } from "../../../src/store/Rollup.ts"
import { RollupStore } from "../../../src/store/RollupStore.ts"
import { StoreUnavailable } from "../../../src/store/MessageStore.ts"
import { DAY, DAY_MS, inOrder, QUARTER_MS, rollup, room, totals, user, whole } from "../../contract/rollup.ts"
import { rollupStoreContract } from "../../contract/rollupStore.ts"
import { FaultProxy, type When } from "../../support/FaultProxy.ts"
import { patiently, Tables } from "./Tables.ts"

const tables = new Tables("rollups")

rollupStoreContract("dynamodb", Layer.unwrap(Effect.sync(() => tables.store(tables.next()))))

/** A store behind a proxy, on a table of its own, until the test's scope closes. */
const ready = Effect.gen(function* () {
  const proxy = yield* tables.proxy
  const table = tables.next()
  const context = yield* Layer.build(tables.store(table, proxy.url))
  const store = yield* RollupStore.pipe(Effect.provideContext(context))
  yield* patiently(store.find([totals("nobody")]))
  proxy.calls.length = 0
  const read = (part: Parameters<typeof whole>[0]) => whole(part).pipe(Effect.provideContext(context))
  return { proxy, read, store, table }
})

/** The reason for which a call failed as unavailable. */
const reasonOf = <A, E>(call: Effect.Effect<A, E>) =>
  Effect.map(Effect.flip(call), (error) => {
    assert.instanceOf(error, StoreUnavailable)
    return error.reason
  })

const G = { scope: "G", tier: "q" } as const
const U = { scope: "U", tier: "d" } as const
const R = { scope: "R", tier: "q" } as const

const users = (count: number, more: Partial<Rollup> = {}) =>
  Array.from({ length: count }, (_, i) => user(`user-${1000 + i}`, DAY, more))

const faults: ReadonlyArray<{
  readonly name: string
  readonly set: (proxy: FaultProxy, when?: When) => void
  readonly reason: string
}> = [
  { name: "resets connections", set: (p, w) => p.down(w), reason: "connection to DynamoDB failed" },
  { name: "answers 500", set: (p, w) => p.error500(w), reason: "InternalServerError: " },
  { name: "throttles", set: (p, w) => p.throttle(w), reason: "ProvisionedThroughputExceeded" },
  { name: "loses its answer", set: (p, w) => p.lostReply(w), reason: "connection to DynamoDB failed" }
]

describe("rollups in a DynamoDB that", () => {
  it.live.each(faults)("$name are put, read and deleted once it no longer does, and calls fail until then", (fault) =>
    Effect.gen(function* () {
      const { proxy, read, store } = yield* ready
      const all = users(60)
      yield* store.put(users(10, { counts: "[0]" }))
      fault.set(proxy)
      const old = { ...U, before: DAY + 1, limit: 100 }
      const range = { ...U, from: 0, to: DAY + 1, sketches: true, limit: 10 }
      for (const call of [store.put(all), store.range(range), store.find(all), store.remove(old)]) {
        assert.include(yield* reasonOf(call), fault.reason)
      }
      proxy.pass()
      yield* patiently(store.put(all))
      assert.deepStrictEqual(yield* read(U), all)
      // a read tries again by itself
      fault.set(proxy, { calls: 1 })
      assert.deepStrictEqual(yield* read(U), all)
      fault.set(proxy, { calls: 1 })
      assert.deepStrictEqual(inOrder(yield* store.find(all)), all)
      assert.strictEqual(yield* store.remove(old), 60)
      assert.deepStrictEqual(yield* read(U), [])
    })
  )

  it.live("takes only parts is sent only what it left, to be written or to be deleted", () =>
    Effect.gen(function* () {
      const { proxy, read, store } = yield* ready
      const all = users(100)
      proxy.partial(0.5)
      yield* store.put(all)
      // the day, then the users
      assert.deepStrictEqual(
        proxy.calls.slice(0, 5).map(({ items }) => items),
        [1, 25, 25, 25, 25]
      )
      const taken = () => proxy.calls.reduce((sum, { items }) => sum + Math.ceil(items / 2), 0)
      assert.strictEqual(taken(), 101)
      assert.deepStrictEqual(yield* read(U), all)
      proxy.calls.length = 0
      assert.strictEqual(yield* store.remove({ ...U, before: DAY + 1, limit: 70 }), 70)
      assert.strictEqual(taken(), 70)
      assert.lengthOf(yield* read(U), 30)
    })
  )

  it.live("takes nothing is not asked for ever", () =>
    Effect.gen(function* () {
      const { proxy, store } = yield* ready
      proxy.partial(0)
      assert.include(yield* reasonOf(store.put([rollup(DAY)])), "DynamoDB took only 0 of 1 items")
    })
  )
})

describe("the items of rollups in DynamoDB", () => {
  it.live("are read where there are any: a range of all time asks only the days that it finds something on", () =>
    Effect.gen(function* () {
      const { proxy, store } = yield* ready
      const all = [0, 40, 400].map((days) => rollup(DAY + days * DAY_MS))
      yield* store.put(all)
      proxy.calls.length = 0
      const range = { ...G, from: -Infinity, to: Infinity, sketches: true, limit: 100 }
      assert.deepStrictEqual(yield* store.range(range), all)
      assert.strictEqual(proxy.calls.length, 1 + all.length)
    })
  )

  it.live("of a room are found by one signpost a day, which is written once while the day is young", () =>
    Effect.gen(function* () {
      const { proxy, store } = yield* ready
      const today = Math.floor(Date.now() / DAY_MS) * DAY_MS
      const calls = (start: number) =>
        Effect.gen(function* () {
          proxy.calls.length = 0
          yield* store.put([room("lobby", start), room("lobby", start + QUARTER_MS)])
          return proxy.calls.map(({ items }) => items)
        })
      assert.deepStrictEqual(yield* calls(today), [2, 2])
      assert.deepStrictEqual(yield* calls(today), [2])
      // of an old day it may be gone by now, with what another process deleted
      assert.deepStrictEqual(yield* calls(today - 30 * DAY_MS), [2, 2])
      assert.deepStrictEqual(yield* calls(today - 30 * DAY_MS), [2, 2])
    })
  )

  it.live("are gone, with all that led to them, when everything was deleted", () =>
    Effect.gen(function* () {
      const { read, store, table } = yield* ready
      const all = [rollup(DAY), room("a"), room("b", DAY, { tier: "m" }), user("alice#"), totals("n")]
      yield* store.put(all)
      for (const { scope, tier } of all) {
        assert.isAbove((yield* tables.items(table)).length, 0)
        assert.strictEqual(yield* store.remove({ scope, tier, before: DAY + DAY_MS, limit: 100 }), 1)
      }
      assert.deepStrictEqual(yield* tables.items(table), [])
      yield* store.put(all)
      for (const one of all) assert.deepStrictEqual(yield* read({ scope: one.scope, tier: one.tier }), [one])
    })
  )

  it.live("are found in a table that takes the place of one that was deleted", () =>
    Effect.gen(function* () {
      const { read, store, table } = yield* ready
      const today = Math.floor(Date.now() / DAY_MS) * DAY_MS
      yield* store.put([room("lobby", today)])
      yield* Effect.promise(() => tables.raw.deleteTable({ TableName: table }))
      yield* Effect.promise(() => tables.raw.listTables({})).pipe(
        Effect.repeat({ while: ({ TableNames }) => TableNames?.includes(table) === true })
      )
      yield* reasonOf(store.put([room("lobby", today)]))
      const again = [room("den", today), room("lobby", today)]
      yield* patiently(store.put(again))
      const range = { ...R, from: today, to: today + 1, sketches: true, limit: 10 }
      assert.deepStrictEqual(yield* store.range(range), again)
      assert.deepStrictEqual(yield* read({ ...R, id: "den" }), again.slice(0, 1))
    })
  )

  it.live("that have no place are a defect, which is told without what is in them", () =>
    Effect.gen(function* () {
      const { read, store } = yield* ready
      const odd = [
        { ...rollup(DAY), start: DAY + 1 },
        { ...rollup(DAY), tier: "d" as const },
        { ...rollup(DAY), through: 0.5 },
        { ...room("a"), id: "" },
        rollup(DAY, { counts: "a secret ".repeat(50_000) })
      ]
      for (const one of odd) {
        const defect = String(yield* Effect.flip(Effect.sandbox(store.put([one]))))
        assert.include(defect, "EntriesRefused")
        assert.notInclude(defect, "secret")
      }
      yield* store.put([rollup(DAY)])
      assert.deepStrictEqual(yield* read(G), [rollup(DAY)])
    })
  )

  it.live("leave no hole when something else wrote into their place", () =>
    Effect.gen(function* () {
      const { read, store, table } = yield* ready
      yield* store.put([rollup(DAY), rollup(DAY + QUARTER_MS)])
      const [Item] = (yield* tables.items(table)).filter(({ counts }) => counts)
      yield* Effect.promise(() => tables.raw.putItem({ TableName: table, Item: { ...Item, through: { S: "noon" } } }))
      for (const call of [read(G), store.find([rollup(DAY), rollup(DAY + QUARTER_MS)])]) {
        const reason = yield* reasonOf(call)
        assert.include(reason, "the item A#G#2025-12-30 q#")
        assert.include(reason, "is not a rollup")
      }
    })
  )
})
