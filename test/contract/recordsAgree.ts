/** Whatever is put into a store of records and taken from it, as time goes by, it answers as the simplest store would. */
import { assert, layer as sharing } from "@effect/vitest"
import { Arbitrary, Effect, type Layer, Schema } from "effect"
import { RecordStore } from "../../src/store/RecordStore.ts"
import { at, NOON, RecordModel } from "./record.ts"
import "../domain/seed.ts"

const RUNS = 40

const upTo = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum }))

/** A small world, so that records meet: two partitions, a few keys that sort oddly, times that are soon over. */
const SORTS = ["", "a", "a#", "ab", "b", "ﬁ", "😀", "\ud83d"] as const
const Place = { pk: upTo(1), sk: Schema.Literals(SORTS) }
const Step = Schema.TaggedUnion({
  put: {
    ...Place,
    value: Schema.Literals(["1", '"ü"', "{}"]),
    expiresIn: Schema.optionalKey(upTo(8)),
    /** `is`: that it has the version that it has. */
    condition: Schema.optionalKey(Schema.Literals(["is", 0, 1, 2]))
  },
  remove: Place,
  get: Place,
  list: {
    pk: upTo(1),
    prefix: Schema.optionalKey(Schema.Literals(SORTS)),
    after: Schema.optionalKey(Schema.Literals([...SORTS, "aa", "c"])),
    limit: Schema.Literals([1, 2, 5, 50]),
    reverse: Schema.Boolean
  },
  wait: { ms: upTo(4) },
  sweep: { ago: upTo(3) }
})
const steps = Arbitrary.array(Arbitrary.schema(Step), { minLength: 40, maxLength: 80 })

export const recordsAgree = (engine: string, layer: Layer.Layer<RecordStore>, sweeps: boolean) => {
  sharing(layer, { excludeTestServices: true })(`${engine} and the simplest store of records`, (it) => {
    const model = new RecordModel()
    let now = NOON
    let runs = 0
    let answered = 0

    it.effect.prop(
      "agree about everything that is asked, whatever was put, removed and expired",
      { steps },
      ({ steps }) =>
        Effect.gen(function* () {
          const store = yield* RecordStore
          const own = `${++runs}`
          const partition = (i: number) => `${own}/${i}`
          for (const step of steps) {
            switch (step._tag) {
              case "put": {
                const { condition: drawn, expiresIn, sk, value } = step
                const pk = partition(step.pk)
                const record = { pk, sk, value, expiresAt: expiresIn === undefined ? undefined : now + expiresIn }
                const version = drawn === "is" ? (model.get(pk, sk, now)?.version ?? 0) : drawn
                const condition = version === undefined ? undefined : { version }
                const expected = model.put(record, condition, now)
                const put = Effect.catchTag(store.put(record, condition), "RecordConflict", Effect.succeed)
                assert.deepStrictEqual(yield* at(now, put), expected)
                break
              }
              case "remove":
                assert.strictEqual(
                  yield* at(now, store.remove(partition(step.pk), step.sk)),
                  model.remove(partition(step.pk), step.sk, now)
                )
                break
              case "get": {
                const expected = model.get(partition(step.pk), step.sk, now)
                assert.deepStrictEqual(yield* at(now, store.get(partition(step.pk), step.sk)), expected)
                if (expected !== undefined) answered++
                break
              }
              case "list": {
                const { _tag, ...rest } = step
                const page = { ...rest, pk: partition(step.pk) }
                const expected = model.list(page, now)
                assert.deepStrictEqual(yield* at(now, store.list(page)), expected, JSON.stringify(page))
                answered += expected.length
                break
              }
              case "wait":
                now += step.ms
                break
              case "sweep": {
                const gone = model.sweep(now - step.ago, now)
                assert.strictEqual(yield* at(now, store.sweep(now - step.ago, 10_000)), sweeps ? gone : 0)
                break
              }
            }
          }
          for (const pk of [partition(0), partition(1)]) {
            for (const reverse of [false, true]) {
              const expected = model.list({ pk, limit: 50, reverse }, now)
              assert.deepStrictEqual(yield* at(now, store.list({ pk, limit: 50, reverse })), expected)
              answered += expected.length
            }
          }
        }),
      { arbitrary: { runs: RUNS, size: 80 } }
    )

    it.effect("were asked about records that are there", () =>
      Effect.sync(() => {
        assert.strictEqual(runs, RUNS)
        assert.isAbove(answered, 2 * RUNS)
      })
    )
  })
}
