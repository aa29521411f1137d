/** The audit log: what moderators ordered, one record each, a partition for each month. */
import { randomBytes } from "node:crypto"
import { Effect, Option, Schema } from "effect"
import { MessageId } from "../domain/MessageId.ts"
import { ModerationAction } from "../domain/Moderation.ts"
import { RoomId } from "../domain/RoomId.ts"
import { UserId } from "../domain/UserId.ts"
import type { StoreUnavailable } from "../store/MessageStore.ts"
import type { Record, RecordStore } from "../store/RecordStore.ts"
import type { Line } from "./Ledger.ts"

export const AuditEntry = Schema.Struct({
  /** Milliseconds since 1970. */
  at: Schema.Int,
  /** Who ordered it: a user's id, or the name of an API key. */
  by: Schema.String,
  via: Schema.Literals(["socket", "http"]),
  action: ModerationAction,
  userId: Schema.optionalKey(UserId),
  roomId: Schema.optionalKey(RoomId),
  messageId: Schema.optionalKey(MessageId),
  seconds: Schema.optionalKey(Schema.Int),
  reason: Schema.optionalKey(Schema.String),
  /** Messages that a purge or a delete took away. */
  deleted: Schema.optionalKey(Schema.Int),
  /** Why it was not done: the code that the moderator was answered. */
  failed: Schema.optionalKey(Schema.String)
})
export type AuditEntry = typeof AuditEntry.Type

export interface AuditQuery {
  /** The place of the last entry of the page before. */
  readonly before?: string | undefined
  readonly limit: number
}

/** Newest first. `last` is the place of the last entry; `more`: there are older ones. */
export interface AuditPage {
  readonly entries: ReadonlyArray<AuditEntry>
  readonly last: string | undefined
  readonly more: boolean
}

const DAY_MS = 86_400_000
/** Digits of a time in a place, which sort as the numbers do. */
const DIGITS = 15

/** Where an entry stands: its time, then its turn within this process. */
const PLACE = /^(\d{15})-\d{6}-[0-9a-f]{8}$/

const timeOf = (place: string): number | undefined => {
  const digits = PLACE.exec(place)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

export const AuditPlace = Schema.String.check(Schema.isPattern(PLACE))

const partitionOf = (month: string) => `moderation audit ${month}`
const monthOf = (at: number) => new Date(at).toISOString().slice(0, 7)
/** A moment of the month before. */
const monthBefore = (at: number) => {
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth()) - 1
}

const encode = Schema.encodeSync(Schema.fromJsonString(AuditEntry))
const decode = Schema.decodeUnknownOption(Schema.fromJsonString(AuditEntry))

let turn = 0

/** The record of an entry, kept for so many days. */
export const auditLine = (entry: AuditEntry, days: number): Line => {
  turn = (turn + 1) % 1_000_000
  // the last part tells processes apart
  const order = `${String(turn).padStart(6, "0")}-${randomBytes(4).toString("hex")}`
  return {
    pk: partitionOf(monthOf(entry.at)),
    sk: `${String(entry.at).padStart(DIGITS, "0")}-${order}`,
    value: encode(entry),
    expiresAt: entry.at + days * DAY_MS
  }
}

/** A page of the log. `now` in milliseconds since 1970; no entry is older than `days`. */
export const auditPage = (
  records: RecordStore["Service"],
  { before, limit }: AuditQuery,
  now: number,
  days: number
): Effect.Effect<AuditPage, StoreUnavailable> =>
  Effect.gen(function* () {
    const oldest = now - days * DAY_MS
    const found: Array<Record> = []
    let at = (before === undefined ? undefined : timeOf(before)) ?? now
    // an entry of the oldest month may still be kept
    for (; found.length <= limit && monthOf(at) >= monthOf(oldest); at = monthBefore(at)) {
      const page = { pk: partitionOf(monthOf(at)), after: before, limit: limit + 1 - found.length, reverse: true }
      found.push(...(yield* records.list(page)))
    }
    const shown = found.slice(0, limit)
    const entries: Array<AuditEntry> = []
    for (const { pk, sk, value } of shown) {
      const entry = decode(value)
      if (Option.isSome(entry)) entries.push(entry.value)
      else yield* Effect.logError("an entry of the audit log cannot be read", { pk, sk })
    }
    return { entries, last: shown.at(-1)?.sk, more: found.length > limit }
  })
