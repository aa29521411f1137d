/** A record as an item of the table, where it lies, and back. Its keys are in the key; `ttl` is when DynamoDB may delete it. */
import { Effect } from "effect"
import { StoreUnavailable } from "../MessageStore.ts"
import type { RecordRange } from "../recordRange.ts"
import type { Record } from "../RecordStore.ts"
import { type Item, keyOf } from "./DynamoDbClient.ts"
import type { Key, Range } from "./dynamoDbKeys.ts"

const PARTITION = "X#"
/** A key may not be empty, as an `sk` may. */
const SORT = "K#"

/**
 * Written: text that sorts as its code units do whether bytes are compared, as DynamoDB does, or code units, as emulators may. Surrogates
 * and what follows them become two characters, of which the first comes after all that stay as they are.
 */
const HIGH = 0xd800
const HIGH_UNITS = /[\ud800-\uffff]/g
const MARK = 0xe000
const WRITTEN_UNITS = /([\ue000-\ue04f])([\0-\x7f])/g
const LOW_BITS = 7

const written = (text: string) =>
  text.replace(HIGH_UNITS, (unit) => {
    const above = unit.charCodeAt(0) - HIGH
    return String.fromCharCode(MARK + (above >> LOW_BITS), above & 0x7f)
  })

const unwritten = (text: string) =>
  text.replace(WRITTEN_UNITS, (_, mark: string, low: string) =>
    String.fromCharCode(HIGH + ((mark.charCodeAt(0) - MARK) << LOW_BITS) + low.charCodeAt(0))
  )

/** After every sort key that begins as it does: nothing is written so. */
const END = "\uf000"

/** Bytes that a sort key may have, without what it begins with and a bit for what a range ends with. */
const SORT_BYTES = 1010

export const recordsPartition = (pk: string): string => `${PARTITION}${written(pk)}`

export const recordKey = (pk: string, sk: string): Key => ({ pk: recordsPartition(pk), sk: `${SORT}${written(sk)}` })

/** The beginning of a text, written, where it is longer than any sort key is. */
const cut = (text: string) => {
  const whole = written(text)
  // no code unit takes more than four bytes
  return Buffer.byteLength(whole) <= SORT_BYTES ? whole : written(text.slice(0, SORT_BYTES >> 2))
}

/** The sort keys of a range, and perhaps a few before and after it: both ends are included, and neither is longer than a key may be. */
export const sortsOf = ({ from, to }: RecordRange): Range => {
  const end = cut(to ?? "")
  const open = to === undefined || end !== written(to)
  return { from: `${SORT}${cut(from)}`, to: `${SORT}${end}${open ? END : ""}` }
}

/** A record as it was read, with the mark of the write that made it what it is. */
export interface WrittenRecord extends Record {
  readonly writer: string
}

/** The item as a record; fails, rather than leave it out, for one that this program did not write. */
export const writtenRecord = (item: Item): Effect.Effect<WrittenRecord, StoreUnavailable> => {
  const { pk, sk } = keyOf(item)
  const value = item["value"]?.S
  const writer = item["writer"]?.S
  const version = Number(item["version"]?.N)
  const expires = item["expiresAt"]?.N
  const expiresAt = Number(expires ?? 0)
  return value === undefined ||
    writer === undefined ||
    !Number.isSafeInteger(version) ||
    !Number.isSafeInteger(expiresAt)
    ? // not its keys: they may name people, and where it lies shows in the table
      Effect.fail(new StoreUnavailable({ reason: "an item in DynamoDB that lies among the records is not one" }))
    : Effect.succeed({
        pk: unwritten(pk.slice(PARTITION.length)),
        sk: unwritten(sk.slice(SORT.length)),
        value,
        version,
        ...(expires === undefined ? {} : { expiresAt }),
        writer
      })
}

/** The record without the mark. */
export const recordOf = (marked: WrittenRecord): Record => {
  const { writer: _, ...record } = marked
  return record
}
