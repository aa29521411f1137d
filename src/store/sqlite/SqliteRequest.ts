/** What the store and its SQLite threads say to each other. Plain data, of which every part is copied. */
import type { Position } from "../../domain/Position.ts"
import type { Entry } from "../../log/Entry.ts"
import type { Stretch, UserPosition } from "../MessageStore.ts"

/** An entry as `put` sends it, in the order of the table's columns: cheaper to copy than an object (0.5 ms for 500). */
export type SqliteRow = readonly [
  room: string,
  epoch: number,
  seq: number,
  user: string,
  messageId: string,
  at: number,
  json: string
]

export type SqliteRequest =
  | { readonly kind: "put"; readonly rows: ReadonlyArray<SqliteRow> }
  | { readonly kind: "room"; readonly roomId: string; readonly stretch: Stretch<Position> }
  | { readonly kind: "user"; readonly userId: string; readonly stretch: Stretch<UserPosition> }
  | { readonly kind: "check" }

/** To the thread. `close` is the last: what came before it is answered, then the thread ends. */
export type ToSqlite = { readonly id: number; readonly request: SqliteRequest } | "close"

/** From the thread. The first message is `opened` or `unusable`, after which it ends; all others are answers, in the order of the requests. */
export type FromSqlite =
  | { readonly opened: true }
  | { readonly unusable: string }
  | { readonly id: number; readonly entries: ReadonlyArray<Entry> }
  | { readonly id: number; readonly failure: "unavailable" | "refused"; readonly reason: string }
