/** Users who are banned while they are there, while they come back, and for what they said. Moderators find everything as they ordered it. */
import { randomUUID } from "node:crypto"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Contention } from "../fuzz/Contention.ts"
import { hourLong, SECRET } from "../identity/minted.ts"
import { bearer } from "../identity/upgrading.ts"
import { ChatClient, type Frame } from "../support/ChatClient.ts"
import { RawSocket } from "../support/RawSocket.ts"
import { eventually, ServerProcess } from "../support/ServerProcess.ts"

let server: ServerProcess

beforeAll(async () => {
  const env = { AUTH_SECRET: SECRET, RATE_LIMIT_PER_SEC: "0", JOIN_LIMIT_PER_SEC: "0", DRAIN_WINDOW_MS: "0" }
  server = await ServerProcess.start(env)
})
afterAll(async () => {
  const headers = bearer(await hourLong("max", { role: "analyst" }))
  const figures = await (await server.fetch("/api/analytics", { headers })).json()
  assert.deepInclude(figures, { fiberRestarts: 0 })
  assert.strictEqual(await server.stop(), 0)
  assert.isEmpty(server.log.filter(({ level }) => level === "error"))
})

/** A client of `hubbub.v1` that was let in. */
const arrive = async (userId: string, claims: Readonly<Record<string, unknown>> = {}) => {
  const query = { username: userId, token: await hourLong(userId, claims) }
  const client = await ChatClient.v1(server, query)
  await client.next("welcome")
  return client
}

const plain = async (userId: string, room: string) => {
  const query = { username: userId, room, token: await hourLong(userId) }
  const client = await ChatClient.plain(server, query)
  await client.say(`${userId} is here`)
  return client
}

const join = async (client: ChatClient, roomId: string, more: Readonly<Record<string, unknown>> = {}) => {
  const answer = await client.ask({ type: "subscribe", roomId, ...more })
  assert.strictEqual(answer.type, "subscribed", JSON.stringify(answer))
  return answer
}

const order = async (moderator: ChatClient, what: Readonly<Record<string, unknown>>) => {
  const answer = await moderator.ask({ type: "moderate", ...what })
  assert.strictEqual(answer.type, "moderated", JSON.stringify(answer))
  return answer
}

const publish = async (client: ChatClient, roomId: string, content: string) => {
  const answer = await client.ask({ type: "chat", roomId, content })
  assert.strictEqual(answer.type, "ack", JSON.stringify(answer))
  return answer
}

/** What a user is answered over HTTP. */
const asked = async (userId: string, path: string) => {
  const response = await server.fetch(path, { headers: bearer(await hourLong(userId)) })
  return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> }
}

/** A room's history as a user is answered, without the name of the room. */
const roomAsSeen = async (userId: string, roomId: string) =>
  JSON.stringify(await asked(userId, `/api/rooms/${roomId}/messages`)).replace(roomId, "…")

const contents = (frame: Readonly<Record<string, unknown>>) =>
  (frame["messages"] as ReadonlyArray<Frame>).map(({ content }) => content)

const moderator = { role: "moderator" }
/** Milliseconds within which a ban is felt, on a machine without other work. */
const SOON_MS = 1000

/** Has a moderator ban somebody, and sees to it that this is felt soon. */
const bans = async (by: ChatClient, what: Readonly<Record<string, unknown>>, felt: () => Promise<unknown>) => {
  const contention = new Contention([server.pid, process.pid])
  const since = performance.now()
  const ordered = order(by, { action: "ban", ...what })
  await felt()
  assert.isBelow(performance.now() - since, SOON_MS * contention.stretch)
  await ordered
}

describe("H6: a ban of someone who is in a room", () => {
  it("everywhere closes all their tabs within a second, and leaves them neither history nor a way back", async () => {
    const [mia, bob] = [await arrive("mia", moderator), await arrive("bob")]
    const tabs = [await arrive("alice"), await arrive("alice"), await plain("alice", "lobby")]
    await join(bob, "lobby")
    const { epoch, seq } = await join(tabs[0]!, "lobby")
    await join(tabs[1]!, "lobby")
    await bans(mia, { userId: "alice" }, async () => {
      for (const tab of tabs) assert.strictEqual((await tab.ended()).code, 4501)
    })
    await publish(bob, "lobby", "without alice")

    for (const path of [
      "/api/rooms/lobby/messages",
      "/api/rooms/garden/messages",
      "/api/users/alice/messages",
      "/api/rooms",
      "/api/conversations"
    ]) {
      const { body, status } = await asked("alice", path)
      assert.strictEqual(status, 403, path)
      assert.strictEqual(body["code"], "banned", path)
      assert.notInclude(JSON.stringify(body), "without alice")
    }
    const token = await hourLong("alice")
    for (const headers of [{ "Sec-WebSocket-Protocol": `hubbub.v1, bearer, ${token}` }, bearer(token)]) {
      const { answer } = await RawSocket.upgrade(server, "/ws?room=lobby", headers)
      assert.strictEqual(answer.status, 403)
      assert.include(answer.body, '"code":"banned"')
    }
    for (const tab of tabs) assert.isFalse(tab.heard.includes("without alice"))

    await order(mia, { action: "unban", userId: "alice" })
    const back = await join(await arrive("alice"), "lobby", { after: { epoch, seq } })
    assert.deepInclude(back, { recovered: true })
    assert.deepEqual(contents(back), ["without alice"])
  })

  it("from that room has all their tabs out of it within a second, and they find it as one that never was", async () => {
    const [mia, bob] = [await arrive("mia", moderator), await arrive("bob")]
    const tabs = [await arrive("amy"), await arrive("amy")]
    const other = await plain("amy", "den")
    await join(bob, "den")
    const { epoch, seq } = await join(tabs[0]!, "den")
    await join(tabs[1]!, "den")
    await join(tabs[1]!, "garden")
    await bans(mia, { userId: "amy", roomId: "den" }, () =>
      Promise.all(tabs.map((tab) => tab.next({ type: "unsubscribed", roomId: "den" })))
    )
    await eventually(
      () => bob.ask({ type: "presence", roomId: "den" }),
      ({ members }) => members === 1
    )
    await publish(bob, "den", "without amy")

    const frames = [
      { type: "subscribe" },
      { type: "subscribe", after: { epoch, seq }, history: 0 },
      { type: "history" },
      { type: "history", after: { epoch, seq: 1 } },
      { type: "presence" },
      { type: "chat", content: "let me in" }
    ]
    for (const frame of frames) {
      for (const tab of tabs) {
        assert.deepInclude(await tab.ask({ ...frame, roomId: "den" }), { type: "error", code: "forbidden_room" })
      }
    }
    other.send({ type: "chat", content: "let me in" })
    assert.strictEqual((await other.next("error"))["code"], "forbidden_room")
    const { answer } = await RawSocket.upgrade(server, "/ws?room=den", bearer(await hourLong("amy")))
    assert.strictEqual(answer.status, 403)
    assert.include(answer.body, '"code":"forbidden_room"')
    assert.strictEqual(await roomAsSeen("amy", "den"), await roomAsSeen("amy", "a-room-that-never-was"))

    await publish(bob, "den", "end")
    await bob.next({ type: "chat", content: "end" })
    for (const tab of tabs) await tab.ask({ type: "ping" })
    for (const tab of [...tabs, other]) {
      assert.isFalse(tab.heard.includes("without amy"))
      assert.isTrue(tab.isOpen)
    }
    assert.isFalse(bob.heard.includes("let me in"))
    await publish(tabs[1]!, "garden", "still here")
  })
})

describe("T51: a ban of someone who is coming back", () => {
  it("lets none of many attempts through that are under way, and none after", async () => {
    const [mia, bob] = [await arrive("mia", moderator), await arrive("bob")]
    const first = await arrive("ann")
    const { epoch, seq } = await join(first, "attic")
    await join(bob, "attic")
    const token = await hourLong("ann")
    const resume = JSON.stringify({ type: "subscribe", roomId: "attic", after: { epoch, seq } })

    /** Comes back and takes up the room again. What it was closed with, or was refused with at the door. */
    const attempt = async () => {
      const headers = { "Sec-WebSocket-Protocol": `hubbub.v1, bearer, ${token}` }
      const { answer, socket } = await RawSocket.upgrade(server, "/ws?username=ann", headers)
      if (answer.status !== 101) return answer.status
      socket.send({ payload: resume })
      const code = await socket.closeCode()
      socket.destroy()
      return code
    }
    const attempts = Array.from({ length: 20 }, attempt)
    await bans(mia, { userId: "ann", seconds: 3600 }, async () => {
      attempts.push(...Array.from({ length: 20 }, attempt))
      for (const end of await Promise.all(attempts)) assert.include([403, 4501], end)
      assert.strictEqual((await first.ended()).code, 4501)
    })
    for (let n = 0; n < 10; n++) assert.strictEqual(await attempt(), 403)

    await server.clients(2)
    const presence = await bob.ask({ type: "presence", roomId: "attic" })
    assert.deepInclude(presence, { members: 1 })
    // nor by what is no connection, or was a different token
    const fresh = await hourLong("ann", { jti: "another" })
    const { answer } = await RawSocket.upgrade(server, "/ws", bearer(fresh))
    assert.strictEqual(answer.status, 403)
    assert.strictEqual((await asked("ann", "/api/rooms")).status, 403)
  })
})

/** Messages of a spammer in each room. */
const EACH = 200
const spam = /buy this/

/** A spammer who has said it all in three rooms, somebody who saw it, and a moderator. */
const begin = async (spammerId: string) => {
  const rooms = ["hall", "yard", "shed"].map((name) => `${name}-of-${spammerId}`)
  const [spammer, carol, mia] = [await arrive(spammerId), await arrive("carol"), await arrive("mia", moderator)]
  const places = new Map<string, unknown>()
  for (const roomId of rooms) {
    await join(carol, roomId)
    await join(spammer, roomId)
    await publish(carol, roomId, "hello")
    await Promise.all(Array.from({ length: EACH }, (_, n) => publish(spammer, roomId, `buy this ${n}`)))
    await publish(carol, roomId, "what was that?")
    const { epoch, seq, version } = await join(carol, roomId)
    places.set(roomId, { epoch, seq, version })
  }
  return { rooms, spammer, carol, mia, places }
}

/** What is left of a room in every way there is to read it. */
const reading = async (roomId: string) => {
  const reader = await arrive("reader")
  const subscribed = await join(reader, roomId, { history: 200 })
  const { epoch } = subscribed
  await reader.ask({ type: "unsubscribe", roomId })
  const resumed = await join(reader, roomId, { after: { epoch, seq: 0 } })
  const page = await reader.ask({ type: "history", roomId, limit: 200 })
  const answers = [
    subscribed,
    resumed,
    page,
    (await asked("reader", `/api/rooms/${roomId}/messages?limit=200`)).body,
    (await asked("reader", `/api/rooms/${roomId}/messages?around=100&limit=200`)).body
  ]
  for (const answer of answers) assert.notMatch(JSON.stringify(answer), spam)
  assert.deepEqual(
    contents(resumed).filter((content) => content !== undefined && content !== ""),
    ["hello", "what was that?"]
  )
}

describe("H8: someone who is banned along with what they said", () => {
  it("is gone from every room, whose people are each told so once", async () => {
    const { carol, mia, places, rooms, spammer } = await begin("spammer-1")
    const away = await arrive("bob")
    // as one moderator does it: the one right after the other
    const [banned, purged] = await Promise.all([
      order(mia, { action: "ban", userId: "spammer-1" }),
      order(mia, { action: "purge", userId: "spammer-1" })
    ])
    assert.deepInclude(banned, { action: "ban", userId: "spammer-1" })
    assert.deepInclude(purged, { action: "purge", userId: "spammer-1" })
    assert.strictEqual((await spammer.ended()).code, 4501)
    for (const roomId of rooms) {
      assert.deepInclude(await carol.next({ type: "purged", roomId }), { userId: "spammer-1" })
      await publish(carol, roomId, "peace")
      await carol.next({ type: "chat", roomId, content: "peace" })
    }
    assert.lengthOf(carol.all("purged"), rooms.length)
    assert.isEmpty(carol.all("deleted"))
    for (const roomId of rooms) {
      // who had seen it and comes back is told the same
      const resumed = await join(away, roomId, { after: places.get(roomId) })
      assert.notMatch(JSON.stringify(resumed), spam)
      const changes = resumed["changes"] as ReadonlyArray<Frame>
      assert.isNotEmpty(changes)
      for (const change of changes) assert.include(["purged", "deleted"], change.type)
    }
  })

  it("has nothing left to be read in any way, though what others said is", async () => {
    const { mia, rooms } = await begin("spammer-2")
    await order(mia, { action: "ban", userId: "spammer-2" })
    await order(mia, { action: "purge", userId: "spammer-2" })
    for (const roomId of rooms) await reading(roomId)
    const said = await server.fetch("/api/users/spammer-2/messages?limit=200", {
      headers: bearer(await hourLong("mia", moderator))
    })
    assert.notMatch(await said.text(), spam)
  })

  it("leaves nothing behind that was on its way meanwhile", async () => {
    const [carol, mia] = [await arrive("carol"), await arrive("mia", moderator)]
    // another one where this is tried again: who was banned is not let in
    const userId = `spammer-${randomUUID()}`
    const spammer = await arrive(userId)
    await join(carol, "market")
    await join(spammer, "market")
    for (let n = 0; n < EACH; n++) spammer.send({ type: "chat", roomId: "market", content: `buy this ${n}`, ref: n })
    await spammer.next({ type: "ack", ref: EACH - 1 })
    for (let n = 0; n < EACH; n++) spammer.send({ type: "chat", roomId: "market", content: `buy this ${n}`, ref: n })
    await Promise.all([order(mia, { action: "ban", userId }), order(mia, { action: "purge", userId })])
    assert.strictEqual((await spammer.ended()).code, 4501)
    await publish(carol, "market", "peace")
    const path = "/api/rooms/market/messages?limit=200"
    let page = await asked("carol", path)
    let read = 0
    while (true) {
      assert.notMatch(JSON.stringify(page), spam)
      read += contents(page.body).length
      if (page.body["hasMore"] !== true) break
      page = await asked("carol", `${path}&before=${encodeURIComponent(String(page.body["before"]))}`)
    }
    assert.isAbove(read, EACH)
  })
})
