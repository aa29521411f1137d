/** The statements of the rollups on an open database. Runs in the SQLite threads, so it imports nothing but Node and what imports nothing. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite"
import type { RollupKey } from "../Rollup.ts"
import type { RollupRange } from "../RollupStore.ts"
import { fromSortable, toSortable } from "../sortableText.ts"
import type { RollupColumns, SqliteHandlers } from "./SqliteRequest.ts"
import { inTransaction } from "./sqliteTransaction.ts"

const KEY = "scope, tier, id, start, node"
const KEY_IS = "scope = ? AND tier = ? AND id = ? AND start = ? AND node = ?"

// an update leaves the index as it is, where REPLACE would write it anew
const PUT = `INSERT INTO rollups (${KEY}, through, counts) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (${KEY}) DO UPDATE SET through = excluded.through, counts = excluded.counts`
const PUT_SKETCHES = `INSERT INTO rollup_sketches (${KEY}, sketches) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (${KEY}) DO UPDATE SET sketches = excluded.sketches`
const DROP_SKETCHES = `DELETE FROM rollup_sketches WHERE ${KEY_IS}`

const BARE = "FROM rollups"
const WITH_SKETCHES = `FROM rollups LEFT JOIN rollup_sketches USING (${KEY})`

const SELECT = "SELECT id, start, node, through, counts"
/** Rollups that have none are not in the other table. */
const SKETCHES = ", coalesce(sketches, '')"

// A row value, and not `start >= ?` beside it, so that a page is found where the previous one ended.
const rangeQuery = (sketches: boolean) => `${SELECT}${sketches ? SKETCHES : ""} ${sketches ? WITH_SKETCHES : BARE}
  WHERE scope = ? AND tier = ? AND (start, id, node) > (?, ?, ?) AND start < ? ORDER BY start, id, node LIMIT ?`
const idRangeQuery = (sketches: boolean) => `${SELECT}${sketches ? SKETCHES : ""} ${sketches ? WITH_SKETCHES : BARE}
  WHERE scope = ? AND tier = ? AND id = ? AND (start, node) > (?, ?) AND start < ? ORDER BY start, node LIMIT ?`

const FIND = `SELECT through, counts${SKETCHES} ${WITH_SKETCHES} WHERE ${KEY_IS}`

const OLD = `SELECT ${KEY} FROM rollups WHERE scope = ? AND tier = ? AND start < ? ORDER BY start LIMIT ?`
const DROP = `DELETE FROM rollups WHERE ${KEY_IS}`

type Row = ReadonlyArray<SQLOutputValue>

/** A statement whose rows are arrays: objects take three times as long. */
const prepare = (db: DatabaseSync, sql: string) => {
  const statement = db.prepare(sql)
  statement.setReturnArrays(true)
  return statement
}

// a row is an array, by `prepare`
const rowsOf = (statement: StatementSync, ...values: ReadonlyArray<SQLInputValue>) =>
  statement.all(...values) as unknown as ReadonlyArray<Row>

// the tables are STRICT
const texts = (rows: ReadonlyArray<Row>, column: number) => rows.map((row) => row[column] as string)
const numbers = (rows: ReadonlyArray<Row>, column: number) => rows.map((row) => row[column] as number)

/** Nothing starts between this and the first whole number from `from` on. */
const justBefore = (from: number) => Math.ceil(from) - 0.5

const keyOf = ({ id, node, scope, start, tier }: RollupKey) =>
  [scope, tier, toSortable(id), start, toSortable(node)] as const

const columns = (rows: ReadonlyArray<Row>, sketches: boolean): RollupColumns => ({
  id: texts(rows, 0).map(fromSortable),
  start: numbers(rows, 1),
  node: texts(rows, 2).map(fromSortable),
  through: numbers(rows, 3),
  counts: texts(rows, 4),
  sketches: sketches ? texts(rows, 5) : []
})

/** Answers one call at a time; throws what SQLite throws. Ids and nodes are kept as text that sorts as they do. */
export const sqliteRollups = (
  db: DatabaseSync
): SqliteHandlers<"putRollups" | "rangeRollups" | "findRollups" | "removeRollups"> => {
  const put = db.prepare(PUT)
  const putSketches = db.prepare(PUT_SKETCHES)
  const dropSketches = db.prepare(DROP_SKETCHES)
  const drop = db.prepare(DROP)
  const inRange = { bare: prepare(db, rangeQuery(false)), sketched: prepare(db, rangeQuery(true)) }
  const ofId = { bare: prepare(db, idRangeQuery(false)), sketched: prepare(db, idRangeQuery(true)) }
  const found = prepare(db, FIND)
  const old = prepare(db, OLD)

  const rowsIn = ({ after, from, id, limit, scope, sketches, tier, to }: RollupRange) => {
    const how = sketches ? "sketched" : "bare"
    const goesOn = after !== undefined && after.start >= from
    const start = goesOn ? after.start : justBefore(from)
    const afterId = goesOn ? after.id : ""
    const node = goesOn ? after.node : ""
    if (id === undefined) {
      return rowsOf(inRange[how], scope, tier, start, toSortable(afterId), toSortable(node), to, limit)
    }
    // all that this id has at that start comes after the end of the previous page, or nothing does, unless that was of this id
    const [place, last] =
      !goesOn || afterId === id ? [start, node] : afterId < id ? [justBefore(start), ""] : [start + 0.5, ""]
    return rowsOf(ofId[how], scope, tier, toSortable(id), place, toSortable(last), to, limit)
  }

  return {
    putRollups: ({ counts, id, node, scope, sketches, start, through, tier }) =>
      inTransaction(db, () => {
        for (let i = 0; i < id.length; i++) {
          const key = [scope[i]!, tier[i]!, toSortable(id[i]!), start[i]!, toSortable(node[i]!)] as const
          put.run(...key, through[i]!, counts[i]!)
          if (sketches[i] === "") dropSketches.run(...key)
          else putSketches.run(...key, sketches[i]!)
        }
      }),
    rangeRollups: (range) => columns(rowsIn(range), range.sketches),
    findRollups: (keys) => {
      const at: Array<number> = []
      const rows: Array<Row> = []
      for (const [i, key] of keys.entries()) {
        const [row] = rowsOf(found, ...keyOf(key))
        if (row === undefined) continue
        at.push(i)
        rows.push(row)
      }
      return { at, through: numbers(rows, 0), counts: texts(rows, 1), sketches: texts(rows, 2) }
    },
    removeRollups: ({ before, limit, scope, tier }) =>
      inTransaction(db, () => {
        const keys = rowsOf(old, scope, tier, before, limit)
        for (const key of keys) {
          dropSketches.run(...key)
          drop.run(...key)
        }
        return keys.length
      })
  }
}
