/** Reactions, mentions and replies on servers of their own process: what everyone is told and reads, whatever happens in between. */
import { randomUUID } from "node:crypto"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it, onTestFinished } from "vitest"
import { ChatClient, type Frame } from "../support/ChatClient.ts"
import { type Env, eventually, hubbub, ServerProcess, temporaryDirectory } from "../support/ServerProcess.ts"

const KEY = "k".repeat(40)

const start = async (env: Env = {}) => {
  const server = await ServerProcess.start({
    RATE_LIMIT_PER_SEC: "0",
    JOIN_LIMIT_PER_SEC: "0",
    DRAIN_WINDOW_MS: "100",
    API_KEYS: `ci:${KEY}`,
    ...env
  })
  onTestFinished(async () => {
    await server.stop("SIGKILL")
  })
  return server
}

const arrive = async (server: ServerProcess, userId: string) => {
  const client = await ChatClient.v1(server, { userId, username: userId })
  await client.ask({ type: "subscribe", roomId: "lobby" })
  return client
}

const say = async (client: ChatClient, content: string, more: Readonly<Record<string, unknown>> = {}) => {
  const ack = await client.ask({ type: "chat", roomId: "lobby", content, ...more })
  assert.strictEqual(ack.type, "ack", JSON.stringify(ack))
  return ack
}

const react = async (client: ChatClient, { messageId }: Frame, emoji: string, remove = false) => {
  const ack = await client.ask({ type: "react", roomId: "lobby", messageId, emoji, ...(remove ? { remove } : {}) })
  assert.strictEqual(ack.type, "ack", JSON.stringify(ack))
  return ack
}

/** What the lobby's messages have beside their text, as it is read over HTTP, by who comes in, and page by page; all say the same. */
const everywhere = async (server: ServerProcess, field: "reactions" | "mentions" | "replyTo") => {
  const reader = await ChatClient.v1(server, { userId: "reader", username: "Reader" })
  const page = await server.json("/api/rooms/lobby/messages?limit=200")
  const joined = await reader.ask({ type: "subscribe", roomId: "lobby", history: 200 })
  const asked = await reader.ask({ type: "history", roomId: "lobby", limit: 200 })
  await reader.close()
  const [one, ...others] = [page, joined, asked].map(({ messages }) =>
    (messages as ReadonlyArray<Frame>).map((message) => message[field])
  )
  for (const other of others) assert.deepStrictEqual(other, one)
  return one!
}

const stored = (directory: string) => {
  const database = new DatabaseSync(join(directory, "hubbub.db"), { readOnly: true })
  const rows = database.prepare("SELECT json FROM messages ORDER BY room, epoch, seq").all()
  database.close()
  return rows.map(({ json }): Frame => JSON.parse(String(json)))
}

const communicators = async (server: ServerProcess) => {
  const { communicators, engagedUsers } = await server.json("/api/analytics/summary")
  return { communicators, engagedUsers }
}

describe("reactions", () => {
  it("survive kill -9 once they are acknowledged, and are in the store in the end, as the last one left them", async () => {
    const env = { DATA_DIR: temporaryDirectory() }
    const server = await start(env)
    const [ann, bob] = [await arrive(server, "ann"), await arrive(server, "bob")]
    const [one, two, three] = [await say(ann, "one"), await say(ann, "two"), await say(ann, "three")]
    await react(bob, one, "👍")
    await react(ann, one, "👍")
    await react(bob, one, "❤️")
    await react(bob, one, "❤️", true)
    await react(bob, two, "🎉")
    await ann.ask({ type: "edit", roomId: "lobby", messageId: two["messageId"], content: "two, edited" })
    await react(bob, three, "😡")
    await ann.ask({ type: "delete", roomId: "lobby", messageId: three["messageId"] })
    const told = await ann.next({ type: "reaction", emoji: "🎉" })
    assert.deepInclude(told, { userId: "bob", roomId: "lobby", messageId: two["messageId"], seq: 2 })
    const right = [{ "👍": ["bob", "ann"] }, { "🎉": ["bob"] }, undefined]
    assert.deepStrictEqual(await everywhere(server, "reactions"), right)
    server.signal("SIGKILL")
    await server.exit()

    const again = await start(env)
    assert.deepStrictEqual(await everywhere(again, "reactions"), right)
    const back = await arrive(again, "bob")
    assert.deepInclude(await react(back, one, "👍"), { duplicate: true })
    await react(back, one, "👍", true)
    const now = [{ "👍": ["ann"] }, { "🎉": ["bob"] }, undefined]
    await eventually(
      async () => JSON.stringify(stored(env.DATA_DIR).map(({ reactions }) => reactions)),
      (reactions) => reactions === JSON.stringify(now)
    )
    assert.strictEqual(await again.stop(), 0)
    const third = await start(env)
    assert.deepStrictEqual(await everywhere(third, "reactions"), now)
    assert.notInclude(third.said, "👍")
  })

  it("of many at once all stay, and everyone in the room is told of each once", async () => {
    const server = await start()
    const clients = await Promise.all(Array.from({ length: 40 }, async (_, i) => arrive(server, `u${i}`)))
    const message = await say(clients[0]!, "hello")
    await Promise.all(
      clients.flatMap((client) => [
        react(client, message, "👍"),
        react(client, message, "🎉"),
        react(client, message, "👍")
      ])
    )
    const [reactions] = (await everywhere(server, "reactions")) as ReadonlyArray<Record<string, ReadonlyArray<string>>>
    const users = clients.map((_, i) => `u${i}`)
    for (const emoji of ["👍", "🎉"]) assert.sameMembers([...reactions![emoji]!], users)
    for (const client of clients) {
      await eventually(
        async () => client.all("reaction").length,
        (count) => count >= 80
      )
      assert.lengthOf(client.all("reaction"), 80)
      // in the order in which they came, as they are on the message
      for (const emoji of ["👍", "🎉"]) {
        const order = client.all({ type: "reaction", emoji }).map(({ userId }) => userId)
        assert.deepStrictEqual(order, [...reactions![emoji]!])
      }
    }
  })

  it("make who gives them engaged, over a restart and a recount", async () => {
    const env = { DATA_DIR: temporaryDirectory() }
    const server = await start(env)
    const [ann, bob, carol] = [await arrive(server, "ann"), await arrive(server, "bob"), await arrive(server, "carol")]
    const message = await say(ann, "hello")
    await react(bob, message, "👍")
    assert.deepInclude(await react(carol, message, "👍", true), { duplicate: true })
    await react(bob, message, "👍", true)
    const right = { communicators: 2, engagedUsers: 2 }
    assert.deepStrictEqual(await communicators(server), right)
    const series = "/api/analytics/timeseries?metric=reactions&bucket=1d"
    assert.strictEqual((await server.json(series))["total"], 1)
    assert.strictEqual(await server.stop(), 0)
    const { code, stderr } = await hubbub(["analytics", "rebuild"], env)
    assert.strictEqual(code, 0, stderr)
    const again = await start(env)
    assert.deepStrictEqual(await communicators(again), right)
    assert.strictEqual((await again.json(series))["total"], 1)
  })
})

describe("mentions and replies", () => {
  it("are on what everyone hears and reads, whatever sent it, and after a restart", async () => {
    const env = { DATA_DIR: temporaryDirectory() }
    const server = await start(env)
    const [ann, bob] = [await arrive(server, "ann"), await arrive(server, "bob")]
    const plain = await ChatClient.plain(server, { userId: "carol", username: "Carol", room: "lobby" })
    const unknown = randomUUID()
    const first = await say(ann, "hi @bob!", { mentions: ["dora"] })
    await say(bob, "hi", { replyTo: first["messageId"] })
    await say(bob, "you said something once", { replyTo: unknown })
    await plain.say("@ann, @bob: hello")
    const posted = await server.fetch("/api/admin/rooms/lobby/messages", {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${KEY}` },
      body: JSON.stringify({ content: "build 7 is broken, @ann", username: "Builder", mentions: ["eve"] })
    })
    assert.strictEqual(posted.status, 201)
    assert.deepInclude(await plain.next({ type: "chat", content: "hi @bob!" }), { seq: 1 })
    assert.deepStrictEqual((await bob.next({ type: "chat", userId: "bot:builder" }))["mentions"], ["eve", "ann"])
    assert.strictEqual((await ann.next({ type: "chat", seq: 3 }))["replyTo"], unknown)
    const mentions = [["dora", "bob"], undefined, undefined, ["ann", "bob"], ["eve", "ann"]]
    const replies = [undefined, first["messageId"], unknown, undefined, undefined]
    assert.deepStrictEqual(await everywhere(server, "mentions"), mentions)
    assert.deepStrictEqual(await everywhere(server, "replyTo"), replies)
    await ann.ask({ type: "edit", roomId: "lobby", messageId: first["messageId"], content: "hi @carol!" })
    assert.deepStrictEqual((await bob.next("edited"))["mentions"], ["carol"])
    const edited = [["carol"], ...mentions.slice(1)]
    server.signal("SIGKILL")
    await server.exit()
    const again = await start(env)
    assert.deepStrictEqual(await everywhere(again, "mentions"), edited)
    assert.deepStrictEqual(await everywhere(again, "replyTo"), replies)
    await eventually(
      async () => JSON.stringify(stored(env.DATA_DIR).map((message) => message["mentions"])),
      (all) => all === JSON.stringify(edited)
    )
  })
})
