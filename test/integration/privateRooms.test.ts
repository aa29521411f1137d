/** Rooms of two and groups in a server as it is run: who hears what, who is kept out, and what is left after a restart. */
import { randomUUID } from "node:crypto"
import { afterAll, assert, beforeAll, describe, it, onTestFinished } from "@effect/vitest"
import { ChatClient, type Frame } from "../support/ChatClient.ts"
import { type Env, eventually, ServerProcess, temporaryDirectory } from "../support/ServerProcess.ts"

const unlimited = { RATE_LIMIT_PER_SEC: "0", JOIN_LIMIT_PER_SEC: "0", NEW_ROOMS_PER_MIN: "0", ABUSE_REFUSALS: "0" }

let server: ServerProcess

const start = (env: Env = {}) => ServerProcess.start({ ...unlimited, DRAIN_WINDOW_MS: "100", ...env })

beforeAll(async () => {
  server = await start()
})
afterAll(async () => {
  assert.strictEqual(await server.stop(), 0)
})

const arrive = async (userId: string, on = server) => {
  const client = await ChatClient.v1(on, { userId, username: userId })
  await client.next("welcome")
  return client
}

/** A plain client, once it is in its room. */
const plain = async (userId: string, on = server) => {
  const client = await ChatClient.plain(on, { userId, username: userId, room: `home.${userId}` })
  await client.say("here")
  return client
}

const direct = async (
  from: ChatClient,
  to: string,
  content: string,
  fields: Readonly<Record<string, unknown>> = {}
) => {
  const ack = await from.ask({ type: "direct", to, content, ...fields })
  assert.strictEqual(ack.type, "ack", JSON.stringify(ack))
  return { roomId: String(ack["roomId"]), ack, at: { epoch: Number(ack["epoch"]), seq: Number(ack["seq"]) } }
}

const heardIn = (client: ChatClient, roomId: string) =>
  client.all({ type: "chat", roomId }).map(({ content }) => content)

const contents = (messages: unknown) => (messages as ReadonlyArray<Frame>).map(({ content }) => content)

const neverWas = (roomId: string) => roomId.replace(/[0-9a-f]+$/, (digits) => "0".repeat(digits.length))

describe("a direct message", () => {
  it("reaches every connection of both exactly once, and nobody else", async () => {
    const [ann1, ann2] = [await arrive("ann.1"), await arrive("ann.1")]
    const [bob1, bob2] = [await arrive("bob.1"), await plain("bob.1")]
    const [cid1, cid2] = [await arrive("cid.1"), await plain("cid.1")]
    const { ack, roomId } = await direct(ann1, "bob.1", "hello")
    assert.match(roomId, /^dm:[0-9a-f]{40,}$/)
    assert.deepInclude(ack, { seq: 1 })
    const back = await direct(bob1, "ann.1", "hello yourself")
    assert.strictEqual(back.roomId, roomId)
    for (const client of [ann1, ann2, bob1, bob2]) {
      const second = await client.next({ type: "chat", content: "hello yourself" })
      assert.deepInclude(second, { roomId, userId: "bob.1", seq: 2 })
      assert.deepEqual(heardIn(client, roomId), ["hello", "hello yourself"])
    }
    assert.lengthOf(ann1.all("ack"), 1)
    assert.isEmpty(ann2.all("ack"))
    await cid2.say("end")
    assert.strictEqual((await cid1.ask({ type: "ping" })).type, "pong")
    for (const client of [cid1, cid2]) assert.notInclude(JSON.stringify(client.received), roomId)
  })

  it("sent again under its id is the same message, with the same ack", async () => {
    const ann = await arrive("ann.2")
    const messageId = randomUUID()
    const { ack, roomId } = await direct(ann, "bob.2", "once", { messageId })
    const again = await direct(ann, "bob.2", "once", { messageId })
    assert.deepEqual(again.ack, { ...ack, ref: again.ack["ref"], duplicate: true })
    await direct(ann, "bob.2", "end")
    await ann.next({ type: "chat", content: "end" })
    assert.deepEqual(heardIn(ann, roomId), ["once", "end"])
  })

  it("waits for someone who is not there, in a room that they find in their list", async () => {
    const ann = await arrive("ann.3")
    const { roomId } = await direct(ann, "bob.3", "are you there?")
    const bob = await arrive("bob.3")
    const { rooms } = await bob.ask({ type: "conversations" })
    assert.deepEqual(rooms, [{ roomId, with: "ann.3" }])
    const subscribed = await bob.ask({ type: "subscribe", roomId })
    assert.deepEqual(contents(subscribed["messages"]), ["are you there?"])
  })

  it("may be to oneself", async () => {
    const [one, two] = [await arrive("ann.4"), await arrive("ann.4")]
    const { roomId } = await direct(one, "ann.4", "buy milk")
    for (const client of [one, two]) {
      await client.next({ type: "chat", content: "buy milk" })
      assert.deepEqual(heardIn(client, roomId), ["buy milk"])
    }
    assert.deepEqual((await two.ask({ type: "conversations" }))["rooms"], [{ roomId, with: "ann.4" }])
  })

  it("is not for those without a name of their own", async () => {
    const nobody = await ChatClient.v1(server)
    assert.deepInclude(await nobody.ask({ type: "direct", to: "ann.5", content: "x" }), { code: "forbidden" })
    const ann = await arrive("ann.5")
    assert.deepInclude(await ann.ask({ type: "direct", to: "anonymous", content: "x" }), { code: "forbidden" })
  })

  it("goes on from where one was, for both, after a cut line", async () => {
    const [ann, bob] = [await arrive("ann.6"), await arrive("bob.6")]
    const { at, roomId } = await direct(ann, "bob.6", "first")
    await bob.next({ type: "chat", content: "first" })
    await bob.cut()
    await direct(ann, "bob.6", "second")
    await ann.cut()
    await direct(await arrive("ann.6"), "bob.6", "third")
    for (const userId of ["ann.6", "bob.6"]) {
      const resumed = await (await arrive(userId)).ask({ type: "subscribe", roomId, after: at })
      assert.deepInclude(resumed, { recovered: true, seq: 3 })
      assert.deepEqual(contents(resumed["messages"]), ["second", "third"])
    }
  })
})

/** How a stranger is answered about a room. */
const answers = async (stranger: ChatClient, roomId: string) => {
  const place = { epoch: 1, seq: 1 }
  const messageId = "00000000-0000-4000-8000-000000000000"
  const frames = [
    { type: "subscribe" },
    { type: "subscribe", after: place, history: 0 },
    { type: "history" },
    { type: "history", after: place, limit: 1 },
    { type: "history", around: 1 },
    { type: "presence" },
    { type: "typing", active: true },
    { type: "read", seq: 1 },
    { type: "chat", content: "hello?" },
    { type: "edit", messageId, content: "changed" },
    { type: "delete", messageId },
    { type: "react", messageId, emoji: "👍" },
    { type: "unsubscribe" },
    { type: "invite", userId: "someone" },
    { type: "remove", userId: "ann" },
    { type: "quit" }
  ]
  const found: Array<Frame> = []
  for (const frame of frames) {
    const answer = await stranger.ask({ ...frame, roomId })
    assert.strictEqual(answer.type, "error", JSON.stringify([frame, answer]))
    found.push({ ...answer, ref: undefined })
  }
  return JSON.stringify(found).replaceAll(roomId, "…")
}

describe("whoever is not in a private room", () => {
  it("is answered about a room of two just as about one that never was", async () => {
    const [ann, bob] = [await arrive("ann.7"), await arrive("bob.7")]
    const { roomId } = await direct(ann, "bob.7", "secret")
    const stranger = await arrive("cid.7")
    assert.strictEqual(await answers(stranger, roomId), await answers(stranger, neverWas(roomId)))
    await direct(ann, "bob.7", "end")
    await bob.next({ type: "chat", content: "end" })
    assert.deepEqual(heardIn(bob, roomId), ["secret", "end"])
    assert.isEmpty(bob.all("typing"))
  })

  it("is answered about a group just as about one that never was", async () => {
    const ann = await arrive("ann.8")
    const { roomId } = await ann.ask({ type: "group", title: "Secret", invite: ["bob.8"] })
    const stranger = await arrive("cid.8")
    assert.strictEqual(await answers(stranger, String(roomId)), await answers(stranger, neverWas(String(roomId))))
  })

  it("does not get in by naming it when they connect, in either dialect", async () => {
    const { roomId } = await direct(await arrive("ann.9"), "bob.9", "secret")
    for (const room of [roomId, neverWas(roomId)]) {
      const v1 = await ChatClient.v1(server, { userId: "cid.9", username: "Cid", room })
      assert.deepInclude(await v1.next("error"), { code: "forbidden_room" })
      const other = await ChatClient.plain(server, { userId: "cid.9", username: "Cid", room })
      assert.deepInclude(await other.next("error"), { code: "forbidden_room" })
      other.send({ type: "chat", content: "hello?" })
      assert.strictEqual((await other.next("error"))["code"], "forbidden_room")
    }
    const bob = await ChatClient.plain(server, { userId: "bob.9", username: "Bob", room: roomId })
    await bob.next({ type: "chat", content: "secret" })
  })
})

describe("whoever is blocked", () => {
  it("cannot write to who blocked them, in no way, until they may again", async () => {
    const [ann, bob] = [await arrive("ann.b1"), await arrive("bob.b1")]
    const { roomId } = await direct(ann, "bob.b1", "before")
    assert.deepInclude(await bob.ask({ type: "block", userId: "ann.b1" }), { type: "blocks", userIds: ["ann.b1"] })
    assert.deepInclude(await ann.ask({ type: "direct", to: "bob.b1", content: "x" }), {
      code: "forbidden",
      field: "to"
    })
    const straight = await ann.ask({ type: "chat", roomId, content: "x" })
    assert.deepInclude(straight, { code: "forbidden", field: "roomId" })
    const invited = await ann.ask({ type: "group", invite: ["bob.b1"] })
    assert.deepInclude(invited, { code: "forbidden", field: "invite" })
    await direct(bob, "ann.b1", "but I can")
    assert.deepInclude(await bob.ask({ type: "unblock", userId: "ann.b1" }), { type: "blocks", userIds: [] })
    await direct(ann, "bob.b1", "after")
    await bob.next({ type: "chat", content: "after" })
    assert.deepEqual(heardIn(bob, roomId), ["before", "but I can", "after"])
  })
})

const group = async (owner: ChatClient, ...invite: ReadonlyArray<string>) => {
  const made = await owner.ask({ type: "group", title: "Trip", invite })
  assert.strictEqual(made.type, "group", JSON.stringify(made))
  return String(made["roomId"])
}

describe("a group", () => {
  it("lives from its first member to its last", async () => {
    const [ann, bob, cid] = [await arrive("ann.g"), await arrive("bob.g"), await arrive("cid.g")]
    const roomId = await group(ann, "bob.g")
    assert.match(roomId, /^group:[0-9a-f]{32}$/)
    assert.deepInclude(await bob.next("invited"), { roomId, title: "Trip", by: "ann.g" })
    for (const client of [ann, bob]) await client.ask({ type: "subscribe", roomId })
    await ann.ask({ type: "chat", roomId, content: "welcome" })

    const invited = await bob.ask({ type: "invite", roomId, userId: "cid.g" })
    assert.deepInclude(invited, { type: "group", owner: "ann.g", userIds: ["ann.g", "bob.g", "cid.g"] })
    assert.deepInclude(await ann.next("group"), { roomId, userIds: ["ann.g", "bob.g", "cid.g"] })
    assert.deepInclude(await cid.next("invited"), { roomId, by: "bob.g" })
    const subscribed = await cid.ask({ type: "subscribe", roomId })
    assert.deepEqual(contents(subscribed["messages"]), ["welcome"])

    assert.deepInclude(await cid.ask({ type: "remove", roomId, userId: "bob.g" }), { code: "forbidden" })
    const removed = await ann.ask({ type: "remove", roomId, userId: "bob.g" })
    assert.deepInclude(removed, { type: "group", userIds: ["ann.g", "cid.g"] })
    assert.notProperty(await bob.next({ type: "unsubscribed", roomId }), "ref")
    assert.deepInclude(await bob.ask({ type: "chat", roomId, content: "still here" }), { type: "error" })
    assert.deepInclude(await bob.ask({ type: "subscribe", roomId }), { code: "forbidden_room" })
    await cid.ask({ type: "chat", roomId, content: "without bob" })
    await ann.next({ type: "chat", content: "without bob" })
    assert.deepEqual(heardIn(bob, roomId), ["welcome"])

    assert.deepInclude(await ann.ask({ type: "quit", roomId }), { type: "unsubscribed", roomId })
    assert.deepInclude(await cid.next({ type: "group", owner: "cid.g" }), { userIds: ["cid.g"] })
    assert.deepInclude(await cid.ask({ type: "quit", roomId }), { type: "unsubscribed", roomId })
    for (const client of [ann, bob, cid]) {
      assert.deepInclude(await client.ask({ type: "subscribe", roomId }), { code: "forbidden_room" })
      assert.deepEqual((await client.ask({ type: "conversations" }))["rooms"], [])
    }
  })

  it("sees out who is removed while they are on their way in", async () => {
    const [ann, bob] = [await arrive("ann.w"), await arrive("bob.w")]
    for (let round = 0; round < 20; round++) {
      const roomId = await group(ann, "bob.w")
      await ann.ask({ type: "subscribe", roomId })
      // the same line of events is not the same every time
      await Promise.all([bob.ask({ type: "subscribe", roomId }), ann.ask({ type: "remove", roomId, userId: "bob.w" })])
      const presence = await eventually(
        () => ann.ask({ type: "presence", roomId }),
        ({ members }) => members === 1
      )
      assert.deepEqual(presence["users"], [{ userId: "ann.w", username: "ann.w" }])
      await ann.ask({ type: "unsubscribe", roomId })
    }
  })

  it("takes all of a member's connections out, and lets them in again when they are invited again", async () => {
    const ann = await arrive("ann.a")
    const bobs = [await arrive("bob.a"), await arrive("bob.a"), await arrive("bob.a")]
    const roomId = await group(ann, "bob.a")
    await ann.ask({ type: "subscribe", roomId })
    for (const bob of bobs.slice(0, 2)) await bob.ask({ type: "subscribe", roomId })
    await ann.ask({ type: "remove", roomId, userId: "bob.a" })
    for (const bob of bobs) await bob.next({ type: "unsubscribed", roomId })
    await ann.ask({ type: "invite", roomId, userId: "bob.a" })
    for (const bob of bobs) assert.strictEqual((await bob.ask({ type: "subscribe", roomId })).type, "subscribed")
    await ann.ask({ type: "chat", roomId, content: "again" })
    for (const bob of bobs) await bob.next({ type: "chat", content: "again" })
  })

  it("comes out of invitations and departures that cross as one and the same for all", async () => {
    const owner = await arrive("owner.x")
    const names = Array.from({ length: 8 }, (_, n) => `m${n}.x`)
    const clients = await Promise.all(names.map((name) => arrive(name)))
    const roomId = await group(owner, ...names.slice(0, 4))
    await Promise.all([
      ...names.slice(4).map((userId, n) => clients[n]!.ask({ type: "invite", roomId, userId })),
      owner.ask({ type: "remove", roomId, userId: names[3]! }),
      owner.ask({ type: "quit", roomId })
    ])
    const listed = await Promise.all(clients.map((client) => client.ask({ type: "conversations" })))
    const inside = names.filter((_, n) => JSON.stringify(listed[n]).includes(roomId))
    assert.includeMembers(inside, names.slice(0, 3))
    const refreshed = await clients[0]!.ask({ type: "invite", roomId, userId: names[1]! })
    assert.sameMembers(refreshed["userIds"] as Array<string>, inside)
    assert.strictEqual(refreshed["owner"], names[0])
  })
})

describe("after a restart", () => {
  it.each(["SIGTERM", "SIGKILL"] as const)("everything is as it was, be it by %s", async (signal) => {
    const env = { DATA_DIR: temporaryDirectory(), HISTORY_ON_JOIN: "50" }
    let running = await start(env)
    onTestFinished(async () => {
      await running.stop("SIGKILL")
    })
    const ann = await arrive("ann", running)
    const bob = await arrive("bob", running)
    const { at, roomId } = await direct(ann, "bob", "kept")
    const groupId = String((await ann.ask({ type: "group", title: "Trip", invite: ["bob", "cid"] }))["roomId"])
    await ann.ask({ type: "remove", roomId: groupId, userId: "cid" })
    await bob.ask({ type: "subscribe", roomId: groupId })
    await bob.ask({ type: "chat", roomId: groupId, content: "in the group" })
    await bob.ask({ type: "block", userId: "dan" })
    await direct(bob, "ann", "kept, too")
    if (signal === "SIGTERM") assert.strictEqual(await running.stop(), 0)
    else {
      running.signal(signal)
      await running.exit()
    }
    running = await start(env)
    for (const userId of ["ann", "bob"]) {
      const client = await arrive(userId, running)
      const rooms = (await client.ask({ type: "conversations" }))["rooms"]
      const partner = userId === "ann" ? "bob" : "ann"
      assert.deepEqual(rooms, [
        { roomId: groupId, title: "Trip", owner: "ann" },
        { roomId, with: partner }
      ])
      const resumed = await client.ask({ type: "subscribe", roomId, after: at })
      assert.deepInclude(resumed, { recovered: true })
      assert.deepEqual(contents(resumed["messages"]), ["kept, too"])
      const page = await client.ask({ type: "history", roomId: groupId })
      assert.deepEqual(contents(page["messages"]), ["in the group"])
    }
    assert.strictEqual((await direct(await arrive("ann", running), "bob", "on we go")).roomId, roomId)
    const cid = await arrive("cid", running)
    assert.deepInclude(await cid.ask({ type: "subscribe", roomId: groupId }), { code: "forbidden_room" })
    const dan = await arrive("dan", running)
    assert.deepInclude(await dan.ask({ type: "direct", to: "bob", content: "x" }), { code: "forbidden" })
  })
})
