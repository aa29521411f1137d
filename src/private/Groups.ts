/** Groups: whoever is in one may invite others, its owner may remove them, and everyone may quit. */
import { randomBytes } from "node:crypto"
import { Effect } from "effect"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import { RoomId } from "../domain/RoomId.ts"
import { anonymous, type UserId } from "../domain/UserId.ts"
import type { Announcements } from "./Announcements.ts"
import type { Herald } from "./Herald.ts"
import { Locks } from "./Locks.ts"
import type { Membership } from "./Membership.ts"
import { type GroupRoom, type PrivateRoom, writeRoom } from "./PrivateRoom.ts"
import { type Group, noMember } from "./PrivateRooms.ts"
import type { RoomRecords } from "./RoomRecords.ts"

/** Bytes of a name that nobody can guess. */
const NAME_BYTES = 16
/** Times that a change begins again because others changed the same group. */
const ROUNDS = 50
/** Records that are looked at or written at a time. */
const AT_ONCE = 8
const BUSY_MS = 250

const busy = refusal("unavailable", "the group is changed by others all the time", undefined, BUSY_MS)
const twoForGood = refusal("forbidden", "a room of two has its two members, and no others", "roomId")
const uninvitable = (field: string) => refusal("forbidden", "this user cannot be invited by you", field)
const nameless = (field: string) => refusal("invalid_user_id", "members are users with a name of their own", field)

const shown = (room: GroupRoom): Group => {
  const { kind: _kind, maker: _maker, ...group } = room
  return group
}

const same = (a: GroupRoom, b: PrivateRoom | undefined) => b === undefined || writeRoom(a) === writeRoom(b)

/** A group without one of its members; whoever has been in it for longest becomes the owner where that was the owner. */
const without = (group: GroupRoom, userId: UserId): GroupRoom => {
  const members = group.members.filter((member) => member !== userId)
  return { ...group, members, owner: group.owner === userId ? (members[0] ?? userId) : group.owner }
}

export interface GroupLimits {
  readonly groupMembersMax: number
  readonly groupsPerUser: number
}

/** How a group is changed. What has to be done again where others changed it meanwhile is done again. */
interface Change {
  /** Before the group is read. */
  readonly before?: Effect.Effect<void, ProtocolError>
  readonly next: (group: GroupRoom) => Effect.Effect<GroupRoom, ProtocolError>
  /** If something became of it. */
  readonly told: (group: GroupRoom) => void
  /** In any case; `written`: whether what `next` answered last had to be written, and was. */
  readonly after: (group: GroupRoom, written: boolean) => Effect.Effect<void>
}

export class Groups {
  private readonly records: RoomRecords
  private readonly membership: Membership
  private readonly herald: Herald
  private readonly announcements: Announcements
  private readonly limits: GroupLimits
  /** By who makes one, so that those that are made at once are counted. */
  private readonly making = new Locks()

  constructor(
    records: RoomRecords,
    membership: Membership,
    herald: Herald,
    announcements: Announcements,
    limits: GroupLimits
  ) {
    this.records = records
    this.membership = membership
    this.herald = herald
    this.announcements = announcements
    this.limits = limits
  }

  make(owner: UserId, title: string | undefined, invite: ReadonlyArray<UserId>): Effect.Effect<Group, ProtocolError> {
    const { herald, making, membership, records } = this
    const { groupMembersMax: membersMax, groupsPerUser } = this.limits
    const invited = [...new Set(invite)].filter((userId) => userId !== owner)
    const members = [owner, ...invited]
    return Effect.gen(function* () {
      if (members.length > membersMax) return yield* fullOf(membersMax, "invite")
      if (invited.includes(anonymous)) return yield* nameless("invite")
      yield* Effect.forEach(invited, (userId) => records.blocked(userId, owner), { concurrency: AT_ONCE }).pipe(
        Effect.flatMap((blocked) => (blocked.includes(true) ? Effect.fail(uninvitable("invite")) : Effect.void))
      )
      const roomId = RoomId.make(`group:${randomBytes(NAME_BYTES).toString("hex")}`)
      const room: GroupRoom = {
        kind: "group",
        roomId,
        ...(title === undefined ? {} : { title }),
        owner,
        maker: owner,
        members
      }
      const made = Effect.gen(function* () {
        if ((yield* records.groupsMade(owner, groupsPerUser)) >= groupsPerUser) return yield* enoughOf(groupsPerUser)
        yield* records.noteMade(owner, roomId)
        yield* Effect.forEach(members, (userId) => records.listGroup(userId, roomId), {
          concurrency: AT_ONCE,
          discard: true
        })
        if (!(yield* records.put(room, 0))) return yield* busy
        membership.known.set(room)
        for (const userId of invited) herald.tell(userId, invitation(room, owner))
        return shown(room)
      })
      return yield* making.with(owner, membership.ofGroup(roomId, made))
    })
  }

  invite(by: UserId, roomId: RoomId, userId: UserId): Effect.Effect<Group, ProtocolError> {
    const { announcements, herald, records } = this
    const { groupMembersMax: membersMax } = this.limits
    if (userId === anonymous) return Effect.fail(nameless("userId"))
    return Effect.suspend(() => {
      const places: Array<string> = []
      const next = Effect.fnUntraced(function* (group: GroupRoom) {
        if (group.members.includes(userId)) return group
        if (yield* records.blocked(userId, by)) return yield* uninvitable("userId")
        if (group.members.length >= membersMax) return yield* fullOf(membersMax, "userId")
        // after the group was read, so that whoever read the list before and takes the user out of it also changes the group
        places.push(yield* records.listGroup(userId, roomId))
        return { ...group, members: [...group.members, userId] }
      })
      const told = (group: GroupRoom) => {
        herald.admit(userId, roomId)
        herald.tell(userId, invitation(group, by))
        announcements.announce(group, userId)
      }
      // the last place is the one that counts where the group was written; where it was not, any of them may
      const after = (_: GroupRoom, written: boolean) =>
        written ? Effect.ignore(records.unlist(userId, places.slice(0, -1))) : Effect.void
      return Effect.map(this.change(by, roomId, { next, told, after }), shown)
    })
  }

  remove(by: UserId, roomId: RoomId, userId: UserId): Effect.Effect<Group | undefined, ProtocolError> {
    const { announcements, herald, records } = this
    return Effect.gen({ self: this }, function* () {
      let places: ReadonlyArray<string> = []
      // before the group is read, so that nobody has been taken into it since by what is taken out of the list
      const before = Effect.map(records.groupListed(userId, roomId), (listed) => void (places = listed))
      const next = Effect.fnUntraced(function* (group: GroupRoom) {
        if (by !== userId && by !== group.owner)
          return yield* refusal("forbidden", "only the owner removes others", "userId")
        if (group.members.includes(userId)) return without(group, userId)
        // written again as it is, so that whoever is just taking the user in has to begin again
        return places.length > 0 ? { ...group } : group
      })
      const told = (group: GroupRoom) => {
        herald.expel(userId, roomId)
        announcements.announce(group, userId)
      }
      const after = Effect.fnUntraced(function* ({ maker, members }: GroupRoom) {
        // what is left in a list names a room that they are no member of, and is not shown
        yield* Effect.ignore(records.unlist(userId, places))
        if (members.length > 0) return
        const forgotten = maker === undefined ? Effect.void : records.forgetMade(maker, roomId)
        yield* Effect.ignore(Effect.andThen(records.removeRoom(roomId), forgotten))
      })
      const group = yield* this.change(by, roomId, { before, next, told, after })
      return group.members.length === 0 ? undefined : shown(group)
    })
  }

  /** Changes a group that `by` is a member of. */
  private change(
    by: UserId,
    roomId: RoomId,
    { after, before = Effect.void, next, told }: Change
  ): Effect.Effect<GroupRoom, ProtocolError> {
    const { membership, records } = this
    const changed = Effect.gen(function* () {
      for (let round = 0; round < ROUNDS; round++) {
        yield* before
        const read = yield* records.room(roomId)
        if (read === undefined || !read.room.members.includes(by)) return yield* noMember(roomId)
        const { room, version } = read
        if (room.kind === "two") return yield* twoForGood
        const is = yield* next(room)
        const written = is !== room
        if (written && !(yield* records.put(is, version))) continue
        // a change may have been written before of which nobody could tell whether it was
        const news = !same(is, room) || !same(is, membership.known.get(roomId)?.room)
        if (is.members.length === 0) membership.known.forget(roomId)
        else membership.known.set(is)
        if (news) told(is)
        yield* after(is, written)
        return is
      }
      return yield* busy
    })
    return membership.ofGroup(roomId, changed)
  }
}

const fullOf = (membersMax: number, field: string) =>
  refusal("forbidden", `a group has at most ${membersMax} members`, field)

const enoughOf = (groups: number) =>
  refusal("forbidden", `you have made ${groups} groups that are still there, and may make no more`)

const invitation = ({ roomId, title }: GroupRoom, by: UserId) =>
  ({ type: "invited", roomId, ...(title === undefined ? {} : { title }), by }) as const
