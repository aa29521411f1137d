/**
 * One message, or one change of a message, as bytes of a segment. The frame (length, CRC, version, kind) stays as it is over all versions, so that a reader can tell
 * bytes of a newer version from damage.
 *
 * Little endian: u32 length of what follows the CRC · u32 CRC-32 of it · u8 version · u8 kind · u16 × 3 bytes of the room, user and
 * message id · f64 epoch · f64 seq · f64 ms since 1970 · the three ids · the JSON. All text is UTF-8.
 *
 * A change (kind 2) has the epoch in which it was made and the time at which it was; seq and ids are those of the message. Between the
 * ids and the JSON, which is the message as it is from then on: f64 revision · f64 the message's epoch · f64 its time · u8 what was done ·
 * u8 × 2 bytes of who did it and of the fingerprint · both. Programs from before there were changes take kind 2 for a newer format.
 */
import { crc32 } from "node:zlib"
import type { MessageId } from "../../domain/MessageId.ts"
import type { RoomId } from "../../domain/RoomId.ts"
import type { UserId } from "../../domain/UserId.ts"
import type { ChangeKind } from "../Amendment.ts"

/** What makes a record the change of a message. */
interface RecordedChange {
  readonly kind: ChangeKind
  /** Who did it. */
  readonly by: UserId
  /** When, in milliseconds since 1970. */
  readonly madeAt: number
  /** Fingerprint of the content as it was first said; empty where that no longer matters. */
  readonly said: string
}

/** One message as it was said, or as a change left it. */
export interface JournalRecord {
  /** Of the message. */
  readonly epoch: number
  readonly seq: number
  /** Milliseconds since 1970. */
  readonly at: number
  readonly roomId: RoomId
  readonly userId: UserId
  readonly messageId: MessageId
  /** The message's wire JSON. */
  readonly json: string
  /** Only of changes. */
  readonly revision?: number
  readonly change?: RecordedChange
}

/** Bytes of length and CRC. */
export const FRAME_BYTES = 8
const FIXED_BYTES = 32
/** Bytes of a record before its ids. */
const IDS_AT = FRAME_BYTES + FIXED_BYTES
/**
 * The length's highest byte is always 0, and text that JSON or a name may hold has no byte 0: nobody can send a message that looks like
 * a frame to the search for whole frames behind a damaged one.
 */
const MAX_LENGTH = 0xff_ffff

const VERSION = 1
const MESSAGE = 1
const CHANGE = 2
/** Bytes of a change between its ids and the names of who did it. */
const CHANGE_BYTES = 28
/** By what is written, from 1. Programs that know fewer of them take the others for a newer format. */
const KINDS: ReadonlyArray<ChangeKind> = ["edited", "deleted", "reacted"]
/** Of a later version, but still taken for a frame by the search. */
const MAX_PLAUSIBLE = 15

/** Bytes that suffice for a record, whatever its text needs. */
export const encodedBound = ({ change, json, messageId, roomId, userId }: JournalRecord): number =>
  IDS_AT +
  3 * (roomId.length + userId.length + messageId.length + json.length) +
  (change === undefined ? 0 : CHANGE_BYTES + 3 * (change.by.length + change.said.length))

/** Writes what only a change has; returns where that ends. The names are no longer than 255 bytes. */
const encodeChange = (
  { by, kind, said }: RecordedChange,
  { at: saidAt, epoch, revision = 0 }: JournalRecord,
  buffer: Buffer,
  at: number
): number => {
  const names = at + CHANGE_BYTES
  const byBytes = buffer.write(by, names)
  const saidBytes = buffer.write(said, names + byBytes)
  buffer.writeDoubleLE(revision, at)
  buffer.writeDoubleLE(epoch, at + 8)
  buffer.writeDoubleLE(saidAt, at + 16)
  buffer[at + 24] = KINDS.indexOf(kind) + 1
  buffer.writeUInt16LE(byBytes, at + 25)
  buffer.writeUInt8(saidBytes, at + 27)
  return names + byBytes + saidBytes
}

/**
 * Writes a record that is made in `epoch` into `buffer`, which must have room for `encodedBound`, and returns how many bytes it took.
 * Throws a RangeError on a record over 16 MiB or an id over 64 KiB.
 */
export const encodeRecord = (record: JournalRecord, buffer: Buffer, at: number, epoch = record.epoch): number => {
  const { change } = record
  let end = at + IDS_AT
  const room = buffer.write(record.roomId, end)
  end += room
  const user = buffer.write(record.userId, end)
  end += user
  const id = buffer.write(record.messageId, end)
  end += id
  if (change !== undefined) end = encodeChange(change, record, buffer, end)
  end += buffer.write(record.json, end)
  const body = at + FRAME_BYTES
  if (end - body > MAX_LENGTH) throw new RangeError(`a record of ${end - body} bytes is too long for the journal`)
  buffer[body] = VERSION
  buffer[body + 1] = change === undefined ? MESSAGE : CHANGE
  buffer.writeUInt16LE(room, body + 2)
  buffer.writeUInt16LE(user, body + 4)
  buffer.writeUInt16LE(id, body + 6)
  buffer.writeDoubleLE(epoch, body + 8)
  buffer.writeDoubleLE(record.seq, body + 16)
  buffer.writeDoubleLE(change === undefined ? record.at : change.madeAt, body + 24)
  buffer.writeUInt32LE(end - body, at)
  buffer.writeUInt32LE(crc32(buffer.subarray(body, end)), at + 4)
  return end - at
}

/** `frameSize`: the bytes end within the frame. */
export const SHORT = 0
/** `frameSize`: these bytes are no frame. */
export const DAMAGED = -1

/** Bytes of the whole frame at `at` whose CRC fits, or `SHORT`, or `DAMAGED`. */
export const frameSize = (buffer: Buffer, at: number, end: number): number => {
  if (end - at < FRAME_BYTES) return SHORT
  const length = buffer.readUInt32LE(at)
  if (length < FIXED_BYTES || length > MAX_LENGTH) return DAMAGED
  const body = at + FRAME_BYTES
  if (body + length > end) return SHORT
  return crc32(buffer.subarray(body, body + length)) === buffer.readUInt32LE(at + 4) ? FRAME_BYTES + length : DAMAGED
}

/** Bytes the frame at `at` says it has, when `frameSize` says `SHORT`. */
export const announcedSize = (buffer: Buffer, at: number, end: number): number =>
  end - at < FRAME_BYTES ? FRAME_BYTES : FRAME_BYTES + buffer.readUInt32LE(at)

/** Whether a whole frame was written by a later version. */
export const isNewer = (buffer: Buffer, at: number): boolean => {
  const kind = buffer[at + FRAME_BYTES + 1]
  if (buffer[at + FRAME_BYTES] !== VERSION || (kind !== MESSAGE && kind !== CHANGE)) return true
  return kind === CHANGE && kindAt(buffer, at) === undefined
}

/** Whether the frame at `at` is the change of a message, rather than one. */
export const isChange = (buffer: Buffer, at: number): boolean => buffer[at + FRAME_BYTES + 1] === CHANGE

/** The first place at or after `from` where a whole frame begins, or -1. */
export const findFrame = (buffer: Buffer, from: number): number => {
  for (let at = from; at + IDS_AT <= buffer.length; at++) {
    // cheap refusals first, so that the CRC runs on next to nothing but frames
    if (buffer[at + 3] !== 0) continue
    const version = buffer[at + FRAME_BYTES]!
    const kind = buffer[at + FRAME_BYTES + 1]!
    if (version === 0 || version > MAX_PLAUSIBLE || kind === 0 || kind > MAX_PLAUSIBLE) continue
    if (frameSize(buffer, at, buffer.length) > 0) return at
  }
  return -1
}

/** The epoch in which the frame at `at` was made. */
export const epochAt = (buffer: Buffer, at: number): number => buffer.readDoubleLE(at + FRAME_BYTES + 8)

/** The position of the frame at `at`. */
export const seqAt = (buffer: Buffer, at: number): number => buffer.readDoubleLE(at + FRAME_BYTES + 16)

/** When the frame at `at` was made, ms since 1970; needs the frame's first 40 bytes only. */
export const timeAt = (buffer: Buffer, at: number): number => buffer.readDoubleLE(at + FRAME_BYTES + 24)

/** How many bytes `timeAt` needs. */
export const TIME_BYTES = IDS_AT

/** Whether the frame at `at` is of the room whose id has these bytes. */
export const isOfRoom = (buffer: Buffer, at: number, room: Buffer): boolean =>
  buffer.readUInt16LE(at + FRAME_BYTES + 2) === room.length &&
  buffer.compare(room, 0, room.length, at + IDS_AT, at + IDS_AT + room.length) === 0

/** The room of the frame at `at`. What passes the CRC is what `encodeRecord` was given, so its names need no second check. */
const roomAt = (buffer: Buffer, at: number): RoomId =>
  buffer.toString("utf8", at + IDS_AT, at + IDS_AT + buffer.readUInt16LE(at + FRAME_BYTES + 2)) as RoomId

/** Where what comes after the ids of the frame at `at` begins. */
const idsEnd = (buffer: Buffer, at: number): number => {
  const body = at + FRAME_BYTES
  return at + IDS_AT + buffer.readUInt16LE(body + 2) + buffer.readUInt16LE(body + 4) + buffer.readUInt16LE(body + 6)
}

/** What was done by the change at `at`, if this program knows it. */
const kindAt = (buffer: Buffer, at: number): ChangeKind | undefined => KINDS[buffer[idsEnd(buffer, at) + 24]! - 1]

/** The revision that the change at `at` made. */
export const revisionAt = (buffer: Buffer, at: number): number => buffer.readDoubleLE(idsEnd(buffer, at))

/** Where the JSON of the frame at `at` begins. */
const jsonPlace = (buffer: Buffer, at: number): number => {
  const end = idsEnd(buffer, at)
  return isChange(buffer, at) ? end + CHANGE_BYTES + buffer.readUInt16LE(end + 25) + buffer[end + 27]! : end
}

/** The JSON of the whole frame of `size` bytes at `at`. */
export const jsonAt = (buffer: Buffer, at: number, size: number): string =>
  buffer.toString("utf8", jsonPlace(buffer, at), at + size)

/** A message, or a change of one, as a start comes by it; what is asked of it must be asked before the next one comes. */
export class Visited {
  readonly roomId: RoomId
  readonly seq: number
  readonly at: number
  /** Whether it is a change; `seq` then is of the message, `at` of the change. */
  readonly isChange: boolean
  private readonly buffer: Buffer
  private readonly place: number
  private readonly size: number

  /** Of the whole frame of `size` bytes at `place`. */
  constructor(buffer: Buffer, place: number, size: number) {
    this.roomId = roomAt(buffer, place)
    this.seq = seqAt(buffer, place)
    this.at = timeAt(buffer, place)
    this.isChange = isChange(buffer, place)
    this.buffer = buffer
    this.place = place
    this.size = size
  }

  /** Its JSON, where it lies. */
  get bytes(): Buffer {
    return this.buffer.subarray(jsonPlace(this.buffer, this.place), this.place + this.size)
  }

  /** The epoch in which it was made, which of a message is its own. */
  get epoch(): number {
    return epochAt(this.buffer, this.place)
  }

  get record(): JournalRecord {
    return decodeRecord(this.buffer, this.place, this.size)
  }
}

/** Reads back the whole frame of `size` bytes at `at`. */
export const decodeRecord = (buffer: Buffer, at: number, size: number): JournalRecord => {
  const body = at + FRAME_BYTES
  const user = at + IDS_AT + buffer.readUInt16LE(body + 2)
  const id = user + buffer.readUInt16LE(body + 4)
  const end = id + buffer.readUInt16LE(body + 6)
  const message = {
    epoch: epochAt(buffer, at),
    seq: seqAt(buffer, at),
    at: timeAt(buffer, at),
    roomId: roomAt(buffer, at),
    userId: buffer.toString("utf8", user, id) as UserId,
    messageId: buffer.toString("utf8", id, end) as MessageId,
    json: jsonAt(buffer, at, size)
  }
  return isChange(buffer, at) ? changed(message, buffer, end) : message
}

/** The record of a change, of which the part that only changes have begins at `at`. */
const changed = (message: JournalRecord, buffer: Buffer, at: number): JournalRecord => {
  const by = at + CHANGE_BYTES
  const said = by + buffer.readUInt16LE(at + 25)
  return {
    ...message,
    epoch: buffer.readDoubleLE(at + 8),
    at: buffer.readDoubleLE(at + 16),
    revision: buffer.readDoubleLE(at),
    change: {
      // what this program does not know was refused before anything is read back
      kind: KINDS[buffer[at + 24]! - 1] ?? "edited",
      by: buffer.toString("utf8", by, said) as UserId,
      madeAt: message.at,
      said: buffer.toString("utf8", said, said + buffer[at + 27]!)
    }
  }
}
