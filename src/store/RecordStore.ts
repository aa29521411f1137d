/**
 * Small records beside the messages: bans, mutes, members, blocks, settings, markers. They lie in a tree of two keys, and each has a
 * version to change it by. Every engine passes `test/contract/recordStore.ts`.
 */
import { Context, Effect, Schema } from "effect"
import type { StoreUnavailable } from "./MessageStore.ts"
import { toSortable } from "./sortableText.ts"

/**
 * Bytes at most: of a key as `toSortable` writes it, which is its UTF-8 for nearly all text, and of a value in UTF-8. DynamoDB has room
 * for 1024 bytes of a sort key, as which four bytes may become what is three here.
 */
export const RECORD_BYTES = { pk: 750, sk: 750, value: 256 * 1024 } as const

export interface Record {
  readonly pk: string
  readonly sk: string
  /** JSON. */
  readonly value: string
  /** 1 for a record that was not there, and one more with every put. */
  readonly version: number
  /** Milliseconds since 1970, a whole number; from then on the record counts as gone. Never unless given. */
  readonly expiresAt?: number
}

/** A record as it is put; the store gives it its version. */
export interface RecordDraft extends Pick<Record, "pk" | "sk" | "value"> {
  readonly expiresAt?: number | undefined
}

/** What must be so for a put to be done: the version that the record has; 0 where there must be none. */
export interface RecordCondition {
  readonly version: number
}

/** Records of one `pk` in the order of `sk` by code unit, or against it with `reverse`. */
export interface RecordPage {
  readonly pk: string
  /** Only those whose `sk` begins so. */
  readonly prefix?: string | undefined
  /** The `sk` that the previous page ended with; it need not exist. */
  readonly after?: string | undefined
  /** Records at most; fewer only at the end. */
  readonly limit: number
  readonly reverse?: boolean | undefined
}

/** The record is not as the condition says; `version` is the one that it has now, 0 where there is none. Nothing was put. */
export class RecordConflict extends Schema.TaggedError<RecordConflict>()("RecordConflict", { version: Schema.Int }) {
  override get message() {
    return this.version === 0 ? "there is no such record" : `the record has version ${this.version}`
  }
}

/** A key or the value has more bytes than fit. Nothing was put. */
export class RecordTooLarge extends Schema.TaggedError<RecordTooLarge>()("RecordTooLarge", {
  part: Schema.Literals(["pk", "sk", "value"]),
  bytes: Schema.Int,
  limit: Schema.Int
}) {
  override get message() {
    return `the ${this.part} of a record has ${this.bytes} bytes; at most ${this.limit} are kept`
  }
}

const bytesOf = ({ pk, sk, value }: Pick<Record, "pk" | "sk" | "value">) => ({
  pk: Buffer.byteLength(toSortable(pk)),
  sk: Buffer.byteLength(toSortable(sk)),
  value: Buffer.byteLength(value)
})

/** Why nothing can lie under a key, or no record be of such size, or nothing. */
export const recordTooLarge = (record: {
  readonly pk: string
  readonly sk?: string
  readonly value?: string
}): RecordTooLarge | undefined => {
  const sizes = bytesOf({ sk: "", value: "", ...record })
  for (const part of ["pk", "sk", "value"] as const) {
    const [bytes, limit] = [sizes[part], RECORD_BYTES[part]]
    if (bytes > limit) return new RecordTooLarge({ part, bytes, limit })
  }
  return undefined
}

/** What no engine could give back as it was given. */
const mistake = ({ expiresAt, value }: RecordDraft, condition: RecordCondition | undefined): string | undefined =>
  !value.isWellFormed()
    ? "the value of a record has half a character"
    : expiresAt !== undefined && !Number.isSafeInteger(expiresAt)
      ? `a record expires at ${expiresAt}`
      : condition !== undefined && !(Number.isSafeInteger(condition.version) && condition.version >= 0)
        ? `a record is put on the condition that it has version ${condition.version}`
        : undefined

/** Lets pass what can be put, for engines to begin with. What is too large fails; a mistake of the caller is a defect. */
export const acceptRecord = (
  draft: RecordDraft,
  condition: RecordCondition | undefined
): Effect.Effect<void, RecordTooLarge> =>
  Effect.suspend(() => {
    const problem = mistake(draft, condition)
    if (problem !== undefined) return Effect.die(new RangeError(problem))
    const tooLarge = recordTooLarge(draft)
    return tooLarge === undefined ? Effect.void : Effect.fail(tooLarge)
  })

/** Whether a record is still there at a moment. */
export const isLive = ({ expiresAt }: Pick<Record, "expiresAt">, now: number): boolean =>
  expiresAt === undefined || expiresAt > now

export class RecordStore extends Context.Service<
  RecordStore,
  {
    get(pk: string, sk: string): Effect.Effect<Record | undefined, StoreUnavailable>
    /** A page of records; those that expired are not among them. */
    list(page: RecordPage): Effect.Effect<ReadonlyArray<Record>, StoreUnavailable>
    /**
     * Keeps a record, in place of the one that is there, and answers its version. Without a condition the last writer wins. A record
     * that expired counts as none, and so does one that was removed: what is put after it has version 1. Who is told that the store is
     * unavailable does not know whether the record was put, and looks before putting it again on a condition. A value that is not
     * well-formed text, or a time or version that is no whole number, is a mistake of the caller and a defect.
     */
    put(
      record: RecordDraft,
      condition?: RecordCondition
    ): Effect.Effect<number, StoreUnavailable | RecordConflict | RecordTooLarge>
    /** Takes a record away; answers whether there was one. */
    remove(pk: string, sk: string): Effect.Effect<boolean, StoreUnavailable>
    /**
     * Deletes at most `limit` records that expired before a moment, and answers how many, fewer than `limit` only when none are left.
     * Nothing but space depends on it. DynamoDB does it by itself, and answers 0.
     */
    sweep(before: number, limit: number): Effect.Effect<number, StoreUnavailable>
  }
>()("hubbub/store/RecordStore") {}
