/** Records in the archive's file, by the same two threads: what was put is there for the reader as soon as the writer has answered. */
import { Clock, Effect } from "effect"
import { recordRange } from "../recordRange.ts"
import { acceptRecord, type Record, RecordConflict, RecordStore } from "../RecordStore.ts"
import type { SqliteRecord } from "./SqliteRequest.ts"
import { askSurely, type SqliteThread } from "./SqliteThread.ts"

const recordOf = ({ expiresAt, ...record }: SqliteRecord): Record =>
  expiresAt === null ? record : { ...record, expiresAt }

export const sqliteRecordStore = (writer: SqliteThread, reader: SqliteThread): RecordStore["Service"] =>
  RecordStore.of({
    get: Effect.fnUntraced(function* (pk, sk) {
      const now = yield* Clock.currentTimeMillis
      const record = yield* askSurely(reader, "getRecord", { pk, sk, now })
      return record && recordOf(record)
    }),
    list: Effect.fnUntraced(function* ({ limit, pk, ...page }) {
      const now = yield* Clock.currentTimeMillis
      const asked = { pk, ...recordRange(page), limit, reverse: page.reverse === true, now }
      return (yield* askSurely(reader, "listRecords", asked)).map(recordOf)
    }),
    put: Effect.fnUntraced(function* (draft, condition) {
      yield* acceptRecord(draft, condition)
      const now = yield* Clock.currentTimeMillis
      const { expiresAt = null, pk, sk, value } = draft
      const asked = { pk, sk, value, expiresAt, expected: condition?.version, now }
      const { done, version } = yield* askSurely(writer, "putRecord", asked)
      return done ? version : yield* new RecordConflict({ version })
    }),
    remove: Effect.fnUntraced(function* (pk, sk) {
      const now = yield* Clock.currentTimeMillis
      return yield* askSurely(writer, "removeRecord", { pk, sk, now })
    }),
    sweep: Effect.fnUntraced(function* (before, limit) {
      const now = yield* Clock.currentTimeMillis
      return yield* askSurely(writer, "sweepRecords", { before: Math.min(before, now + 1), limit })
    })
  })
