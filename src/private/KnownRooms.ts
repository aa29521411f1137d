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

/** Rooms of one kind, of which those of the other one take no space. The one that was of no use for longest is the first. */
interface Shelf {
  readonly rooms: Map<RoomId, KnownRoom>
  /** Taken by all of them. */
  places: number
}

/** A place for each member, and one for the room itself. */
const placesOf = ({ members }: PrivateRoom) => members.length + 1

const nobody: ReadonlyArray<UserId> = []

/** What the room of two is found by besides its name. */
const pairOfRoom = ({ kind, members }: PrivateRoom): string | undefined => {
  const [first, second = first] = members
  return kind === "two" && first !== undefined && second !== undefined ? pairOf(first, second) : undefined
}

export class KnownRooms {
  /** Apart, as anyone may make large groups of whomever they name, and would push out the rooms that others write in. */
  private readonly shelves: { readonly [K in PrivateRoom["kind"]]: Shelf } = {
    two: { rooms: new Map(), places: 0 },
    group: { rooms: new Map(), places: 0 }
  }
  private readonly pairs = new Map<string, KnownRoom>()
  private readonly capacity: number

  /** `capacity`: places for rooms of two, and as many for groups; a room takes one, and one for each member. */
  constructor(capacity: number) {
    this.capacity = capacity
  }

  get(roomId: RoomId): KnownRoom | undefined {
    return this.used(this.find(roomId))
  }

  /** The room of two users. */
  between(a: UserId, b: UserId): KnownRoom | undefined {
    return this.used(this.pairs.get(pairOf(a, b)))
  }

  /** Keeps a room in mind in place of what was known of it. */
  set(room: PrivateRoom, silenced: ReadonlyArray<UserId> = nobody): KnownRoom {
    this.forget(room.roomId)
    const known: KnownRoom = { room, silenced }
    const shelf = this.shelves[room.kind]
    shelf.rooms.set(room.roomId, known)
    const pair = pairOfRoom(room)
    if (pair !== undefined) this.pairs.set(pair, known)
    shelf.places += placesOf(room)
    for (const [roomId] of shelf.rooms) {
      if (shelf.places <= this.capacity || roomId === room.roomId) break
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
    const known = this.find(roomId)
    if (known === undefined) return
    const shelf = this.shelves[known.room.kind]
    shelf.rooms.delete(roomId)
    shelf.places -= placesOf(known.room)
    const pair = pairOfRoom(known.room)
    if (pair !== undefined && this.pairs.get(pair) === known) this.pairs.delete(pair)
  }

  private find(roomId: RoomId): KnownRoom | undefined {
    return this.shelves.two.rooms.get(roomId) ?? this.shelves.group.rooms.get(roomId)
  }

  /** A map keeps the order in which its entries came. */
  private used(known: KnownRoom | undefined): KnownRoom | undefined {
    if (known === undefined) return undefined
    const { kind, roomId } = known.room
    const { rooms } = this.shelves[kind]
    rooms.delete(roomId)
    rooms.set(roomId, known)
    return known
  }
}
