/** What people do with it in the first minutes, with plain clients as `wscat` is one. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { ChatClient } from "../support/ChatClient.ts"
import { ServerProcess } from "../support/ServerProcess.ts"

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

let server: ServerProcess

beforeAll(async () => {
  server = await ServerProcess.start()
})
afterAll(async () => {
  assert.strictEqual(await server.stop(), 0)
})

/** Someone in a room of the test's own, who has a rate limit of their own. */
const join = (name: string, room: string, history = 0) =>
  ChatClient.plain(server, { userId: `${name.toLowerCase()}@${room}`, username: name, room, history })

describe("chatting", () => {
  it("lets Alice and Bob talk in the default room", async () => {
    const alice = await ChatClient.plain(server, { userId: "alice", username: "Alice" })
    const bob = await ChatClient.plain(server, { userId: "bob", username: "Bob" })
    alice.send({ type: "chat", content: "Hi Bob!" })
    const hi = await bob.next("chat")
    assert.deepInclude(hi, { roomId: "global", userId: "alice", username: "Alice", content: "Hi Bob!" })
    assert.deepEqual(await alice.next("chat"), hi)
    bob.send({ type: "chat", content: "Hi Alice!" })
    assert.deepInclude(await alice.next("chat"), { userId: "bob", username: "Bob", content: "Hi Alice!" })
  })

  it("carries a message to all three of three clients", async () => {
    const [alice, bob, carol] = await Promise.all([
      join("Alice", "three"),
      join("Bob", "three"),
      join("Carol", "three")
    ])
    alice.send({ type: "chat", content: "one for all" })
    const copies = await Promise.all([alice, bob, carol].map((client) => client.next("chat")))
    assert.strictEqual(copies[0]?.content, "one for all")
    assert.deepEqual(copies[1], copies[0])
    assert.deepEqual(copies[2], copies[0])
  })

  it("keeps a message of 500 characters whole", async () => {
    const [alice, bob] = await Promise.all([join("Alice", "long"), join("Bob", "long")])
    const text = "All work and no play. ".repeat(23).slice(0, 500)
    assert.strictEqual(text.length, 500)
    alice.send({ type: "chat", content: text })
    assert.strictEqual((await bob.next("chat")).content, text)
  })

  it("fills in every field of a message that has only content", async () => {
    const alice = await ChatClient.plain(server, { userId: "alice", username: "Alice", history: 0 })
    const before = Date.now()
    alice.send('{"type":"chat","content":"Hello everyone!"}')
    const message = await alice.next("chat")
    assert.hasAllKeys(message, ["messageId", "roomId", "seq", "type", "userId", "username", "content", "timestamp"])
    assert.match(String(message["messageId"]), UUID)
    assert.match(String(message["timestamp"]), ISO)
    assert.closeTo(Date.parse(String(message["timestamp"])), before, 5000)
    assert.isAtLeast(Number(message["seq"]), 1)
    assert.deepInclude(message, {
      roomId: "global",
      type: "chat",
      userId: "alice",
      username: "Alice",
      content: "Hello everyone!"
    })
  })

  it("names a client that gives no name Anonymous", async () => {
    const someone = await ChatClient.plain(server, { room: "nameless" })
    assert.deepInclude(await someone.say("who am I?"), { userId: "anonymous", username: "Anonymous" })
  })

  it("lets the others hear on when someone leaves", async () => {
    const [alice, bob, carol] = await Promise.all([
      join("Alice", "leaver"),
      join("Bob", "leaver"),
      join("Carol", "leaver")
    ])
    await carol.say("bye")
    assert.deepInclude(await carol.close(), { code: 1000 })
    alice.send({ type: "chat", content: "still here?" })
    assert.strictEqual((await bob.next({ type: "chat", content: "still here?" })).userId, "alice@leaver")
    bob.send({ type: "chat", content: "yes" })
    assert.strictEqual((await alice.next({ type: "chat", content: "yes" })).userId, "bob@leaver")
  })

  it("keeps two rooms apart", async () => {
    const [alice, bob] = await Promise.all([join("Alice", "red"), join("Bob", "blue")])
    assert.strictEqual((await alice.say("only red")).roomId, "red")
    assert.strictEqual((await bob.say("only blue")).roomId, "blue")
    await alice.say("red again")
    assert.deepEqual(bob.heard, ["only blue"])
    assert.deepEqual(alice.heard, ["only red", "red again"])
    assert.isEmpty(bob.all({ userId: "alice@red" }))
  })

  it("numbers a room's messages from 1 without a gap and shows everyone the same order", async () => {
    const clients = await Promise.all(["Ann", "Ben", "Cat", "Dan"].map((name) => join(name, "order")))
    for (const [i, client] of clients.entries()) {
      for (let n = 0; n < 8; n++) client.send({ type: "chat", content: `${i}:${n}` })
    }
    const logs = await Promise.all(clients.map((client) => client.take(32, "chat")))
    const [first = []] = logs
    assert.deepEqual(
      first.map(({ seq }) => seq),
      Array.from({ length: 32 }, (_, i) => i + 1)
    )
    for (const log of logs) assert.deepEqual(log, first)
    for (const i of clients.keys()) {
      const own = first.map(({ content }) => String(content)).filter((content) => content.startsWith(`${i}:`))
      assert.deepEqual(
        own,
        Array.from({ length: 8 }, (_, n) => `${i}:${n}`)
      )
    }
  })

  it("keeps text as it was written, but for line ends", async () => {
    const alice = await join("Alice", "verbatim")
    const text = '  <b>"é" é 👩‍👩‍👧‍👦 שלום\tx\\n 𝒳  '
    assert.strictEqual((await alice.say(text)).content, text)
    alice.send({ type: "chat", content: "one\r\ntwo\rthree" })
    assert.strictEqual((await alice.next("chat")).content, "one\ntwo\nthree")
  })

  it("accepts 1,000 code points, however many bytes they are", async () => {
    // G1
    const alice = await join("Alice", "thumbs")
    for (const text of ["👍".repeat(1000), "👩‍👩‍👧‍👦".repeat(142)]) {
      assert.strictEqual((await alice.say(text)).content, text)
    }
  })

  it("carries system messages as such", async () => {
    const [alice, bob] = await Promise.all([join("Alice", "system"), join("Bob", "system")])
    alice.send({ type: "system", content: "maintenance at noon" })
    assert.deepInclude(await bob.next("system"), { content: "maintenance at noon", userId: "alice@system", seq: 1 })
  })
})

describe("identity", () => {
  it("ignores what a frame claims about who sent it and when", async () => {
    // B1, T36
    const [alice, bob] = await Promise.all([join("Alice", "forged"), join("Bob", "forged")])
    for (const timestamp of ["1970-01-01T00:00:00.000Z", new Date(Date.now() + 5 * 3_600_000).toISOString()]) {
      const seen = await alice.say(`at ${timestamp}`, {
        userId: "bob",
        username: "Bob",
        from: "bob",
        seq: 999,
        timestamp
      })
      assert.deepInclude(seen, { userId: "alice@forged", username: "Alice" })
      assert.isBelow(Number(seen["seq"]), 10)
      assert.closeTo(Date.parse(String(seen["timestamp"])), Date.now(), 5000)
      assert.doesNotHaveAnyKeys(seen, ["from"])
      assert.deepEqual(await bob.next("chat"), seen)
    }
  })

  it("drops fields it does not know", async () => {
    const alice = await join("Alice", "proto")
    alice.send('{"type":"chat","content":"x","role":"admin","extra":1}')
    const message = await alice.next("chat")
    assert.sameMembers(Object.keys(message), [
      "messageId",
      "roomId",
      "seq",
      "type",
      "userId",
      "username",
      "content",
      "timestamp"
    ])
  })

  it("keeps a messageId that the client chose", async () => {
    const alice = await join("Alice", "own-id")
    const messageId = "550e8400-e29b-41d4-a716-446655440000"
    assert.strictEqual((await alice.say("mine", { messageId })).messageId, messageId)
  })
})

describe("presence", () => {
  it("shows the others who comes and who goes", async () => {
    const alice = await join("Alice", "lobby")
    await alice.next({ type: "join", userId: "alice@lobby" })
    const bob = await join("Bob", "lobby")
    const joined = await alice.next({ type: "join", userId: "bob@lobby" })
    assert.deepInclude(joined, { roomId: "lobby", username: "Bob" })
    assert.match(String(joined["messageId"]), UUID)
    assert.match(String(joined["timestamp"]), ISO)
    assert.notProperty(joined, "seq")
    await bob.close()
    const left = await alice.next({ type: "leave", userId: "bob@lobby" })
    assert.deepInclude(left, { roomId: "lobby", username: "Bob" })
    assert.notProperty(left, "seq")
  })

  it("shows that someone is gone whose line was cut", async () => {
    const alice = await join("Alice", "cut")
    const bob = await join("Bob", "cut")
    await alice.next({ type: "join", userId: "bob@cut" })
    await bob.cut()
    await alice.next({ type: "leave", userId: "bob@cut" })
  })

  it("counts two connections of one user as one member, who leaves with the last", async () => {
    // C3
    const watcher = await join("Watcher", "tabs")
    const first = await join("Alice", "tabs")
    await watcher.next({ type: "join", userId: "alice@tabs" })
    const second = await join("Alice", "tabs")
    await second.say("from the second tab")
    await join("Bob", "tabs")
    await watcher.next({ type: "join", userId: "bob@tabs" })
    assert.lengthOf(watcher.all({ type: "join", userId: "alice@tabs" }), 1)

    await server.clients(4)
    await first.close()
    await server.clients(3)
    await join("Carol", "tabs")
    await watcher.next({ type: "join", userId: "carol@tabs" })
    assert.isEmpty(watcher.all("leave"))
    await second.say("still here")

    await second.close()
    await watcher.next({ type: "leave", userId: "alice@tabs" })
    assert.lengthOf(watcher.all("leave"), 1)
  })
})

describe("history", () => {
  it("replays as many recent messages as the query asks for, in order", async () => {
    const alice = await join("Alice", "history")
    for (const content of ["one", "two", "three"]) await alice.say(content)
    const two = await join("Bob", "history", 2)
    const none = await join("Carol", "history", 0)
    const all = await ChatClient.plain(server, { userId: "dave", username: "Dave", room: "history" })
    await alice.say("now")
    await Promise.all([two, none, all].map((client) => client.next({ type: "chat", content: "now" })))
    assert.deepEqual(two.heard, ["two", "three", "now"])
    assert.deepEqual(none.heard, ["now"])
    assert.deepEqual(all.heard, ["one", "two", "three", "now"])
    assert.deepEqual(
      all.all("chat").map(({ seq }) => seq),
      [1, 2, 3, 4]
    )
    assert.deepEqual(all.all("chat").slice(0, 3), alice.all("chat").slice(0, 3))
  })
})
