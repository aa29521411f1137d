/** The private rooms of a user, page by page. */
import { Effect } from "effect"
import type { ProtocolError } from "../domain/ProtocolError.ts"
import type { UserId } from "../domain/UserId.ts"
import type { Membership } from "./Membership.ts"
import type { PrivateRoom } from "./PrivateRoom.ts"
import type { Conversation, ConversationPage } from "./PrivateRooms.ts"
import type { Listed, RoomRecords } from "./RoomRecords.ts"

/** Rooms that are looked up at a time. */
const AT_ONCE = 8
/** Entries that are looked at where those that a page needs named rooms that the user is not in. */
const MORE = 200

const conversationOf = (room: PrivateRoom, userId: UserId): Conversation => {
  const { roomId } = room
  if (room.kind === "two") return { roomId, with: room.members.find((member) => member !== userId) ?? userId }
  return { roomId, ...(room.title === undefined ? {} : { title: room.title }), owner: room.owner }
}

export class Listing {
  private readonly records: RoomRecords
  private readonly membership: Membership

  constructor(records: RoomRecords, membership: Membership) {
    this.records = records
    this.membership = membership
  }

  /**
   * What a list names may be no room of the user's, as an invitation that failed leaves its trace: after two looks a page is given as it
   * is, with fewer rooms than asked for, or none, and with a place to go on at.
   */
  page(userId: UserId, limit: number, after: string | undefined): Effect.Effect<ConversationPage, ProtocolError> {
    return Effect.gen({ self: this }, function* () {
      const found: Array<{ place: string; readonly conversation: Conversation }> = []
      let from = after
      let ended = false
      for (const reach of [limit + 1, Math.max(limit + 1, MORE)]) {
        if (ended || found.length > limit) break
        const listed = yield* this.records.list(userId, reach, from)
        const conversations = yield* Effect.forEach(listed, (entry) => this.look(userId, entry), {
          concurrency: AT_ONCE
        })
        for (const [index, conversation] of conversations.entries()) {
          if (conversation === undefined) continue
          const { place } = listed[index]!
          const last = found.at(-1)
          // a group may be named twice, and both times one after the other
          if (last?.conversation.roomId === conversation.roomId) last.place = place
          else found.push({ place, conversation })
        }
        ended = listed.length < reach
        from = listed.at(-1)?.place ?? from
      }
      const page = found.slice(0, limit)
      const next = found.length > limit ? page.at(-1)?.place : ended ? undefined : from
      return { conversations: page.map(({ conversation }) => conversation), next }
    })
  }

  /** A room of the list, if the user is in it: those that are in no use are not kept in mind for this. */
  private look(userId: UserId, { roomId }: Listed): Effect.Effect<Conversation | undefined, ProtocolError> {
    const known = this.membership.known.get(roomId)?.room
    const room =
      known === undefined ? Effect.map(this.records.room(roomId), (written) => written?.room) : Effect.succeed(known)
    return Effect.map(room, (found) =>
      found?.members.includes(userId) === true ? conversationOf(found, userId) : undefined
    )
  }
}
