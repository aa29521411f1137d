/** Private rooms that are written down as records. */
import { Effect, Layer } from "effect"
import { RecordStore } from "../store/RecordStore.ts"
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
}

/** Needs a RecordStore and a PairKey, and a Herald for users to be told. */
export const layer = ({ groupMembersMax }: KeptRoomsOptions) =>
  Layer.effect(
    PrivateRooms,
    Effect.gen(function* () {
      const records = new RoomRecords(yield* RecordStore)
      const membership = new Membership(records)
      const pairs = new Pairs(records, membership, yield* PairKey)
      const groups = new Groups(records, membership, yield* Herald, groupMembersMax)
      const listing = new Listing(records, membership)
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
