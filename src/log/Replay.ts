/**
 * What a start reads back of each room: its newest messages, as they were in the journal. They become part of the room's stream when
 * someone asks for it; most rooms are not asked for, and a million messages need not be framed before the server can listen.
 */
import { textFrame } from "../actor/textFrame.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { Entry } from "./Entry.ts"
import { idempotencyKey, MIN_MESSAGES, type RoomStream } from "./RoomStream.ts"

/** Characters kept in all, of the rooms used last; the others come back from the journal or the store when someone enters. */
const MAX_SIZE = 268_435_456
/** What an entry costs beside its text. */
const ENTRY_SIZE = 250

export class Replay {
  private readonly rooms = new Map<RoomId, Array<Entry>>()
  private size = 0

  /** Takes the next message of the journal. */
  readonly visit = (entry: Entry): void => {
    const { json, roomId } = entry
    const entries = this.rooms.get(roomId)
    if (entries === undefined) this.rooms.set(roomId, [entry])
    else {
      entries.push(entry)
      if (entries.length >= 2 * MIN_MESSAGES) this.cut(entries)
    }
    this.size += json.length + ENTRY_SIZE
    if (this.size > 2 * MAX_SIZE) this.trim()
  }

  /** After the last message. */
  finish(): void {
    for (const entries of this.rooms.values()) this.cut(entries)
    this.trim()
  }

  /** Position of the oldest message of a room that is here. */
  oldest(roomId: RoomId): number | undefined {
    return this.rooms.get(roomId)?.[0]?.seq
  }

  /** Rooms whose newest message was sent at `at` milliseconds or later. */
  since(at: number): ReadonlyArray<RoomId> {
    const found: Array<RoomId> = []
    for (const [roomId, entries] of this.rooms) if (entries.at(-1)!.at >= at) found.push(roomId)
    return found
  }

  /** Gives a stream that begins at the room's head what is here of it. */
  restore(stream: RoomStream): void {
    const entries = this.rooms.get(stream.roomId)
    if (entries === undefined) return
    this.rooms.delete(stream.roomId)
    stream.restore(
      entries.map(({ at, json, messageId, userId }) => ({
        key: idempotencyKey(userId, messageId),
        at,
        frame: textFrame(json)
      }))
    )
    stream.cold = stream.oldest > 1 && entries.length < MIN_MESSAGES
  }

  /** Lets go of everything. */
  clear(): void {
    this.rooms.clear()
    this.size = 0
  }

  private cut(entries: Array<Entry>) {
    for (const { json } of entries.splice(0, entries.length - MIN_MESSAGES)) this.size -= json.length + ENTRY_SIZE
  }

  private trim() {
    if (this.size <= MAX_SIZE) return
    const byUse = [...this.rooms].sort(([, a], [, b]) => a.at(-1)!.at - b.at(-1)!.at)
    for (const [roomId, entries] of byUse) {
      if (this.size <= MAX_SIZE) return
      for (const { json } of entries) this.size -= json.length + ENTRY_SIZE
      this.rooms.delete(roomId)
    }
  }
}
