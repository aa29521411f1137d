/** Groups: whoever is in one may invite others, its owner may remove them, and everyone may quit. */
import { randomBytes } from "node:crypto"
import { Effect } from "effect"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import { RoomId } from "../domain/RoomId.ts"
import { anonymous, type UserId } from "../domain/UserId.ts"
import type { Herald } from "./Herald.ts"
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
  const { kind: _, ...group } = room
  return group
}

const same = (a: GroupRoom, b: PrivateRoom | undefined) => b === undefined || writeRoom(a) === writeRoom(b)

/** A group without one of its members; whoever has been in it for longest becomes the owner where that was the owner. */
const without = (group: GroupRoom, userId: UserId): GroupRoom => {
  const members = group.members.filter((member) => member !== userId)
  return { ...group, members, owner: group.owner === userId ? (members[0] ?? userId) : group.owner }
}

export class Groups {
  private readonly records: RoomRecords
  private readonly membership: Membership
  private readonly herald: Herald
  private readonly membersMax: number

  constructor(records: RoomRecords, membership: Membership, herald: Herald, membersMax: number) {
    this.records = records
    this.membership = membership
    this.herald = herald
    this.membersMax = membersMax
  }

  make(owner: UserId, title: string | undefined, invite: ReadonlyArray<UserId>): Effect.Effect<Group, ProtocolError> {
    const { herald, membersMax, membership, records } = this
    const invited = [...new Set(invite)].filter((userId) => userId !== owner)
    const members = [owner, ...invited]
    return Effect.gen(function* () {
      if (members.length > membersMax) return yield* fullOf(membersMax, "invite")
      if (invited.includes(anonymous)) return yield* nameless("invite")
      yield* Effect.forEach(invited, (userId) => records.blocked(userId, owner), { concurrency: AT_ONCE }).pipe(
        Effect.flatMap((blocked) => (blocked.includes(true) ? Effect.fail(uninvitable("invite")) : Effect.void))
      )
      const roomId = RoomId.make(`group:${randomBytes(NAME_BYTES).toString("hex")}`)
      const room: GroupRoom = { kind: "group", roomId, ...(title === undefined ? {} : { title }), owner, members }
      const made = Effect.gen(function* () {
        yield* Effect.forEach(members, (userId) => records.listGroup(userId, roomId), {
          concurrency: AT_ONCE,
          discard: true
        })
        if (!(yield* records.put(room, 0))) return yield* busy
        membership.known.set(room)
        for (const userId of invited) herald.tell(userId, invitation(room, owner))
        return shown(room)
      })
      return yield* membership.ofGroup(roomId, made)
    })
  }

  invite(by: UserId, roomId: RoomId, userId: UserId): Effect.Effect<Group, ProtocolError> {
    const { herald, membersMax, records } = this
    if (userId === anonymous) return Effect.fail(nameless("userId"))
    const taken = Effect.fnUntraced(function* (group: GroupRoom) {
      if (group.members.includes(userId)) return group
      if (yield* records.blocked(userId, by)) return yield* uninvitable("userId")
      if (group.members.length >= membersMax) return yield* fullOf(membersMax, "userId")
      // after the group was read, so that whoever takes the user out of their list meanwhile also changes the group
      yield* records.listGroup(userId, roomId)
      return { ...group, members: [...group.members, userId] }
    })
    const told = (group: GroupRoom) => {
      herald.admit(userId, roomId)
      herald.tell(userId, invitation(group, by))
      this.announce(group, userId)
    }
    return Effect.map(this.change(by, roomId, taken, told), shown)
  }

  remove(by: UserId, roomId: RoomId, userId: UserId): Effect.Effect<Group | undefined, ProtocolError> {
    const { herald, records } = this
    const left = Effect.fnUntraced(function* (group: GroupRoom) {
      if (by !== userId && by !== group.owner)
        return yield* refusal("forbidden", "only the owner removes others", "userId")
      return group.members.includes(userId) ? without(group, userId) : group
    })
    const told = (group: GroupRoom) => {
      herald.expel(userId, roomId)
      this.announce(group, userId)
    }
    return Effect.gen({ self: this }, function* () {
      // before the group is changed, so that whoever takes the user in again meanwhile has changed this, too
      const version = yield* records.groupListed(userId, roomId)
      const after = Effect.fnUntraced(function* ({ members }: GroupRoom) {
        // what is left in a list names a room that they are no member of, and is not shown
        if (members.includes(userId)) return
        if (version > 0) yield* Effect.ignore(records.unlist(userId, roomId, version))
        if (members.length === 0) yield* Effect.ignore(records.removeRoom(roomId))
      })
      const group = yield* this.change(by, roomId, left, told, after)
      return group.members.length === 0 ? undefined : shown(group)
    })
  }

  /** Tells everyone in a group what it is like now, but for whom it changed for. */
  private announce(group: GroupRoom, but: UserId): void {
    const { members, ...rest } = shown(group)
    const frame = { type: "group", ...rest, userIds: members } as const
    for (const member of group.members) if (member !== but) this.herald.tell(member, frame)
  }

  /** Changes a group that `by` is a member of; `told` is called if something became of it, `after` in any case. */
  private change(
    by: UserId,
    roomId: RoomId,
    next: (group: GroupRoom) => Effect.Effect<GroupRoom, ProtocolError>,
    told: (group: GroupRoom) => void,
    after: (group: GroupRoom) => Effect.Effect<void> = () => Effect.void
  ): Effect.Effect<GroupRoom, ProtocolError> {
    const { membership, records } = this
    const changed = Effect.gen(function* () {
      for (let round = 0; round < ROUNDS; round++) {
        const written = yield* records.room(roomId)
        if (written === undefined || !written.room.members.includes(by)) return yield* noMember(roomId)
        const { room, version } = written
        if (room.kind === "two") return yield* twoForGood
        const is = yield* next(room)
        if (is !== room && !(yield* records.put(is, version))) continue
        // a change may have been written before of which nobody could tell whether it was
        const news = is !== room || !same(is, membership.known.get(roomId)?.room)
        if (is.members.length === 0) membership.known.forget(roomId)
        else membership.known.set(is)
        if (news) told(is)
        yield* after(is)
        return is
      }
      return yield* busy
    })
    return membership.ofGroup(roomId, changed)
  }
}

const fullOf = (membersMax: number, field: string) =>
  refusal("forbidden", `a group has at most ${membersMax} members`, field)

const invitation = ({ roomId, title }: GroupRoom, by: UserId) =>
  ({ type: "invited", roomId, ...(title === undefined ? {} : { title }), by }) as const
