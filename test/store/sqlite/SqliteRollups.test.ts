import { assert, describe, it } from "@effect/vitest"
import { DatabaseSync } from "node:sqlite"
import { Effect, Layer } from "effect"
import { Supervisor } from "../../../src/actor/Supervisor.ts"
import { RollupStore } from "../../../src/store/RollupStore.ts"
import { MIGRATIONS, openSqlite } from "../../../src/store/sqlite/sqliteFile.ts"
import { layer, type SqliteOptions } from "../../../src/store/sqlite/SqliteStore.ts"
import { run } from "../../contract/messageEntry.ts"
import { DAY, DAY_MS, inOrder, keyOf, QUARTER_MS, rollup, totals, user, whole } from "../../contract/rollup.ts"
import { rollupStoreContract } from "../../contract/rollupStore.ts"
import { kept, newFile, put, upTo, using } from "./sqliteArchive.ts"

rollupStoreContract(
  "sqlite",
  Layer.unwrap(Effect.map(newFile, (file) => layer({ file }))).pipe(Layer.provide(Supervisor.layer), Layer.orDie)
)

const G = { scope: "G", tier: "q" } as const
const some = upTo(30).map((i) => rollup(DAY + i * QUARTER_MS, { sketches: i % 2 === 0 ? "" : `[${i}]` }))

/** Does something with the rollups in a file, and closes it. */
const usingRollups = <A, E>(options: SqliteOptions, use: Effect.Effect<A, E, RollupStore>) =>
  use.pipe(Effect.provide(layer(options).pipe(Layer.provide(Supervisor.layer)), { local: true }))

const putRollups = (rollups: Parameters<RollupStore["Service"]["put"]>[0]) =>
  RollupStore.use((store) => store.put(rollups))

describe("sqlite rollups", () => {
  it.live("are there again after a stop, and what is put then replaces them", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      const others = [user("alice"), totals("node-1")]
      yield* usingRollups({ file }, putRollups([...some, ...others]))
      const later = some.slice(0, 3).map((one) => ({ ...one, counts: "[8]", sketches: "" }))
      yield* usingRollups(
        { file },
        Effect.gen(function* () {
          const store = yield* RollupStore
          assert.deepStrictEqual(yield* whole(G), some)
          assert.deepStrictEqual(inOrder(yield* store.find([...some, ...others])), inOrder([...some, ...others]))
          yield* store.put(later)
        })
      )
      assert.deepStrictEqual(yield* usingRollups({ file }, whole(G)), [...later, ...some.slice(3)])
    })
  )

  it.live("come into a file of the version before them, beside the messages that it has", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      openSqlite({ file, busyMs: 1000, flush: false, migrations: MIGRATIONS.slice(0, 1) }).close()
      yield* using({ file }, put(run(1, 20)))
      yield* usingRollups({ file }, putRollups(some))
      assert.deepStrictEqual(yield* usingRollups({ file }, whole(G)), some)
      assert.deepStrictEqual(yield* using({ file }, kept), upTo(20))
    })
  )

  it.live("are kept all or not at all, and what cannot be kept is a defect that goes on to nothing else", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      yield* usingRollups(
        { file },
        Effect.gen(function* () {
          const store = yield* RollupStore
          yield* store.put(some)
          for (const odd of [Number.NaN, 1.5]) {
            const put = store.put([user("alice"), { ...user("bob"), start: odd }, user("carol")])
            const defect = yield* Effect.flip(Effect.sandbox(put))
            assert.include(String(defect), "EntriesRefused")
            assert.notInclude(String(defect), "alice")
          }
          assert.deepStrictEqual(yield* whole({ scope: "U", tier: "d" }), [])
          yield* store.put([user("alice")])
          assert.deepStrictEqual(yield* whole({ scope: "U", tier: "d" }), [user("alice")])
        })
      )
    })
  )

  it.live("cannot be put while another process holds the file, but read, and put after", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      yield* usingRollups(
        { file, busyMs: 10 },
        Effect.gen(function* () {
          const store = yield* RollupStore
          yield* store.put(some)
          const other = new DatabaseSync(file)
          other.exec("BEGIN IMMEDIATE")
          const calls = [store.put([user("alice")]), store.remove({ ...G, before: DAY + DAY_MS, limit: 10 })]
          for (const call of calls) {
            const failure = yield* Effect.flip(call)
            assert.strictEqual(failure._tag, "StoreUnavailable")
            assert.include(failure.message, "database is locked")
          }
          assert.deepStrictEqual(yield* whole(G), some)
          other.exec("ROLLBACK")
          other.close()
          yield* store.put([user("alice")])
          assert.deepStrictEqual(yield* store.find([keyOf(user("alice"))]), [user("alice")])
        })
      )
    })
  )
})
