/** The rooms of one's list, against a server in memory. */
import { assert, describe, it } from "@effect/vitest"
import type { ClientOptions } from "../../../src/client/index.ts"
import { createAlerting } from "../../../src/web/chat/Alerting.ts"
import { createGroups } from "../../../src/web/chat/Groups.ts"
import { createInvitations } from "../../../src/web/chat/Invitations.ts"
import { createNames } from "../../../src/web/chat/Names.ts"
import { createRoomList } from "../../../src/web/chat/RoomList.ts"
import { stored } from "../../../src/web/Stored.ts"
import { site } from "../../client/Site.ts"

const START = { epoch: 1, seq: 0 }

/** A list that is asked for at each connection, as the chat does. */
const listing = (userId: string, options: Partial<ClientOptions> = {}) => {
  const place = site({ userId, ...options })
  const { client } = place
  const names = createNames()
  const alerting = createAlerting()
  const groups = createGroups(client)
  const invitations = createInvitations(() => client.getSnapshot().welcome?.userId ?? "")
  const rooms = createRoomList({ client, names, alerting, groups, invitations })
  client.on("state", ({ status }) => {
    if (status === "live") void rooms.refresh()
  })
  const ids = () => rooms.getSnapshot().map(({ roomId }) => roomId)
  const find = (roomId: string) => rooms.getSnapshot().find((room) => room.roomId === roomId)
  const joined = () => client.rooms.filter((room) => room.getSnapshot().status === "joined").map(({ id }) => id)
  const connect = async () => {
    void client.connect()
    await place.clock.advance(1000)
  }
  return { ...place, names, alerting, invitations, rooms, ids, find, joined, connect }
}

describe("the list", () => {
  it("has the rooms that one reads, all of them joined, by name", async () => {
    const place = listing("ann")
    for (const roomId of ["music", "garden"]) place.server.room(roomId).mark("ann", START)
    await place.connect()
    assert.deepStrictEqual(place.ids(), ["garden", "music"])
    assert.sameMembers(place.joined(), ["garden", "music"])
  })

  it("gives who is new a first room", async () => {
    const place = listing("new")
    await place.connect()
    assert.deepStrictEqual(place.ids(), ["global"])
    assert.deepStrictEqual(place.joined(), ["global"])
  })

  it("does not put anybody into the first room again", async () => {
    const place = listing("leaver")
    await place.connect()
    void place.rooms.leave("global")
    await place.clock.advance(100)
    place.rooms.show("attic")
    place.server.restart(1012)
    await place.clock.advance(60_000)
    assert.deepStrictEqual(place.ids(), ["attic"])
  })

  it("gives who is new and came by a link both rooms, whatever the server knows of the other one by then", async () => {
    const place = listing("linked")
    place.server.room("attic").mark("linked", START)
    place.rooms.show("attic")
    await place.connect()
    assert.deepStrictEqual(place.ids(), ["attic", "global"])
  })

  it("counts what others say, and what of it speaks to one", async () => {
    const place = listing("ann")
    place.server.room("garden").mark("ann", START)
    await place.connect()
    place.server.say("garden", "hello")
    await place.clock.advance(100)
    assert.deepInclude(place.find("garden"), { unread: 1, mentions: 0 })
    const said = { roomId: "garden", seq: 2, userId: "bob", username: "BOB", timestamp: "2026-01-01T00:00:00.000Z" }
    place.server.line.tell({
      type: "chat",
      messageId: crypto.randomUUID(),
      content: "@ann",
      mentions: ["ann"],
      ...said
    })
    await place.clock.advance(100)
    assert.deepInclude(place.find("garden"), { unread: 2, mentions: 1 })
    place.rooms.show("garden")
    void place.client.room("garden").read()
    await place.clock.advance(100)
    assert.strictEqual(place.find("garden")?.unread, 0)
  })

  it("asks who is there in each room where they are few, else in the one that is shown", async () => {
    const asked = (place: ReturnType<typeof listing>) =>
      place.server.line.received.filter(({ type }) => type === "presence").map(({ roomId }) => roomId)
    const few = listing("ann")
    for (const roomId of ["music", "garden"]) few.server.room(roomId).mark("ann", START)
    await few.connect()
    assert.sameMembers(asked(few), ["garden", "music"])

    const many = listing("ann")
    for (let n = 1; n <= 11; n++) many.server.room(`room-${n}`).mark("ann", START)
    many.rooms.show("room-1")
    await many.connect()
    assert.deepStrictEqual(asked(many), ["room-1"])
    many.rooms.show("room-2")
    await many.clock.advance(100)
    assert.deepStrictEqual(asked(many), ["room-1", "room-2"])
    many.server.restart(1012)
    await many.clock.advance(60_000)
    assert.lengthOf(many.joined(), 11)
    assert.deepStrictEqual(asked(many), ["room-2"])
  })

  it("stays the same array while nothing that it shows changes", async () => {
    const place = listing("ann")
    for (const roomId of ["music", "garden"]) place.server.room(roomId).mark("ann", START)
    await place.connect()
    const [garden, music] = place.rooms.getSnapshot()
    place.server.say("garden", "hello")
    await place.clock.advance(100)
    assert.notStrictEqual(place.rooms.getSnapshot()[0], garden)
    assert.strictEqual(place.rooms.getSnapshot()[1], music)
  })

  it("is there again after the connection was away, with what was said meanwhile", async () => {
    const place = listing("ann")
    place.server.room("garden").mark("ann", START)
    await place.connect()
    place.server.restart(1012)
    place.server.say("garden", "while away")
    await place.clock.advance(60_000)
    assert.deepStrictEqual(place.joined(), ["garden"])
    assert.strictEqual(place.find("garden")?.unread, 1)
  })

  it("says which rooms are to tell one nothing", async () => {
    const place = listing("ann")
    place.server.room("garden").mark("ann", START)
    await place.connect()
    place.alerting.choose("garden", "public", "none")
    assert.isTrue(place.find("garden")?.muted)
    place.alerting.choose("garden", "public", "mentions")
    assert.isFalse(place.find("garden")?.muted)
  })

  it("says that it could not be loaded, and can be asked for again", async () => {
    const place = listing("ann")
    let refuses = true
    place.server.room("garden").mark("ann", START)
    place.server.troubles = {
      ...place.server.troubles,
      refusal: ({ type }) => (refuses && type === "unread" ? { code: "internal" } : undefined)
    }
    await place.connect()
    assert.strictEqual(place.rooms.loading.getSnapshot(), "failed")
    refuses = false
    void place.rooms.refresh()
    await place.clock.advance(100)
    assert.strictEqual(place.rooms.loading.getSnapshot(), "ready")
    assert.deepStrictEqual(place.ids(), ["garden"])
  })
})

describe("opening a room", () => {
  it("joins it and puts it into the list", async () => {
    const place = listing("ann")
    place.server.room("garden").mark("ann", START)
    await place.connect()
    place.rooms.show("attic")
    await place.clock.advance(100)
    assert.deepStrictEqual(place.ids(), ["attic", "garden"])
    assert.include(place.joined(), "attic")
  })

  it("is not in the list where one may not be there, but for as long as one looks at it", async () => {
    const place = listing("ann")
    place.server.room("garden").mark("ann", START)
    place.server.troubles = {
      ...place.server.troubles,
      refusal: ({ roomId, type }) =>
        type === "subscribe" && roomId === "cellar" ? { code: "forbidden_room" } : undefined
    }
    await place.connect()
    place.rooms.show("cellar")
    await place.clock.advance(100)
    assert.deepStrictEqual(place.ids(), ["cellar", "garden"])
    place.rooms.show("garden")
    assert.deepStrictEqual(place.ids(), ["garden"])
  })

  it("leaves another room where one may be in no more of them, whose count the server goes on with", async () => {
    const place = listing("ann")
    const roomIds = Array.from({ length: 126 }, (_, index) => `room-${index}`)
    for (const roomId of roomIds) place.server.room(roomId).mark("ann", START)
    await place.connect()
    await place.clock.advance(60_000)
    assert.strictEqual(place.joined().length, 126)
    place.rooms.show("attic")
    await place.clock.advance(1000)
    assert.include(place.joined(), "attic")
    assert.strictEqual(place.joined().length, 126)
    assert.strictEqual(place.ids().length, 127)
    assert.isDefined(place.find("room-0"))
    assert.notInclude(place.joined(), "room-0")
  })

  it("takes a room out of the list when one leaves it", async () => {
    const place = listing("ann")
    for (const roomId of ["music", "garden"]) place.server.room(roomId).mark("ann", START)
    await place.connect()
    void place.rooms.leave("garden")
    await place.clock.advance(100)
    assert.deepStrictEqual(place.ids(), ["music"])
    assert.deepStrictEqual(place.joined(), ["music"])
  })

  it("takes a room out of the list that another device has left", async () => {
    const place = listing("ann")
    for (const roomId of ["music", "garden"]) place.server.room(roomId).mark("ann", START)
    await place.connect()
    place.server.line.tell({ type: "forgotten", roomId: "garden" })
    await place.clock.advance(100)
    assert.deepStrictEqual(place.ids(), ["music"])
  })
})

describe("private rooms", () => {
  it("come when somebody writes, and are called after them", async () => {
    const place = listing("ann")
    await place.connect()
    const direct = place.server.room("dm:1")
    place.server.line.rooms.add(direct)
    place.server.line.tell({ ...direct.subscribed(undefined, 50, 100), ref: undefined })
    place.server.say("dm:1", "psst")
    await place.clock.advance(100)
    const listed = place.find("dm:1")
    assert.strictEqual(listed?.kind, "direct")
    assert.strictEqual(listed?.unread, 1)
  })

  it("are invitations until one goes into them, over reloads too", async () => {
    const place = listing("guest")
    await place.connect()
    place.server.line.tell({ type: "invited", roomId: "group:1", title: "Trip", by: "bob" })
    await place.clock.advance(100)
    assert.deepStrictEqual(place.invitations.getSnapshot(), [{ roomId: "group:1", title: "Trip", by: "bob" }])
    assert.notInclude(place.ids(), "group:1")
    const reloaded = createInvitations(() => "guest")
    assert.isTrue(reloaded.has("group:1"))
    place.rooms.show("group:1")
    await place.clock.advance(100)
    assert.deepStrictEqual(place.invitations.getSnapshot(), [])
    assert.strictEqual(place.find("group:1")?.name, "Trip")
    assert.isUndefined(stored.get("invited:guest"))
  })

  it("have the title that their members gave them", async () => {
    const place = listing("ann")
    await place.connect()
    place.server.line.tell({ type: "group", roomId: "group:2", title: "Choir", owner: "ann", userIds: ["ann", "bob"] })
    await place.clock.advance(100)
    assert.strictEqual(place.find("group:2")?.name, "Choir")
    assert.include(place.joined(), "group:2")
  })

  it("do not come where one is no member", async () => {
    const place = listing("ann")
    await place.connect()
    place.server.line.tell({ type: "group", roomId: "group:3", owner: "bob", userIds: ["bob"] })
    await place.clock.advance(100)
    assert.isUndefined(place.find("group:3"))
  })
})
