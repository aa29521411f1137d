/**
 * Where things lie in the table. Sort keys compare by byte, so every number has a fixed number of digits, and `#` separates because it
 * sorts before every character of a room id: of two rooms the shorter comes first, as it does by code unit.
 */
import type { Position } from "../../domain/Position.ts"
import type { RoomId } from "../../domain/RoomId.ts"
import type { UserId } from "../../domain/UserId.ts"
import type { Entry } from "../../log/Entry.ts"
import type { UserPosition } from "../MessageStore.ts"

/** Messages of one partition: about 8 MB of usual messages, far below the 10 GB of a partition, and no partition is hot for ever. */
const BUCKET = 8192

/** Every safe integer has at most 16 digits. */
const EPOCH_DIGITS = 16
const SEQ_DIGITS = 12
const BUCKET_DIGITS = 9
const AT_DIGITS = 14

const EPOCH_MAX = Number.MAX_SAFE_INTEGER
const SEQ_MAX = 10 ** SEQ_DIGITS - 1
const AT_MAX = 10 ** AT_DIGITS - 1

/** Before and after every sort key there is. */
const LOWEST = "!"
const HIGHEST = "~"

const digits = (n: number, width: number) => String(n).padStart(width, "0")

/** The two attributes that name an item. */
export interface Key {
  readonly pk: string
  readonly sk: string
}

/** A key as one text. */
export const nameOf = ({ pk, sk }: Key) => `${pk} ${sk}`

/** Sort keys from one to another, both included; `undefined` where nothing lies between. */
export interface Range {
  readonly from: string
  readonly to: string
}

/** What a stretch lies between, neither of them included. */
interface Ends<P> {
  readonly after?: P | undefined
  readonly before?: P | undefined
}

/** One partition of a room's messages. */
export interface Bucket {
  readonly epoch: number
  readonly bucket: number
}

const within = (n: number, max: number) => Number.isSafeInteger(n) && n >= 0 && n <= max

/** Why an entry has no place in the table, or nothing. */
export const entryProblem = ({ at, epoch, seq }: Entry): string | undefined =>
  !within(epoch, EPOCH_MAX)
    ? `epoch ${epoch} is not a whole number from 0 to ${EPOCH_MAX}`
    : !within(seq, SEQ_MAX)
      ? `seq ${seq} is not a whole number from 0 to ${SEQ_MAX}`
      : !within(at, AT_MAX)
        ? `time ${at} is not a whole number of milliseconds from 0 to ${AT_MAX}`
        : undefined

const bucketOf = ({ epoch, seq }: Position): Bucket => ({ epoch, bucket: Math.floor(seq / BUCKET) })

/** `2025-12`, in UTC. */
const monthOf = (at: number) => new Date(Math.min(Math.max(at, 0), AT_MAX)).toISOString().slice(0, 7)

const seqKey = (seq: number) => `M#${digits(seq, SEQ_DIGITS)}`
const bucketSort = ({ bucket, epoch }: Bucket) =>
  `${BUCKET_SORT}${digits(epoch, EPOCH_DIGITS)}#${digits(bucket, BUCKET_DIGITS)}`
const monthSort = (month: string) => `MONTH#${month}`

export const bucketPartition = (roomId: RoomId, { bucket, epoch }: Bucket) =>
  `R#${roomId}#${digits(epoch, EPOCH_DIGITS)}#${digits(bucket, BUCKET_DIGITS)}`
export const roomPartition = (roomId: RoomId) => `R#${roomId}`
export const userPartition = (userId: UserId) => `U#${userId}`
/** Of the index: one user's messages of one month. */
export const monthPartition = (userId: UserId, month: string) => `U#${userId}#${month}`

export const messageKey = (entry: Entry): Key => ({
  pk: bucketPartition(entry.roomId, bucketOf(entry)),
  sk: seqKey(entry.seq)
})

/** Where an entry lies in the index. */
export const indexKey = ({ at, epoch, roomId, seq, userId }: Entry) => ({
  gsi1pk: monthPartition(userId, monthOf(at)),
  gsi1sk: `${digits(at, AT_DIGITS)}#${roomId}#${digits(epoch, EPOCH_DIGITS)}#${digits(seq, SEQ_DIGITS)}`
})

/** What must be there before the entry is, or nobody finds it: its bucket under the room, and its month under the user. */
export const signposts = (entry: Entry): ReadonlyArray<Key> => [
  { pk: roomPartition(entry.roomId), sk: bucketSort(bucketOf(entry)) },
  { pk: userPartition(entry.userId), sk: monthSort(monthOf(entry.at)) }
]

/** What the sort keys of all signposts to buckets begin with. */
export const BUCKET_SORT = "B#"

/** The room that a signpost to a bucket lies under. */
export const roomOfPartition = (pk: string): string | undefined => /^R#([^#]+)$/.exec(pk)?.[1]

/** The bucket that a signpost of a room names. */
export const bucketOfSort = (sk: string): Bucket | undefined => {
  const [, epoch, bucket] = /^B#(\d+)#(\d+)$/.exec(sk) ?? []
  return epoch === undefined || bucket === undefined ? undefined : { epoch: Number(epoch), bucket: Number(bucket) }
}

/** The month that a signpost of a user names. */
export const monthOfSort = (sk: string): string | undefined => /^MONTH#(\d{4}-\d\d)$/.exec(sk)?.[1]

/** The room and position that the key of a message names. */
export const placeOfKey = ({ pk, sk }: Key) => {
  const [, roomId, epoch] = /^R#([^#]+)#(\d+)#\d+$/.exec(pk) ?? []
  const [, seq] = /^M#(\d+)$/.exec(sk) ?? []
  return roomId === undefined || epoch === undefined || seq === undefined
    ? undefined
    : { roomId, epoch: Number(epoch), seq: Number(seq) }
}

const range = (from: string, to: string): Range | undefined => (from <= to ? { from, to } : undefined)

/** The first position after another that an entry can have, if there is one. */
const next = ({ epoch, seq }: Position): Position | undefined =>
  seq < SEQ_MAX ? { epoch, seq: seq + 1 } : epoch < EPOCH_MAX ? { epoch: epoch + 1, seq: 0 } : undefined

/** The last position before another that an entry can have, if there is one. */
const previous = ({ epoch, seq }: Position): Position | undefined =>
  seq > 0 ? { epoch, seq: Math.min(seq - 1, SEQ_MAX) } : epoch > 0 ? { epoch: epoch - 1, seq: SEQ_MAX } : undefined

/** A stretch of a room with both ends included. */
export class RoomRange {
  readonly from: Position
  readonly to: Position

  private constructor(from: Position, to: Position) {
    this.from = from
    this.to = to
  }

  /** Nothing when no entry can lie in the stretch. */
  static of({ after, before }: Ends<Position>): RoomRange | undefined {
    const from = after === undefined ? { epoch: 0, seq: 0 } : next(after)
    const to = before === undefined ? { epoch: EPOCH_MAX, seq: SEQ_MAX } : previous(before)
    if (from === undefined || to === undefined) return undefined
    if (from.epoch > to.epoch || (from.epoch === to.epoch && from.seq > to.seq)) return undefined
    return new RoomRange(from, to)
  }

  /** Signposts of the buckets that the stretch touches. */
  get buckets(): Range {
    return { from: bucketSort(bucketOf(this.from)), to: bucketSort(bucketOf(this.to)) }
  }

  /** The part of the stretch that lies in a bucket. */
  within({ epoch }: Bucket): Range {
    return {
      from: seqKey(epoch === this.from.epoch ? this.from.seq : 0),
      to: seqKey(epoch === this.to.epoch ? this.to.seq : SEQ_MAX)
    }
  }
}

/** `$` sorts after `#` and before every character of a room id: with it a key ends a room, with `#` alone it begins one. */
const userSort = ({ at, roomId }: UserPosition, position: Position | undefined, beyond: "#" | "$") => {
  const time = at < 0 ? LOWEST : at > AT_MAX ? HIGHEST : digits(at, AT_DIGITS)
  return position === undefined
    ? `${time}#${roomId}${beyond}`
    : `${time}#${roomId}#${digits(position.epoch, EPOCH_DIGITS)}#${digits(position.seq, SEQ_DIGITS)}`
}

/** A stretch of a user's messages: which months it touches, and which part of the index it is. Nothing when it is empty. */
export const userRange = ({ after, before }: Ends<UserPosition>) => {
  const messages = range(
    after === undefined ? LOWEST : userSort(after, next(after), "$"),
    before === undefined ? HIGHEST : userSort(before, previous(before), "#")
  )
  const months = range(
    monthSort(after === undefined ? LOWEST : monthOf(after.at)),
    monthSort(before === undefined ? HIGHEST : monthOf(before.at))
  )
  return messages === undefined || months === undefined ? undefined : { messages, months }
}
