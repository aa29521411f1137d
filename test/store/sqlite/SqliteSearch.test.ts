/** The index of messages: what it is filled with behind the puts, and that nobody can tell from what is found how far that is. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Supervisor } from "../../../src/actor/Supervisor.ts"
import type { Position } from "../../../src/domain/Position.ts"
import { RoomId } from "../../../src/domain/RoomId.ts"
import { isFound, soughtIn } from "../../../src/domain/searching.ts"
import type { Entry } from "../../../src/log/Entry.ts"
import { MIGRATIONS, openSqlite } from "../../../src/store/sqlite/sqliteFile.ts"
import { sqliteIndexing } from "../../../src/store/sqlite/sqliteIndexing.ts"
import { sqliteMessages } from "../../../src/store/sqlite/sqliteMessages.ts"
import { sqliteSearch } from "../../../src/store/sqlite/sqliteSearch.ts"
import { layer } from "../../../src/store/sqlite/SqliteStore.ts"
import { entry, run } from "../../contract/messageEntry.ts"
import { messageSearchContract, searchAll } from "../../contract/messageSearch.ts"
import { byPosition } from "../../contract/messageWalk.ts"
import { Dice } from "../../support/Dice.ts"
import { newFile, put, using } from "./sqliteArchive.ts"

const lobby = RoomId.make("lobby")

/** What a look costs at the most: what it ends after, and what it may be at by then. */
const LOOK_MAX = 2000

messageSearchContract(
  "sqlite that indexes at once",
  Layer.unwrap(Effect.map(newFile, (file) => layer({ file, indexAfter: 1 }))).pipe(
    Layer.provide(Supervisor.layer),
    Layer.orDie
  )
)

const rowsOf = (entries: ReadonlyArray<Entry>) =>
  entries.map(
    ({ at, epoch, json, messageId, revision = 0, roomId, seq, userId }) =>
      [roomId, epoch, seq, userId, messageId, at, json, revision] as const
  )

/** An archive in the hands of the test, which says when it is indexed. */
const archive = (file: string) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => openSqlite({ file, busyMs: 1000, flush: false })),
      (db) => Effect.sync(() => db.close())
    ),
    (db) => {
      const messages = sqliteMessages(db)
      const { search } = sqliteSearch(db)
      /** Everything that is found, and what the looks cost. */
      const find = (text: string) => {
        const seqs: Array<number> = []
        const looks: Array<number> = []
        let before: Position | undefined
        do {
          const { entries, looked, reached } = search({ roomId: lobby, sought: soughtIn(text), before, limit: 50 })
          seqs.push(...entries.map(({ seq }) => seq))
          looks.push(looked)
          before = reached
        } while (before !== undefined)
        return { seqs, looks, cost: looks.reduce((sum, look) => sum + look, 0) }
      }
      return { db, find, put: (entries: ReadonlyArray<Entry>) => messages.put(rowsOf(entries)), ...sqliteIndexing(db) }
    }
  )

const haystack = (count: number, needles: ReadonlyArray<number>) =>
  run(1, count).map((one) => (needles.includes(one.seq) ? entry(one.seq, { content: "a heron by the canal" }) : one))

describe("the index of the sqlite archive", () => {
  it.live(
    "is behind what is put by as much as it is not told to take, and finds the same meanwhile with more reading",
    () =>
      Effect.gen(function* () {
        const { advance, behind, find, put } = yield* Effect.flatMap(newFile, archive)
        put(haystack(9000, [5001, 5500, 8192, 8999]).slice(5000))
        assert.strictEqual(behind(), 4000)
        const costs = [find("heron").cost]
        while (behind() > 0) {
          advance()
          const { cost, seqs } = find("heron")
          assert.deepStrictEqual(seqs, [8999, 8192, 5500, 5001])
          costs.push(cost)
        }
        assert.deepStrictEqual(
          costs,
          costs.toSorted((a, b) => b - a)
        )
        assert.isAbove(costs[0]!, 4000)
        assert.isBelow(costs.at(-1)!, 200)
      })
  )

  it.live("has no look read much, whatever is asked for, indexed or not", () =>
    Effect.gen(function* () {
      const { advance, behind, find, put } = yield* Effect.flatMap(newFile, archive)
      const letters = "abcdefghij"
      // each letter begins a word of nine messages in ten, and no message has all
      put(
        run(6000, 10_000).map(({ seq }) =>
          entry(seq, {
            content: letters
              .replace(letters[seq % 10]!, "")
              .split("")
              .join(" ")
          })
        )
      )
      const queries = [letters.split("").join(" "), "zebra", "中文", "a"]
      for (let round = 0; round < 2; round++) {
        for (const text of queries) {
          const { looks, seqs } = find(text)
          assert.strictEqual(seqs.length, text === "a" ? 3600 : 0)
          assert.isAtMost(Math.max(...looks), LOOK_MAX)
        }
        while (behind() > 0) advance()
      }
      assert.isBelow(find("zebra").cost, 200)
    })
  )

  it.live("agrees with looking at every message at each step of whatever is put, changed and indexed", () =>
    Effect.gen(function* () {
      const words = ["heron", "her", "Hérons", "canal", "c", "手机", "机", "手机很好"]
      for (let seed = 0; seed < 8; seed++) {
        const dice = new Dice(seed)
        const { advance, find, put } = yield* Effect.flatMap(newFile, archive)
        const all = new Map<number, Entry>()
        for (let step = 1; step <= 40; step++) {
          if (dice.below(3) === 0) advance()
          const batch = Array.from({ length: 1 + dice.below(20) }, () => {
            const content = Array.from({ length: 1 + dice.below(3) }, () => dice.pick(words)).join(" ")
            return entry(8180 + dice.below(30), { content, revision: step })
          })
          put(batch)
          for (const one of batch) if (all.get(one.seq)?.revision !== step) all.set(one.seq, one)
          for (const text of ["her", "hero", "c", "机", "机很", "her 手机"]) {
            const right = [...all.values()]
              .filter(({ json }) => isFound(soughtIn(text), json))
              .toSorted((a, b) => byPosition(b, a))
            assert.deepStrictEqual(
              find(text).seqs,
              right.map(({ seq }) => seq),
              `seed ${seed} step ${step}: ${text}`
            )
          }
        }
      }
    })
  )

  it.live("takes what is edited and deleted again, and not what only has other reactions", () =>
    Effect.gen(function* () {
      const { advance, behind, find, put } = yield* Effect.flatMap(newFile, archive)
      const said = haystack(100, [5, 6, 7])
      put(said)
      advance()
      assert.strictEqual(behind(), 0)
      const reacted = { ...said[4]!, revision: 1, json: said[4]!.json.replace("}", ',"reactions":{"👍":["bob"]}}') }
      put([reacted])
      assert.strictEqual(behind(), 0)
      put([entry(6, { content: "a stork", revision: 2 }), entry(7, { content: "", revision: 3 })])
      assert.strictEqual(behind(), 2)
      const now = () => [find("heron").seqs, find("stork").seqs]
      assert.deepStrictEqual(now(), [[5], [6]])
      advance()
      assert.strictEqual(behind(), 0)
      assert.deepStrictEqual(now(), [[5], [6]])
    })
  )

  it.live("comes into a file of the version before it, which is served at once and indexed behind that", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      const old = openSqlite({ file, busyMs: 1000, flush: false, migrations: MIGRATIONS.slice(0, 4) })
      sqliteMessages(old).put(rowsOf(haystack(5000, [3, 4999])))
      old.close()
      const found = Effect.map(searchAll("heron canal"), (entries) => entries.map(({ seq }) => seq))
      assert.deepStrictEqual(yield* using({ file, indexAfter: 1e9 }, found), [4999, 3])
      const { advance, behind, find } = yield* archive(file)
      assert.strictEqual(behind(), 5000)
      while (behind() > 0) advance()
      assert.deepStrictEqual(find("heron canal").seqs, [4999, 3])
      assert.deepStrictEqual(yield* using({ file }, found), [4999, 3])
    })
  )

  it.live("goes on where it was after a stop in the middle", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { advance, put } = yield* archive(file)
          put(haystack(3000, [10, 2990]))
          advance()
        })
      )
      const { advance, behind, find } = yield* archive(file)
      assert.isAbove(behind(), 0)
      assert.isBelow(behind(), 3000)
      assert.deepStrictEqual(find("heron").seqs, [2990, 10])
      while (behind() > 0) advance()
      assert.deepStrictEqual(find("heron").seqs, [2990, 10])
    })
  )

  it.live("is filled by the store itself, until nothing waits", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      const { behind } = yield* archive(file)
      yield* using(
        { file, indexAfter: 500 },
        Effect.gen(function* () {
          yield* put(haystack(3000, [10, 2990]))
          yield* Effect.yieldNow.pipe(Effect.andThen(searchAll("heron")), Effect.repeat({ while: () => behind() > 0 }))
        })
      )
      assert.strictEqual(behind(), 0)
    })
  )
})
