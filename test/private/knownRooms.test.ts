import { assert, describe, it } from "@effect/vitest"
import { KnownRooms } from "../../src/private/KnownRooms.ts"
import type { GroupRoom, RoomOfTwo } from "../../src/private/PrivateRoom.ts"
import { room, user } from "./House.ts"

const two = (n: number): RoomOfTwo => ({ kind: "two", roomId: room(`dm:${n}`), members: [user("ann"), user(`u${n}`)] })
const group = (n: number, size: number): GroupRoom => ({
  kind: "group",
  roomId: room(`group:${n}`),
  owner: user("ann"),
  members: Array.from({ length: size }, (_, index) => user(`u${index}`))
})
const numbers = Array.from({ length: 100 }, (_, n) => n)

describe("rooms that are known", () => {
  it("of two stay so however many groups come, and the other way round", () => {
    const known = new KnownRooms(30)
    for (let n = 0; n < 10; n++) known.set(two(n))
    for (const n of numbers) known.set(group(n, 20))
    for (let n = 0; n < 10; n++) {
      assert.deepEqual(known.get(room(`dm:${n}`))?.room, two(n))
      assert.deepEqual(known.between(user("ann"), user(`u${n}`))?.room, two(n))
    }
    assert.deepEqual(known.get(room("group:99"))?.room, group(99, 20))
    for (const n of numbers) known.set(two(n))
    assert.deepEqual(known.get(room("group:99"))?.room, group(99, 20))
    assert.isUndefined(known.get(room("dm:0")))
    assert.isUndefined(known.between(user("ann"), user("u0")))
  })

  it("are as many as have room with their members, of which those that were of use last stay", () => {
    const known = new KnownRooms(30)
    for (const n of numbers) {
      known.set(group(n, 4))
      known.get(room("group:0"))
    }
    const there = numbers.filter((n) => known.get(room(`group:${n}`)) !== undefined)
    assert.deepEqual(there, [0, 95, 96, 97, 98, 99])
    for (const n of numbers) known.set(group(n, 1))
    assert.strictEqual(numbers.filter((n) => known.get(room(`group:${n}`)) !== undefined).length, 15)
  })

  it("make place for others when they are forgotten or become smaller", () => {
    const known = new KnownRooms(30)
    for (let n = 0; n < 3; n++) known.set(group(n, 9))
    known.set(group(0, 4))
    known.set(group(3, 4))
    known.forget(room("group:3"))
    known.forget(room("group:3"))
    known.set(group(4, 4))
    assert.deepEqual(
      [0, 1, 2, 3, 4].filter((n) => known.get(room(`group:${n}`)) !== undefined),
      [0, 1, 2, 4]
    )
  })

  it("hold a room that is larger than all the space there is", () => {
    const known = new KnownRooms(30)
    known.set(group(0, 3))
    known.set(group(1, 60))
    assert.isUndefined(known.get(room("group:0")))
    assert.deepEqual(known.get(room("group:1"))?.room, group(1, 60))
  })
})
