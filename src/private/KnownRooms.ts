/** The private rooms that were of use lately, as they are now: who is in them, and who may not write in them. Bounded. */
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import { pairOf } from "./PairKey.ts"
import type { PrivateRoom } from "./PrivateRoom.ts"

/** A room as it is kept in mind. */
export interface KnownRoom {
  readonly room: PrivateRoom
  /** Members who may not write, as the other one blocked them; none in a group. */
  silenced: ReadonlyArray<UserId>
}

const nobody: ReadonlyArray<UserId> = []

/** What the room of two is found by besides its name. */
const pairOfRoom = ({ kind, members }: PrivateRoom): string | undefined => {
  const [first, second = first] = members
  return kind === "two" && first !== undefined && second !== undefined ? pairOf(first, second) : undefined
}

export class KnownRooms {
  private readonly rooms = new Map<RoomId, KnownRoom>()
  private readonly pairs = new Map<string, KnownRoom>()
  private readonly capacity: number
  /** Members of all of them. */
  private count = 0

  /** `capacity`: members, over all rooms. */
  constructor(capacity: number) {
    this.capacity = capacity
  }

  get(roomId: RoomId): KnownRoom | undefined {
    return this.used(this.rooms.get(roomId))
  }

  /** The room of two users. */
  between(a: UserId, b: UserId): KnownRoom | undefined {
    return this.used(this.pairs.get(pairOf(a, b)))
  }

  /** Keeps a room in mind in place of what was known of it. */
  set(room: PrivateRoom, silenced: ReadonlyArray<UserId> = nobody): KnownRoom {
    this.forget(room.roomId)
    const known: KnownRoom = { room, silenced }
    this.rooms.set(room.roomId, known)
    const pair = pairOfRoom(room)
    if (pair !== undefined) this.pairs.set(pair, known)
    this.count += known.room.members.length
    for (const [roomId] of this.rooms) {
      if (this.count <= this.capacity || roomId === room.roomId) break
      this.forget(roomId)
    }
    return known
  }

  /** Notes whether a user may write to another one in their room, if that is in mind. */
  silence(userId: UserId, by: UserId, silenced: boolean): void {
    const known = this.between(by, userId)
    if (known === undefined) return
    const others = known.silenced.filter((member) => member !== userId)
    known.silenced = silenced ? [...others, userId] : others
  }

  forget(roomId: RoomId): void {
    const known = this.rooms.get(roomId)
    if (known === undefined) return
    this.rooms.delete(roomId)
    this.count -= known.room.members.length
    const pair = pairOfRoom(known.room)
    if (pair !== undefined && this.pairs.get(pair) === known) this.pairs.delete(pair)
  }

  /** A map keeps the order in which its entries came, so the one that was of no use for longest is the first. */
  private used(known: KnownRoom | undefined): KnownRoom | undefined {
    if (known === undefined) return undefined
    const { roomId } = known.room
    this.rooms.delete(roomId)
    this.rooms.set(roomId, known)
    return known
  }
}
