/** Who is in which private room and may write there: known at once for rooms that are in use, looked up for others. */
import { Effect } from "effect"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import { isPrivateRoom, type RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import { type KnownRoom, KnownRooms } from "./KnownRooms.ts"
import { Locks } from "./Locks.ts"
import { pairOf } from "./PairKey.ts"
import type { PrivateRoom, RoomOfTwo } from "./PrivateRoom.ts"
import { noMember } from "./PrivateRooms.ts"
import type { RoomRecords } from "./RoomRecords.ts"

/**
 * Places for the rooms that are kept in mind, of two and groups each: 50,000 rooms of two (460 bytes each, 23 MB), and as many groups if
 * these have two members, fewer if they have more.
 */
const KNOWN = 150_000

/** To a user whom the other one of a room of two has blocked. */
export const unwritable = (field: string): ProtocolError =>
  refusal("forbidden", "this user cannot be written to by you", field)

const nothing = Effect.as(Effect.void, undefined)

export class Membership {
  readonly known = new KnownRooms(KNOWN)
  private readonly records: RoomRecords
  /** By room of a group and by pair of two users: whatever changes one of them, or keeps it in mind, holds its lock. */
  private readonly locks = new Locks()

  constructor(records: RoomRecords) {
    this.records = records
  }

  admits(userId: UserId, roomId: RoomId): Effect.Effect<boolean, ProtocolError> {
    return Effect.map(this.find(userId, roomId), (known) => known !== undefined)
  }

  mayWrite(userId: UserId, roomId: RoomId): ProtocolError | "unknown" | undefined {
    if (!isPrivateRoom(roomId)) return undefined
    const known = this.known.get(roomId)
    if (known?.room.members.includes(userId) !== true) return "unknown"
    return known.silenced.includes(userId) ? unwritable("roomId") : undefined
  }

  permits(userId: UserId, roomId: RoomId): Effect.Effect<void, ProtocolError> {
    return Effect.flatMap(this.find(userId, roomId), (known) => {
      if (known === undefined) return Effect.fail(noMember(roomId))
      return known.silenced.includes(userId) ? Effect.fail(unwritable("roomId")) : Effect.void
    })
  }

  /** Does something with a group that nobody else changes meanwhile. */
  ofGroup<A>(roomId: RoomId, work: Effect.Effect<A, ProtocolError>): Effect.Effect<A, ProtocolError> {
    return this.locks.with(roomId, work)
  }

  /** Does something about two users that nobody else does meanwhile. */
  ofTwo<A>(a: UserId, b: UserId, work: Effect.Effect<A, ProtocolError>): Effect.Effect<A, ProtocolError> {
    return this.locks.with(pairOf(a, b), work)
  }

  /** Finds out who may not write in a room of two, and keeps it in mind. To be done in `ofTwo`. */
  hold(room: RoomOfTwo): Effect.Effect<KnownRoom, ProtocolError> {
    const [a, b] = room.members
    if (a === undefined || b === undefined) return Effect.sync(() => this.known.set(room))
    return Effect.gen({ self: this }, function* () {
      const silenced: Array<UserId> = []
      if (yield* this.records.blocked(a, b)) silenced.push(b)
      if (yield* this.records.blocked(b, a)) silenced.push(a)
      return this.known.set(room, silenced)
    })
  }

  /**
   * A room that a user is a member of. The record is asked about everyone else, even where the room is known: whoever guesses names is
   * answered as late, and is told of a store that is away as surely, whether there is such a room or not.
   */
  private find(userId: UserId, roomId: RoomId): Effect.Effect<KnownRoom | undefined, ProtocolError> {
    return Effect.suspend(() => {
      if (!isPrivateRoom(roomId)) return nothing
      const known = this.known.get(roomId)
      return known?.room.members.includes(userId) === true ? Effect.succeed(known) : this.load(userId, roomId)
    })
  }

  private load(userId: UserId, roomId: RoomId): Effect.Effect<KnownRoom | undefined, ProtocolError> {
    const written = Effect.map(this.records.room(roomId), (found) =>
      found?.room.members.includes(userId) === true ? found.room : undefined
    )
    const kept = (room: PrivateRoom | undefined): Effect.Effect<KnownRoom | undefined, ProtocolError> => {
      if (room === undefined) return nothing
      if (room.kind === "group") return Effect.sync(() => this.known.set(room))
      const [a, b = a] = room.members
      // the members of a room of two are always the same, so it needs no lock until here
      return a === undefined || b === undefined ? nothing : this.ofTwo(a, b, this.hold(room))
    }
    const all = Effect.flatMap(written, kept)
    return roomId.startsWith("group:") ? this.ofGroup(roomId, all) : all
  }
}
