import type { DatabaseSync } from "node:sqlite"

/** All that `write` does is kept, or nothing of it. Runs in the SQLite threads, so it imports nothing but Node. */
export const inTransaction = <A>(db: DatabaseSync, write: () => A): A => {
  db.exec("BEGIN IMMEDIATE")
  try {
    const answer = write()
    db.exec("COMMIT")
    return answer
  } finally {
    // SQLite itself rolls back after some errors, such as a full disk
    if (db.isTransaction) db.exec("ROLLBACK")
  }
}
