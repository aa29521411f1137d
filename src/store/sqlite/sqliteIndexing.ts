/**
 * Brings the index of messages up to what there is, a slice at a time, behind the puts: rows are indexed in the order of their ids up to
 * one that is written down, and rows that were changed since are noted by a trigger. A search reads what is not indexed yet. Runs in
 * the SQLite threads, so it imports nothing but Node and its neighbours.
 */
import type { DatabaseSync } from "node:sqlite"
import { findableText, wordsOf } from "../../domain/searching.ts"
import { indexedText, PART } from "./sqliteTerms.ts"
import { inTransaction } from "./sqliteTransaction.ts"

/** Rows of a slice, and of a transaction: some 15 ms. Half as many would cost a quarter more each. */
const SLICE = 1000

interface Row {
  readonly id: number
  readonly room: string
  readonly epoch: number
  readonly seq: number
  readonly json: string
}

export interface SqliteIndexing {
  /** Rows that are not indexed as they are now. */
  readonly behind: () => number
  /** Indexes some of them. */
  readonly advance: () => void
}

const number = (row: Record<string, unknown> | undefined, name: string) => Number(row?.[name])

export const sqliteIndexing = (db: DatabaseSync): SqliteIndexing => {
  const upTo = db.prepare("SELECT upTo FROM search_state")
  const newest = db.prepare("SELECT coalesce(max(id), 0) AS id FROM messages")
  const changes = db.prepare("SELECT count(*) AS rows FROM search_changed")
  const changed = db.prepare(`SELECT messages.id, room, epoch, seq, json FROM search_changed
    JOIN messages ON messages.id = search_changed.id LIMIT ?`)
  const following = db.prepare("SELECT id, room, epoch, seq, json FROM messages WHERE id > ? ORDER BY id LIMIT ?")
  const partOf = db.prepare("SELECT id FROM search_parts WHERE room = ? AND epoch = ? AND part = ?")
  const addPart = db.prepare("INSERT INTO search_parts (room, epoch, part) VALUES (?, ?, ?)")
  const add = db.prepare("INSERT INTO search_index (rowid, words) VALUES (?, ?)")
  const replace = db.prepare("INSERT OR REPLACE INTO search_index (rowid, words) VALUES (?, ?)")
  const settle = db.prepare("DELETE FROM search_changed WHERE id = ?")
  const advanceTo = db.prepare("UPDATE search_state SET upTo = ?")

  const part = ({ epoch, room, seq }: Row, known: Map<string, number>): number => {
    const index = Math.floor(seq / PART)
    const name = `${room} ${epoch} ${index}`
    const held = known.get(name)
    if (held !== undefined) return held
    const found = partOf.get(room, epoch, index)
    const id = found === undefined ? Number(addPart.run(room, epoch, index).lastInsertRowid) : number(found, "id")
    known.set(name, id)
    return id
  }

  const index = (rows: ReadonlyArray<Row>, put: typeof add) => {
    const known = new Map<string, number>()
    for (const row of rows) {
      const text = findableText(row.json)
      put.run(row.id, text === undefined ? "" : indexedText(part(row, known), wordsOf(text)))
    }
  }

  // the columns are those of a STRICT table
  const rows = (found: ReturnType<typeof changed.all>) => found as unknown as ReadonlyArray<Row>

  return {
    behind: () => number(newest.get(), "id") - number(upTo.get(), "upTo") + number(changes.get(), "rows"),
    advance: () =>
      inTransaction(db, () => {
        const again = rows(changed.all(SLICE))
        index(again, replace)
        for (const { id } of again) settle.run(id)
        if (again.length >= SLICE) return
        const next = rows(following.all(number(upTo.get(), "upTo"), SLICE - again.length))
        index(next, add)
        const last = next.at(-1)
        if (last !== undefined) advanceTo.run(last.id)
      })
  }
}
