/** Rooms of two, and who does not want to be written to by whom. */
import { Effect } from "effect"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import { Locks } from "./Locks.ts"
import { type Membership, unwritable } from "./Membership.ts"
import type { PairKey } from "./PairKey.ts"
import type { RoomOfTwo } from "./PrivateRoom.ts"
import type { RoomRecords } from "./RoomRecords.ts"

/** Users that one user may block. */
const BLOCKS_MAX = 1000

export class Pairs {
  private readonly records: RoomRecords
  private readonly membership: Membership
  private readonly key: PairKey["Service"]
  /** By who blocks, so that those who are blocked at once are counted. */
  private readonly blocking = new Locks()

  constructor(records: RoomRecords, membership: Membership, key: PairKey["Service"]) {
    this.records = records
    this.membership = membership
    this.key = key
  }

  between(from: UserId, to: UserId): Effect.Effect<RoomId, ProtocolError> {
    return Effect.suspend(() => {
      const known = this.membership.known.between(from, to)
      if (known === undefined) return this.membership.ofTwo(from, to, this.open(from, to))
      return known.silenced.includes(from) ? Effect.fail(unwritable("to")) : Effect.succeed(known.room.roomId)
    })
  }

  block(by: UserId, userId: UserId): Effect.Effect<ReadonlyArray<UserId>, ProtocolError> {
    if (by === userId) return Effect.fail(refusal("forbidden", "you cannot block yourself", "userId"))
    const { membership, records } = this
    return this.blocking.with(
      by,
      Effect.gen(function* () {
        const before = yield* records.blocks(by, BLOCKS_MAX)
        if (before.length >= BLOCKS_MAX && !before.includes(userId)) {
          return yield* refusal("forbidden", `at most ${BLOCKS_MAX} users can be blocked`, "userId")
        }
        const written = Effect.andThen(
          records.block(by, userId),
          Effect.sync(() => membership.known.silence(userId, by, true))
        )
        yield* membership.ofTwo(by, userId, written)
        return yield* records.blocks(by, BLOCKS_MAX)
      })
    )
  }

  unblock(by: UserId, userId: UserId): Effect.Effect<ReadonlyArray<UserId>, ProtocolError> {
    const { membership, records } = this
    const removed = Effect.andThen(
      records.unblock(by, userId),
      Effect.sync(() => membership.known.silence(userId, by, false))
    )
    const all = Effect.andThen(membership.ofTwo(by, userId, removed), this.blocks(by))
    return this.blocking.with(by, all)
  }

  blocks(by: UserId): Effect.Effect<ReadonlyArray<UserId>, ProtocolError> {
    return this.records.blocks(by, BLOCKS_MAX)
  }

  /** The members of a room are written down before anything is said in it, so that they can come back to what was. */
  private open(from: UserId, to: UserId): Effect.Effect<RoomId, ProtocolError> {
    const { key, membership, records } = this
    return Effect.gen(function* () {
      // somebody else may have opened it while this waited for its turn
      const known = membership.known.between(from, to)
      if (known === undefined && from !== to && (yield* records.blocked(to, from))) return yield* unwritable("to")
      if (known !== undefined) {
        return known.silenced.includes(from) ? yield* unwritable("to") : known.room.roomId
      }
      const roomId = yield* records.nameOf(from, to, key.room(from, to))
      const members = from === to ? [from] : from < to ? [from, to] : [to, from]
      const room: RoomOfTwo = { kind: "two", roomId, members }
      if ((yield* records.room(roomId)) === undefined) yield* records.putTwo(room)
      yield* membership.hold(room)
      return roomId
    })
  }
}
