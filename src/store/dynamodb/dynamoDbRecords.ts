/** Records in the table. Every put is one conditional change of one item, so that of writers who meet each builds on what is there. */
import { Clock, Effect } from "effect"
import { randomUUID } from "node:crypto"
import { StoreUnavailable } from "../MessageStore.ts"
import { recordRange } from "../recordRange.ts"
import {
  isLive,
  type Record,
  type RecordCondition,
  RecordConflict,
  type RecordDraft,
  type RecordPage,
  recordTooLarge
} from "../RecordStore.ts"
import type { DynamoDbFailure } from "./DynamoDbFailure.ts"
import { recordKey, recordOf, recordsPartition, sortsOf, writtenRecord } from "./dynamoDbRecord.ts"
import { recordChange } from "./dynamoDbRecordChange.ts"
import type { DynamoDbReads } from "./dynamoDbReads.ts"
import { persistently } from "./dynamoDbBackoff.ts"
import type { DynamoDbClient, Page } from "./DynamoDbClient.ts"

/** Items that a page asks for at least, so that one among many that expired does not take a call for each of them. */
const READ_MIN = 25

/** Times that a put begins again because others wrote at the same time. */
const ROUNDS = 20

type Failure = DynamoDbFailure | StoreUnavailable

export interface DynamoDbRecords {
  get(pk: string, sk: string): Effect.Effect<Record | undefined, Failure>
  list(page: RecordPage): Effect.Effect<ReadonlyArray<Record>, Failure>
  /** The new version, or why there is none. */
  put(draft: RecordDraft, condition: RecordCondition | undefined): Effect.Effect<number | RecordConflict, Failure>
  remove(pk: string, sk: string): Effect.Effect<boolean, Failure>
}

/** Tries a write again where that may help. One whose answer was lost may have been done: `unsure` is told of each that may have been. */
const write = <A>(call: Effect.Effect<A, DynamoDbFailure>, unsure: () => void) =>
  persistently(Effect.tapError(call, () => Effect.sync(unsure)))

export const makeRecords = (reads: DynamoDbReads, client: DynamoDbClient): DynamoDbRecords => {
  /** What lies under a key now, even if it expired. */
  const held = Effect.fnUntraced(function* (pk: string, sk: string) {
    if (recordTooLarge({ pk, sk }) !== undefined) return undefined
    const [item] = (yield* reads.items([recordKey(pk, sk)])).values()
    return item && (yield* writtenRecord(item))
  })
  const live = Effect.fnUntraced(function* (pk: string, sk: string) {
    const record = yield* held(pk, sk)
    return record !== undefined && isLive(record, yield* Clock.currentTimeMillis) ? record : undefined
  })

  return {
    get: (pk, sk) => Effect.map(live(pk, sk), (record) => record && recordOf(record)),
    list: Effect.fnUntraced(function* ({ limit, pk, ...asked }) {
      const { from, to } = recordRange(asked)
      const range = sortsOf({ from, to })
      // DynamoDB refuses a range that ends before it begins
      if (recordTooLarge({ pk }) !== undefined || (to !== undefined && to <= from)) return []
      const now = yield* Clock.currentTimeMillis
      const walk = { of: "table", partition: recordsPartition(pk), range, forward: asked.reverse !== true } as const
      const found: Array<Record> = []
      let start: Page["next"]
      while (found.length < limit) {
        const page: Page = yield* reads.page(walk, Math.max(READ_MIN, limit - found.length + 1), start)
        for (const record of yield* Effect.forEach(page.items, writtenRecord)) {
          const { sk } = record
          if (isLive(record, now) && sk >= from && (to === undefined || sk < to)) found.push(recordOf(record))
        }
        if (page.next === undefined) break
        start = page.next
      }
      return found.slice(0, limit)
    }),
    put: Effect.fnUntraced(function* (draft, condition) {
      const { pk, sk } = draft
      const key = recordKey(pk, sk)
      const writer = randomUUID()
      let expected = condition?.version
      let unsure = false
      const doubt = () => {
        unsure = true
      }
      for (let round = 0; round < ROUNDS; round++) {
        const change = recordChange(draft, writer, expected, yield* Clock.currentTimeMillis)
        const done = yield* write(client.update(key, change), doubt)
        if (done !== undefined) return Number(done["version"]?.N)
        const record = yield* held(pk, sk)
        // done by a try whose answer was lost
        if (record?.writer === writer) return record.version
        const version = record !== undefined && isLive(record, yield* Clock.currentTimeMillis) ? record.version : 0
        if (condition === undefined) expected = version === 0 ? 0 : undefined
        else if (version !== condition.version) {
          // others may have built on what a try of ours made of it; only of the next version is it known who wrote it
          if (!unsure || version === condition.version + 1) return new RecordConflict({ version })
          return yield* new StoreUnavailable({ reason: "DynamoDB did not say whether a record was put" })
        }
      }
      return yield* new StoreUnavailable({ reason: "others wrote the same record in DynamoDB all the time" })
    }),
    remove: Effect.fnUntraced(function* (pk, sk) {
      // looked at first, because the answer of the try that deletes it may be lost
      if ((yield* live(pk, sk)) === undefined) return false
      let unsure = false
      const old = yield* write(client.remove(recordKey(pk, sk)), () => {
        unsure = true
      })
      if (old === undefined) return unsure
      return isLive(yield* writtenRecord(old), yield* Clock.currentTimeMillis)
    })
  }
}
