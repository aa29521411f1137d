/** What a room shows beside its messages: who is there, who writes, and how it may be spoken in. */
import { assert, describe, it } from "@effect/vitest"
import { HubbubError } from "../../src/client/index.ts"
import { contents, joined } from "./Site.ts"

const ROOM = "lobby"

const inRoom = async (options: Parameters<typeof joined>[0] = {}, ...said: ReadonlyArray<string>) => {
  const place = await joined(options, ROOM)
  for (const content of said) place.server.say(ROOM, content)
  await place.clock.advance(10)
  return { ...place, room: place.client.room(ROOM) }
}

const named = (ids: ReadonlyArray<string>) => ids.map((userId) => ({ userId, username: userId }))

describe("who is there", () => {
  it("is a list and its differences, and the list again where one is missing", async () => {
    const place = await inRoom()
    const names = () => place.room.getSnapshot().members.map(({ userId }) => userId)
    const diff = (version: number, joinedIds: ReadonlyArray<string>, leftIds: ReadonlyArray<string> = []) => {
      const members = 1 + version
      place.server.room(ROOM).presence = version
      place.server.line.tell({
        type: "presence_diff",
        roomId: ROOM,
        version,
        members,
        joined: named(joinedIds),
        left: named(leftIds)
      })
    }
    const asked = () => place.server.line.received.filter(({ type }) => type === "presence").length
    assert.deepEqual(names(), ["ann"])
    diff(1, ["bob"])
    diff(2, ["cid"], ["bob"])
    diff(2, ["dan"])
    await place.clock.advance(10)
    assert.deepEqual(names(), ["ann", "cid"])
    assert.strictEqual(asked(), 1)
    diff(4, ["eve"])
    await place.clock.advance(10)
    assert.strictEqual(asked(), 2)
    assert.deepEqual(names(), ["ann"])
  })

  it("is asked as long as it is wanted, and at once where it is wanted after all", async () => {
    const place = await joined({})
    const room = place.client.room(ROOM)
    const asked = () => place.server.line.received.filter(({ type }) => type === "presence").length
    const change = (version: number) =>
      place.server.line.tell({
        type: "presence_diff",
        roomId: ROOM,
        version,
        members: 10 + version,
        joined: [],
        left: []
      })
    void room.join({ members: false })
    await place.clock.advance(100)
    change(5)
    await place.clock.advance(100)
    assert.deepEqual([asked(), room.getSnapshot().members, room.getSnapshot().memberCount], [0, [], 15])

    place.server.room(ROOM).presence = 5
    void room.join()
    await place.clock.advance(100)
    assert.deepEqual([asked(), room.getSnapshot().members], [1, [{ userId: "ann", username: "ANN" }]])
    change(6)
    await place.clock.advance(100)
    assert.deepEqual([asked(), room.getSnapshot().memberCount], [1, 16])

    void room.join({ members: false })
    change(9)
    place.server.restart(1012)
    await place.clock.advance(60_000)
    assert.strictEqual(room.getSnapshot().status, "joined")
    assert.strictEqual(asked(), 0)
  })
})

describe("who writes", () => {
  it("lapses after 30 s where nothing says that it is over, and ends with a connection", async () => {
    const place = await inRoom()
    const names = () => place.room.getSnapshot().typing.map(({ userId }) => userId)
    const type = (userId: string, active = true) =>
      place.server.line.tell({ type: "typing", roomId: ROOM, userId, username: userId, active })
    type("bob")
    type("cid")
    type("cid", false)
    await place.clock.advance(29_900)
    assert.deepEqual(names(), ["bob"])
    type("bob")
    await place.clock.advance(29_900)
    assert.deepEqual(names(), ["bob"])
    await place.clock.advance(200)
    assert.deepEqual(names(), [])
    type("bob")
    await place.clock.advance(10)
    place.server.restart(1006)
    await place.clock.advance(10)
    assert.deepEqual(names(), [])
  })

  it("is said once in 3 s, and that it is over once", async () => {
    const place = await inRoom()
    const said = () => place.server.line.received.filter(({ type }) => type === "typing").map(({ active }) => active)
    for (let n = 0; n < 10; n++) {
      place.room.typing()
      await place.clock.advance(500)
    }
    place.room.typing(false)
    place.room.typing(false)
    await place.clock.advance(10)
    assert.deepEqual(said(), [true, true, false])
  })
})

describe("what is unread", () => {
  it("is what others said after the mark, which goes forward only", async () => {
    // I1
    const place = await inRoom({}, "one", "two", "three")
    await place.clock.advance(2000)
    assert.strictEqual(place.room.getSnapshot().unread, 3)
    place.server.change(ROOM, 1)
    void place.room.send("mine")
    await place.clock.advance(10)
    assert.strictEqual(place.room.getSnapshot().unread, 2)
    // read on another device
    place.server.read(ROOM, "ann", { epoch: 1, seq: 1 })
    place.server.read(ROOM, "ann", { epoch: 1, seq: 0 })
    await place.clock.advance(10)
    assert.deepInclude(place.room.getSnapshot(), { unread: 1, firstUnread: { epoch: 1, seq: 2 } })
    void place.room.read()
    assert.deepInclude(place.room.getSnapshot(), { unread: 0, read: { epoch: 1, seq: 4 }, firstUnread: undefined })
    void place.room.read(1)
    await place.clock.advance(10)
    assert.deepInclude(place.room.getSnapshot(), { unread: 0, read: { epoch: 1, seq: 4 } })
    assert.lengthOf(
      place.server.line.received.filter(({ type }) => type === "read"),
      1
    )
  })
})

describe("how a room may be spoken in", () => {
  it("is shown: slow mode, frozen, muted here and everywhere", async () => {
    const place = await inRoom()
    const { line } = place.server
    line.tell({ type: "room", roomId: ROOM, slowModeSeconds: 30, frozen: true })
    line.tell({ type: "muted", roomId: ROOM, until: "2026-01-01T01:00:00.000Z" })
    line.tell({ type: "muted", reason: "spam" })
    await place.clock.advance(10)
    assert.deepInclude(place.room.getSnapshot(), { slowModeSeconds: 30, frozen: true })
    assert.deepInclude(place.room.getSnapshot().muted, { until: "2026-01-01T01:00:00.000Z" })
    assert.deepInclude(place.client.getSnapshot().muted, { reason: "spam" })
    line.tell({ type: "unmuted", roomId: ROOM })
    line.tell({ type: "unmuted" })
    await place.clock.advance(10)
    assert.isUndefined(place.room.getSnapshot().muted)
    assert.isUndefined(place.client.getSnapshot().muted)
  })
})

describe("being in a room", () => {
  it("is refused by name, and does not try again by itself", async () => {
    const place = await joined()
    place.server.troubles = { ...place.server.troubles, refusal: () => ({ code: "forbidden_room", field: "roomId" }) }
    const refused = place.client.room("secret").join()
    const unsaid = place.client.room("secret").send("hello?")
    await place.clock.advance(1000)
    for (const promise of [refused, unsaid]) {
      const error: unknown = await promise.catch((reason: unknown) => reason)
      assert.instanceOf(error, HubbubError)
      assert.deepInclude(error, { code: "forbidden_room", field: "roomId" })
    }
    assert.strictEqual(place.client.room("secret").getSnapshot().status, "refused")
    assert.lengthOf(place.server.line.received, 1)
  })

  it("of many rooms is asked for at the server's pace", async () => {
    const place = await joined()
    let tokens = 20
    let refusals = 0
    let at = place.clock.now()
    place.server.limits = { ...place.server.limits, joinsPerSecond: 5 }
    place.server.restart(1006)
    await place.clock.advance(2000)
    place.server.troubles = {
      ...place.server.troubles,
      refusal: ({ type }) => {
        if (type !== "subscribe") return undefined
        tokens = Math.min(20, tokens + ((place.clock.now() - at) / 1000) * 5)
        at = place.clock.now()
        if (tokens >= 1) {
          tokens--
          return undefined
        }
        refusals++
        return { code: "rate_limited", retryAfterMs: Math.ceil((1 - tokens) * 200) }
      }
    }
    const rooms = Array.from({ length: 128 }, (_, n) => place.client.room(`r${n}`))
    for (const room of rooms) void room.join({ members: false })
    await place.clock.advance(30_000)
    assert.isTrue(rooms.every((room) => room.getSnapshot().status === "joined"))
    // the server ends who piles up a hundred
    assert.isBelow(refusals, 30)
  })

  it("ends by leaving, and goes on where it was", async () => {
    const place = await inRoom({}, "one")
    place.room.leave()
    await place.clock.advance(10)
    place.server.say(ROOM, "two")
    await place.clock.advance(10)
    assert.strictEqual(place.room.getSnapshot().status, "idle")
    assert.deepEqual(contents(place.client, ROOM), ["one"])
    void place.room.join()
    await place.clock.advance(10)
    assert.deepEqual(contents(place.client, ROOM), ["one", "two"])
  })

  it("ends where the server takes one out, and begins where it has one come in", async () => {
    const place = await inRoom({}, "one")
    place.server.line.tell({ type: "unsubscribed", roomId: ROOM })
    const entered: Array<string> = []
    place.client.on("entered", ({ id }) => entered.push(id))
    const room = place.server.room("dm:1")
    place.server.line.rooms.add(room)
    place.server.line.tell(room.subscribed(undefined, 0, 0))
    place.server.say("dm:1", "psst")
    await place.clock.advance(10)
    assert.strictEqual(place.room.getSnapshot().status, "removed")
    assert.deepEqual(entered, ["dm:1"])
    assert.deepEqual(contents(place.client, "dm:1"), ["psst"])
  })
})
