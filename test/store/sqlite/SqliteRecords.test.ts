import { assert, describe, it } from "@effect/vitest"
import { DatabaseSync } from "node:sqlite"
import { Effect, Layer } from "effect"
import { Supervisor } from "../../../src/actor/Supervisor.ts"
import { type RecordConflict, RecordStore, type RecordTooLarge } from "../../../src/store/RecordStore.ts"
import type { StoreUnavailable } from "../../../src/store/MessageStore.ts"
import { MIGRATIONS, openSqlite } from "../../../src/store/sqlite/sqliteFile.ts"
import { layer, type SqliteOptions } from "../../../src/store/sqlite/SqliteStore.ts"
import { run } from "../../contract/messageEntry.ts"
import { at, draft, kept as keptRecord, NOON, whole } from "../../contract/record.ts"
import { recordStoreContract } from "../../contract/recordStore.ts"
import { rollup } from "../../contract/rollup.ts"
import { kept, newFile, put, upTo, using } from "./sqliteArchive.ts"

recordStoreContract(
  "sqlite",
  Layer.unwrap(Effect.map(newFile, (file) => layer({ file }))).pipe(Layer.provide(Supervisor.layer), Layer.orDie)
)

/** Does something with the records in a file, and closes it. */
const usingRecords = <A, E>(options: SqliteOptions, use: Effect.Effect<A, E, RecordStore>) =>
  at(NOON, use).pipe(Effect.provide(layer(options).pipe(Layer.provide(Supervisor.layer)), { local: true }))

const some = upTo(30).map((i) => draft("bans", `user-${100 + i}`, i % 2 === 0 ? {} : { expiresAt: NOON + i }))
const putSome = RecordStore.use((store) => Effect.forEach(some, (record) => store.put(record, { version: 0 })))

describe("sqlite records", () => {
  it.live("are there again after a stop, with their versions and the time at which they expire", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      yield* usingRecords({ file }, putSome)
      yield* usingRecords(
        { file, flush: true },
        Effect.gen(function* () {
          const store = yield* RecordStore
          assert.deepStrictEqual(
            yield* whole({ pk: "bans" }),
            some.map((one) => keptRecord(one))
          )
          assert.isUndefined(yield* at(NOON + 1, store.get("bans", "user-101")))
          assert.strictEqual(yield* store.put(some[0]!, { version: 1 }), 2)
          assert.isTrue(yield* store.remove("bans", "user-102"))
        })
      )
      const [first, , ...others] = some.map((one) => keptRecord(one))
      assert.deepStrictEqual(yield* usingRecords({ file }, whole({ pk: "bans" })), [
        { ...first, version: 2 },
        ...others
      ])
    })
  )

  it.live("come into a file of the version before them, beside the messages and rollups that it has", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      const old = openSqlite({ file, busyMs: 1000, flush: false, migrations: MIGRATIONS.slice(0, 2) })
      const { counts, id, node, scope, start, through, tier } = rollup(NOON)
      old
        .prepare("INSERT INTO rollups (scope, tier, id, start, node, through, counts) VALUES (?, ?, ?, ?, ?, ?, ?)")
        .run(scope, tier, id, start, node, through, counts)
      old
        .prepare("INSERT INTO messages (room, epoch, seq, user, messageId, at, json) VALUES (?, ?, ?, ?, ?, ?, ?)")
        .run("lobby", 1, 1, "alice", run(1, 1)[0]!.messageId, run(1, 1)[0]!.at, run(1, 1)[0]!.json)
      old.close()
      yield* usingRecords({ file }, putSome)
      yield* using({ file }, put(run(2, 20)))
      assert.deepStrictEqual(
        yield* usingRecords({ file }, whole({ pk: "bans" })),
        some.map((one) => keptRecord(one))
      )
      assert.deepStrictEqual(yield* using({ file }, kept), upTo(20))
      const now = new DatabaseSync(file, { readOnly: true })
      assert.strictEqual(now.prepare("SELECT count(*) AS rows FROM rollups").get()?.["rows"], 1)
      assert.strictEqual(now.prepare("PRAGMA user_version").get()?.["user_version"], MIGRATIONS.length)
      now.close()
    })
  )

  it.live("are given up neither to another process that holds the file, nor to one that writes the same record", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      yield* usingRecords(
        { file, busyMs: 10 },
        Effect.gen(function* () {
          const store = yield* RecordStore
          yield* putSome
          const other = new DatabaseSync(file)
          other.exec("BEGIN IMMEDIATE")
          const one = draft("bans", "user-101")
          const calls: ReadonlyArray<Effect.Effect<unknown, StoreUnavailable | RecordConflict | RecordTooLarge>> = [
            store.put(one),
            store.put(one, { version: 1 }),
            store.remove("bans", "user-101"),
            store.sweep(NOON, 5)
          ]
          for (const call of calls) {
            const failure = yield* Effect.flip(call)
            assert.strictEqual(failure._tag, "StoreUnavailable")
            assert.include(failure.message, "database is locked")
          }
          assert.deepStrictEqual(yield* store.get("bans", "user-101"), keptRecord(some[0]!))
          other.exec("UPDATE records SET version = 7 WHERE sk = 'user-101'; COMMIT")
          other.close()
          const conflict = yield* Effect.flip(store.put(one, { version: 1 }))
          assert.strictEqual(conflict._tag, "RecordConflict")
          assert.strictEqual(yield* store.put(one, { version: 7 }), 8)
        })
      )
    })
  )

  it.live("are found, and swept, by an index, however many there are", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      yield* usingRecords({ file }, putSome)
      const db = new DatabaseSync(file, { readOnly: true })
      const plan = (sql: string) =>
        db
          .prepare(`EXPLAIN QUERY PLAN ${sql}`)
          .all()
          .map(({ detail }) => detail)
          .join("; ")
      const page = plan("SELECT value FROM records WHERE pk = '' AND sk >= '' AND sk < 'a' ORDER BY sk DESC LIMIT 5")
      assert.include(page, "(pk=? AND sk>? AND sk<?)")
      assert.notInclude(page, "TEMP B-TREE")
      assert.include(plan("SELECT id FROM records WHERE expiresAt < 5 ORDER BY expiresAt LIMIT 5"), "records_by_expiry")
      db.close()
    })
  )
})
