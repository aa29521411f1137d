import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { connect, settle } from "../support/Engine.ts"
import type { FakeSocket } from "../support/FakeSocket.ts"
import { Archive, config, contents, numbers, talk } from "./Archive.ts"

/** Each room's whole past is a little less than a resume may be; four such may be held. */
const rooms = numbers(1, 6).map((n) => `room-${n}`)
const COUNT = 300

const world = Effect.fnUntraced(function* (archive: Archive) {
  const talkers = yield* Effect.forEach(rooms, (room) => talk(COUNT, room))
  return { talkers, bytes: Buffer.byteLength(archive.of(rooms[0]!).join()) }
})

/** A message has 180 to 190 bytes. */
const resumeMaxBytes = 200 * COUNT

const resume = (socket: FakeSocket, room: string, ref: string) =>
  socket.say({ type: "subscribe", roomId: room, after: { epoch: 7, seq: 0 }, ref, history: 3 })

/** A client that asks for a room's past and takes nothing of the answer. */
const stuck = Effect.fnUntraced(function* (name: string, room: string) {
  const socket = yield* connect(config, name)
  socket.stall()
  resume(socket, room, "stuck")
  yield* settle
  return socket
})

const asked = Effect.fnUntraced(function* (socket: FakeSocket, room: string, ref: string) {
  resume(socket, room, ref)
  return yield* socket.until("subscribed", (frame) => frame["ref"] === ref)
})

describe("pasts that were read and that their clients have not taken", () => {
  for (const end of ["take them", "leave"] as const) {
    it.effect(`are bounded over all rooms, until their clients ${end}`, () => {
      const archive = new Archive()
      return Effect.gen(function* () {
        const { bytes } = yield* world(archive)
        assert.isBelow(bytes, resumeMaxBytes)
        assert.isAbove(bytes, resumeMaxBytes * 0.75)
        const all = yield* Effect.forEach(rooms.slice(0, 4), (room) => stuck(`stuck-in-${room}`, room))
        const bob = yield* connect(config, "bob")
        const refused = yield* asked(bob, rooms[4]!, "while they are stuck")
        assert.isFalse(refused["recovered"])
        assert.deepStrictEqual(contents(refused), numbers(COUNT - 2, COUNT))
        const alone = all.pop()!
        if (end === "leave") alone.leave()
        else alone.resume()
        yield* settle
        const given = yield* asked(bob, rooms[4]!, "once one has gone on")
        assert.isTrue(given["recovered"])
        assert.deepStrictEqual(contents(given), numbers(1, COUNT))
        // what bob was given is not held any longer
        assert.isTrue((yield* asked(bob, rooms[5]!, "elsewhere"))["recovered"])
      }).pipe(Effect.provide(archive.engine({ resumeMaxBytes })))
    })
  }

  it.effect("count once for all clients of one read", () => {
    const archive = new Archive()
    return Effect.gen(function* () {
      yield* world(archive)
      const crowd = yield* Effect.forEach(numbers(1, 20), (n) => connect(config, `user-${n}`))
      for (const socket of crowd) {
        socket.stall()
        resume(socket, rooms[0]!, "stuck")
      }
      yield* settle
      assert.strictEqual(archive.reads.length, 1)
      const bob = yield* connect(config, "bob")
      assert.isTrue((yield* asked(bob, rooms[1]!, "elsewhere"))["recovered"])
    }).pipe(Effect.provide(archive.engine({ resumeMaxBytes })))
  })

  it.effect("do not keep a room from coming back into memory, with the ids of repeats", () => {
    const archive = new Archive()
    archive.fill("cold", 250)
    return Effect.gen(function* () {
      yield* world(archive)
      yield* Effect.forEach(rooms.slice(0, 4), (room) => stuck(`stuck-in-${room}`, room))
      yield* stuck("stuck-in-the-last", rooms[4]!)
      const bob = yield* connect(config, "bob")
      const answer = yield* asked(bob, "cold", "cold")
      assert.isTrue(answer["recovered"])
      assert.deepStrictEqual(contents(answer), numbers(1, 250))
    }).pipe(Effect.provide(archive.engine({ resumeMaxBytes })))
  })
})
