/** What every engine of the MessageStore port must find: just what the definition does, wherever its index is at that moment. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import type { Position } from "../../src/domain/Position.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { isFound, soughtIn } from "../../src/domain/searching.ts"
import type { Entry } from "../../src/log/Entry.ts"
import { MessageStore } from "../../src/store/MessageStore.ts"
import { Dice } from "../support/Dice.ts"
import { entry, NOON, run } from "./messageEntry.ts"
import { byPosition } from "./messageWalk.ts"

const lobby = RoomId.make("lobby")

/** Everything that a search finds, in looks of at most `limit`; each look goes on from where the one before it ended. */
export const searchAll = (text: string, { before, limit = 1000 }: { before?: Position; limit?: number } = {}) =>
  Effect.gen(function* () {
    const store = yield* MessageStore
    const sought = soughtIn(text)
    const found: Array<Entry> = []
    let from = before
    for (;;) {
      const { entries, epochs, looked, reached } = yield* store.search(lobby, { sought, before: from, limit })
      assert.isAtMost(entries.length, limit)
      assert.isTrue(entries.every(({ epoch }) => epochs.includes(epoch)))
      if (entries.length > 0) assert.isAbove(looked, 0)
      found.push(...entries)
      if (reached === undefined) return found
      if (from !== undefined) assert.isBelow(byPosition(reached, from), 0, "a look goes on")
      if (entries.length > 0) assert.isAtMost(byPosition(reached, entries.at(-1)!), 0)
      from = reached
    }
  })

/** What is to be found, by looking at every message. */
const naive = (all: ReadonlyArray<Entry>, text: string, before?: Position) =>
  all
    .filter((one) => one.roomId === lobby && (before === undefined || byPosition(one, before) < 0))
    .filter(({ json }) => isFound(soughtIn(text), json))
    .toSorted((a, b) => byPosition(b, a))

/** Of another kind than what users say, or deleted. */
const altered = (one: Entry, more: Readonly<Record<string, unknown>>): Entry => ({
  ...one,
  json: JSON.stringify({ ...JSON.parse(one.json), ...more })
})

const WORDS = [
  "heron",
  "Hérons",
  "HERO",
  "canal",
  "can",
  "c",
  "straße",
  "STRASSE",
  "手机",
  "手机很好",
  "机",
  "ไม่เป็นไร",
  "x_y",
  "٣",
  "é"
]
const QUERIES = [
  "her",
  "heron",
  "héron can",
  "c",
  "ca h",
  "strasse",
  "机",
  "机很",
  "手机",
  "เป็น",
  "x",
  "y x",
  "3",
  "e",
  "heron机"
]

export const messageSearchContract = (engine: string, layer: Layer.Layer<MessageStore>) => {
  const can = (title: string, test: () => Effect.Effect<void, unknown, MessageStore>) => {
    it.live(title, () => test().pipe(Effect.provide(layer)))
  }

  describe(`${engine} as a message store that is searched`, () => {
    can("finds nothing in a room that never was, nor what no message has", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        assert.deepStrictEqual(yield* searchAll("heron"), [])
        yield* store.put([...run(1, 30), entry(1, { roomId: "den", content: "a heron" })])
        assert.deepStrictEqual(yield* searchAll("heron"), [])
      })
    )

    can("finds the newest first, over epochs and far apart, from wherever it begins", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        const all = [1, 3].flatMap((epoch) =>
          [1, 2, 8191, 8192, 8193, 40_000, 999_999_999_999].flatMap((seq) => [
            entry(seq, { at: NOON, epoch, content: seq === 2 ? "nothing" : `A heron, ${seq}` })
          ])
        )
        yield* store.put(all.toReversed())
        for (const limit of [1, 2, 5, 1000]) {
          assert.deepStrictEqual(yield* searchAll("heron", { limit }), naive(all, "heron"))
        }
        for (const before of [...all, { epoch: 2, seq: 5 }, { epoch: 1, seq: 8193 }, { epoch: 9, seq: 0 }]) {
          const place = { epoch: before.epoch, seq: before.seq }
          assert.deepStrictEqual(yield* searchAll("heron", { before: place, limit: 3 }), naive(all, "heron", place))
        }
      })
    )

    can("finds what is said now, and nothing of what was, of what is deleted, or of what the system said", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        const said = run(1, 40, { content: "an early heron" })
        yield* store.put(said)
        assert.deepStrictEqual(yield* searchAll("heron"), naive(said, "heron"))
        const now = [
          ...run(1, 10, { content: "a late stork", revision: 3 }),
          ...run(11, 20, { content: "", revision: 4 }).map((one) => altered(one, { deleted: true })),
          ...said.slice(20, 30),
          ...run(31, 40).map((one) => altered(one, { type: "system", content: "heron and stork" }))
        ]
        yield* store.put([...now.slice(0, 20), ...now.slice(30).map((one) => ({ ...one, revision: 9 }))])
        assert.deepStrictEqual(
          (yield* searchAll("heron")).map(({ seq }) => seq),
          naive(now, "heron").map(({ seq }) => seq)
        )
        assert.deepStrictEqual(yield* searchAll("stork"), now.slice(0, 10).toReversed())
        assert.deepStrictEqual(yield* searchAll("early"), naive(now, "early"))
      })
    )

    can("takes what it looks for as words, whatever they mean to an index", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        const texts = [
          "near",
          "and or not",
          "a b",
          "words",
          "content",
          "rowid 1",
          "x NEAR y",
          '"',
          "1a·near",
          "' OR 1=1 --"
        ]
        const all = texts.map((content, i) => entry(i + 1, { content }))
        yield* store.put(all)
        const queries = [
          'NEAR("a" "b")',
          'near"',
          "near*",
          "-near",
          "^near",
          "words:near",
          "{words}: near",
          "near OR words",
          "near AND",
          "NOT near",
          "a + b",
          "(near",
          "1a·near",
          "'; DROP TABLE search_index; --",
          "or 1",
          "%",
          "_ a",
          "\0 a"
        ]
        for (const text of queries) {
          if (soughtIn(text).length === 0) continue
          assert.deepStrictEqual(yield* searchAll(text), naive(all, text), text)
        }
      })
    )

    can("finds a long word by its beginning, by all of it, and not by more", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        const all = ["a", "😀a", "é", "語", "ไ", "\u{20000}", "\u{1e900}"].flatMap((letter, i) => [
          entry(2 * i + 1, { content: letter.repeat(150) }),
          entry(2 * i + 2, { content: `${letter.repeat(60)}z` })
        ])
        yield* store.put(all)
        for (const letter of ["a", "é", "語", "ไ", "\u{20000}", "\u{1e900}"]) {
          for (const length of [1, 2, 23, 24, 25, 60, 61, 150, 151]) {
            for (const text of [letter.repeat(length), `${letter.repeat(length)}z`, `z${letter}`]) {
              assert.deepStrictEqual(yield* searchAll(text), naive(all, text), `${letter} ${length}`)
            }
          }
        }
      })
    )

    can("finds just what looking at every message finds, while messages come and change", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        const dice = new Dice(7)
        const rooms = ["lobby", "lobby", "den"]
        const all = new Map<string, Entry>()
        for (let round = 0; round < 6; round++) {
          const batch = Array.from({ length: 40 }, () => {
            const [roomId, epoch, seq] = [dice.pick(rooms), 1 + dice.below(2), 8150 + dice.below(120)]
            const content = Array.from({ length: 1 + dice.below(4) }, () => dice.pick(WORDS)).join(
              dice.pick([" ", ", ", "-"])
            )
            const one = entry(seq, { roomId, epoch, content, ...(round === 0 ? {} : { revision: round }) })
            return dice.below(8) === 0 ? altered(one, { content: "", deleted: true }) : one
          })
          // of one revision the store keeps the first
          const fresh = new Map<string, Entry>()
          for (const one of batch) {
            const key = `${one.roomId} ${one.epoch} ${one.seq}`
            if (!fresh.has(key)) fresh.set(key, one)
          }
          yield* store.put([...fresh.values()])
          for (const [key, one] of fresh) all.set(key, one)
          for (let i = 0; i < 5; i++) {
            const text = dice.pick(QUERIES)
            const before = dice.pick([undefined, { epoch: 1 + dice.below(2), seq: 8150 + dice.below(120) }])
            const found = yield* searchAll(text, {
              limit: 4 + dice.below(40),
              ...(before === undefined ? {} : { before })
            })
            assert.deepStrictEqual(found, naive([...all.values()], text, before), `round ${round}: ${text}`)
          }
        }
      })
    )
  })
}
