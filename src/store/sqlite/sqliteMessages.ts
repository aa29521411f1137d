/** The statements of the archive on an open database. Runs in the SQLite threads, so it imports nothing but Node. */
import type { DatabaseSync } from "node:sqlite"
import type { Position } from "../../domain/Position.ts"
import type { RoomId } from "../../domain/RoomId.ts"
import type { Entry } from "../../log/Entry.ts"
import type { RoomsPage, Stretch, UserPosition } from "../MessageStore.ts"
import type { SqliteHandlers, SqliteRow } from "./SqliteRequest.ts"
import { inTransaction } from "./sqliteTransaction.ts"

// what is changed keeps everything but its text
const INSERT = `INSERT INTO messages (room, epoch, seq, user, messageId, at, json, revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (room, epoch, seq) DO UPDATE SET json = excluded.json, revision = excluded.revision
  WHERE excluded.revision > messages.revision`

/** Columns named after the fields of an entry, so that a row is one, but for a revision of 0. */
export const SELECT = "SELECT room AS roomId, epoch, seq, user AS userId, messageId, at, json, revision FROM messages"

const roomQuery = (direction: "ASC" | "DESC") => `${SELECT}
  WHERE room = ? AND (epoch, seq) > (?, ?) AND (epoch, seq) < (?, ?)
  ORDER BY epoch ${direction}, seq ${direction} LIMIT ?`

const userQuery = (direction: "ASC" | "DESC") => `${SELECT}
  WHERE user = ? AND (at, room, epoch, seq) > (?, ?, ?, ?) AND (at, room, epoch, seq) < (?, ?, ?, ?)
  ORDER BY at ${direction}, room ${direction}, epoch ${direction}, seq ${direction} LIMIT ?`

// An end that is left out becomes one that nothing lies beyond, so that one statement does for all.
const roomEnd = (end: Position | undefined, open: number) =>
  end === undefined ? ([open, open] as const) : ([end.epoch, end.seq] as const)
const userEnd = (end: UserPosition | undefined, open: number) =>
  end === undefined ? ([open, "", open, open] as const) : ([end.at, end.roomId, end.epoch, end.seq] as const)

/** A row as the entry it was put as. */
export const asPut = (row: Entry): Entry => {
  if (row.revision !== 0) return row
  const { revision: _, ...entry } = row
  return entry
}

/** Answers one call at a time; throws what SQLite throws. */
export const sqliteMessages = (db: DatabaseSync): SqliteHandlers<"put" | "room" | "user" | "rooms" | "check"> => {
  const insert = db.prepare(INSERT)
  const byRoom = { oldest: db.prepare(roomQuery("ASC")), newest: db.prepare(roomQuery("DESC")) }
  const byUser = { oldest: db.prepare(userQuery("ASC")), newest: db.prepare(userQuery("DESC")) }
  // one step down the index for each room, where `DISTINCT` would read all that a room has
  const nextRoom = db.prepare("SELECT min(room) AS room FROM messages WHERE room > ?")
  const probe = db.prepare("SELECT id FROM messages ORDER BY id DESC LIMIT 1")

  const put = (rows: ReadonlyArray<SqliteRow>) =>
    inTransaction(db, () => {
      for (const row of rows) insert.run(...row)
    })

  const room = (roomId: string, { after, before, limit, order }: Stretch<Position>) =>
    byRoom[order].all(roomId, ...roomEnd(after, -Infinity), ...roomEnd(before, Infinity), limit)

  const user = (userId: string, { after, before, limit, order }: Stretch<UserPosition>) =>
    byUser[order].all(userId, ...userEnd(after, -Infinity), ...userEnd(before, Infinity), limit)

  const rooms = ({ after, limit }: RoomsPage) => {
    const found: Array<RoomId> = []
    let last: string = after ?? ""
    while (found.length < limit) {
      const next = nextRoom.get(last)?.["room"]
      if (typeof next !== "string") break
      last = next
      // what was put were entries
      found.push(next as RoomId)
    }
    return found
  }

  // what was put were entries, and the table is STRICT
  const entries = (rows: ReturnType<typeof room>) => (rows as unknown as ReadonlyArray<Entry>).map(asPut)

  return {
    put,
    room: ({ roomId, stretch }) => entries(room(roomId, stretch)),
    user: ({ stretch, userId }) => entries(user(userId, stretch)),
    rooms,
    check: () => {
      probe.get()
    }
  }
}
