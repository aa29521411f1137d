/**
 * Searches the archive part by part, newest first: what the index has of a part, and what is not indexed yet, is looked at message by
 * message. Runs in the SQLite threads, so it imports nothing but Node and its neighbours.
 */
import type { DatabaseSync } from "node:sqlite"
import type { Position } from "../../domain/Position.ts"
import { isFound } from "../../domain/searching.ts"
import type { Entry } from "../../log/Entry.ts"
import type { Sighting } from "../Sighting.ts"
import { asPut, SELECT } from "./sqliteMessages.ts"
import type { SqliteHandlers } from "./SqliteRequest.ts"
import { indexQuery, PART } from "./sqliteTerms.ts"

/** Messages after which a look ends, so that pages of history do not wait for it: some 5 ms. */
const LOOK = 500
/** Messages after which it ends within a part; no more of one are brought together at a time. */
const LOOK_MAX = 2 * LOOK
/**
 * What looking a part up costs, in messages, each of which is 10 µs: to see what is not indexed, for each word, and for each word of so few
 * letters that many begin so; and how many that may be found are as much as one that is read.
 */
const COST = { part: 40, word: 10, short: 60, units: 2, candidates: 8 } as const

interface Candidate {
  readonly id: number
  readonly seq: number
}

export const sqliteSearch = (db: DatabaseSync): SqliteHandlers<"search"> => {
  const newest = db.prepare(`SELECT epoch, seq FROM messages WHERE room = ? AND (epoch, seq) < (?, ?)
    ORDER BY epoch DESC, seq DESC LIMIT 1`)
  const partOf = db.prepare("SELECT id FROM search_parts WHERE room = ? AND epoch = ? AND part = ?")
  const indexed = db.prepare(`SELECT messages.id, seq FROM search_index
    CROSS JOIN messages ON messages.id = search_index.rowid WHERE search_index MATCH ? AND seq < ?
    ORDER BY seq DESC LIMIT ${LOOK_MAX}`)
  const others = db.prepare(`SELECT id, seq FROM messages WHERE room = ? AND epoch = ? AND seq >= ? AND seq < ?
    AND (id > (SELECT upTo FROM search_state) OR id IN (SELECT id FROM search_changed))
    ORDER BY seq DESC LIMIT ${LOOK_MAX}`)
  const read = db.prepare(`${SELECT} WHERE id = ?`)

  // what was put were entries, and the tables are STRICT
  const rowsOf = (rows: ReturnType<typeof others.all>) => rows as unknown as ReadonlyArray<Candidate>

  /** What may be found in a part before a seq, newest first: all of it, or as much as a look goes through. */
  const within = (room: string, epoch: number, part: number, before: number, sought: ReadonlyArray<string>) => {
    const id = partOf.get(room, epoch, part)?.["id"]
    const first = part * PART
    const found = new Map<number, number>()
    for (const { id, seq } of rowsOf(others.all(room, epoch, first, before))) found.set(seq, id)
    if (typeof id === "number") {
      for (const one of rowsOf(indexed.all(indexQuery(id, sought), before))) found.set(one.seq, one.id)
    }
    return [...found].sort(([a], [b]) => b - a)
  }

  const search = (
    room: string,
    sought: ReadonlyArray<string>,
    start: Position | undefined,
    limit: number
  ): Sighting => {
    const entries: Array<Entry> = []
    const epochs = new Set<number>()
    let before: Position = start ?? { epoch: Infinity, seq: Infinity }
    let partCost: number = COST.part
    for (const { length } of sought) partCost += length > COST.units ? COST.word : COST.short
    let looked = 0
    for (;;) {
      const next = newest.get(room, before.epoch, before.seq) as Position | undefined
      if (next === undefined) return { entries, reached: undefined, epochs: [...epochs], looked }
      const { epoch } = next
      const part = Math.floor(next.seq / PART)
      epochs.add(epoch)
      const candidates = within(room, epoch, part, next.seq + 1, sought)
      looked += partCost + Math.floor(candidates.length / COST.candidates)
      for (const [seq, id] of candidates) {
        const entry = asPut(read.get(id) as unknown as Entry)
        looked++
        if (isFound(sought, entry.json)) entries.push(entry)
        if (entries.length >= limit || looked >= LOOK_MAX) {
          return { entries, reached: { epoch, seq }, epochs: [...epochs], looked }
        }
      }
      before = { epoch, seq: part * PART }
      if (looked >= LOOK) return { entries, reached: before, epochs: [...epochs], looked }
    }
  }

  return {
    search: ({ before, limit, roomId, sought }) => {
      // as of one instant: between the index and what is not in it nothing may be lost
      db.exec("BEGIN")
      try {
        return search(roomId, sought, before, limit)
      } finally {
        // SQLite itself ends it after some errors
        if (db.isTransaction) db.exec("COMMIT")
      }
    }
  }
}
