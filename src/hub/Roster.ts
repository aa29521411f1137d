/** The hub's state: who is connected, and the rooms in memory. Mutable maps, because only the hub fiber writes; persistent ones made a
 * broadcast to a thousand members four to five times slower. */
import type { RoomId } from "../domain/RoomId.ts"
import { type ErrorCode, refusal } from "../domain/ProtocolError.ts"
import type { Ref } from "../domain/ClientFrame.ts"
import { errorFrame, type ServerFrame } from "../domain/ServerFrame.ts"
import type { RoomStream } from "../log/RoomStream.ts"
import type { Client } from "./Client.ts"
import { Room } from "./Room.ts"

export class Roster {
  readonly clients = new Map<string, Client>()
  readonly rooms = new Map<RoomId, Room>()
  /** Rooms that someone came to or left in this turn. */
  readonly changed = new Set<Room>()
  /** Rooms with a diff to send, once their window is over; looked at once a tick. */
  readonly presence = new Set<Room>()
  readonly typing = new Set<Room>()
  /** Rooms with ephemeral frames that leave with the next message or tick. */
  readonly hinted = new Set<Room>()
  /** Rooms with something to send at the end of the tick. */
  readonly dirty = new Set<Room>()
  /** Clients with frames of their own to send at the end of the tick. */
  readonly answered = new Set<Client>()
  /** Rooms that a burst has filled beyond their limits. */
  readonly overfull = new Set<Room>()
  /** Rooms nobody is in, by the monotonic millisecond that began; oldest first. */
  private readonly empty = new Map<Room, number>()

  /** The room, brought into memory if it is not. */
  enter(roomId: RoomId, open: (roomId: RoomId) => RoomStream, delivered: (count: number) => void): Room {
    let room = this.rooms.get(roomId)
    if (room === undefined) {
      room = new Room(open(roomId), delivered)
      this.rooms.set(roomId, room)
    }
    this.empty.delete(room)
    return room
  }

  /** Leaves a frame for one client; it goes out at the end of the turn. */
  tell(client: Client, frame: ServerFrame): void {
    client.tell(frame)
    this.answered.add(client)
  }

  /** Answers a command with a refusal. */
  refuse(
    { client, ref }: { readonly client: Client; readonly ref: Ref | undefined },
    code: ErrorCode,
    message: string,
    field?: string,
    retryAfterMs?: number
  ): void {
    this.tell(client, errorFrame(refusal(code, message, field, retryAfterMs), ref))
  }

  /** Ends a turn: answers go out, and rooms with something new are flushed. */
  release(): void {
    for (const { mailbox } of this.answered) mailbox.flush()
    this.answered.clear()
    for (const room of this.dirty) room.dirty.raise()
    this.dirty.clear()
  }

  /** Notes that the last seat of a room is free. */
  vacate(room: Room, now: number): void {
    room.settle()
    this.changed.delete(room)
    this.presence.delete(room)
    this.dirty.delete(room)
    this.hinted.delete(room)
    this.empty.set(room, now)
  }

  /** Lets go of rooms that have been empty since before `before` and in which nothing is under way, and returns them. */
  forget(before: number): ReadonlyArray<Room> {
    const gone: Array<Room> = []
    for (const [room, since] of this.empty) {
      if (since > before) break
      if (room.expecting) continue
      this.empty.delete(room)
      this.rooms.delete(room.id)
      this.typing.delete(room)
      this.overfull.delete(room)
      gone.push(room)
    }
    return gone
  }
}
