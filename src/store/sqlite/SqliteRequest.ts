/** What the stores and their SQLite threads say to each other. Plain data, of which every part is copied. */
import type { RollupKey } from "../Rollup.ts"
import type { RollupRange, RollupsBefore } from "../RollupStore.ts"
import type { Position } from "../../domain/Position.ts"
import type { RoomId } from "../../domain/RoomId.ts"
import type { UserId } from "../../domain/UserId.ts"
import type { Entry } from "../../log/Entry.ts"
import type { RoomsPage, Stretch, UserPosition } from "../MessageStore.ts"
import type { RecordRange } from "../recordRange.ts"
import type { Record } from "../RecordStore.ts"
import type { Sighting, Sought } from "../Sighting.ts"

/** An entry as `put` sends it, in the order of the table's columns: cheaper to copy than an object (0.5 ms for 500). */
export type SqliteRow = readonly [
  room: string,
  epoch: number,
  seq: number,
  user: string,
  messageId: string,
  at: number,
  json: string,
  revision: number
]

/**
 * Rollups by column, all of the same length: 30,000 came from the thread in 80 ms, reading included, as arrays of rows in 190, and as
 * one text of JSON in 470.
 */
export interface RollupColumns {
  readonly id: ReadonlyArray<string>
  readonly start: ReadonlyArray<number>
  readonly node: ReadonlyArray<string>
  readonly through: ReadonlyArray<number>
  readonly counts: ReadonlyArray<string>
  /** None where they were not asked for. */
  readonly sketches: ReadonlyArray<string>
}

/** The columns that a range need not say. */
export interface RollupShelfColumns {
  readonly scope: ReadonlyArray<string>
  readonly tier: ReadonlyArray<string>
}

/** A record as a row: `expiresAt` is null where it never does. */
export interface SqliteRecord extends Omit<Record, "expiresAt"> {
  readonly expiresAt: number | null
}

type RecordKey = Pick<Record, "pk" | "sk">

/** Milliseconds since 1970: what expired until then is not there. */
interface AsOf {
  readonly now: number
}

/** What a thread is asked, by kind, and what it answers. */
interface SqliteCalls {
  readonly put: { readonly asks: ReadonlyArray<SqliteRow>; readonly answers: void }
  readonly room: {
    readonly asks: { readonly roomId: RoomId; readonly stretch: Stretch<Position> }
    readonly answers: ReadonlyArray<Entry>
  }
  readonly user: {
    readonly asks: { readonly userId: UserId; readonly stretch: Stretch<UserPosition> }
    readonly answers: ReadonlyArray<Entry>
  }
  readonly search: { readonly asks: Sought & { readonly roomId: RoomId }; readonly answers: Sighting }
  readonly rooms: { readonly asks: RoomsPage; readonly answers: ReadonlyArray<RoomId> }
  readonly check: { readonly asks: undefined; readonly answers: void }
  readonly putRollups: { readonly asks: RollupShelfColumns & RollupColumns; readonly answers: void }
  readonly rangeRollups: { readonly asks: RollupRange; readonly answers: RollupColumns }
  readonly findRollups: {
    readonly asks: ReadonlyArray<RollupKey>
    /** `at` says of which of the keys each one is. */
    readonly answers: Pick<RollupColumns, "through" | "counts" | "sketches"> & { readonly at: ReadonlyArray<number> }
  }
  readonly removeRollups: { readonly asks: RollupsBefore; readonly answers: number }
  readonly getRecord: { readonly asks: RecordKey & AsOf; readonly answers: SqliteRecord | undefined }
  readonly listRecords: {
    readonly asks: RecordRange & AsOf & { readonly pk: string; readonly limit: number; readonly reverse: boolean }
    readonly answers: ReadonlyArray<SqliteRecord>
  }
  readonly putRecord: {
    /** `expected` is the version that the record must have. */
    readonly asks: Omit<SqliteRecord, "version"> & AsOf & { readonly expected: number | undefined }
    /** The version that the record has now, `done` or not. */
    readonly answers: { readonly done: boolean; readonly version: number }
  }
  readonly removeRecord: { readonly asks: RecordKey & AsOf; readonly answers: boolean }
  readonly sweepRecords: {
    readonly asks: { readonly before: number; readonly limit: number }
    readonly answers: number
  }
}

export type SqliteKind = keyof SqliteCalls
export type Asked<K extends SqliteKind> = SqliteCalls[K]["asks"]
export type Answered<K extends SqliteKind> = SqliteCalls[K]["answers"]

/** What answers calls of some kinds; throws what SQLite throws. */
export type SqliteHandlers<Kinds extends SqliteKind = SqliteKind> = {
  readonly [K in Kinds]: (asked: Asked<K>) => Answered<K>
}

export type SqliteRequest<Kinds extends SqliteKind = SqliteKind> = {
  readonly [K in Kinds]: { readonly id: number; readonly kind: K; readonly asked: Asked<K> }
}[Kinds]

/** To the thread. `close` is the last: what came before it is answered, then the thread ends. */
export type ToSqlite = SqliteRequest | "close"

/** From the thread. The first message is `opened` or `unusable`, after which it ends; all others are answers, in the order of the requests. */
export type FromSqlite =
  | { readonly opened: true }
  | { readonly unusable: string }
  | { readonly id: number; readonly answer: Answered<SqliteKind> }
  | { readonly id: number; readonly failure: "unavailable" | "refused"; readonly reason: string }
