/**
 * When the index of messages is brought up to what there is: between the requests of the thread that writes, which go first. Runs in
 * the SQLite threads, so it imports nothing but Node and its neighbours.
 */
import type { DatabaseSync } from "node:sqlite"
import { sqliteIndexing } from "./sqliteIndexing.ts"

/** How long a slice is rested from, by how long it took: of a large archive that is new to it, indexing takes a third of a processor. */
const REST = 2
/** Milliseconds after a slice that failed, as it does while another process holds the file or the disk is full. */
const RETRY_MS = 5000

export interface SqliteIndexer {
  /** Rows were put. */
  readonly grown: (rows: number) => void
  readonly stop: () => void
}

/** Indexes whenever `after` rows wait for it, until none does. */
export const sqliteIndexer = (db: DatabaseSync, after: number): SqliteIndexer => {
  const { advance, behind } = sqliteIndexing(db)
  let timer: NodeJS.Timeout | undefined
  let waiting = behind()

  const slice = () => {
    timer = undefined
    const since = performance.now()
    try {
      advance()
      waiting = behind()
      if (waiting > 0) later(REST * (performance.now() - since))
    } catch {
      // what is not indexed is searched as it is
      later(RETRY_MS)
    }
  }
  const later = (ms: number) => {
    timer ??= setTimeout(slice, ms)
  }
  const begin = () => {
    if (waiting >= after) later(0)
  }
  begin()

  return {
    grown: (rows) => {
      waiting += rows
      begin()
    },
    stop: () => clearTimeout(timer)
  }
}
