/**
 * The newest messages of rooms, as far as it matters for counting: who said them, and whom they name. Made of what is in memory once, and
 * kept up with it, so that a crowd that comes back to one room costs one look at its messages.
 */
import { framePayload } from "../actor/textFrame.ts"
import type { Message } from "../domain/Message.ts"
import type { RoomId } from "../domain/RoomId.ts"
import { UNREAD_MAX } from "../domain/unread.ts"
import type { UserId } from "../domain/UserId.ts"
import type { RoomStream } from "../log/RoomStream.ts"

/** Newest messages that are looked at to count those of others. */
export const REACH = 2 * UNREAD_MAX
/** Rooms that are kept in mind; some 100 kB each at the most, beside the messages. */
const ROOMS = 128

/** Counted so far. */
export interface Count {
  unread: number
  mentions: number
}

/** What matters of a message; no author where it does not count: it was deleted, or is no `chat`. */
interface Gist {
  readonly userId: UserId | undefined
  readonly mentions: ReadonlyArray<UserId> | undefined
}

const nothing: Gist = { userId: undefined, mentions: undefined }

const gistOf = (json: string): Gist => {
  const { deleted, mentions, type, userId }: Message = JSON.parse(json)
  return type !== "chat" || deleted === true ? nothing : { userId, mentions }
}

const add = (count: Count, { mentions, userId }: Gist, reader: UserId) => {
  if (userId === undefined || userId === reader) return
  if (count.unread < UNREAD_MAX) count.unread++
  if (count.mentions < UNREAD_MAX && mentions?.includes(reader) === true) count.mentions++
}

/** What a user has to read in messages as they are. */
export const countIn = (messages: ReadonlyArray<string>, reader: UserId): Count => {
  const count: Count = { unread: 0, mentions: 0 }
  for (const json of messages) add(count, gistOf(json), reader)
  return count
}

interface Line extends Gist {
  /** The message as the room has it: another one where it was changed. */
  readonly frame: Buffer
}

const lineOf = (frame: Buffer): Line => ({ ...gistOf(framePayload(frame)), frame })

/** The messages after `from`, one line each. */
interface Digest {
  readonly epoch: number
  version: number
  from: number
  readonly lines: Array<Line>
}

export class Digests {
  /** The one that was of no use for longest is the first. */
  private readonly rooms = new Map<RoomId, Digest>()

  /** What a user has to read after a position, among the newest `REACH`; nothing where they are not all in memory. */
  count(stream: RoomStream, after: number, reader: UserId): Count | undefined {
    const { head } = stream
    const start = Math.max(after, head - REACH)
    if (!stream.reaches(start)) return undefined
    const { from, lines } = this.of(stream, start)
    const count: Count = { unread: 0, mentions: 0 }
    for (let i = start - from; i < head - from; i++) add(count, lines[i]!, reader)
    return count
  }

  private of(stream: RoomStream, start: number): Digest {
    const { epoch, head, oldest, roomId, version } = stream
    const first = Math.max(oldest - 1, head - REACH)
    let digest = this.rooms.get(roomId)
    this.rooms.delete(roomId)
    const end = digest === undefined ? 0 : digest.from + digest.lines.length
    // what is of another epoch, does not go back far enough, or ends before what is of use now, is made anew
    if (digest === undefined || digest.epoch !== epoch || digest.from > start || end > head || end < first) {
      digest = { epoch, version, from: first, lines: [] }
    }
    this.rooms.set(roomId, digest)
    for (const unused of this.rooms.keys()) {
      if (this.rooms.size <= ROOMS) break
      this.rooms.delete(unused)
    }
    renew(digest, stream, first)
    return digest
  }
}

/** Looks at what was changed after `first`, and at what is new. */
const renew = (digest: Digest, stream: RoomStream, first: number): void => {
  const { lines } = digest
  const surplus = first - digest.from
  // not one by one, as the others have to be moved
  if (surplus > REACH) {
    lines.splice(0, surplus)
    digest.from = first
  }
  if (digest.version !== stream.version) {
    digest.version = stream.version
    for (let i = Math.max(0, first - digest.from); i < lines.length; i++) {
      const seq = digest.from + i + 1
      const frame = stream.slice(seq - 1, seq)
      if (lines[i]!.frame !== frame) lines[i] = lineOf(frame)
    }
  }
  for (let seq = digest.from + lines.length + 1; seq <= stream.head; seq++) {
    lines.push(lineOf(stream.slice(seq - 1, seq)))
  }
}
