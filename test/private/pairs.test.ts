import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import type { RoomId } from "../../src/domain/RoomId.ts"
import { PairKey, pairOf } from "../../src/private/PairKey.ts"
import { conversationsOf, house, key, Notes, Records, room, user } from "./House.ts"

const [alice, bob, carol] = [user("alice"), user("bob"), user("carol")]

/** Names that pairs could be mistaken by. */
const Tricky = Schema.Literals(["a", "b", "ab", "aab", "1", "1:", "1:a", "1:b", "a1:b", "1:a1:b", "2:ab", "11:a", ":a"])

const named = (byte: number) => Effect.provide(PairKey, key(byte), { local: true })

describe("names of rooms of two", () => {
  it.effect("are the same whoever is named first, and others under another key", () =>
    Effect.gen(function* () {
      const [one, other] = [yield* named(1), yield* named(2)]
      assert.strictEqual(one.room(alice, bob), one.room(bob, alice))
      assert.notStrictEqual(one.room(alice, bob), other.room(alice, bob))
      assert.match(one.room(alice, bob), /^dm:[0-9a-f]{48}$/)
    })
  )

  it.effect("have nothing in common with those of like pairs, and no order", () =>
    Effect.gen(function* () {
      const names = yield* named(1)
      const all = Array.from({ length: 200 }, (_, n) => names.room(alice, user(`user${n}`)))
      assert.strictEqual(new Set(all).size, all.length)
      assert.notDeepEqual(all.toSorted(), all)
      const beginnings = all.map((name) => name.slice(0, "dm:".length + 8))
      assert.strictEqual(new Set(beginnings).size, all.length)
    })
  )

  it.effect("differ for pairs whose names run together to the same text", () =>
    Effect.gen(function* () {
      const names = yield* named(1)
      assert.notStrictEqual(names.room(user("ab"), user("c")), names.room(user("a"), user("bc")))
      assert.notStrictEqual(names.room(user("1:a"), user("b")), names.room(user("1"), user("a1:b")))
      assert.notStrictEqual(names.room(alice, alice), names.room(alice, bob))
    })
  )

  it.effect.prop(
    "stand for one pair only",
    { one: Schema.Tuple([Tricky, Tricky]), other: Schema.Tuple([Tricky, Tricky]) },
    ({ one, other }) =>
      Effect.sync(() => {
        const same = one.toSorted().join(" ") === other.toSorted().join(" ")
        assert.strictEqual(pairOf(user(one[0]), user(one[1])) === pairOf(user(other[0]), user(other[1])), same)
      }),
    { arbitrary: { runs: 2000 } }
  )
})

describe("a room of two", () => {
  it.effect("is one for both, and has no other members", () =>
    Effect.gen(function* () {
      const rooms = yield* house(yield* Records.make)
      const roomId = yield* rooms.between(alice, bob)
      assert.strictEqual(yield* rooms.between(bob, alice), roomId)
      assert.deepEqual(yield* Effect.forEach([alice, bob, carol], (userId) => rooms.admits(userId, roomId)), [
        true,
        true,
        false
      ])
    })
  )

  it.effect("may be a notebook of one", () =>
    Effect.gen(function* () {
      const records = yield* Records.make
      const rooms = yield* house(records)
      const roomId = yield* rooms.between(alice, alice)
      assert.isTrue(yield* (yield* house(records)).admits(alice, roomId))
      assert.isFalse(yield* rooms.admits(bob, roomId))
      assert.deepEqual(yield* conversationsOf(rooms, alice), [{ roomId, with: alice }])
      assert.isUndefined(rooms.mayWrite(alice, roomId))
    })
  )

  it.effect("is there for both after a restart, before anything was said in it", () =>
    Effect.gen(function* () {
      const records = yield* Records.make
      const roomId = yield* (yield* house(records)).between(bob, alice)
      const rooms = yield* house(records)
      assert.isTrue(yield* rooms.admits(alice, roomId))
      assert.isTrue(yield* rooms.admits(bob, roomId))
      assert.isFalse(yield* rooms.admits(carol, roomId))
      assert.deepEqual(yield* conversationsOf(rooms, alice), [{ roomId, with: bob }])
      assert.deepEqual(yield* conversationsOf(rooms, bob), [{ roomId, with: alice }])
    })
  )

  it.effect("keeps its name when the key changes", () =>
    Effect.gen(function* () {
      const records = yield* Records.make
      const roomId = yield* (yield* house(records)).between(alice, bob)
      const rooms = yield* house(records, { keyed: 2 })
      assert.strictEqual(yield* rooms.between(bob, alice), roomId)
      assert.notStrictEqual(yield* rooms.between(bob, carol), yield* Effect.map(named(1), (n) => n.room(bob, carol)))
    })
  )

  it.effect("is one where both open it at once, on servers with different keys, too", () =>
    Effect.gen(function* () {
      const records = yield* Records.make
      const [one, other] = [yield* house(records), yield* house(records, { keyed: 2 })]
      const opened = yield* Effect.all(
        [one.between(alice, bob), other.between(bob, alice), one.between(bob, alice), other.between(alice, bob)],
        { concurrency: "unbounded" }
      )
      assert.strictEqual(new Set(opened).size, 1)
      const [roomId] = opened
      for (const rooms of [one, other, yield* house(records)]) {
        assert.isTrue(yield* rooms.admits(alice, roomId))
        assert.deepEqual(yield* conversationsOf(rooms, bob), [{ roomId, with: alice }])
        assert.deepEqual(yield* conversationsOf(rooms, alice), [{ roomId, with: bob }])
      }
    })
  )

  it.effect("that could only be written down in part is made whole by the next try", () =>
    Effect.gen(function* () {
      for (let done = 0; done < 8; done++) {
        const records = yield* Records.make
        const rooms = yield* house(records)
        records.awayAfter = done
        const failed = yield* Effect.flip(rooms.between(alice, bob))
        assert.deepInclude(failed, { code: "unavailable", retryAfterMs: 1000 })
        records.awayAfter = undefined
        const roomId = yield* (yield* house(records)).between(bob, alice)
        const later = yield* house(records)
        assert.isTrue(yield* later.admits(alice, roomId))
        assert.deepEqual(yield* conversationsOf(later, alice), [{ roomId, with: bob }])
        assert.deepEqual(yield* conversationsOf(later, bob), [{ roomId, with: alice }])
      }
    })
  )

  it.effect("has the members it has for good", () =>
    Effect.gen(function* () {
      const rooms = yield* house(yield* Records.make)
      const roomId = yield* rooms.between(alice, bob)
      for (const change of [
        rooms.invite(alice, roomId, carol),
        rooms.remove(alice, roomId, bob),
        rooms.remove(alice, roomId, alice)
      ]) {
        assert.deepInclude(yield* Effect.flip(change), { code: "forbidden", field: "roomId" })
      }
      for (const change of [rooms.invite(carol, roomId, carol), rooms.remove(carol, roomId, carol)]) {
        assert.deepInclude(yield* Effect.flip(change), { code: "forbidden_room", field: "roomId" })
      }
      assert.isTrue(yield* rooms.admits(bob, roomId))
    })
  )

  it.effect("cannot be told from one that never was, by those who are not in it", () =>
    Effect.gen(function* () {
      const records = yield* Records.make
      const rooms = yield* house(records)
      const real = yield* rooms.between(alice, bob)
      const never = room(`dm:${"0".repeat(48)}`)
      const answers = (roomId: RoomId) =>
        Effect.gen(function* () {
          const before = records.calls
          const admitted = yield* Effect.result(rooms.admits(carol, roomId))
          const written = yield* Effect.result(rooms.permits(carol, roomId))
          const invited = yield* Effect.result(rooms.invite(carol, roomId, carol))
          const quit = yield* Effect.result(rooms.remove(carol, roomId, carol))
          const text = JSON.stringify([admitted, written, invited, quit, rooms.mayWrite(carol, roomId)])
          return { text: text.replaceAll(roomId, "…"), calls: records.calls - before }
        })
      assert.deepEqual(yield* answers(real), yield* answers(never))
      records.away = true
      assert.deepEqual(yield* answers(real), yield* answers(never))
    })
  )

  it.effect("goes on while the store is away, if it is in use", () =>
    Effect.gen(function* () {
      const records = yield* Records.make
      const rooms = yield* house(records)
      const roomId = yield* rooms.between(alice, bob)
      records.away = true
      assert.strictEqual(yield* rooms.between(bob, alice), roomId)
      assert.isTrue(yield* rooms.admits(bob, roomId))
      assert.isUndefined(rooms.mayWrite(bob, roomId))
      assert.deepInclude(yield* Effect.flip(rooms.between(alice, carol)), { code: "unavailable", retryAfterMs: 1000 })
      assert.deepInclude(yield* Effect.flip(conversationsOf(rooms, alice)), { code: "unavailable", retryAfterMs: 1000 })
    })
  )
})

describe("whoever is blocked", () => {
  it.effect("cannot open a room with who blocked them, nor leaves a trace of it", () =>
    Effect.gen(function* () {
      const rooms = yield* house(yield* Records.make)
      assert.deepEqual(yield* rooms.block(bob, alice), [alice])
      assert.deepInclude(yield* Effect.flip(rooms.between(alice, bob)), { code: "forbidden", field: "to" })
      assert.deepEqual(yield* conversationsOf(rooms, bob), [])
      assert.deepEqual(yield* conversationsOf(rooms, alice), [])
    })
  )

  it.effect("cannot write in the room they have, and still reads it; the other one can write", () =>
    Effect.gen(function* () {
      const records = yield* Records.make
      const rooms = yield* house(records)
      const roomId = yield* rooms.between(alice, bob)
      assert.isUndefined(rooms.mayWrite(alice, roomId))
      yield* rooms.block(bob, alice)
      const later = yield* house(records)
      assert.strictEqual(later.mayWrite(alice, roomId), "unknown")
      for (const served of [rooms, later]) {
        assert.deepInclude(yield* Effect.flip(served.permits(alice, roomId)), { code: "forbidden", field: "roomId" })
        assert.deepInclude(served.mayWrite(alice, roomId), { code: "forbidden", field: "roomId" })
        assert.deepInclude(yield* Effect.flip(served.between(alice, bob)), { code: "forbidden", field: "to" })
        assert.isTrue(yield* served.admits(alice, roomId))
        assert.isUndefined(served.mayWrite(bob, roomId))
        assert.strictEqual(yield* served.between(bob, alice), roomId)
      }
    })
  )

  it.effect("can write again once they are not blocked any more", () =>
    Effect.gen(function* () {
      const rooms = yield* house(yield* Records.make)
      const roomId = yield* rooms.between(alice, bob)
      yield* rooms.block(alice, bob)
      yield* rooms.block(bob, alice)
      assert.deepEqual(yield* rooms.unblock(bob, alice), [])
      assert.isUndefined(rooms.mayWrite(alice, roomId))
      assert.deepInclude(rooms.mayWrite(bob, roomId), { code: "forbidden" })
      assert.deepEqual(yield* rooms.unblock(alice, bob), [])
      assert.isUndefined(rooms.mayWrite(bob, roomId))
      assert.strictEqual(yield* rooms.between(alice, bob), roomId)
    })
  )

  it.effect("is found out however the block meets the opening of the room", () =>
    Effect.gen(function* () {
      for (let wait = 0; wait < 24; wait++) {
        const rooms = yield* house(yield* Records.make)
        const block = Effect.andThen(Effect.repeat(Effect.yieldNow, { times: wait }), rooms.block(bob, alice))
        yield* Effect.all([Effect.ignore(rooms.between(alice, bob)), block], { concurrency: 2 })
        assert.deepInclude(yield* Effect.flip(rooms.between(alice, bob)), { code: "forbidden" })
      }
    })
  )

  it.effect("is blocked once nobody can say that it was not, after a block of unknown outcome", () =>
    Effect.gen(function* () {
      const records = yield* Records.make
      const rooms = yield* house(records)
      const roomId = yield* rooms.between(alice, bob)
      yield* rooms.blocks(bob)
      records.lieAfter = 1
      assert.deepInclude(yield* Effect.flip(rooms.block(bob, alice)), { code: "unavailable" })
      records.lieAfter = undefined
      assert.deepEqual(yield* rooms.block(bob, alice), [alice])
      assert.deepInclude(rooms.mayWrite(alice, roomId), { code: "forbidden" })
    })
  )

  it.effect("is never oneself", () =>
    Effect.gen(function* () {
      const rooms = yield* house(yield* Records.make)
      assert.deepInclude(yield* Effect.flip(rooms.block(alice, alice)), { code: "forbidden", field: "userId" })
    })
  )
})

describe("blocks", () => {
  it.effect("are listed, and kept over a restart", () =>
    Effect.gen(function* () {
      const records = yield* Records.make
      const rooms = yield* house(records)
      yield* rooms.block(alice, carol)
      assert.deepEqual(yield* rooms.block(alice, bob), [bob, carol])
      assert.deepEqual(yield* rooms.block(alice, bob), [bob, carol])
      assert.deepEqual(yield* (yield* house(records)).blocks(alice), [bob, carol])
      assert.deepEqual(yield* rooms.blocks(bob), [])
      assert.deepEqual(yield* rooms.unblock(alice, user("nobody")), [bob, carol])
    })
  )

  it.effect("are a thousand at most, however many are asked for at once", () =>
    Effect.gen(function* () {
      const rooms = yield* house(yield* Records.make)
      yield* Effect.forEach(Array.from({ length: 998 }), (_, n) => rooms.block(alice, user(`u${n}`)))
      const last = yield* Effect.forEach(
        [1, 2, 3, 4, 5].map((n) => user(`last${n}`)),
        (userId) => Effect.result(rooms.block(alice, userId)),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(last.filter(({ _tag }) => _tag === "Success").length, 2)
      assert.strictEqual((yield* rooms.blocks(alice)).length, 1000)
      assert.deepInclude(yield* Effect.flip(rooms.block(alice, bob)), { code: "forbidden", field: "userId" })
      yield* rooms.unblock(alice, user("u0"))
      assert.include(yield* rooms.block(alice, bob), bob)
    })
  )
})

describe("what is told", () => {
  it.effect("of rooms of two and blocks is nothing", () =>
    Effect.gen(function* () {
      const herald = new Notes()
      const rooms = yield* house(yield* Records.make, { herald })
      yield* rooms.between(alice, bob)
      yield* rooms.block(bob, alice)
      yield* rooms.unblock(bob, alice)
      assert.deepEqual(herald.take(), [])
    })
  )
})
