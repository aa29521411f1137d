/**
 * The archive's file: its tables, how an older file becomes a newer one, and which files are refused. Runs in the SQLite threads, so
 * it imports nothing but Node.
 */
import { closeSync, mkdirSync, openSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { DatabaseSync } from "node:sqlite"

/** "hubb": tells the archive from another program's database. */
const APPLICATION_ID = 0x68_75_62_62

/**
 * What each version adds to the one before; `user_version` counts the steps taken. A step that was released is never changed.
 *
 * Messages: a table with a row id of its own rather than one clustered by (room, epoch, seq): FTS5 names a row of an external content table by
 * an integer that `VACUUM` keeps, and reads `content` out of the JSON, so that full-text search is one more step that rewrites
 * nothing. Clustering would read a page of 200 in 0.2 instead of 0.4 ms, and a user's page in 1.1 instead of 0.6 ms.
 *
 * Message ids have no index, and no uniqueness: the room log tells repeats, and the archive must never refuse what was acknowledged.
 *
 * Rollups: under a row id too, and their sketches apart. A clustered row that overflows its page is read again for every comparison of
 * keys: 10,500 users' days took 200 to 400 ms instead of 10, and 2,880 rollups with 20 KB of sketches 700 instead of 6.
 *
 * Records: under a row id for the same reason, as a value may have 256 KiB.
 *
 * Revisions: a column that is added with a default rewrites nothing.
 *
 * Search: an index without text of its own, which is filled behind the puts, from the first message on: a file of an older version
 * is carried over at once. The trigger asks before it inserts, because in an upsert its own "OR IGNORE" would count for nothing.
 */
export const MIGRATIONS: ReadonlyArray<string> = [
  `CREATE TABLE messages (
     id INTEGER PRIMARY KEY,
     room TEXT NOT NULL,
     epoch INTEGER NOT NULL,
     seq INTEGER NOT NULL,
     user TEXT NOT NULL,
     messageId TEXT NOT NULL,
     at INTEGER NOT NULL,
     json TEXT NOT NULL,
     content TEXT GENERATED ALWAYS AS (json ->> '$.content') VIRTUAL
   ) STRICT;
   CREATE UNIQUE INDEX messages_by_room ON messages (room, epoch, seq);
   CREATE INDEX messages_by_user ON messages (user, at, room, epoch, seq);`,
  `CREATE TABLE rollups (
     scope TEXT NOT NULL,
     tier TEXT NOT NULL,
     id TEXT NOT NULL,
     start INTEGER NOT NULL,
     node TEXT NOT NULL,
     through INTEGER NOT NULL,
     counts TEXT NOT NULL
   ) STRICT;
   CREATE UNIQUE INDEX rollups_by_id ON rollups (scope, tier, id, start, node);
   CREATE INDEX rollups_by_start ON rollups (scope, tier, start, id, node);
   CREATE TABLE rollup_sketches (
     scope TEXT NOT NULL,
     tier TEXT NOT NULL,
     id TEXT NOT NULL,
     start INTEGER NOT NULL,
     node TEXT NOT NULL,
     sketches TEXT NOT NULL,
     UNIQUE (scope, tier, id, start, node)
   ) STRICT;`,
  `CREATE TABLE records (
     id INTEGER PRIMARY KEY,
     pk TEXT NOT NULL,
     sk TEXT NOT NULL,
     value TEXT NOT NULL,
     version INTEGER NOT NULL,
     expiresAt INTEGER,
     UNIQUE (pk, sk)
   ) STRICT;
   CREATE INDEX records_by_expiry ON records (expiresAt) WHERE expiresAt IS NOT NULL;`,
  "ALTER TABLE messages ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;",
  `CREATE VIRTUAL TABLE search_index USING fts5 (words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');
   CREATE TABLE search_parts (
     id INTEGER PRIMARY KEY,
     room TEXT NOT NULL,
     epoch INTEGER NOT NULL,
     part INTEGER NOT NULL,
     UNIQUE (room, epoch, part)
   ) STRICT;
   CREATE TABLE search_state (upTo INTEGER NOT NULL) STRICT;
   INSERT INTO search_state (upTo) VALUES (0);
   CREATE TABLE search_changed (id INTEGER PRIMARY KEY) STRICT;
   CREATE TRIGGER messages_changed AFTER UPDATE OF json ON messages
     WHEN old.id <= (SELECT upTo FROM search_state) AND old.content IS NOT new.content
     BEGIN
       INSERT INTO search_changed (id) SELECT old.id WHERE NOT EXISTS (SELECT 1 FROM search_changed WHERE id = old.id);
     END;`
]

export interface SqliteFileOptions {
  readonly file: string
  /** How long a statement waits for another process that holds the file. */
  readonly busyMs: number
  /** Whether a batch that was taken survives a power cut, rather than only the end of the process. */
  readonly flush: boolean
  /** Other than `MIGRATIONS` in tests only. */
  readonly migrations?: ReadonlyArray<string>
}

/** Why a file is refused; `message` is one line for an operator. */
export class FileRefused extends Error {}

/** SQLite's primary result code of what was thrown, if it was thrown by SQLite. */
export const sqliteCode = (error: unknown): number | undefined =>
  error instanceof Error && "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : undefined

const CORRUPT = 11
const NOT_A_DATABASE = 26

const pragma = (db: DatabaseSync, name: string) => Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0])

/** The version of a database that may be ours; throws when it is not, or is from the future. */
const versionOf = (db: DatabaseSync, { file, migrations = MIGRATIONS }: SqliteFileOptions) => {
  const version = pragma(db, "user_version")
  const tables = Number(db.prepare("SELECT count(*) AS tables FROM sqlite_schema").get()?.["tables"])
  if (tables > 0 && pragma(db, "application_id") !== APPLICATION_ID) {
    throw new FileRefused(`${file} is a database of another program; name another file or move this one away`)
  }
  if (version > migrations.length) {
    throw new FileRefused(
      `${file} has format ${version}, but this version knows only up to ${migrations.length}; start the newer version that wrote it`
    )
  }
  return version
}

/** Looks at a file through a connection that cannot write, so that one that is refused stays as it is to the byte. */
const inspect = (options: SqliteFileOptions) => {
  if (statSync(options.file).size === 0) return
  const db = new DatabaseSync(options.file, { readOnly: true, timeout: options.busyMs })
  try {
    versionOf(db, options)
  } finally {
    db.close()
  }
}

/** All steps in one transaction: a file is either as it was or wholly of the newest version. */
const migrate = (db: DatabaseSync, options: SqliteFileOptions) => {
  const { migrations = MIGRATIONS } = options
  if (versionOf(db, options) === migrations.length) return
  db.exec("BEGIN IMMEDIATE")
  try {
    // read again, because another process may have been faster
    for (const step of migrations.slice(versionOf(db, options))) db.exec(step)
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migrations.length}; COMMIT`)
  } finally {
    if (db.isTransaction) db.exec("ROLLBACK")
  }
}

const refusal = (file: string, error: unknown) => {
  if (error instanceof FileRefused) return error
  const code = sqliteCode(error)
  if (code === NOT_A_DATABASE) {
    return new FileRefused(`${file} is not an SQLite database; restore it from a backup or move it away`)
  }
  if (code === CORRUPT) return new FileRefused(`${file} is damaged; restore it from a backup or move it away`)
  const [reason] = (error instanceof Error ? error.message : String(error)).split("\n")
  return new FileRefused(`${file} cannot be opened (${reason}); check its path, its permissions and the free space`)
}

/**
 * Opens the archive's file, which is made where there is none, and brings it to the newest version. Throws a `FileRefused`.
 *
 * The index by user touches pages all over the file, so pages are small, and checkpoints come at 64 MiB instead of 4
 * so that one takes more of a page's changes together: 25,000 instead of 11,000 rows/s up to 200,000 messages.
 */
export const openSqlite = (options: SqliteFileOptions): DatabaseSync => {
  const { busyMs, file } = options
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    // SQLite gives the files beside it the permissions of this one
    closeSync(openSync(file, "a", 0o600))
    inspect(options)
    const db = new DatabaseSync(file, { timeout: busyMs })
    try {
      // the size of pages is settled by the first write to a new file, which is the change of journal mode
      db.exec("PRAGMA page_size = 2048; PRAGMA journal_mode = WAL")
      db.exec(`PRAGMA synchronous = ${options.flush ? "FULL" : "NORMAL"}`)
      db.exec("PRAGMA wal_autocheckpoint = 32000; PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY")
      migrate(db, options)
      return db
    } catch (error) {
      db.close()
      throw error
    }
  } catch (error) {
    throw refusal(file, error)
  }
}
