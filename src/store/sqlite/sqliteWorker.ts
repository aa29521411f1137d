/**
 * The thread in which SQLite runs, so that no write or checkpoint stalls the server. Started by `SqliteThread`. Imports nothing but Node
 * and its own neighbours, so that it is up in some 40 ms.
 */
import { parentPort, workerData } from "node:worker_threads"
import { FileRefused, openSqlite, sqliteCode, type SqliteFileOptions } from "./sqliteFile.ts"
import { sqliteIndexer } from "./sqliteIndexer.ts"
import { sqliteMessages } from "./sqliteMessages.ts"
import { sqliteRecords } from "./sqliteRecords.ts"
import type { FromSqlite, SqliteHandlers, SqliteKind, SqliteRequest, ToSqlite } from "./SqliteRequest.ts"
import { sqliteRollups } from "./sqliteRollups.ts"
import { sqliteSearch } from "./sqliteSearch.ts"

/** SQLITE_TOOBIG, SQLITE_CONSTRAINT and SQLITE_MISMATCH: what was put is to blame, not the store. */
const REFUSALS: ReadonlySet<number | undefined> = new Set([18, 19, 20])

const say = (message: FromSqlite) => parentPort?.postMessage(message, [])

const PUTS: ReadonlySet<SqliteKind> = new Set(["put", "putRollups", "putRecord"])

const answer = <K extends SqliteKind>({ asked, id, kind }: SqliteRequest<K>, handlers: SqliteHandlers): FromSqlite => {
  try {
    return { id, answer: handlers[kind](asked) }
  } catch (error) {
    const code = sqliteCode(error)
    // what SQLite did not throw is a value that it cannot keep
    const refused = PUTS.has(kind) && (code === undefined || REFUSALS.has(code))
    return { id, failure: refused ? "refused" : "unavailable", reason: `SQLite: ${String(error)}` }
  }
}

/** `indexAfter` is left out where another thread indexes. */
const serve = (options: SqliteFileOptions & { readonly indexAfter?: number }) => {
  const db = openSqlite(options)
  const handlers = { ...sqliteMessages(db), ...sqliteRollups(db), ...sqliteRecords(db), ...sqliteSearch(db) }
  const { indexAfter } = options
  const indexer = indexAfter === undefined ? undefined : sqliteIndexer(db, indexAfter)
  parentPort?.on("message", (message: ToSqlite) => {
    if (message !== "close") {
      say(answer(message, handlers))
      if (message.kind === "put") indexer?.grown(message.asked.length)
      return
    }
    indexer?.stop()
    // the last connection to close moves the write-ahead log into the file
    db.close()
    parentPort?.close()
  })
  say({ opened: true })
}

try {
  serve(workerData)
} catch (error) {
  if (!(error instanceof FileRefused)) throw error
  say({ unusable: error.message })
}
