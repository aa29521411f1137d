import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { ProtocolError } from "../../src/domain/ProtocolError.ts"
import type { Group, PrivateRooms } from "../../src/private/PrivateRooms.ts"
import { conversationsOf, house, Notes, Records, room, user } from "./House.ts"

const [alice, bob, carol, dave] = [user("alice"), user("bob"), user("carol"), user("dave")]

const refused = <A>(answer: Effect.Effect<A, ProtocolError>) =>
  Effect.map(Effect.flip(answer), ({ code, field }) => ({ code, field }))

const inside = (rooms: PrivateRooms, { roomId }: Group) =>
  Effect.filter([alice, bob, carol, dave], (userId) => rooms.admits(userId, roomId))

describe("a group", () => {
  it.effect("has a name that nobody can guess, its maker as its owner, and those who were asked in", () =>
    Effect.gen(function* () {
      const rooms = yield* house(yield* Records.make)
      const group = yield* rooms.group(alice, "Trip", [bob, alice, bob])
      assert.match(group.roomId, /^group:[0-9a-f]{32}$/)
      assert.deepEqual(group, { roomId: group.roomId, title: "Trip", owner: alice, members: [alice, bob] })
      assert.notStrictEqual((yield* rooms.group(alice, undefined, [])).roomId, group.roomId)
      assert.deepEqual(yield* inside(rooms, group), [alice, bob])
      assert.isUndefined(rooms.mayWrite(bob, group.roomId))
      assert.strictEqual(rooms.mayWrite(carol, group.roomId), "unknown")
      assert.deepEqual(yield* refused(rooms.permits(carol, group.roomId)), { code: "forbidden_room", field: "roomId" })
    })
  )

  it.effect("takes in whom any member invites, and keeps them over a restart", () =>
    Effect.gen(function* () {
      const records = yield* Records.make
      const rooms = yield* house(records)
      const { roomId } = yield* rooms.group(alice, "Trip", [bob])
      const group = yield* rooms.invite(bob, roomId, carol)
      assert.deepEqual(group.members, [alice, bob, carol])
      assert.deepEqual(yield* rooms.invite(carol, roomId, bob), group)
      const later = yield* house(records)
      assert.deepEqual(yield* inside(later, group), [alice, bob, carol])
      for (const userId of [alice, bob, carol]) {
        assert.deepEqual(yield* conversationsOf(later, userId), [{ roomId, title: "Trip", owner: alice }])
      }
      assert.deepEqual(yield* conversationsOf(later, dave), [])
    })
  )

  it.effect("loses whom its owner removes, and whoever quits", () =>
    Effect.gen(function* () {
      const records = yield* Records.make
      const rooms = yield* house(records)
      const { roomId } = yield* rooms.group(alice, undefined, [bob, carol, dave])
      assert.deepEqual((yield* rooms.remove(alice, roomId, carol))?.members, [alice, bob, dave])
      const group = yield* rooms.remove(dave, roomId, dave)
      assert.deepEqual(group?.members, [alice, bob])
      for (const served of [rooms, yield* house(records)]) {
        assert.deepEqual(yield* inside(served, { roomId, owner: alice, members: [] }), [alice, bob])
        assert.deepEqual(yield* conversationsOf(served, carol), [])
        assert.deepEqual(yield* conversationsOf(served, dave), [])
        assert.deepEqual(yield* refused(served.permits(carol, roomId)), { code: "forbidden_room", field: "roomId" })
      }
      assert.deepEqual(yield* rooms.remove(alice, roomId, carol), group)
    })
  )

  it.effect("takes in again who left it", () =>
    Effect.gen(function* () {
      const records = yield* Records.make
      const rooms = yield* house(records)
      const { roomId } = yield* rooms.group(alice, undefined, [bob])
      for (let round = 0; round < 3; round++) {
        yield* rooms.remove(bob, roomId, bob)
        assert.deepEqual(yield* conversationsOf(rooms, bob), [])
        yield* rooms.invite(alice, roomId, bob)
        assert.deepEqual(yield* conversationsOf(yield* house(records), bob), [{ roomId, owner: alice }])
      }
    })
  )

  it.effect("is in the list of who was taken in again before all of their leaving was written down", () =>
    Effect.gen(function* () {
      const records = yield* Records.make
      const slow = records.beside()
      const [one, other] = [yield* house(slow), yield* house(records)]
      const { roomId } = yield* other.group(alice, undefined, [bob])
      // their list is looked at, then the group is read and written; what is left is to take it out of the list
      slow.heldAfter = 3
      const removing = yield* Effect.forkChild(one.remove(alice, roomId, bob))
      while (slow.calls < 4) yield* Effect.yieldNow
      assert.deepEqual((yield* other.invite(alice, roomId, bob)).members, [alice, bob])
      yield* slow.gate.open
      assert.deepEqual((yield* Fiber.join(removing))?.members, [alice])
      assert.deepEqual(yield* conversationsOf(yield* house(records), bob), [{ roomId, owner: alice }])
    })
  )

  it.effect("is in the list of who is taken in while a removal finds them gone already", () =>
    Effect.gen(function* () {
      const records = yield* Records.make
      const slow = records.beside()
      const [one, other] = [yield* house(slow), yield* house(records)]
      const { roomId } = yield* other.group(alice, undefined, [])
      // who invites reads the group, sees whether there is a block, and writes the list; the group is what is left
      slow.heldAfter = 3
      const inviting = yield* Effect.forkChild(one.invite(alice, roomId, bob))
      while (slow.calls < 4) yield* Effect.yieldNow
      assert.deepEqual((yield* other.remove(alice, roomId, bob))?.members, [alice])
      slow.heldAfter = undefined
      yield* slow.gate.open
      assert.deepEqual((yield* Fiber.join(inviting)).members, [alice, bob])
      assert.deepEqual(yield* conversationsOf(yield* house(records), bob), [{ roomId, owner: alice }])
    })
  )

  it.effect("is in the list of who left and came back while another removal was under way", () =>
    Effect.gen(function* () {
      const records = yield* Records.make
      const slow = records.beside()
      const [one, other] = [yield* house(slow), yield* house(records)]
      const { roomId } = yield* other.group(alice, undefined, [bob])
      slow.heldAfter = 3
      const removing = yield* Effect.forkChild(one.remove(alice, roomId, bob))
      while (slow.calls < 4) yield* Effect.yieldNow
      for (let round = 0; round < 2; round++) {
        yield* other.remove(alice, roomId, bob)
        yield* other.invite(alice, roomId, bob)
      }
      slow.heldAfter = undefined
      yield* slow.gate.open
      yield* Fiber.join(removing)
      assert.deepEqual(yield* conversationsOf(yield* house(records), bob), [{ roomId, owner: alice }])
    })
  )

  it.effect("lets only its owner remove others", () =>
    Effect.gen(function* () {
      const rooms = yield* house(yield* Records.make)
      const group = yield* rooms.group(alice, undefined, [bob, carol])
      for (const victim of [alice, carol, dave]) {
        assert.deepEqual(yield* refused(rooms.remove(bob, group.roomId, victim)), {
          code: "forbidden",
          field: "userId"
        })
      }
      assert.deepEqual(yield* inside(rooms, group), [alice, bob, carol])
    })
  )

  it.effect("passes to whoever has been in it for longest when its owner quits", () =>
    Effect.gen(function* () {
      const rooms = yield* house(yield* Records.make)
      const { roomId } = yield* rooms.group(alice, undefined, [bob])
      yield* rooms.invite(alice, roomId, carol)
      yield* rooms.remove(bob, roomId, bob)
      yield* rooms.invite(carol, roomId, bob)
      assert.deepInclude(yield* rooms.remove(alice, roomId, alice), { owner: carol, members: [carol, bob] })
      assert.deepEqual(yield* conversationsOf(rooms, bob), [{ roomId, owner: carol }])
      assert.deepInclude(yield* rooms.remove(carol, roomId, bob), { owner: carol, members: [carol] })
    })
  )

  it.effect("ends with the last one, and is then as if it had never been", () =>
    Effect.gen(function* () {
      const records = yield* Records.make
      const rooms = yield* house(records)
      const { roomId } = yield* rooms.group(alice, "Trip", [])
      assert.isUndefined(yield* rooms.remove(alice, roomId, alice))
      const never = room(`group:${"0".repeat(32)}`)
      for (const name of [roomId, never]) {
        for (const answer of [
          rooms.invite(alice, name, bob),
          rooms.remove(alice, name, alice),
          rooms.permits(alice, name)
        ]) {
          assert.deepEqual(yield* refused(answer), { code: "forbidden_room", field: "roomId" })
        }
        assert.isFalse(yield* rooms.admits(alice, name))
      }
      assert.deepEqual(yield* conversationsOf(rooms, alice), [])
    })
  )

  it.effect("has as many members as it may, and no more, however many are invited at once", () =>
    Effect.gen(function* () {
      const records = yield* Records.make
      const rooms = yield* house(records, { membersMax: 3 })
      const tooMany = rooms.group(alice, undefined, [bob, carol, dave])
      assert.deepEqual(yield* refused(tooMany), { code: "forbidden", field: "invite" })
      const group = yield* rooms.group(alice, undefined, [])
      const invited = yield* Effect.forEach(
        [bob, carol, dave],
        (userId) => Effect.result(rooms.invite(alice, group.roomId, userId)),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(invited.filter(({ _tag }) => _tag === "Success").length, 2)
      assert.strictEqual((yield* inside(yield* house(records), group)).length, 3)
    })
  )

  it.effect("cannot be filled with people who have blocked who invites them", () =>
    Effect.gen(function* () {
      const rooms = yield* house(yield* Records.make)
      yield* rooms.block(bob, alice)
      const made = rooms.group(alice, undefined, [carol, bob])
      assert.deepEqual(yield* refused(made), { code: "forbidden", field: "invite" })
      const { roomId } = yield* rooms.group(alice, undefined, [carol])
      assert.deepEqual(yield* refused(rooms.invite(alice, roomId, bob)), { code: "forbidden", field: "userId" })
      assert.deepEqual((yield* rooms.invite(carol, roomId, bob)).members, [alice, carol, bob])
      assert.deepEqual(yield* conversationsOf(rooms, bob), [{ roomId, owner: alice }])
    })
  )

  it.effect("is not for those without a name of their own", () =>
    Effect.gen(function* () {
      const rooms = yield* house(yield* Records.make)
      const nobody = user("anonymous")
      assert.deepEqual(yield* refused(rooms.group(alice, undefined, [nobody])), {
        code: "invalid_user_id",
        field: "invite"
      })
      const { roomId } = yield* rooms.group(alice, undefined, [])
      assert.deepEqual(yield* refused(rooms.invite(alice, roomId, nobody)), {
        code: "invalid_user_id",
        field: "userId"
      })
    })
  )

  it.effect("is one of as many as one user may make, however many are made at once", () =>
    Effect.gen(function* () {
      const records = yield* Records.make
      const rooms = yield* house(records, { groupsMax: 3 })
      const made = yield* Effect.forEach([1, 2, 3, 4, 5], () => Effect.result(rooms.group(alice, undefined, [bob])), {
        concurrency: "unbounded"
      })
      assert.strictEqual(made.filter(({ _tag }) => _tag === "Success").length, 3)
      assert.deepInclude(yield* Effect.flip(rooms.group(alice, undefined, [])), {
        code: "forbidden",
        message: "you have made 3 groups that are still there, and may make no more"
      })
      assert.strictEqual((yield* conversationsOf(rooms, alice)).length, 3)
      assert.strictEqual((yield* conversationsOf(rooms, bob)).length, 3)
      // whoever was taken into as many may still make their own
      yield* rooms.group(bob, undefined, [])
      assert.deepInclude(yield* Effect.flip((yield* house(records, { groupsMax: 3 })).group(alice, undefined, [])), {
        code: "forbidden"
      })
    })
  )

  it.effect("counts for its maker until its last member has left, whoever that is", () =>
    Effect.gen(function* () {
      const records = yield* Records.make
      const rooms = yield* house(records, { groupsMax: 1 })
      const { roomId } = yield* rooms.group(alice, undefined, [bob])
      yield* rooms.remove(alice, roomId, alice)
      assert.deepInclude(yield* Effect.flip(rooms.group(alice, undefined, [])), { code: "forbidden" })
      assert.isUndefined(yield* rooms.remove(bob, roomId, bob))
      const next = yield* rooms.group(alice, undefined, [])
      assert.isUndefined(yield* rooms.remove(alice, next.roomId, alice))
      yield* rooms.group(alice, undefined, [])
    })
  )

  it.effect("goes on while the store is away, and is not changed", () =>
    Effect.gen(function* () {
      const records = yield* Records.make
      const rooms = yield* house(records)
      const group = yield* rooms.group(alice, undefined, [bob])
      records.away = true
      assert.isTrue(yield* rooms.admits(bob, group.roomId))
      assert.isUndefined(rooms.mayWrite(bob, group.roomId))
      for (const change of [
        rooms.invite(alice, group.roomId, carol),
        rooms.remove(alice, group.roomId, bob),
        rooms.group(alice, undefined, [])
      ]) {
        assert.deepInclude(yield* Effect.flip(change), { code: "unavailable", retryAfterMs: 1000 })
      }
      records.away = false
      assert.deepEqual(yield* inside(yield* house(records), group), [alice, bob])
    })
  )
})

const invited = (by: string, roomId: string) => ({ type: "invited", roomId, title: "Trip", by })
const group = (roomId: string, owner: string, ...userIds: ReadonlyArray<string>) => ({
  type: "group",
  roomId,
  title: "Trip",
  owner,
  userIds
})

describe("what is told of a group", () => {
  const setting = Effect.gen(function* () {
    const herald = new Notes()
    const records = yield* Records.make
    const rooms = yield* house(records, { herald })
    const { roomId } = yield* rooms.group(alice, "Trip", [bob])
    return { herald, records, rooms, roomId }
  })
  it.effect("goes to those who were taken in, and to those who were there", () =>
    Effect.gen(function* () {
      const { herald, roomId, rooms } = yield* setting
      assert.deepEqual(herald.take(), [{ to: "bob", frame: invited("alice", roomId) }])
      yield* rooms.invite(bob, roomId, carol)
      assert.deepEqual(herald.take(), [
        { admitted: "carol", roomId },
        { to: "carol", frame: invited("bob", roomId) },
        { to: "alice", frame: group(roomId, "alice", "alice", "bob", "carol") },
        { to: "bob", frame: group(roomId, "alice", "alice", "bob", "carol") }
      ])
      yield* rooms.invite(bob, roomId, carol)
      yield* TestClock.adjust("10 seconds")
      assert.deepEqual(herald.take(), [])
    })
  )

  it.effect("goes to those who stay, once who left was seen out", () =>
    Effect.gen(function* () {
      const { herald, roomId, rooms } = yield* setting
      yield* rooms.invite(alice, roomId, carol)
      yield* TestClock.adjust("1 second")
      herald.take()
      yield* rooms.remove(alice, roomId, carol)
      assert.deepEqual(herald.take(), [
        { expelled: "carol", roomId },
        { to: "alice", frame: group(roomId, "alice", "alice", "bob") },
        { to: "bob", frame: group(roomId, "alice", "alice", "bob") }
      ])
      yield* TestClock.adjust("1 second")
      yield* rooms.remove(alice, roomId, alice)
      assert.deepEqual(herald.take(), [
        { expelled: "alice", roomId },
        { to: "bob", frame: group(roomId, "bob", "bob") }
      ])
    })
  )

  it.effect("is gathered where one change follows another, and told once a second as it is then", () =>
    Effect.gen(function* () {
      const { herald, roomId, rooms } = yield* setting
      yield* rooms.invite(alice, roomId, carol)
      herald.take()
      yield* TestClock.adjust("400 millis")
      yield* rooms.invite(alice, roomId, dave)
      yield* rooms.remove(alice, roomId, bob)
      assert.deepEqual(herald.take(), [
        { admitted: "dave", roomId },
        { to: "dave", frame: invited("alice", roomId) },
        { expelled: "bob", roomId }
      ])
      yield* TestClock.adjust("599 millis")
      assert.deepEqual(herald.take(), [])
      yield* TestClock.adjust("1 millis")
      const now = group(roomId, "alice", "alice", "carol", "dave")
      const everyone = [
        { to: "alice", frame: now },
        { to: "carol", frame: now },
        { to: "dave", frame: now }
      ]
      assert.deepEqual(herald.take(), everyone)
      yield* rooms.remove(dave, roomId, dave)
      assert.deepEqual(herald.take(), [{ expelled: "dave", roomId }])
      yield* TestClock.adjust("1 second")
      assert.deepEqual(herald.take(), [
        { to: "alice", frame: group(roomId, "alice", "alice", "carol") },
        { to: "carol", frame: group(roomId, "alice", "alice", "carol") }
      ])
      yield* TestClock.adjust("10 seconds")
      assert.deepEqual(herald.take(), [])
    })
  )

  it.effect("is told at once of one group while another one has to wait, and of none that ended", () =>
    Effect.gen(function* () {
      const { herald, roomId, rooms } = yield* setting
      yield* rooms.invite(alice, roomId, carol)
      yield* TestClock.adjust("500 millis")
      const other = yield* rooms.group(alice, "Trip", [bob])
      herald.take()
      yield* rooms.remove(bob, other.roomId, bob)
      assert.deepEqual(herald.take(), [
        { expelled: "bob", roomId: other.roomId },
        { to: "alice", frame: group(other.roomId, "alice", "alice") }
      ])
      yield* rooms.remove(alice, other.roomId, alice)
      yield* rooms.remove(carol, roomId, carol)
      herald.take()
      yield* TestClock.adjust("500 millis")
      assert.deepEqual(herald.take(), [
        { to: "alice", frame: group(roomId, "alice", "alice", "bob") },
        { to: "bob", frame: group(roomId, "alice", "alice", "bob") }
      ])
      yield* TestClock.adjust("10 seconds")
      assert.deepEqual(herald.take(), [])
    })
  )

  it.effect("is told by the try that finds out that an earlier one was done after all", () =>
    Effect.gen(function* () {
      const { herald, records, roomId, rooms } = yield* setting
      herald.take()
      // who is removed is looked up in their list, then the group is read, then it is written
      records.lieAfter = 2
      assert.deepInclude(yield* Effect.flip(rooms.remove(alice, roomId, bob)), { code: "unavailable" })
      records.lieAfter = undefined
      assert.deepEqual(herald.take(), [])
      assert.deepEqual((yield* rooms.remove(alice, roomId, bob))?.members, [alice])
      assert.deepEqual(herald.take(), [
        { expelled: "bob", roomId },
        { to: "alice", frame: group(roomId, "alice", "alice") }
      ])
      assert.strictEqual(rooms.mayWrite(bob, roomId), "unknown")
    })
  )
})

describe("the list of conversations", () => {
  it.effect("costs no more for all the groups that were left", () =>
    Effect.gen(function* () {
      const records = yield* Records.make
      const rooms = yield* house(records)
      const { roomId } = yield* rooms.group(alice, undefined, [bob])
      const costs = Effect.gen(function* () {
        const before = records.calls
        yield* rooms.page(alice, 1, undefined)
        return records.calls - before
      })
      const atFirst = yield* costs
      for (let n = 0; n < 50; n++) {
        yield* rooms.remove(alice, (yield* rooms.group(alice, undefined, [])).roomId, alice)
        yield* rooms.remove(bob, roomId, alice).pipe(Effect.ignore)
      }
      for (let n = 0; n < 50; n++) {
        const other = yield* rooms.group(bob, undefined, [alice])
        yield* rooms.remove(bob, other.roomId, alice)
      }
      assert.strictEqual(yield* costs, atFirst)
    })
  )

  it.effect("is complete though many groups were never finished, and looks at a few hundred at a time", () =>
    Effect.gen(function* () {
      const records = yield* Records.make
      const rooms = yield* house(records)
      for (let n = 0; n < 500; n++) {
        // the room itself is written last
        records.awayAfter = 3
        assert.deepInclude(yield* Effect.flip(rooms.group(alice, undefined, [])), { code: "unavailable" })
      }
      records.awayAfter = undefined
      const titles = ["a", "b", "c"]
      yield* Effect.forEach(titles, (title) => rooms.group(alice, title, []))
      for (const limit of [1, 2, 50]) {
        const found = []
        let after: string | undefined
        do {
          const before = records.calls
          const page = yield* (yield* house(records)).page(alice, limit, after)
          assert.isAtMost(records.calls - before, 2 * 250)
          found.push(...page.conversations.map(({ title }) => title))
          after = page.next
        } while (after !== undefined)
        assert.sameMembers(found, titles)
      }
    })
  )

  it.effect("names a group once, though its invitation had to be tried again", () =>
    Effect.gen(function* () {
      const records = yield* Records.make
      const rooms = yield* house(records)
      const { roomId } = yield* rooms.group(alice, "Trip", [])
      for (let n = 0; n < 3; n++) {
        // the group is read, it is seen whether there is a block, the list is written, and then the group
        records.awayAfter = 3
        assert.deepInclude(yield* Effect.flip(rooms.invite(alice, roomId, bob)), { code: "unavailable" })
      }
      records.awayAfter = undefined
      yield* rooms.invite(alice, roomId, bob)
      yield* rooms.between(bob, alice)
      for (const limit of [1, 2, 3]) {
        const first = yield* rooms.page(bob, limit, undefined)
        const second = first.next === undefined ? [] : (yield* rooms.page(bob, limit, first.next)).conversations
        assert.deepEqual(
          [...first.conversations, ...second].map(({ title, with: other }) => title ?? other),
          ["Trip", alice]
        )
      }
      yield* rooms.remove(bob, roomId, bob)
      assert.strictEqual((yield* conversationsOf(rooms, bob)).length, 1)
    })
  )

  it.effect("comes in pages that have each of them once, groups first", () =>
    Effect.gen(function* () {
      const rooms = yield* house(yield* Records.make)
      const groups = yield* Effect.forEach(Array.from({ length: 7 }), (_, n) => rooms.group(alice, `g${n}`, [bob]))
      for (let n = 0; n < 6; n++)
        yield* rooms.between(n % 2 === 0 ? alice : user(`u${n}`), n % 2 === 0 ? user(`u${n}`) : alice)
      for (const { roomId } of groups.slice(0, 3)) yield* rooms.remove(alice, roomId, alice)
      for (let limit = 1; limit <= 12; limit++) {
        const found = []
        let after: string | undefined
        do {
          const page = yield* rooms.page(alice, limit, after)
          assert.isAtMost(page.conversations.length, limit)
          found.push(...page.conversations)
          after = page.next
        } while (after !== undefined)
        assert.deepEqual(
          found.map((conversation) => conversation.with),
          [undefined, undefined, undefined, undefined, "u0", "u1", "u2", "u3", "u4", "u5"].map((name) =>
            name === undefined ? undefined : user(name)
          )
        )
        assert.sameMembers(
          found.slice(0, 4).map(({ title }) => title),
          ["g3", "g4", "g5", "g6"]
        )
      }
    })
  )
})
