import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { Aggregator } from "../../src/analytics/Aggregator.ts"
import { type Rollup, TIER_MS } from "../../src/store/Rollup.ts"
import { RollupLedger } from "../../src/analytics/RollupLedger.ts"
import { RollupStore } from "../../src/store/RollupStore.ts"
import { storedFigures } from "../../src/analytics/StoredFigures.ts"
import { Tally } from "../../src/analytics/Tally.ts"
import { UserTally } from "../../src/analytics/UserTally.ts"
import * as MemoryRollups from "../../src/store/MemoryRollups.ts"
import { StoreUnavailable } from "../../src/store/MessageStore.ts"

const QUARTERS = 700
const end = QUARTERS * TIER_MS.q

const figuresOver = (store: RollupStore["Service"]) =>
  storedFigures({
    store,
    ledger: new RollupLedger("a", store),
    aggregator: new Aggregator(end),
    pending: () => [],
    now: () => end,
    kept: () => ({ computedAt: end, minutesFrom: 0, quartersFrom: 0, usersFrom: 0 })
  })

/** A quarter of everything, with some text to fill pages with. */
const quarterOf = (node: string, index: number): Rollup => {
  const tally = new Tally()
  tally.n.chat = node === "a" ? index : 1
  for (let person = 0; person < index % 60; person++) tally.set("senders").add(person)
  const start = index * TIER_MS.q
  const written = { through: start + TIER_MS.q, counts: tally.counts(), sketches: tally.sketches() }
  return { scope: "G", tier: "q", id: "", start, node, ...written }
}

const dayOf = (index: number): Rollup => {
  const user = new UserTally()
  user.sent.set(index, 1)
  const start = Math.floor((index * TIER_MS.q) / TIER_MS.d) * TIER_MS.d
  return {
    scope: "U",
    tier: "d",
    id: `user-${index}`,
    start,
    node: "b",
    through: end,
    counts: user.counts(),
    sketches: ""
  }
}

const indices = Array.from({ length: QUARTERS }, (_, index) => index)
const whole = { tier: "q", of: { scope: "everything" }, from: 0, to: end, sketches: true } as const

describe("StoredFigures", () => {
  it.effect("reads page after page, and adds up nodes that a page ends between", () =>
    Effect.gen(function* () {
      const store = yield* RollupStore
      yield* store.put(indices.flatMap((index) => [quarterOf("a", index), quarterOf("b", index)]))
      const found = yield* figuresOver(store).tallies(whole)
      assert.deepStrictEqual(
        found.map(({ start, tally }) => [start, tally.n.chat, tally.setIfAny("senders")?.count() ?? 0]),
        indices.map((index) => [index * TIER_MS.q, index + 1, index % 60])
      )
    }).pipe(Effect.provide(MemoryRollups.layer))
  )

  it.effect("reads users page after page, in the order of day and id", () =>
    Effect.gen(function* () {
      const store = yield* RollupStore
      yield* store.put(indices.map(dayOf))
      const found = yield* figuresOver(store).users({ from: 0, to: end })
      const expected = indices
        .map(dayOf)
        .toSorted((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1))
        .map(({ id, start }) => [start, id, 1])
      assert.deepStrictEqual(
        found.map(({ start, user, userId }) => [start, userId, user.messages]),
        expected
      )
    }).pipe(Effect.provide(MemoryRollups.layer))
  )

  it.effect("fails when the store does, whichever page it was at", () =>
    Effect.gen(function* () {
      const store = yield* RollupStore
      yield* store.put(indices.map((index) => quarterOf("a", index)))
      const failing = figuresOver({
        ...store,
        range: (range) =>
          range.after === undefined ? store.range(range) : Effect.fail(new StoreUnavailable({ reason: "away" }))
      })
      const exit = yield* Effect.exit(failing.tallies(whole))
      assert.deepStrictEqual(exit, Exit.fail(new StoreUnavailable({ reason: "away" })))
    }).pipe(Effect.provide(MemoryRollups.layer))
  )
})
