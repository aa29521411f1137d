/** How far one has read, what is unread beyond, and getting there. */
import { assert, describe, it } from "@effect/vitest"
import { HubbubError } from "../../src/client/index.ts"
import { lettersOf } from "../../src/client/Letters.ts"
import { loadBack } from "../../src/client/loadBack.ts"
import { search } from "../../src/client/search.ts"
import { contents, joined, site } from "./Site.ts"

const ROOM = "lobby"

/** In a room of which more was said than the list holds, with a marker in it. */
const behind = async (said: number, read: number, options: Parameters<typeof joined>[0] = {}) => {
  const place = site(options)
  place.server.room(ROOM).mark("ann", { epoch: 1, seq: read })
  for (let n = 1; n <= said; n++) place.server.say(ROOM, n % 10 === 0 ? `m${n} @ann` : `m${n}`)
  void place.client.connect()
  const room = place.client.room(ROOM)
  void room.join()
  await place.clock.advance(2000)
  const shown = () => {
    const { firstUnread, mentions, read: mark, unread } = room.getSnapshot()
    return { unread, mentions, read: mark?.seq, firstUnread: firstUnread?.seq }
  }
  const asked = (type: string) => place.server.line.received.filter((frame) => frame.type === type).length
  return { ...place, room, shown, asked }
}

describe("what is unread", () => {
  it("is as the server counted it where the list does not go back so far, and goes on from there", async () => {
    const { asked, clock, room, server, shown } = await behind(150, 20)
    assert.lengthOf(room.getSnapshot().messages, 50)
    assert.deepEqual(shown(), { unread: 130, mentions: 13, read: 20, firstUnread: 21 })
    server.say(ROOM, "@ann more")
    server.say(ROOM, "mine", "ann")
    await clock.advance(10)
    assert.deepInclude(shown(), { unread: 131, mentions: 14 })
    server.change(ROOM, 149)
    await clock.advance(1)
    await clock.advance(10)
    assert.deepInclude(shown(), { unread: 130, mentions: 13 })
    void room.loadOlder(60)
    await clock.advance(10)
    assert.deepInclude(shown(), { unread: 130, mentions: 13 })
    assert.strictEqual(asked("read"), 0)
  })

  it("is asked for again where something changed that the list does not hold", async () => {
    const { asked, clock, server, shown } = await behind(150, 20)
    server.change(ROOM, 39)
    server.purge(ROOM, 24)
    await clock.advance(10)
    assert.deepInclude(shown(), { unread: 124, mentions: 12 })
    server.react(ROOM, 60, "👍")
    server.change(ROOM, 10, "before the mark")
    await clock.advance(10)
    assert.isAtMost(asked("read"), 2)
  })

  it("stays right when the list lets go of what is unread", async () => {
    const { clock, room, server, shown } = await behind(30, 20, { maxMessages: 10 })
    for (let n = 0; n < 20; n++) server.say(ROOM, n === 0 ? "@ann" : "x")
    await clock.advance(10)
    assert.lengthOf(room.getSnapshot().messages, 10)
    assert.deepInclude(shown(), { unread: 30, mentions: 2 })
    void room.loadOlder(15)
    await clock.advance(10)
    assert.deepInclude(shown(), { unread: 30, mentions: 2 })
    room.trim()
    assert.deepInclude(shown(), { unread: 30, mentions: 2 })
  })

  it("is at least the 200 that the server counts at most, and exact once the list holds it all", async () => {
    const { clock, room, shown } = await behind(500, 100)
    assert.isAtLeast(shown().unread, 200)
    const back = loadBack(room, { epoch: 1, seq: 101 })
    await clock.advance(100)
    assert.isTrue(await back)
    assert.deepInclude(shown(), { unread: 400, mentions: 40 })
  })

  it("drops at once, also without a connection, and the server is told when there is one", async () => {
    const { clock, room, server, shown } = await behind(150, 20)
    server.up = false
    server.restart(1006)
    await clock.advance(10)
    void room.read(140)
    assert.deepInclude(shown(), { unread: 10, read: 140 })
    // longer than an answer may take
    await clock.advance(30_000)
    server.up = true
    await clock.advance(60_000)
    assert.deepInclude(shown(), { unread: 10, read: 140 })
    assert.strictEqual(server.room(ROOM).marker("ann").seq, 140)
  })

  it("is told to the server once for all that was read while it was asked", async () => {
    const { asked, clock, room, server } = await behind(150, 20)
    const all = [101, 102, 103, 110, 120].map((seq) => room.read(seq))
    await clock.advance(10)
    await Promise.all(all)
    assert.strictEqual(asked("read"), 2)
    assert.strictEqual(server.room(ROOM).marker("ann").seq, 120)
  })

  it("is what came since one joined, where nobody keeps a mark", async () => {
    const place = site()
    place.server.troubles = {
      ...place.server.troubles,
      refusal: ({ type }) => (type === "read" ? { code: "forbidden" } : undefined)
    }
    place.server.keepsMarks = false
    place.server.say(ROOM, "before")
    void place.client.connect()
    const room = place.client.room(ROOM)
    void room.join()
    await place.clock.advance(10)
    place.server.say(ROOM, "after")
    await place.clock.advance(10)
    assert.deepInclude({ ...room.getSnapshot() }, { unread: 1, firstUnread: { epoch: 1, seq: 2 } })
    assert.isUndefined(room.getSnapshot().read)
    const read = room.read()
    assert.strictEqual(room.getSnapshot().unread, 0)
    await place.clock.advance(10)
    assert.deepInclude(await read.catch((reason: unknown) => reason), { code: "forbidden" })
    place.server.say(ROOM, "later")
    await place.clock.advance(10)
    assert.strictEqual(room.getSnapshot().unread, 1)
  })

  it("is known of all rooms, and what another device reads or forgets is told", async () => {
    const { client, clock, room, server } = await behind(5, 3)
    server.room("other").mark("ann", { epoch: 1, seq: 0 })
    server.say("other", "psst")
    const told: Array<unknown> = []
    client.on("read", ({ roomId, unread }) => told.push([roomId, unread]))
    client.on("forgotten", ({ roomId }) => told.push(roomId))
    const unread = lettersOf(client).unread()
    await clock.advance(10)
    assert.deepEqual(
      (await unread).rooms.map(({ roomId, ...marker }) => [roomId, marker.unread]),
      [
        [ROOM, 2],
        ["other", 1]
      ]
    )
    server.read("other", "ann", { epoch: 1, seq: 1 })
    server.read(ROOM, "ann", { epoch: 1, seq: 4 })
    server.line.tell({ type: "forgotten", roomId: "other" })
    await clock.advance(10)
    assert.deepEqual(told, [["other", 0], "other"])
    assert.strictEqual(room.getSnapshot().unread, 1)
    const forgotten = room.forget()
    await clock.advance(10)
    await forgotten
    assert.deepInclude({ ...room.getSnapshot() }, { status: "idle", read: undefined })
    assert.isFalse(server.room(ROOM).markers.has("ann"))
  })
})

describe("a message of long ago", () => {
  it("is found page by page, and loaded up to", async () => {
    const { client, clock, room } = await behind(900, 900)
    const first = search(client, ROOM, "@ann", { limit: 50 })
    await clock.advance(10)
    const { before, hasMore } = await first
    assert.isTrue(hasMore)
    const rest = search(client, ROOM, "@ann", { before, limit: 200 })
    await clock.advance(10)
    const found = await rest
    assert.isFalse(found.hasMore)
    assert.lengthOf(found.places, 40)
    const place = found.places.at(-1)
    assert.strictEqual(place?.seq, 10)
    const keys = room.getSnapshot().messages.map(({ key }) => key)
    const back = loadBack(room, place ?? { epoch: 1, seq: 10 })
    await clock.advance(100)
    assert.isTrue(await back)
    assert.strictEqual(contents(client, ROOM)[0], "m1")
    assert.deepEqual(
      room
        .getSnapshot()
        .messages.slice(-50)
        .map(({ key }) => key),
      keys
    )
    assert.isTrue(await loadBack(room, { epoch: 1, seq: 300 }))
  })

  it("is looked for until that is given up, and no further than there are any", async () => {
    const { clock, room } = await behind(900, 900)
    const stop = new AbortController()
    const given = loadBack(room, { epoch: 1, seq: 1 }, { signal: stop.signal })
    await clock.advance(3)
    stop.abort(new Error("enough"))
    assert.strictEqual(String(await given.catch((reason: unknown) => reason)), "Error: enough")
    assert.lengthOf(room.getSnapshot().messages, 250)
    const back = loadBack(room, { epoch: 0, seq: 1 })
    await clock.advance(100)
    assert.isFalse(await back)
    assert.lengthOf(room.getSnapshot().messages, 900)
  })

  it("cannot be loaded up to in a room that was not joined", async () => {
    const place = await joined()
    const error: unknown = await loadBack(place.client.room("elsewhere"), { epoch: 1, seq: 1 }).catch(
      (reason: unknown) => reason
    )
    assert.instanceOf(error, HubbubError)
    assert.deepInclude(error, { code: "not_subscribed" })
  })
})

describe("reactions", () => {
  it("are asked for by row or id, kept in the order of reacting, and an emoji stays in its place", async () => {
    const { clock, room, server } = await behind(3, 3)
    const row = () => room.getSnapshot().messages[1]
    void room.react(row() ?? "", "👍")
    await clock.advance(10)
    server.react(ROOM, 1, "🎉", false, "bob")
    server.react(ROOM, 1, "👍", false, "bob")
    await clock.advance(10)
    assert.deepEqual(Object.entries(row()?.reactions ?? {}), [
      ["👍", ["ann", "bob"]],
      ["🎉", ["bob"]]
    ])
    const again = room.react(row()?.messageId ?? "", "👍")
    await clock.advance(10)
    assert.isTrue((await again).duplicate)
    void room.react(row()?.messageId ?? "", "👍", true)
    await clock.advance(10)
    assert.deepEqual(row()?.reactions, { "👍": ["bob"], "🎉": ["bob"] })
    assert.deepInclude(server.line.received.at(-1)?.["at"], { epoch: 1, seq: 2 })
  })

  it("go with an edit's mentions, which name nobody where none are told", async () => {
    const { clock, room, server } = await behind(10, 3)
    assert.deepEqual(room.getSnapshot().messages[9]?.mentions, ["ann"])
    server.change(ROOM, 9, "nobody")
    server.change(ROOM, 8, "@ann after all")
    await clock.advance(10)
    assert.isUndefined(room.getSnapshot().messages[9]?.mentions)
    assert.deepEqual(room.getSnapshot().messages[8]?.mentions, ["ann"])
    assert.strictEqual(room.getSnapshot().mentions, 1)
    void room.edit(room.getSnapshot().messages[9] ?? "", "to bob", { mentions: ["bob"] })
    await clock.advance(10)
    assert.deepInclude(server.line.received.at(-1), { type: "edit", content: "to bob", mentions: ["bob"] })
  })
})
