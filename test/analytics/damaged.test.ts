/** Counting over what nobody can read any more: chat goes on, and so do figures, but for what is lost with it. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect } from "effect"
import { TestClock } from "effect/testing"
import type { Rollup } from "../../src/store/Rollup.ts"
import { RollupStore } from "../../src/store/RollupStore.ts"
import { archive, type CountingProcess, renewed, site, start, Troubles } from "../support/FiguresSite.ts"

const NOON = Date.UTC(2026, 2, 29, 12)
const DAY = 86_400_000

const said = ({ figures }: CountingProcess, tier: "m" | "q") =>
  Effect.map(
    figures.tallies({ tier, of: { scope: "everything" }, from: 0, to: Infinity, sketches: true }),
    (stretches) => stretches.reduce((sum, { tally }) => sum + tally.n.chat, 0)
  )

const scopes = [
  ["totals", { scope: "T", tier: "t" }],
  ["quarter of an hour", { scope: "G", tier: "q" }],
  ["minute that was not over", { scope: "G", tier: "m" }],
  ["room's quarter of an hour", { scope: "R", tier: "q" }],
  ["user's day", { scope: "U", tier: "d" }]
] as const

describe("counting", () => {
  for (const [name, kind] of scopes) {
    for (const [how, damage] of [
      ["counts", { counts: "{" }],
      ["sketches", { counts: '{"n":{}}', sketches: '{"senders":"?","response":"[" }' }]
    ] as const) {
      it.effect(`goes on over a ${name} whose ${how} cannot be read`, () =>
        Effect.gen(function* () {
          yield* TestClock.setTime(NOON)
          const kept = yield* site
          const first = yield* start(kept)
          yield* first.say("lobby", "alice")
          yield* TestClock.adjust("80 seconds")
          yield* first.say("lobby", "bob")
          yield* TestClock.adjust("6 seconds")
          yield* first.kill
          const store = Context.get(kept, RollupStore)
          const all: ReadonlyArray<Rollup> = yield* store.range({
            ...kind,
            from: 0,
            to: Infinity,
            sketches: true,
            limit: 100
          })
          assert.isNotEmpty(all)
          yield* store.put(all.map((rollup) => ({ ...rollup, ...damage })))

          const second = yield* start(kept)
          yield* TestClock.adjust("40 seconds")
          yield* second.say("lobby", "carol")
          yield* TestClock.adjust("2 hours")
          yield* second.say("lobby", "dan")
          yield* TestClock.adjust("2 minutes")
          assert.isTrue(second.healthy())
          assert.isAtLeast((yield* second.figures.kept).computedAt, NOON + 2 * 3_600_000)
          const users = yield* second.figures.users({ from: NOON, to: NOON + DAY })
          assert.includeMembers(
            users.map(({ userId }) => userId),
            ["carol", "dan"]
          )
          assert.isAtLeast(yield* said(second, "q"), 2)
        })
      )
    }
  }

  it.effect("passes over a message that is none, and counts those around it", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      const kept = yield* site
      const first = yield* start(kept)
      yield* TestClock.adjust("2 seconds")
      const one = yield* first.say("lobby", "alice", "one", true)
      const two = yield* first.say("lobby", "alice", "two", true)
      const three = yield* first.say("lobby", "bob", "three", true)
      yield* first.kill
      yield* archive(kept, one)
      yield* archive(kept, two, "{")
      yield* archive(kept, three)
      const second = yield* start(yield* renewed(kept))
      yield* TestClock.adjust("2 minutes")
      assert.isTrue(second.healthy())
      assert.strictEqual(yield* said(second, "q"), 2)
      assert.strictEqual((yield* second.analytics.snapshot).totalMessages, 2)
    })
  )

  it.effect("that fails again and again ends nothing but itself, and catches up", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      const troubles = new Troubles()
      const one = yield* start(yield* site, { troubles })
      yield* TestClock.adjust("2 seconds")
      yield* one.say("lobby", "alice")
      troubles.defect = true
      yield* TestClock.adjust("10 minutes")
      yield* one.say("lobby", "bob")
      assert.isTrue(one.healthy())
      assert.strictEqual((yield* one.analytics.snapshot).totalMessages, 2)
      // said once for the whole of it
      assert.strictEqual((yield* one.analytics.snapshot).fiberRestarts, 1)
      troubles.defect = false
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* said(one, "q"), 2)
      assert.strictEqual(yield* said(one, "m"), 2)
    })
  )
})
