/** Whatever is put into a store of rollups and deleted from it, it answers as the simplest store would. */
import { assert, layer as sharing } from "@effect/vitest"
import { Arbitrary, Effect, type Layer, Schema } from "effect"
import type { RollupKey } from "../../src/store/Rollup.ts"
import { RollupStore } from "../../src/store/RollupStore.ts"
import { DAY, DAY_MS, inOrder, RollupModel } from "./rollup.ts"
import "../domain/seed.ts"

const RUNS = 20

const upTo = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum }))

/** A small world of four shelves, so that keys meet: three days, four starts on each, a few ids and nodes. */
const SHELVES = [
  { scope: "G", tier: "q", ids: [""], step: 6 * 3_600_000 },
  { scope: "G", tier: "m", ids: [""], step: 6 * 3_600_000 },
  { scope: "R", tier: "q", ids: ["a", "a-b", "a.b"], step: 6 * 3_600_000 },
  { scope: "U", tier: "m", ids: ["u", "u#", "U", "😀", "ﬁ"], step: 6 * 3_600_000 },
  { scope: "U", tier: "d", ids: ["u", "u#", "U", "😀", "ﬁ"], step: DAY_MS },
  { scope: "T", tier: "t", ids: [""], step: 0 }
] as const
const Place = Schema.Struct({ shelf: upTo(4), start: upTo(11), id: upTo(4), node: Schema.Literals(["n", "n2", "#"]) })
const Written = Schema.Struct({ ...Place.fields, counts: Schema.String, sketches: Schema.Literals(["", "[1]"]) })
const Question = Schema.Struct({
  shelf: upTo(4),
  from: upTo(12),
  to: upTo(13),
  id: Schema.optionalKey(upTo(4)),
  after: Schema.optionalKey(Place),
  sketches: Schema.Boolean,
  limit: Schema.Literals([1, 2, 5, 50])
})
const steps = Arbitrary.array(
  Arbitrary.all({
    batch: Arbitrary.array(Arbitrary.schema(Written), { maxLength: 12 }),
    questions: Arbitrary.array(Arbitrary.schema(Question), { minLength: 1, maxLength: 6 }),
    wanted: Arbitrary.array(Arbitrary.schema(Place), { maxLength: 6 }),
    removed: Arbitrary.schema(Schema.Struct({ shelf: upTo(9), before: upTo(12) }))
  }),
  { minLength: 1, maxLength: 4 }
)

const shelfAt = (i: number) => SHELVES[i % SHELVES.length]!
const startAt = (i: number, { step }: (typeof SHELVES)[number]) => (step === 0 ? 0 : DAY + i * step)
const placed = ({ id, node, shelf, start }: typeof Place.Type): RollupKey => {
  const on = shelfAt(shelf)
  return { scope: on.scope, tier: on.tier, id: on.ids[id % on.ids.length]!, start: startAt(start, on), node }
}

export const rollupsAgree = (engine: string, layer: Layer.Layer<RollupStore>) => {
  sharing(layer, { excludeTestServices: true })(`${engine} and the simplest store`, (it) => {
    const model = new RollupModel()
    let answered = 0

    it.effect.prop(
      "agree about everything that is asked, whatever was put and deleted",
      { steps },
      ({ steps }) =>
        Effect.gen(function* () {
          const store = yield* RollupStore
          for (const { batch, questions, removed, wanted } of steps) {
            const rollups = batch.map(({ counts, sketches, ...place }, through) => ({
              ...placed(place),
              through,
              counts: JSON.stringify(counts),
              sketches
            }))
            yield* store.put(rollups)
            model.put(rollups)
            for (const { after, from, id, limit, shelf, sketches, to } of questions) {
              const on = shelfAt(shelf)
              const range = {
                scope: on.scope,
                tier: on.tier,
                from: startAt(from, on),
                to: startAt(to, on) + 1,
                id: id === undefined ? undefined : on.ids[id % on.ids.length]!,
                after: after && placed({ ...after, shelf }),
                sketches,
                limit
              }
              const expected = model.range(range)
              assert.deepStrictEqual(yield* store.range(range), expected, JSON.stringify(range))
              answered += expected.length
            }
            const keys = wanted.map(placed)
            assert.deepStrictEqual(inOrder(yield* store.find(keys)), model.find(keys))
            const on = SHELVES[removed.shelf]
            if (on === undefined) continue
            const old = { scope: on.scope, tier: on.tier, before: startAt(removed.before, on) }
            assert.strictEqual(yield* store.remove({ ...old, limit: 1000 }), model.remove(old))
          }
        }),
      { arbitrary: { runs: RUNS } }
    )

    it.effect("were asked about rollups that are there", () => Effect.sync(() => assert.isAbove(answered, RUNS)))
  })
}
