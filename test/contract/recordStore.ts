/** What every engine of the RecordStore port must do. An engine's test file calls this with a layer that is empty whenever it is built. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import {
  RECORD_BYTES,
  RecordConflict,
  type RecordDraft,
  RecordStore,
  RecordTooLarge
} from "../../src/store/RecordStore.ts"
import { at, draft, kept, NOON, whole } from "./record.ts"
import { recordsAgree } from "./recordsAgree.ts"

/** Keys that mean something elsewhere, look alike, or sort differently by code unit, by code point and by what separates keys. */
const ODD_KEYS = [
  "",
  "\0",
  " ",
  "!",
  '"',
  "#",
  "##",
  "#a",
  "%",
  "/",
  "A",
  "K#",
  "X#a",
  "_",
  "__proto__",
  "a",
  "a\0",
  "a!",
  "a#b",
  "a%",
  "a-b",
  "a/b",
  "a_b",
  "ab",
  "b'; DROP TABLE records; --",
  "e\u0301",
  "é",
  "ﬁ",
  "😀",
  "😀a",
  "\ud7ff",
  "\ud83d",
  "\ud83da",
  "\ude00",
  "\ue000",
  "\uffee",
  "\uffff",
  "\uffff\uffff",
  "\u{10ffff}",
  "null",
  "💩".repeat(64)
].toSorted()

const ODD_VALUES = ["{}", '{"a":1}', "", "quotes \" ' \\ \n", "é 😀 \u0000 ﬁ", JSON.stringify({ n: 1e15 })]

/** An order that is not the natural one, the same on every run: steps through the array by a prime. */
const shuffled = <A>(from: ReadonlyArray<A>) => from.map((_, i) => from[(i * 7919 + 13) % from.length]!)

const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1)
const numbered = (count: number) => upTo(count).map((i) => `k${String(i).padStart(4, "0")}`)

const putAll = (records: ReadonlyArray<RecordDraft>) =>
  RecordStore.use((store) => Effect.forEach(records, (record) => store.put(record), { concurrency: 8 }))

const conflict = (version: number) => new RecordConflict({ version })

const together = { concurrency: "unbounded" } as const

/** `sweeps`: whether the engine deletes what expired when it is told to, rather than by itself. */
export const recordStoreContract = (
  engine: string,
  layer: Layer.Layer<RecordStore>,
  { sweeps = true }: { readonly sweeps?: boolean } = {}
) => {
  const can = (title: string, test: () => Effect.Effect<void, unknown, RecordStore>) => {
    it.live(title, () => at(NOON, test()).pipe(Effect.provide(layer)))
  }

  describe(`${engine} as a record store`, () => {
    can("answers nothing while it is empty", () =>
      Effect.gen(function* () {
        const store = yield* RecordStore
        assert.isUndefined(yield* store.get("bans", "mallory"))
        assert.deepStrictEqual(yield* store.list({ pk: "bans", limit: 10 }), [])
        assert.isFalse(yield* store.remove("bans", "mallory"))
        assert.strictEqual(yield* store.sweep(NOON, 10), 0)
      })
    )

    can("gives back every record as it was given, whatever is in its keys and its value", () =>
      Effect.gen(function* () {
        const store = yield* RecordStore
        const values = ODD_VALUES.map((value, i) => draft("values", `${i}`, { value, expiresAt: NOON + 1 + i }))
        const keys = ODD_KEYS.flatMap((key) => [draft("odd", key), draft(key, "odd")])
        const all = [...values, ...keys]
        assert.deepStrictEqual(
          yield* putAll(shuffled(all)),
          all.map(() => 1)
        )
        for (const one of all) assert.deepStrictEqual(yield* store.get(one.pk, one.sk), kept(one))
        for (const key of ODD_KEYS) assert.deepStrictEqual(yield* whole({ pk: key }), [kept(draft(key, "odd"))])
      })
    )

    can("lists records by code unit in both directions, by prefix and from anywhere on, however it is paged", () =>
      Effect.gen(function* () {
        const store = yield* RecordStore
        yield* putAll(shuffled(ODD_KEYS.map((key) => draft("odd", key))))
        yield* putAll([draft("odd#", "a"), draft("od", "a"), draft("odd2", "a")])
        const records = ODD_KEYS.map((key) => kept(draft("odd", key)))
        for (const limit of [1, 7, 100]) {
          assert.deepStrictEqual(yield* whole({ pk: "odd" }, limit), records)
          assert.deepStrictEqual(yield* whole({ pk: "odd", reverse: true }, limit), records.toReversed())
        }
        for (const prefix of [...ODD_KEYS, "nobody"]) {
          const beginning = records.filter(({ sk }) => sk.startsWith(prefix))
          assert.deepStrictEqual(yield* whole({ pk: "odd", prefix }, 3), beginning)
          assert.deepStrictEqual(yield* whole({ pk: "odd", prefix, reverse: true }, 3), beginning.toReversed())
        }
        for (const after of [...ODD_KEYS, "Z", "nobody", "\u{10fffe}"]) {
          const page = { pk: "odd", after, limit: 5 }
          assert.deepStrictEqual(yield* store.list(page), records.filter(({ sk }) => sk > after).slice(0, 5))
          assert.deepStrictEqual(
            yield* store.list({ ...page, reverse: true }),
            records
              .filter(({ sk }) => sk < after)
              .toReversed()
              .slice(0, 5)
          )
          const among = records.filter(({ sk }) => sk.startsWith("a"))
          assert.deepStrictEqual(
            yield* store.list({ ...page, prefix: "a" }),
            among.filter(({ sk }) => sk > after).slice(0, 5)
          )
          assert.deepStrictEqual(
            yield* store.list({ ...page, prefix: "a", reverse: true }),
            among
              .filter(({ sk }) => sk < after)
              .toReversed()
              .slice(0, 5)
          )
        }
        assert.deepStrictEqual(yield* store.list({ pk: "odd", limit: 0 }), [])
      })
    )

    can("counts versions, puts on a condition only what it holds for, and says what there is otherwise", () =>
      Effect.gen(function* () {
        const store = yield* RecordStore
        const first = draft("bans", "mallory", { value: '"first"', expiresAt: NOON + 1 })
        const second = draft("bans", "mallory", { value: '"second"' })
        for (const version of [1, 2]) {
          assert.deepStrictEqual(yield* Effect.flip(store.put(first, { version })), conflict(0))
        }
        assert.isUndefined(yield* store.get("bans", "mallory"))
        assert.strictEqual(yield* store.put(first, { version: 0 }), 1)
        for (const version of [0, 2]) {
          assert.deepStrictEqual(yield* Effect.flip(store.put(second, { version })), conflict(1))
        }
        assert.deepStrictEqual(yield* store.get("bans", "mallory"), kept(first))
        assert.strictEqual(yield* store.put(second, { version: 1 }), 2)
        // all of the former is gone, its end included
        assert.deepStrictEqual(yield* store.get("bans", "mallory"), kept(second, 2))
        assert.deepStrictEqual(yield* Effect.flip(store.put(first, { version: 1 })), conflict(2))
        assert.strictEqual(yield* store.put(first), 3)
        assert.strictEqual(yield* store.put(first), 4)
        assert.deepStrictEqual(yield* store.get("bans", "mallory"), kept(first, 4))
        assert.strictEqual(yield* store.put(draft("bans", "mallory2")), 1)
      })
    )

    can("removes a record once, and begins again at version 1", () =>
      Effect.gen(function* () {
        const store = yield* RecordStore
        yield* putAll([draft("a", "1"), draft("a", "1"), draft("a", "2"), draft("b", "1")])
        assert.isTrue(yield* store.remove("a", "1"))
        assert.isFalse(yield* store.remove("a", "1"))
        assert.isUndefined(yield* store.get("a", "1"))
        assert.deepStrictEqual(yield* whole({ pk: "a" }), [kept(draft("a", "2"))])
        assert.deepStrictEqual(yield* whole({ pk: "b" }), [kept(draft("b", "1"))])
        assert.deepStrictEqual(yield* Effect.flip(store.put(draft("a", "1"), { version: 2 })), conflict(0))
        assert.strictEqual(yield* store.put(draft("a", "1"), { version: 0 }), 1)
        const removals = yield* Effect.forEach(upTo(5), () => store.remove("a", "1"), together)
        assert.lengthOf(
          removals.filter((there) => there),
          1
        )
      })
    )

    can("counts a record as gone from the moment at which it expires", () =>
      Effect.gen(function* () {
        const store = yield* RecordStore
        const short = draft("mutes", "mallory", { expiresAt: NOON + 1000 })
        yield* putAll([short, short, draft("mutes", "eve", { expiresAt: NOON + 2000 }), draft("mutes", "trent")])
        const names = Effect.map(whole({ pk: "mutes" }), (records) => records.map(({ sk }) => sk))
        const before = NOON + 999
        assert.deepStrictEqual(yield* at(before, store.get("mutes", "mallory")), kept(short, 2))
        assert.deepStrictEqual(yield* at(before, names), ["eve", "mallory", "trent"])
        const then = NOON + 1000
        assert.isUndefined(yield* at(then, store.get("mutes", "mallory")))
        assert.deepStrictEqual(yield* at(then, names), ["eve", "trent"])
        assert.isFalse(yield* at(then, store.remove("mutes", "mallory")))
        yield* store.put(short)
        assert.deepStrictEqual(yield* Effect.flip(at(then, store.put(short, { version: 1 }))), conflict(0))
        assert.strictEqual(yield* at(then, store.put({ ...short, expiresAt: then + 1 }, { version: 0 })), 1)
        assert.strictEqual(yield* at(then, store.put({ ...short, expiresAt: then + 1 })), 2)
        assert.strictEqual(yield* at(then + 1, store.put({ ...short, expiresAt: then + 2 })), 1)
        assert.isDefined(yield* at(then + 1, store.get("mutes", "mallory")))
        // one that is gone as soon as it is put
        assert.strictEqual(yield* store.put(draft("mutes", "past", { expiresAt: NOON - 1 })), 1)
        assert.isUndefined(yield* store.get("mutes", "past"))
        assert.strictEqual(yield* store.put(draft("mutes", "past")), 1)
        assert.strictEqual(yield* store.put(draft("mutes", "past")), 2)
      })
    )

    can("fills its pages however many records between them expired", () =>
      Effect.gen(function* () {
        const store = yield* RecordStore
        const keys = numbered(150)
        const there = keys.filter((_, i) => i % 50 === 3)
        yield* putAll(keys.map((sk) => draft("m", sk, there.includes(sk) ? {} : { expiresAt: NOON + 1 })))
        for (const limit of [1, 2, 3, 10]) {
          for (const reverse of [false, true]) {
            const found = yield* at(NOON + 1, whole({ pk: "m", reverse }, limit))
            assert.deepStrictEqual(
              found.map(({ sk }) => sk),
              reverse ? there.toReversed() : there
            )
          }
        }
        assert.lengthOf(yield* at(NOON + 1, store.list({ pk: "m", limit: 2 })), 2)
        assert.lengthOf(yield* store.list({ pk: "m", limit: 120 }), 120)
      })
    )

    can("deletes what expired when it is told to, a few at a time, and nothing that did not", () =>
      Effect.gen(function* () {
        const store = yield* RecordStore
        const gone = numbered(5).map((sk, i) => draft("gone", sk, { expiresAt: NOON - 5 + i }))
        const stay = [draft("stay", "a"), draft("stay", "b", { expiresAt: NOON + 1 })]
        yield* putAll([...gone, ...stay])
        // what no longer expires
        yield* putAll([draft("stay", "c", { expiresAt: NOON - 9 }), draft("stay", "c")])
        const swept: Array<number> = []
        for (const before of [NOON - 4, NOON, NOON + 9, NOON + 9]) swept.push(yield* store.sweep(before, 3))
        assert.deepStrictEqual(swept, sweeps ? [1, 3, 1, 0] : [0, 0, 0, 0])
        assert.deepStrictEqual(
          (yield* whole({ pk: "stay" })).map(({ sk }) => sk),
          ["a", "b", "c"]
        )
        assert.deepStrictEqual(yield* at(NOON - 9, whole({ pk: "gone" })), sweeps ? [] : gone.map((one) => kept(one)))
      })
    )

    can("keeps values and keys of any size up to its limits, and says what is too large", () =>
      Effect.gen(function* () {
        const store = yield* RecordStore
        const largest = draft("v", "largest", { value: JSON.stringify("x".repeat(RECORD_BYTES.value - 2)) })
        const accents = draft("v", "accents", { value: "é".repeat(RECORD_BYTES.value / 2) })
        const keys = draft("é".repeat(RECORD_BYTES.pk / 2), "😀".repeat(RECORD_BYTES.sk / 6))
        for (const one of [largest, accents, keys]) {
          assert.strictEqual(yield* store.put(one), 1)
          assert.deepStrictEqual(yield* store.get(one.pk, one.sk), kept(one))
          assert.deepStrictEqual(yield* store.list({ pk: one.pk, prefix: one.sk, limit: 2 }), [kept(one)])
        }
        const tooLarge = [
          { part: "value", one: { ...largest, value: `${largest.value}x` }, bytes: RECORD_BYTES.value + 1 },
          { part: "value", one: { ...accents, value: `${accents.value}é` }, bytes: RECORD_BYTES.value + 2 },
          { part: "pk", one: { ...keys, pk: `${keys.pk}a` }, bytes: RECORD_BYTES.pk + 1 },
          { part: "sk", one: { ...keys, sk: `${keys.sk}a` }, bytes: RECORD_BYTES.sk + 1 }
        ] as const
        for (const { bytes, one, part } of tooLarge) {
          for (const condition of [undefined, { version: 0 }, { version: 1 }]) {
            const limit = RECORD_BYTES[part]
            assert.deepStrictEqual(
              yield* Effect.flip(store.put(one, condition)),
              new RecordTooLarge({ part, bytes, limit })
            )
          }
        }
        assert.deepStrictEqual(yield* store.get("v", "largest"), kept(largest))
        // nothing lies under what is longer than a key, and everything before or after it
        for (const long of ["w", "a", "é"].map((letter) => letter.repeat(3000))) {
          assert.isUndefined(yield* store.get("v", long))
          assert.isUndefined(yield* store.get(long, "v"))
          assert.isFalse(yield* store.remove("v", long))
          assert.deepStrictEqual(yield* store.list({ pk: long, limit: 5 }), [])
          assert.deepStrictEqual(yield* store.list({ pk: "v", prefix: long, limit: 5 }), [])
          const names = [accents, largest].map(({ sk }) => sk)
          for (const reverse of [false, true]) {
            assert.deepStrictEqual(
              (yield* store.list({ pk: "v", after: long, limit: 5, reverse })).map(({ sk }) => sk),
              reverse ? names.filter((sk) => sk < long).toReversed() : names.filter((sk) => sk > long)
            )
          }
        }
      })
    )

    can("pages through more than a megabyte", () =>
      Effect.gen(function* () {
        const store = yield* RecordStore
        const all = numbered(9).map((sk, i) => draft("large", sk, { value: JSON.stringify(`${i}`.repeat(200_000)) }))
        yield* putAll(all)
        const records = all.map((one) => kept(one))
        assert.deepStrictEqual(yield* store.list({ pk: "large", limit: 9 }), records)
        assert.deepStrictEqual(yield* whole({ pk: "large", reverse: true }, 4), records.toReversed())
      })
    )

    can("refuses as a defect what it could not give back", () =>
      Effect.gen(function* () {
        const store = yield* RecordStore
        const odd = [
          store.put(draft("a", "1", { value: "half \ud83d a secret" })),
          store.put(draft("a", "1", { expiresAt: NOON + 0.5 })),
          store.put(draft("a", "1", { expiresAt: Infinity })),
          store.put(draft("a", "1"), { version: -1 }),
          store.put(draft("a", "1"), { version: 0.5 })
        ]
        for (const put of odd) {
          const defect = String(yield* Effect.flip(Effect.sandbox(put)))
          assert.include(defect, "RangeError")
          assert.notInclude(defect, "secret")
        }
        assert.isUndefined(yield* store.get("a", "1"))
      })
    )

    can("lets one of many writers win who expect the same version, and loses no change of those who try again", () =>
      Effect.gen(function* () {
        const store = yield* RecordStore
        const results = yield* Effect.forEach(
          upTo(20),
          (i) => Effect.result(store.put(draft("races", "one", { value: `${i}` }), { version: 0 })),
          together
        )
        const winners = results.flatMap((result, i) => (result._tag === "Success" ? [`${i + 1}`] : []))
        assert.lengthOf(winners, 1)
        assert.deepStrictEqual(yield* store.get("races", "one"), kept(draft("races", "one", { value: winners[0]! })))
        const versions = yield* Effect.forEach(upTo(30), () => store.put(draft("races", "blind")), together)
        assert.deepStrictEqual(
          versions.toSorted((a, b) => a - b),
          upTo(30)
        )
        const add = Effect.gen(function* () {
          const record = yield* store.get("races", "sum")
          const value = String(Number(record?.value ?? "0") + 1)
          yield* store.put(draft("races", "sum", { value }), { version: record?.version ?? 0 })
        }).pipe(Effect.retry({ while: (error) => error._tag === "RecordConflict" }))
        yield* Effect.forEach(upTo(6), () => Effect.repeat(add, { times: 4 }), together)
        assert.deepStrictEqual(yield* store.get("races", "sum"), kept(draft("races", "sum", { value: "30" }), 30))
        // one that expired is replaced by each once, and by one first
        yield* store.put(draft("races", "past", { expiresAt: NOON }))
        const again = yield* Effect.forEach(upTo(10), () => store.put(draft("races", "past")), together)
        assert.deepStrictEqual(
          again.toSorted((a, b) => a - b),
          upTo(10)
        )
      })
    )
  })

  recordsAgree(engine, layer, sweeps)
}
