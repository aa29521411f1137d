/** Private rooms that are written down as records. */
import { Clock, Effect, Layer } from "effect"
import { supervise } from "../actor/supervise.ts"
import { RecordStore } from "../store/RecordStore.ts"
import { Announcements } from "./Announcements.ts"
import { Groups } from "./Groups.ts"
import { Herald } from "./Herald.ts"
import { Listing } from "./Listing.ts"
import { Membership } from "./Membership.ts"
import { PairKey } from "./PairKey.ts"
import { Pairs } from "./Pairs.ts"
import { PrivateRooms } from "./PrivateRooms.ts"
import { RoomRecords } from "./RoomRecords.ts"

export interface KeptRoomsOptions {
  readonly groupMembersMax: number
  /** Groups made by one user that may be there at a time; 1,000 unless given. */
  readonly groupsPerUser?: number
}

/** Needs a RecordStore, a PairKey and a Supervisor, and a Herald for users to be told. */
export const layer = ({ groupMembersMax, groupsPerUser = 1000 }: KeptRoomsOptions) =>
  Layer.effect(
    PrivateRooms,
    Effect.gen(function* () {
      const records = new RoomRecords(yield* RecordStore)
      const membership = new Membership(records)
      const pairs = new Pairs(records, membership, yield* PairKey)
      const herald = yield* Herald
      const clock = yield* Clock.Clock
      const announcements = new Announcements(herald, () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6)
      const groups = new Groups(records, membership, herald, announcements, { groupMembersMax, groupsPerUser })
      const listing = new Listing(records, membership)
      yield* supervise("news of groups")(announcements.telling)
      return {
        admits: (userId, roomId) => membership.admits(userId, roomId),
        mayWrite: (userId, roomId) => membership.mayWrite(userId, roomId),
        permits: (userId, roomId) => membership.permits(userId, roomId),
        between: (from, to) => pairs.between(from, to),
        group: (owner, title, invite) => groups.make(owner, title, invite),
        invite: (by, roomId, userId) => groups.invite(by, roomId, userId),
        remove: (by, roomId, userId) => groups.remove(by, roomId, userId),
        block: (by, userId) => pairs.block(by, userId),
        unblock: (by, userId) => pairs.unblock(by, userId),
        blocks: (userId) => pairs.blocks(userId),
        page: (userId, limit, after) => listing.page(userId, limit, after)
      }
    })
  )
