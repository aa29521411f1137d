/** The list of a room: each message once, in order, as it was last changed. */
import { assert, describe, it } from "@effect/vitest"
import { contents, joined } from "./Site.ts"

const ROOM = "lobby"

const inRoom = async (options: Parameters<typeof joined>[0] = {}, ...said: ReadonlyArray<string>) => {
  const place = await joined(options, ROOM)
  for (const content of said) place.server.say(ROOM, content)
  await place.clock.advance(10)
  return { ...place, room: place.client.room(ROOM) }
}

const ids = (place: Awaited<ReturnType<typeof inRoom>>) =>
  place.room.getSnapshot().messages.map(({ messageId }) => messageId)

describe("the list of a room", () => {
  it("has each message once over drops and resumes, and asks only for what it missed", async () => {
    // A1, A2, A3, A10
    const place = await inRoom({}, "one")
    for (let n = 0; n < 5; n++) {
      place.server.restart(1006)
      await place.clock.advance(1)
      place.server.say(ROOM, `missed ${n}`)
      await place.clock.advance(20_000)
    }
    place.server.restart(1006)
    await place.clock.advance(40_000)
    assert.deepEqual(contents(place.client, ROOM), ["one", ...[0, 1, 2, 3, 4].map((n) => `missed ${n}`)])
    const subscribe = place.server.line.received.find(({ type }) => type === "subscribe")
    assert.deepInclude(subscribe?.["after"], { epoch: 1, seq: 6 })
  })

  it("begins anew with a gap where too much was missed, which older pages fill", async () => {
    const place = await inRoom({}, "one", "two")
    place.server.remembers = 3
    place.server.restart(1006)
    await place.clock.advance(1)
    for (let n = 1; n <= 60; n++) place.server.say(ROOM, `missed ${n}`)
    await place.clock.advance(1100)
    assert.lengthOf(place.room.getSnapshot().messages, 50)
    assert.deepEqual(place.room.getSnapshot().gap, { epoch: 1, seq: 2 })
    const loaded = place.room.loadOlder(10)
    await place.clock.advance(10)
    assert.strictEqual(await loaded, 10)
    assert.isUndefined(place.room.getSnapshot().gap)
    const rest = place.room.loadOlder(10)
    await place.clock.advance(10)
    assert.strictEqual(await rest, 2)
    assert.isFalse(place.room.getSnapshot().hasOlder)
    assert.strictEqual(
      contents(place.client, ROOM).join(),
      place.server
        .room(ROOM)
        .log.map(({ message }) => message.content)
        .join()
    )
  })

  it("goes on in another epoch, with what was there before as older messages", async () => {
    // A14
    const place = await inRoom({}, "old 1", "old 2")
    place.server.restart(1012, true)
    await place.clock.advance(1)
    place.server.say(ROOM, "new 1")
    await place.clock.advance(1100)
    assert.deepEqual(contents(place.client, ROOM), ["new 1"])
    assert.deepEqual(place.room.getSnapshot().gap, { epoch: 1, seq: 2 })
    const loaded = place.room.loadOlder()
    await place.clock.advance(10)
    await loaded
    assert.deepEqual(contents(place.client, ROOM), ["old 1", "old 2", "new 1"])
  })

  it("keeps no more than it may, but for older messages that were asked for", async () => {
    const said = Array.from({ length: 30 }, (_, n) => `m${n}`)
    const place = await inRoom({ maxMessages: 10 }, ...said)
    assert.deepEqual(contents(place.client, ROOM), said.slice(-10))
    assert.isTrue(place.room.getSnapshot().hasOlder)
    const loaded = place.room.loadOlder(15)
    await place.clock.advance(10)
    await loaded
    place.server.say(ROOM, "m30")
    await place.clock.advance(10)
    assert.deepEqual(contents(place.client, ROOM), [...said.slice(-25), "m30"])
    place.room.trim()
    assert.deepEqual(contents(place.client, ROOM), [...said.slice(-9), "m30"])
  })

  it("is the same object until something changes, and tells once for what comes together", async () => {
    const place = await inRoom({}, "one")
    const before = place.room.getSnapshot()
    assert.strictEqual(place.room.getSnapshot(), before)
    let told = 0
    const stop = place.room.subscribe(() => told++)
    place.server.restart(1006)
    place.server.say(ROOM, "two")
    place.server.say(ROOM, "three")
    await place.clock.advance(1100)
    assert.notStrictEqual(place.room.getSnapshot(), before)
    assert.isBelow(told, 6)
    stop()
    const last = told
    place.server.say(ROOM, "four")
    await place.clock.advance(10)
    assert.strictEqual(told, last)
  })

  it("shows edits, deletes, reactions and purges once each, whatever is repeated", async () => {
    const place = await inRoom({}, "one", "two", "three")
    const [one = "", two = ""] = ids(place)
    const { epoch } = place.server.room(ROOM)
    const tell = (frame: Readonly<Record<string, unknown>>) => {
      const seq = frame["messageId"] === one ? 1 : frame["messageId"] === two ? 2 : 3
      place.server.line.tell({ roomId: ROOM, userId: "bob", epoch, seq, ...frame })
    }
    const editedAt = "2026-01-01T00:00:05.000Z"
    tell({ type: "edited", messageId: one, version: 3, content: "ONE", editedAt })
    tell({ type: "edited", messageId: one, version: 2, content: "stale", editedAt })
    // of a message that another user sent under the same id
    tell({ type: "edited", messageId: one, userId: "eve", seq: 7, version: 9, content: "forged", editedAt })
    tell({ type: "reaction", messageId: two, userId: "cid", version: 10, emoji: "+1" })
    tell({ type: "reaction", messageId: two, userId: "cid", version: 10, emoji: "+1" })
    tell({ type: "reaction", messageId: two, version: 11, emoji: "+1" })
    await place.clock.advance(10)
    assert.deepEqual(contents(place.client, ROOM), ["ONE", "two", "three"])
    assert.deepEqual(place.room.getSnapshot().messages[1]?.reactions, { "+1": ["cid", "bob"] })
    tell({ type: "reaction", messageId: two, version: 12, emoji: "+1", removed: true })
    tell({ type: "reaction", messageId: two, userId: "cid", version: 13, emoji: "+1", removed: true })
    tell({ type: "deleted", messageId: one, userId: "mod", version: 14 })
    tell({ type: "edited", messageId: one, version: 15, content: "back?", editedAt })
    await place.clock.advance(10)
    assert.deepInclude(place.room.getSnapshot().messages[0], { content: "", deleted: true })
    assert.deepEqual(place.room.getSnapshot().messages[1]?.reactions, {})
    tell({ type: "purged", version: 16 })
    await place.clock.advance(10)
    place.server.say(ROOM, "said afterwards")
    await place.clock.advance(10)
    tell({ type: "purged", version: 16 })
    await place.clock.advance(10)
    assert.deepEqual(contents(place.client, ROOM), ["", "", "", "said afterwards"])
  })

  it("shows what was changed while it was away, also where that is no longer known", async () => {
    const place = await inRoom({}, "one", "two", "three")
    for (const remembers of [1000, 1]) {
      place.server.remembers = remembers
      place.server.restart(1006)
      await place.clock.advance(1500)
      place.server.restart(1006)
      await place.clock.advance(1)
      for (let index = 0; index < 3; index++) place.server.change(ROOM, index, `edited ${index} ${remembers}`)
      await place.clock.advance(5000)
      assert.deepEqual(
        contents(place.client, ROOM),
        [0, 1, 2].map((n) => `edited ${n} ${remembers}`)
      )
    }
  })

  it("shows a change that comes while a page from before it is under way", async () => {
    const place = await inRoom({ maxMessages: 1 }, "one", "two")
    await place.clock.advance(2000)
    const [one] = place.server.room(ROOM).log
    const loaded = place.room.loadOlder()
    await place.clock.advance(1)
    place.server.line.tell({
      type: "edited",
      roomId: ROOM,
      messageId: one?.message.messageId,
      epoch: one?.epoch,
      seq: one?.message.seq,
      userId: "bob",
      version: 1,
      content: "ONE",
      editedAt: "2026-01-01T00:00:05.000Z"
    })
    await place.clock.advance(10)
    await loaded
    assert.deepEqual(contents(place.client, ROOM), ["ONE", "two"])
  })
})
