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

const conversationOf = (room: PrivateRoom, userId: UserId): Conversation => {
  const { roomId } = room
  if (room.kind === "two") return { roomId, with: room.members.find((member) => member !== userId) ?? userId }
  return { roomId, ...(room.title === undefined ? {} : { title: room.title }), owner: room.owner }
}

const nothing = Effect.as(Effect.void, undefined)

export class Listing {
  private readonly records: RoomRecords
  private readonly membership: Membership

  constructor(records: RoomRecords, membership: Membership) {
    this.records = records
    this.membership = membership
  }

  page(userId: UserId, limit: number, after: string | undefined): Effect.Effect<ConversationPage, ProtocolError> {
    return Effect.gen({ self: this }, function* () {
      const found: Array<{ readonly place: string; readonly conversation: Conversation }> = []
      let from = after
      while (true) {
        const listed = yield* this.records.list(userId, limit + 1, from)
        const conversations = yield* Effect.forEach(listed, (entry) => this.look(userId, entry), {
          concurrency: AT_ONCE
        })
        for (const [index, conversation] of conversations.entries()) {
          if (conversation !== undefined) found.push({ place: listed[index]!.place, conversation })
        }
        const page = found.slice(0, limit)
        const next = found.length > limit ? page.at(-1)?.place : undefined
        if (next !== undefined || listed.length <= limit) {
          return { conversations: page.map(({ conversation }) => conversation), next }
        }
        from = listed.at(-1)?.place
      }
    })
  }

  /** A room of the list, if the user is in it: those that are in no use are not kept in mind for this. */
  private look(userId: UserId, { left, roomId }: Listed): Effect.Effect<Conversation | undefined, ProtocolError> {
    if (left) return nothing
    const known = this.membership.known.get(roomId)?.room
    const room =
      known === undefined ? Effect.map(this.records.room(roomId), (written) => written?.room) : Effect.succeed(known)
    return Effect.map(room, (found) =>
      found?.members.includes(userId) === true ? conversationOf(found, userId) : undefined
    )
  }
}
