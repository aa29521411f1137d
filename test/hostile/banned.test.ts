/** Users who are banned while they are there, while they come back, and for what they said. Moderators find everything as they ordered it. */
import { assert, describe, it, onTestFinished } from "@effect/vitest"
import { hourLong, SECRET } from "../identity/minted.ts"
import { bearer } from "../identity/upgrading.ts"
import { ChatClient, type Frame } from "../support/ChatClient.ts"
import { RawSocket } from "../support/RawSocket.ts"
import { ServerProcess } from "../support/ServerProcess.ts"

const start = async () => {
  const env = { AUTH_SECRET: SECRET, RATE_LIMIT_PER_SEC: "0", JOIN_LIMIT_PER_SEC: "0", DRAIN_WINDOW_MS: "0" }
  const server = await ServerProcess.start(env)
  onTestFinished(async () => {
    const { fiberRestarts } = await (
      await server.fetch("/api/analytics", { headers: bearer(await hourLong("max", { role: "analyst" })) })
    ).json()
    assert.strictEqual(fiberRestarts, 0)
    assert.strictEqual(await server.stop(), 0)
    assert.isEmpty(server.log.filter(({ level }) => level === "error"))
  })
  return server
}

/** A client of `hubbub.v1` that was let in. */
const arrive = async (server: ServerProcess, userId: string, claims: Readonly<Record<string, unknown>> = {}) => {
  const query = { username: userId, token: await hourLong(userId, claims) }
  const client = await ChatClient.v1(server, query)
  await client.next("welcome")
  return client
}

const plain = async (server: ServerProcess, userId: string, room: string) => {
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
const asked = async (server: ServerProcess, userId: string, path: string) => {
  const response = await server.fetch(path, { headers: bearer(await hourLong(userId)) })
  return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> }
}

const contents = (frame: Readonly<Record<string, unknown>>) =>
  (frame["messages"] as ReadonlyArray<Frame>).map(({ content }) => content)

const moderator = { role: "moderator" }
/** Milliseconds within which a ban is felt. */
const SOON_MS = 1000

describe("H6: a ban of someone who is in a room", () => {
  it("everywhere closes all their tabs within a second, and leaves them neither history nor a way back", async () => {
    const server = await start()
    const [mia, bob] = [await arrive(server, "mia", moderator), await arrive(server, "bob")]
    const tabs = [await arrive(server, "alice"), await arrive(server, "alice"), await plain(server, "alice", "lobby")]
    await join(bob, "lobby")
    const { epoch, seq } = await join(tabs[0]!, "lobby")
    await join(tabs[1]!, "lobby")
    const since = performance.now()
    await order(mia, { action: "ban", userId: "alice" })
    for (const tab of tabs) assert.strictEqual((await tab.ended()).code, 4501)
    assert.isBelow(performance.now() - since, SOON_MS)
    await publish(bob, "lobby", "without alice")

    for (const path of [
      "/api/rooms/lobby/messages",
      "/api/rooms/garden/messages",
      "/api/users/alice/messages",
      "/api/rooms",
      "/api/conversations"
    ]) {
      const { body, status } = await asked(server, "alice", path)
      assert.deepInclude({ ...body, status }, { status: 403, code: "banned" }, path)
      assert.notInclude(JSON.stringify(body), "without alice")
    }
    const token = await hourLong("alice")
    for (const headers of [{ "Sec-WebSocket-Protocol": `hubbub.v1, bearer, ${token}` }, bearer(token)]) {
      const { answer } = await RawSocket.upgrade(server, "/ws?room=lobby", headers)
      assert.strictEqual(answer.status, 403)
      assert.include(answer.body, '"code":"banned"')
    }
    for (const tab of tabs) assert.notInclude(tab.heard, "without alice")

    await order(mia, { action: "unban", userId: "alice" })
    const back = await join(await arrive(server, "alice"), "lobby", { after: { epoch, seq } })
    assert.deepInclude(back, { recovered: true })
    assert.deepEqual(contents(back), ["without alice"])
  })

  it("from that room has all their tabs out of it within a second, and they find it as one that never was", async () => {
    const server = await start()
    const [mia, bob] = [await arrive(server, "mia", moderator), await arrive(server, "bob")]
    const tabs = [await arrive(server, "alice"), await arrive(server, "alice")]
    const other = await plain(server, "alice", "lobby")
    await join(bob, "lobby")
    const { epoch, seq } = await join(tabs[0]!, "lobby")
    await join(tabs[1]!, "lobby")
    await join(tabs[1]!, "garden")
    const since = performance.now()
    await order(mia, { action: "ban", userId: "alice", roomId: "lobby" })
    for (const tab of tabs) await tab.next({ type: "unsubscribed", roomId: "lobby" })
    await bob.next((frame) => frame.type === "presence_diff" && JSON.stringify(frame["left"]).includes("alice"))
    assert.isBelow(performance.now() - since, SOON_MS)
    await publish(bob, "lobby", "without alice")

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
        assert.deepInclude(await tab.ask({ ...frame, roomId: "lobby" }), { type: "error", code: "forbidden_room" })
      }
    }
    other.send({ type: "chat", content: "let me in" })
    assert.strictEqual((await other.next("error"))["code"], "forbidden_room")
    const entering = await ChatClient.v1(server, { room: "lobby", ...{ token: await hourLong("alice") } })
    assert.deepInclude(await entering.next("error"), { code: "forbidden_room" })
    const page = async (roomId: string) =>
      JSON.stringify(await asked(server, "alice", `/api/rooms/${roomId}/messages`)).replace(roomId, "…")
    assert.strictEqual(await page("lobby"), await page("a-room-that-never-was"))

    await publish(bob, "lobby", "end")
    await bob.next({ type: "chat", content: "end" })
    for (const tab of [...tabs, entering]) await tab.ask({ type: "ping" })
    for (const tab of [...tabs, other, entering]) {
      assert.notIncludeMembers(tab.heard, ["without alice"])
      assert.isTrue(tab.isOpen)
    }
    assert.notIncludeMembers(bob.heard, ["let me in"])
    await publish(tabs[1]!, "garden", "still here")
  })
})

describe("T51: a ban of someone who is coming back", () => {
  it("lets none of many attempts through that are under way, and none after", async () => {
    const server = await start()
    const [mia, bob] = [await arrive(server, "mia", moderator), await arrive(server, "bob")]
    const first = await arrive(server, "alice")
    const { epoch, seq } = await join(first, "lobby")
    await join(bob, "lobby")
    const token = await hourLong("alice")
    const resume = JSON.stringify({ type: "subscribe", roomId: "lobby", after: { epoch, seq } })

    /** Comes back and takes up the room again. What it was closed with, or was refused with at the door. */
    const attempt = async () => {
      const headers = { "Sec-WebSocket-Protocol": `hubbub.v1, bearer, ${token}` }
      const { answer, socket } = await RawSocket.upgrade(server, "/ws?username=alice", headers)
      if (answer.status !== 101) return answer.status
      socket.send({ payload: resume })
      const code = await socket.closeCode()
      socket.destroy()
      return code
    }
    const attempts: Array<Promise<number>> = []
    const since = performance.now()
    for (let n = 0; n < 20; n++) attempts.push(attempt())
    const ordered = order(mia, { action: "ban", userId: "alice", seconds: 3600 })
    for (let n = 0; n < 20; n++) attempts.push(attempt())
    await ordered
    const ends = await Promise.all(attempts)
    assert.isBelow(performance.now() - since, 2 * SOON_MS)
    for (const end of ends) assert.include([403, 4501], end)
    assert.include(ends, 403)
    assert.strictEqual((await first.ended()).code, 4501)
    for (let n = 0; n < 10; n++) assert.strictEqual(await attempt(), 403)

    await server.clients(2)
    const presence = await bob.ask({ type: "presence", roomId: "lobby" })
    assert.deepInclude(presence, { members: 1 })
    // nor by what is no connection, or was a different token
    const fresh = await hourLong("alice", { jti: "another" })
    const { answer } = await RawSocket.upgrade(server, "/ws", bearer(fresh))
    assert.strictEqual(answer.status, 403)
    assert.strictEqual((await asked(server, "alice", "/api/rooms")).status, 403)
  })
})

/** Two hundred messages each, in three rooms, and what others say between them. */
const ROOMS = ["lobby", "den", "attic"]
const EACH = 200

describe("H8: someone who is banned along with what they said", () => {
  const spam = /buy this/

  /** A spammer who has said it all, somebody who saw it, and a moderator. */
  const begin = async (server: ServerProcess) => {
    const [spammer, alice, mia] = [
      await arrive(server, "spammer"),
      await arrive(server, "alice"),
      await arrive(server, "mia", moderator)
    ]
    for (const roomId of ROOMS) {
      await join(alice, roomId)
      await join(spammer, roomId)
      await publish(alice, roomId, "hello")
      await Promise.all(Array.from({ length: EACH }, (_, n) => publish(spammer, roomId, `buy this ${n}`)))
      await publish(alice, roomId, "what was that?")
    }
    const places = new Map<string, unknown>()
    for (const roomId of ROOMS) {
      const { epoch, seq, version } = await join(alice, roomId)
      places.set(roomId, { epoch, seq, version })
    }
    return { spammer, alice, mia, places }
  }

  /** What is left of a room in every way there is to read it. */
  const reading = async (server: ServerProcess, roomId: string) => {
    const reader = await arrive(server, "reader")
    const subscribed = await join(reader, roomId, { history: 200 })
    const { epoch } = subscribed
    await reader.ask({ type: "unsubscribe", roomId })
    const resumed = await join(reader, roomId, { after: { epoch, seq: 0 } })
    const page = await reader.ask({ type: "history", roomId, limit: 200 })
    const answers = [
      subscribed,
      resumed,
      page,
      (await asked(server, "reader", `/api/rooms/${roomId}/messages?limit=200`)).body,
      (await asked(server, "reader", `/api/rooms/${roomId}/messages?around=100&limit=200`)).body
    ]
    for (const answer of answers) assert.notMatch(JSON.stringify(answer), spam)
    assert.deepEqual(
      contents(resumed).filter((content) => content !== undefined && content !== ""),
      ["hello", "what was that?"]
    )
    return answers
  }

  it("is gone from every room, whose people are each told so once", async () => {
    const server = await start()
    const { alice, mia, places, spammer } = await begin(server)
    const away = await arrive(server, "bob")
    // as one moderator does it: the one right after the other
    const [banned, purged] = await Promise.all([
      order(mia, { action: "ban", userId: "spammer" }),
      order(mia, { action: "purge", userId: "spammer" })
    ])
    assert.deepInclude(banned, { action: "ban", userId: "spammer" })
    assert.deepInclude(purged, { action: "purge", userId: "spammer" })
    assert.strictEqual((await spammer.ended()).code, 4501)
    for (const roomId of ROOMS) {
      assert.deepInclude(await alice.next({ type: "purged", roomId }), { userId: "spammer" })
      await publish(alice, roomId, "peace")
      await alice.next({ type: "chat", roomId, content: "peace" })
    }
    assert.lengthOf(alice.all("purged"), ROOMS.length)
    assert.isEmpty(alice.all("deleted"))
    for (const roomId of ROOMS) {
      // who had seen it and comes back is told the same
      const resumed = await join(away, roomId, { after: places.get(roomId) })
      assert.notMatch(JSON.stringify(resumed), spam)
      const changes = resumed["changes"] as ReadonlyArray<Frame>
      assert.isNotEmpty(changes)
      for (const change of changes) assert.include(["purged", "deleted"], change.type)
    }
  })

  it("has nothing left to be read in any way, though what others said is", async () => {
    const server = await start()
    const { mia } = await begin(server)
    await order(mia, { action: "ban", userId: "spammer" })
    await order(mia, { action: "purge", userId: "spammer" })
    for (const roomId of ROOMS) await reading(server, roomId)
    const said = await server.fetch("/api/users/spammer/messages?limit=200", {
      headers: bearer(await hourLong("mia", moderator))
    })
    assert.notMatch(await said.text(), spam)
  })

  it("leaves nothing behind that was on its way meanwhile", async () => {
    const server = await start()
    const [spammer, alice, mia] = [
      await arrive(server, "spammer"),
      await arrive(server, "alice"),
      await arrive(server, "mia", moderator)
    ]
    await join(alice, "lobby")
    await join(spammer, "lobby")
    for (let n = 0; n < EACH; n++) spammer.send({ type: "chat", roomId: "lobby", content: `buy this ${n}`, ref: n })
    await spammer.next("ack")
    for (let n = 0; n < EACH; n++) spammer.send({ type: "chat", roomId: "lobby", content: `buy this ${n}`, ref: n })
    await Promise.all([
      order(mia, { action: "ban", userId: "spammer" }),
      order(mia, { action: "purge", userId: "spammer" })
    ])
    assert.strictEqual((await spammer.ended()).code, 4501)
    await publish(alice, "lobby", "peace")
    const page = await asked(server, "alice", "/api/rooms/lobby/messages?limit=200")
    assert.notMatch(JSON.stringify(page), spam)
    assert.notMatch(JSON.stringify(await alice.ask({ type: "history", roomId: "lobby", limit: 200 })), spam)
  })
})
