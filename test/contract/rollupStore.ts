/** What every engine of the RollupStore port must do. An engine's test file calls this with a layer that is empty whenever it is built. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import type { Rollup, RollupKey } from "../../src/store/Rollup.ts"
import { RollupStore } from "../../src/store/RollupStore.ts"
import {
  DAY,
  DAY_MS,
  inOrder,
  keyOf,
  MINUTE_MS,
  QUARTER_MS,
  room,
  rollup,
  RollupModel,
  totals,
  user,
  whole
} from "./rollup.ts"
import { rollupsAgree } from "./rollupsAgree.ts"

/** Ids that mean something elsewhere, look alike, or sort differently by code unit, by code point and by what separates keys. */
const ODD_IDS = [
  "!",
  "!a",
  '"',
  "#",
  "##",
  "#a",
  "$",
  "$a",
  "$c",
  "%",
  "/",
  "a",
  "A",
  "a!",
  "a#",
  "a#b",
  "a$",
  "a$b",
  "a/b",
  "a|b",
  "ab",
  "b",
  "b'; DROP TABLE rollups; --",
  "é",
  "e\u0301",
  "ﬁ",
  "😀",
  "😀a",
  "\ud7ff",
  "\uffee",
  "\u{10ffff}",
  "💩".repeat(64),
  "__proto__",
  "null",
  "2025-12-30"
]

const quarters = (count: number, more: Partial<Rollup> = {}, from = DAY) =>
  Array.from({ length: count }, (_, i) => rollup(from + i * QUARTER_MS, more))

/** An order that is not the natural one, the same on every run: steps through the array by a prime. */
const shuffled = <A>(from: ReadonlyArray<A>) => from.map((_, i) => from[(i * 7919 + 13) % from.length]!)

const G = { scope: "G", tier: "q" } as const
const U = { scope: "U", tier: "d" } as const
const R = { scope: "R", tier: "q" } as const
const T = { scope: "T", tier: "t" } as const

export const rollupStoreContract = (engine: string, layer: Layer.Layer<RollupStore>) => {
  const can = (title: string, test: () => Effect.Effect<void, unknown, RollupStore>) => {
    it.live(title, () => test().pipe(Effect.provide(layer)))
  }

  describe(`${engine} as a rollup store`, () => {
    can("answers nothing while it is empty, and takes nothing", () =>
      Effect.gen(function* () {
        const store = yield* RollupStore
        yield* store.put([])
        for (const part of [G, R, U, T, { ...R, id: "lobby" }, { ...G, id: "lobby" }])
          assert.deepStrictEqual(yield* whole(part), [])
        assert.deepStrictEqual(yield* store.find([]), [])
        assert.deepStrictEqual(yield* store.find([keyOf(rollup(DAY)), keyOf(totals("node-1"))]), [])
        assert.strictEqual(yield* store.remove({ ...G, before: DAY, limit: 10 }), 0)
      })
    )

    can("gives back every rollup as it was given, each on its shelf", () =>
      Effect.gen(function* () {
        const store = yield* RollupStore
        const counts = ["{}", '{"a":1}', "", "quotes \" ' \\ \n", "é 😀 \u0000", JSON.stringify({ n: 1e15 })]
        const all = counts.map((text, i) => rollup(DAY + i * QUARTER_MS, { counts: text, sketches: text, through: i }))
        const minute = rollup(DAY + MINUTE_MS, { tier: "m" })
        const others = [minute, room("lobby"), room("lobby", DAY, { tier: "m" }), user("alice"), totals("node-1")]
        yield* store.put(shuffled([...all, ...others]))
        assert.deepStrictEqual(yield* whole(G), all)
        for (const one of others) {
          assert.deepStrictEqual(yield* whole({ scope: one.scope, tier: one.tier }), [one])
          assert.deepStrictEqual(yield* whole({ scope: one.scope, tier: one.tier, id: one.id }), [one])
          assert.deepStrictEqual(yield* whole({ scope: one.scope, tier: one.tier, id: "nobody" }), [])
        }
        assert.deepStrictEqual(inOrder(yield* store.find([...all, ...others])), inOrder([...all, ...others]))
      })
    )

    can("takes a rollup in the place of an earlier one, with all that was in it, and repeats change nothing", () =>
      Effect.gen(function* () {
        const store = yield* RollupStore
        const first = [...quarters(30, { counts: "[1]", sketches: "[2]" }), user("alice", DAY, { sketches: "[3]" })]
        yield* store.put(first)
        yield* store.put(first)
        yield* store.put(shuffled(first))
        assert.deepStrictEqual(yield* whole(G), first.slice(0, 30))
        const [a, b, c] = [DAY, DAY + QUARTER_MS, DAY + 2 * QUARTER_MS] as const
        const later = [
          rollup(a, { through: 5, counts: "[4]", sketches: "[5]" }),
          rollup(b, { through: 4, counts: "[6]" }),
          rollup(c, { counts: "[7]", sketches: "[7]" })
        ]
        // of two under one key the later one counts
        yield* store.put([rollup(c, { counts: "[0]", sketches: "[0]" }), ...later])
        assert.deepStrictEqual(yield* whole(G), [...later, ...first.slice(3, 30)])
        assert.deepStrictEqual(yield* whole(U), first.slice(30))
        assert.deepStrictEqual(inOrder(yield* store.find(later)), inOrder(later))
      })
    )

    can("keeps what each node counted apart", () =>
      Effect.gen(function* () {
        const store = yield* RollupStore
        const nodes = ["", "#", "a", "a#b", "a-b", "b", "ﬁ", "😀"].toSorted()
        const all = quarters(3).flatMap(({ start }) => nodes.map((node) => rollup(start, { node })))
        const sums = nodes.map((node) => totals(node))
        yield* store.put(shuffled([...all, ...sums]))
        for (const limit of [1, 5, 1000]) assert.deepStrictEqual(yield* whole(G, limit), all)
        assert.deepStrictEqual(yield* whole(T, 3), sums)
        assert.deepStrictEqual(yield* store.find([all[4]!]), [all[4]!])
      })
    )

    can("cuts any range: from included, to not, in the order of start, over days and months", () =>
      Effect.gen(function* () {
        const store = yield* RollupStore
        const model = new RollupModel()
        const all = [-40, -1, 0, 1, 3].flatMap((day) => quarters(96, {}, DAY + day * DAY_MS))
        yield* store.put(shuffled(all))
        model.put(all)
        const ends = [0, DAY - DAY_MS, DAY - 1, DAY, DAY + 1, DAY + 23.9 * 3_600_000, DAY + 9 * DAY_MS]
        for (const from of ends) {
          for (const to of ends) {
            for (const limit of [1, 100, 1000]) {
              const range = { ...G, from, to, sketches: false, limit }
              assert.deepStrictEqual(yield* store.range(range), model.range(range), JSON.stringify(range))
            }
          }
        }
        for (const limit of [50, 96]) assert.deepStrictEqual(yield* whole(G, limit), all)
      })
    )

    can("orders users and rooms within a start by code unit, whatever is in their ids, and pages on anywhere", () =>
      Effect.gen(function* () {
        const store = yield* RollupStore
        const days = [DAY, DAY + DAY_MS]
        const users = days.flatMap((day) =>
          ODD_IDS.toSorted().flatMap((id) => ["n", "n2"].map((node) => user(id, day, { node })))
        )
        const ids = ["a", "a-b", "a.b", "a0", "a:b", "a_b", "lobby", "z".repeat(64)].toSorted()
        const starts = [DAY, DAY + QUARTER_MS, DAY + DAY_MS - QUARTER_MS, DAY + DAY_MS]
        const rooms = starts.flatMap((start) =>
          ids.flatMap((id) => ["n", "n2"].map((node) => room(id, start, { node })))
        )
        yield* store.put(shuffled([...users, ...rooms]))
        for (const limit of [17, 1000]) {
          assert.deepStrictEqual(yield* whole(U, limit), users)
          assert.deepStrictEqual(yield* whole(R, limit), rooms)
        }
        for (const id of ODD_IDS) {
          assert.deepStrictEqual(
            yield* whole({ ...U, id }, 5),
            users.filter((one) => one.id === id)
          )
        }
        for (const id of [...ids, "b"]) {
          assert.deepStrictEqual(
            yield* whole({ ...R, id }, 5),
            rooms.filter((one) => one.id === id)
          )
        }
        // an end of a page that is not there, nor anything of its id
        const after = keyOf(room("b", DAY + QUARTER_MS, { node: "n" }))
        assert.deepStrictEqual(
          yield* store.range({ ...R, from: 0, to: DAY + 9 * DAY_MS, sketches: true, after, limit: 3 }),
          rooms.filter(({ id, start }) => start > after.start || (start === after.start && id > "b")).slice(0, 3)
        )
      })
    )

    can("leaves sketches out unless they are asked for, also where they are large", () =>
      Effect.gen(function* () {
        const store = yield* RollupStore
        const large = quarters(9, { sketches: JSON.stringify("x".repeat(120_000)) })
        const all = [...large, ...quarters(3, { tier: "m" })]
        yield* store.put(all)
        const bare = large.map((one) => ({ ...one, sketches: "" }))
        for (const limit of [4, 9, 1000]) {
          assert.deepStrictEqual(yield* whole({ ...G, sketches: false }, limit), bare)
          assert.deepStrictEqual(yield* whole(G, limit), large)
        }
        assert.deepStrictEqual(inOrder(yield* store.find(all)), inOrder(all))
      })
    )

    can("finds any number of keys, each once, and none that only nearly match", () =>
      Effect.gen(function* () {
        const store = yield* RollupStore
        const all = ODD_IDS.flatMap((id) => [0, 1, 2].map((day) => user(id, DAY + day * DAY_MS)))
        yield* store.put([...all, room("lobby")])
        const near: ReadonlyArray<RollupKey> = [
          { ...keyOf(all[0]!), node: "node-2" },
          { ...keyOf(all[0]!), start: DAY + 1 },
          { ...keyOf(all[0]!), start: DAY - DAY_MS },
          { ...keyOf(all[0]!), id: "nobody" },
          { ...keyOf(room("lobby")), tier: "m" },
          { ...keyOf(room("lobby")), scope: "G" }
        ]
        assert.deepStrictEqual(inOrder(yield* store.find([...near, ...shuffled(all), ...all])), inOrder(all))
        assert.deepStrictEqual(yield* store.find(near), [])
      })
    )

    can("takes some thousands at a time", () =>
      Effect.gen(function* () {
        const store = yield* RollupStore
        const all = Array.from({ length: 2000 }, (_, i) => user(`user-${String(i).padStart(5, "0")}`))
        yield* store.put(all)
        assert.deepStrictEqual(yield* whole(U, 1700), all)
      })
    )

    can("deletes what began before a moment, a few at a time, and nothing else; what is put again is there again", () =>
      Effect.gen(function* () {
        const store = yield* RollupStore
        const days = [0, 1, 2].map((day) => DAY + day * DAY_MS)
        const rooms = days.flatMap((day) =>
          quarters(4, {}, day).flatMap(({ start }) => [room("a", start), room("b", start)])
        )
        const kept = [room("a", DAY, { tier: "m", sketches: "[1]" }), rollup(DAY), user("alice"), totals("n")]
        yield* store.put([...rooms, ...kept])
        const before = DAY + DAY_MS + QUARTER_MS
        const removed: Array<number> = []
        while (removed.at(-1) !== 0) removed.push(yield* store.remove({ ...R, before, limit: 3 }))
        assert.deepStrictEqual(removed, [3, 3, 3, 1, 0])
        const left = rooms.filter(({ start }) => start >= before)
        assert.deepStrictEqual(yield* whole(R), left)
        assert.deepStrictEqual(inOrder(yield* store.find([...rooms, ...kept])), inOrder([...left, ...kept]))
        for (const one of kept) assert.deepStrictEqual(yield* whole({ scope: one.scope, tier: one.tier }), [one])
        yield* store.put(rooms.slice(0, 4))
        assert.deepStrictEqual(yield* whole(R), [...rooms.slice(0, 4), ...left])
        assert.strictEqual(yield* store.remove({ ...R, before: DAY + 9 * DAY_MS, limit: 100 }), left.length + 4)
        assert.deepStrictEqual(yield* whole(R), [])
        assert.deepStrictEqual(yield* whole({ ...R, tier: "m" }), kept.slice(0, 1))
        // its sketches went with it
        assert.strictEqual(yield* store.remove({ ...R, tier: "m", before: DAY + 1, limit: 100 }), 1)
        yield* store.put([room("a", DAY, { tier: "m" })])
        assert.deepStrictEqual(yield* whole({ ...R, tier: "m" }), [room("a", DAY, { tier: "m" })])
      })
    )

    can("answers while it is written to, and with all that was acknowledged before", () =>
      Effect.gen(function* () {
        const store = yield* RollupStore
        const all = Array.from({ length: 400 }, (_, i) => user(`user-${1000 + i}`))
        const acknowledged = { rollups: 0 }
        const writing = Effect.gen(function* () {
          for (let i = 0; i < all.length; i += 40) {
            yield* store.put(all.slice(i, i + 40))
            acknowledged.rollups = i + 40
          }
        })
        const reading = Effect.gen(function* () {
          while (acknowledged.rollups < all.length) {
            const sure = acknowledged.rollups
            const seen = yield* whole(U)
            assert.deepStrictEqual(seen.slice(0, sure), all.slice(0, sure))
          }
        })
        yield* Effect.all([writing, reading, reading], { concurrency: "unbounded" })
        assert.deepStrictEqual(yield* whole(U), all)
      })
    )
  })

  rollupsAgree(engine, layer)
}
