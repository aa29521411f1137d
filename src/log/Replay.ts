/**
 * What a start reads back of each room: its newest messages, as they were in the journal. They become part of the room's stream when
 * someone asks for it; most rooms are not asked for, and a million messages need not be framed before the server can listen.
 */
import type { RoomId } from "../domain/RoomId.ts"
import type { Newest as Latest } from "./Amendment.ts"
import type { JournalRecord, Visited } from "./journal/Journal.ts"
import { MIN_MESSAGES, restored, type RoomStream } from "./RoomStream.ts"

/** Bytes kept in all, of the rooms used last; the others come back from the journal or the store when someone enters. */
const MAX_SIZE = 134_217_728

/** The JSON of successive messages, in one piece: a million small objects would cost more than reading them again. */
class Newest {
  /** Position of the last one, and when it was sent. */
  seq = 0
  at = 0
  private bytes = Buffer.allocUnsafeSlow(512)
  private readonly ends: Array<number> = []
  /** What some of them have become since, by position. */
  private readonly changed = new Map<number, Latest>()

  get count(): number {
    return this.ends.length
  }

  get size(): number {
    return this.bytes.length
  }

  push(json: Buffer, seq: number, at: number): void {
    const start = this.ends.at(-1) ?? 0
    const end = start + json.length
    if (end > this.bytes.length) {
      const bytes = Buffer.allocUnsafeSlow(Math.max(end, this.bytes.length * 2))
      this.bytes.copy(bytes, 0, 0, start)
      this.bytes = bytes
    }
    json.copy(this.bytes, start)
    this.ends.push(end)
    this.seq = seq
    this.at = at
  }

  /** Keeps the newest `count`. */
  cut(count: number): void {
    const gone = this.ends.splice(0, Math.max(0, this.ends.length - count)).at(-1)
    if (gone === undefined) return
    this.bytes.copyWithin(0, gone, this.ends.at(-1))
    for (let i = 0; i < this.ends.length; i++) this.ends[i]! -= gone
    for (const seq of this.changed.keys()) if (seq < this.oldest) this.changed.delete(seq)
  }

  get oldest(): number {
    return this.seq - this.count + 1
  }

  /** Notes what a message has become, if it is here. */
  change(seq: number, { json, said }: Latest): void {
    if (seq >= this.oldest && seq <= this.seq) this.changed.set(seq, { json, said })
  }

  get messages(): ReadonlyArray<ReturnType<typeof restored>> {
    return this.ends.map((end, i) => {
      const changed = this.changed.get(this.oldest + i)
      if (changed !== undefined) return { ...restored(changed.json), said: changed.said }
      return restored(this.bytes.toString("utf8", i === 0 ? 0 : this.ends[i - 1], end))
    })
  }
}

export class Replay {
  private readonly rooms = new Map<RoomId, Newest>()
  private size = 0

  /** Takes the next message of the journal. */
  readonly visit = (record: Visited): void => {
    const { at, roomId, seq } = record
    let room = this.rooms.get(roomId)
    if (room === undefined) this.rooms.set(roomId, (room = new Newest()))
    else this.size -= room.size
    room.push(record.bytes, seq, at)
    if (room.count >= 2 * MIN_MESSAGES) room.cut(MIN_MESSAGES)
    this.size += room.size
    if (this.size > 2 * MAX_SIZE) this.trim()
  }

  /** Takes the next change of a message of the present epoch. */
  change({ change, json, roomId, seq }: JournalRecord): void {
    this.rooms.get(roomId)?.change(seq, { json, said: change?.said ?? "" })
  }

  /** After the last message. */
  finish(): void {
    for (const room of this.rooms.values()) room.cut(MIN_MESSAGES)
    this.trim()
  }

  /** Position of the oldest message of a room that is here. */
  oldest(roomId: RoomId): number | undefined {
    return this.rooms.get(roomId)?.oldest
  }

  /** Rooms whose newest message was sent at `at` milliseconds or later. */
  since(at: number): ReadonlyArray<RoomId> {
    const found: Array<RoomId> = []
    for (const [roomId, room] of this.rooms) if (room.at >= at) found.push(roomId)
    return found
  }

  /** Gives a stream that begins at the room's head what is here of it. */
  restore(stream: RoomStream): void {
    const room = this.rooms.get(stream.roomId)
    if (room === undefined) return
    this.rooms.delete(stream.roomId)
    stream.restore(room.messages)
    stream.cold = stream.oldest > 1 && room.count < MIN_MESSAGES
  }

  /** Lets go of everything. */
  clear(): void {
    this.rooms.clear()
    this.size = 0
  }

  private trim() {
    if (this.size <= MAX_SIZE) return
    for (const [roomId, room] of [...this.rooms].sort(([, a], [, b]) => a.at - b.at)) {
      if (this.size <= MAX_SIZE) return
      this.size -= room.size
      this.rooms.delete(roomId)
    }
  }
}
