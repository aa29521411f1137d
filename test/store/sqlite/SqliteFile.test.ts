import { assert, describe, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import { once } from "node:events"
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync
} from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { DatabaseSync } from "node:sqlite"
import { Effect } from "effect"
import { FileRefused, MIGRATIONS, openSqlite } from "../../../src/store/sqlite/sqliteFile.ts"
import { entry, run } from "../../contract/messageEntry.ts"
import { directory, kept, newFile, put, upTo, using } from "./sqliteArchive.ts"

/** What a store that cannot open says: one line. */
const problemOf = (file: string) =>
  Effect.map(Effect.flip(using({ file }, Effect.void)), ({ _tag, message }) => {
    assert.strictEqual(_tag, "SqliteUnusable")
    assert.notInclude(message, "\n")
    assert.include(message, file)
    return message
  })

describe("sqlite file", () => {
  it.live("is there again after a stop, alone in its directory and for its owner only", () =>
    Effect.gen(function* () {
      const parent = yield* directory
      const file = join(parent, "made", "hubbub.db")
      yield* using({ file }, put(run(1, 700)))
      assert.deepStrictEqual(readdirSync(join(parent, "made")), ["hubbub.db"])
      assert.strictEqual(statSync(file).mode & 0o777, 0o600)
      yield* using({ file }, put(run(690, 710)))
      assert.deepStrictEqual(yield* using({ file }, kept), upTo(710))
    })
  )

  it.live(
    "holds whole batches, and all that were acknowledged, when the process is killed while it puts",
    () =>
      Effect.gen(function* () {
        const file = yield* newFile
        let last = 0
        for (const acknowledgements of [30, 5]) {
          const killed = yield* Effect.promise(async () => {
            const program = join(import.meta.dirname, "sqlitePutting.ts")
            const child = spawn(process.execPath, [program, file, `${last + 1}`], {
              stdio: ["ignore", "pipe", "inherit"]
            })
            const ended = once(child, "exit")
            let left = acknowledgements
            let acknowledged = 0
            for await (const line of createInterface(child.stdout)) {
              acknowledged = Number(line)
              if (--left === 0) child.kill("SIGKILL")
            }
            const [, signal] = await ended
            return { acknowledged, signal }
          })
          assert.strictEqual(killed.signal, "SIGKILL")
          const seqs = yield* using({ file }, kept)
          assert.deepStrictEqual(seqs, upTo(seqs.length))
          assert.isAtLeast(seqs.length, killed.acknowledged)
          assert.strictEqual(seqs.length % 20, 0)
          last = seqs.length
        }
        assert.isAtLeast(last, 35 * 20)
      }),
    // each process takes a second to start, more on a busy machine
    60_000
  )

  it.live("of an older version is carried over with all it holds, even to full-text search", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      const search = `
        CREATE VIRTUAL TABLE found USING fts5(content, content = 'messages', content_rowid = 'id');
        INSERT INTO found (found) VALUES ('rebuild');`
      yield* using({ file }, put([...run(1, 500), entry(501, { content: "a heron by the canal" })]))
      const db = openSqlite({ file, busyMs: 1000, flush: false, migrations: [...MIGRATIONS, search] })
      assert.deepStrictEqual({ ...db.prepare("PRAGMA user_version").get() }, { user_version: MIGRATIONS.length + 1 })
      assert.deepStrictEqual(
        db
          .prepare("SELECT seq FROM found JOIN messages ON id = found.rowid WHERE found MATCH 'heron'")
          .all()
          .map(Object.values),
        [[501]]
      )
      assert.deepStrictEqual({ ...db.prepare("SELECT count(*) AS rows FROM messages").get() }, { rows: 501 })
      db.close()
    })
  )

  it.live("stays of the version it was when a step to the next one fails", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      yield* using({ file }, put(run(1, 10)))
      const migrations = [...MIGRATIONS, "CREATE TABLE extra (a); DROP TABLE messages;", "SELECT * FROM elsewhere"]
      assert.throws(
        () => openSqlite({ file, busyMs: 1000, flush: false, migrations }),
        FileRefused,
        "no such table: elsewhere"
      )
      assert.deepStrictEqual(yield* using({ file }, kept), upTo(10))
    })
  )

  it.live("of a newer version is refused and left as it is, what is not yet in the file included", () =>
    Effect.gen(function* () {
      const path = yield* directory
      const file = join(path, "hubbub.db")
      yield* using({ file }, put(run(1, 10)))
      const newer = openSqlite({
        file,
        busyMs: 1000,
        flush: false,
        migrations: [...MIGRATIONS, "CREATE TABLE extra (a)"]
      })
      const content = () => ["hubbub.db", "hubbub.db-wal"].map((name) => readFileSync(join(path, name)).toString("hex"))
      const before = content()
      assert.isNotEmpty(before[1])
      assert.include(yield* problemOf(file), `has format ${MIGRATIONS.length + 1}`)
      assert.deepStrictEqual(content(), before)
      newer.close()
      const closed = readFileSync(file)
      assert.include(yield* problemOf(file), "start the newer version")
      assert.isTrue(closed.equals(readFileSync(file)))
    })
  )

  it.live("of another program is refused and left as it is", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      const other = new DatabaseSync(file)
      other.exec("CREATE TABLE messages (a)")
      other.close()
      const before = readFileSync(file)
      assert.include(yield* problemOf(file), "is a database of another program")
      assert.isTrue(before.equals(readFileSync(file)))
    })
  )

  it.live.each([
    {
      what: "is no database",
      damage: (file: string) => writeFileSync(file, "Dear diary, ".repeat(1000)),
      problem: "is not an SQLite database"
    },
    { what: "was cut short", damage: (file: string) => truncateSync(file, 8192), problem: "is damaged" },
    {
      what: "was written over in its first page",
      damage: (file: string) => {
        const fd = openSync(file, "r+")
        writeSync(fd, Buffer.alloc(1900, 0xa5), 0, 1900, 100)
        closeSync(fd)
      },
      problem: "is damaged"
    },
    {
      what: "is a directory",
      damage: (file: string) => {
        rmSync(file)
        mkdirSync(file)
      },
      problem: "cannot be opened (EISDIR"
    }
  ])("that $what is refused in one line", ({ damage, problem }) =>
    Effect.gen(function* () {
      const file = yield* newFile
      yield* using({ file }, put(run(1, 100)))
      damage(file)
      assert.include(yield* problemOf(file), problem)
    })
  )

  it.live("where no file can be is refused in one line", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      writeFileSync(file, "")
      assert.include(yield* problemOf(join(file, "hubbub.db")), "cannot be opened (")
    })
  )
})
