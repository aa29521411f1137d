/** The statements of the records on an open database. Runs in the SQLite threads, so it imports nothing but Node and what imports nothing. */
import type { DatabaseSync } from "node:sqlite"
import { fromSortable, toSortable } from "../sortableText.ts"
import type { SqliteHandlers, SqliteRecord } from "./SqliteRequest.ts"
import { inTransaction } from "./sqliteTransaction.ts"

const LIVE = "(expiresAt IS NULL OR expiresAt > ?)"

const GET = `SELECT pk, sk, value, version, expiresAt FROM records WHERE pk = ? AND sk = ? AND ${LIVE}`
const pageQuery = (direction: "ASC" | "DESC") => `SELECT pk, sk, value, version, expiresAt FROM records
  WHERE pk = ? AND sk >= ? AND sk < ? AND ${LIVE} ORDER BY sk ${direction} LIMIT ?`

const VERSION = `SELECT version FROM records WHERE pk = ? AND sk = ? AND ${LIVE}`
const PUT = `INSERT INTO records (pk, sk, value, version, expiresAt) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (pk, sk) DO UPDATE SET value = excluded.value, version = excluded.version, expiresAt = excluded.expiresAt`
const REMOVE = "DELETE FROM records WHERE pk = ? AND sk = ?"
const SWEEP = `DELETE FROM records WHERE id IN (SELECT id FROM records WHERE expiresAt < ? ORDER BY expiresAt LIMIT ?)`

/** After every key: `toSortable` makes nothing of it. */
const END = "\u{10ffff}"

/** Answers one call at a time; throws what SQLite throws. Keys are kept as text that sorts as they do. */
export const sqliteRecords = (
  db: DatabaseSync
): SqliteHandlers<"getRecord" | "listRecords" | "putRecord" | "removeRecord" | "sweepRecords"> => {
  const get = db.prepare(GET)
  const page = { forward: db.prepare(pageQuery("ASC")), reverse: db.prepare(pageQuery("DESC")) }
  const versions = db.prepare(VERSION)
  const put = db.prepare(PUT)
  const remove = db.prepare(REMOVE)
  const sweep = db.prepare(SWEEP)

  // the table is STRICT
  const recordsOf = (rows: ReturnType<typeof get.all>) =>
    (rows as unknown as ReadonlyArray<SqliteRecord>).map((row) => ({
      ...row,
      pk: fromSortable(row.pk),
      sk: fromSortable(row.sk)
    }))

  const versionOf = (pk: string, sk: string, now: number) => Number(versions.get(pk, sk, now)?.["version"] ?? 0)

  return {
    getRecord: ({ now, pk, sk }) => recordsOf(get.all(toSortable(pk), toSortable(sk), now))[0],
    listRecords: ({ from, limit, now, pk, reverse, to }) => {
      const end = to === undefined ? END : toSortable(to)
      return recordsOf(page[reverse ? "reverse" : "forward"].all(toSortable(pk), toSortable(from), end, now, limit))
    },
    putRecord: ({ expected, expiresAt, now, value, ...key }) =>
      inTransaction(db, () => {
        const [pk, sk] = [toSortable(key.pk), toSortable(key.sk)]
        const version = versionOf(pk, sk, now)
        if (expected !== undefined && expected !== version) return { done: false, version }
        put.run(pk, sk, value, version + 1, expiresAt)
        return { done: true, version: version + 1 }
      }),
    removeRecord: ({ now, ...key }) =>
      inTransaction(db, () => {
        const [pk, sk] = [toSortable(key.pk), toSortable(key.sk)]
        const there = versionOf(pk, sk, now) > 0
        remove.run(pk, sk)
        return there
      }),
    sweepRecords: ({ before, limit }) => Number(sweep.run(before, limit).changes)
  }
}
