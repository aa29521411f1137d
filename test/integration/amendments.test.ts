/** Messages that change, on servers of their own process: what everyone reads afterwards, whatever happened in between. */
import { join as path } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it, onTestFinished } from "vitest"
import { hourLong, SECRET } from "../identity/minted.ts"
import { heard, say, upgrade, v1 } from "../identity/upgrading.ts"
import { ChatClient, type Frame } from "../support/ChatClient.ts"
import { type Env, eventually, hubbub, ServerProcess, temporaryDirectory } from "../support/ServerProcess.ts"

const start = async (env: Env = {}) => {
  const server = await ServerProcess.start({
    RATE_LIMIT_PER_SEC: "0",
    JOIN_LIMIT_PER_SEC: "0",
    DRAIN_WINDOW_MS: "100",
    ...env
  })
  onTestFinished(async () => {
    await server.stop("SIGKILL")
  })
  return server
}

const crash = async (server: ServerProcess) => {
  server.signal("SIGKILL")
  await server.exit()
}

const fileOf = (env: { readonly DATA_DIR: string }) => path(env.DATA_DIR, "hubbub.db")

/** Everything the store's tables say, as one text. */
const stored = (file: string) => {
  const database = new DatabaseSync(file, { readOnly: true })
  const rows = database.prepare("SELECT * FROM messages ORDER BY room, epoch, seq").all()
  database.close()
  return rows.map((row) => JSON.stringify(row))
}

/** Takes the store away: it is read as before, but takes nothing. Gives it back when called. */
const takeAway = (file: string) => {
  const database = new DatabaseSync(file)
  database.exec("BEGIN IMMEDIATE")
  let away = true
  const giveBack = () => {
    if (away) database.close()
    away = false
  }
  onTestFinished(giveBack)
  return giveBack
}

const texts = (frame: Readonly<Record<string, unknown>>) =>
  (frame["messages"] as ReadonlyArray<Frame>).map(({ content, deleted, editedAt }) =>
    deleted === true ? `deleted${String(content)}` : `${String(content)}${editedAt === undefined ? "" : " (edited)"}`
  )

/** What is read of the lobby in every way there is, each of which must say the same. */
const everywhere = async (server: ServerProcess, { epoch, seq }: { readonly epoch: unknown; readonly seq: number }) => {
  const reader = await ChatClient.v1(server, { userId: "reader", username: "Reader" })
  const [room, around, user] = await Promise.all(
    [
      "rooms/lobby/messages?limit=200",
      `rooms/lobby/messages?around=${seq}&limit=200`,
      "users/alice/messages?limit=200"
    ].map(async (page) => texts(await server.json(`/api/${page}`)))
  )
  const joined = texts(await reader.ask({ type: "subscribe", roomId: "lobby", history: 200 }))
  const resumed = await reader.ask({ type: "subscribe", roomId: "lobby", after: { epoch, seq: 0 } })
  assert.isTrue(resumed["recovered"])
  const asked = texts(await reader.ask({ type: "history", roomId: "lobby", limit: 200 }))
  await reader.close()
  for (const other of [around, user, joined, texts(resumed), asked]) assert.deepStrictEqual(other, room)
  return room!
}

const speak = async (client: ChatClient, contents: ReadonlyArray<string>) => {
  const acks: Array<Frame> = []
  for (const content of contents) acks.push(await client.ask({ type: "chat", roomId: "lobby", content }))
  return acks
}

/** What is counted of messages and their changes. */
const figures = async (server: ServerProcess) => {
  const { totalMessages } = await server.json("/api/analytics")
  const { deletes, edits } = await server.json("/api/analytics/patterns")
  return { totalMessages, deletes, edits }
}

/** A change that is acknowledged. */
const change = async (client: ChatClient, { messageId }: Frame, content?: string) => {
  const what = content === undefined ? { type: "delete" } : { type: "edit", content }
  const ack = await client.ask({ ...what, roomId: "lobby", messageId })
  assert.strictEqual(ack.type, "ack", JSON.stringify(ack))
  return ack
}

describe("a message that was changed", () => {
  for (const durability of ["journal", "fsync"]) {
    it(`is what everyone reads after kill -9, while the store takes nothing and when it has it, with durability ${durability}`, async () => {
      const env = { DATA_DIR: temporaryDirectory(), DURABILITY: durability }
      const server = await start(env)
      const alice = await ChatClient.v1(server, { userId: "alice", username: "Alice" })
      const { epoch } = await alice.ask({ type: "subscribe", roomId: "lobby" })
      const said = await speak(alice, ["one", "two secret", "three secret", "four"])
      await eventually(
        async () => stored(fileOf(env)).length,
        (count) => count === 4
      )

      const giveBack = takeAway(fileOf(env))
      const late = await speak(alice, ["five secret", "six secret"])
      await change(alice, said[1]!, "two")
      await change(alice, said[2]!)
      await change(alice, late[0]!, "five")
      await change(alice, late[0]!, "five again")
      await change(alice, late[1]!)
      assert.deepInclude(await alice.next("edited"), { content: "two", userId: "alice" })
      const right = ["one", "two (edited)", "deleted", "four", "five again (edited)", "deleted"]
      assert.deepStrictEqual(await everywhere(server, { epoch, seq: 2 }), right)

      await crash(server)
      assert.include(stored(fileOf(env)).join(), "secret")
      const again = await start(env)
      assert.deepStrictEqual(await everywhere(again, { epoch, seq: 2 }), right)
      const back = await ChatClient.v1(again, { userId: "alice", username: "Alice" })
      await back.ask({ type: "subscribe", roomId: "lobby" })
      const repeat = { type: "chat", roomId: "lobby", messageId: said[1]!["messageId"] }
      assert.deepInclude(await back.ask({ ...repeat, content: "two secret" }), { seq: 2, duplicate: true })
      assert.deepInclude(await back.ask({ ...repeat, content: "two" }), { code: "idempotency_conflict" })
      await change(back, said[0]!, "one, after all")

      giveBack()
      await eventually(
        async () => stored(fileOf(env)).join(),
        (rows) => !rows.includes("secret") && rows.includes("one, after all")
      )
      assert.strictEqual(stored(fileOf(env)).length, 6)
      const now = ["one, after all (edited)", ...right.slice(1)]
      assert.deepStrictEqual(await everywhere(again, { epoch, seq: 2 }), now)
      assert.strictEqual(await again.stop(), 0)
      const third = await start(env)
      assert.deepStrictEqual(await everywhere(third, { epoch, seq: 2 }), now)
      for (const { said } of [server, again, third]) assert.notInclude(said, "secret")
    })
  }

  it("is what a room gives that has left memory, and a client that was away is told of it", async () => {
    const env = { DATA_DIR: temporaryDirectory(), ROOM_EMPTY_MS: "200" }
    const server = await start(env)
    const alice = await ChatClient.v1(server, { userId: "alice", username: "Alice" })
    const bob = await ChatClient.v1(server, { userId: "bob", username: "Bob" })
    const plain = await ChatClient.plain(server, { userId: "carol", username: "Carol", room: "lobby" })
    const { epoch } = await alice.ask({ type: "subscribe", roomId: "lobby" })
    const { version } = await bob.ask({ type: "subscribe", roomId: "lobby" })
    const [one, two] = await speak(alice, ["one secret", "two secret"])
    await bob.next({ type: "chat", seq: 2 })
    await bob.ask({ type: "unsubscribe", roomId: "lobby" })
    await change(alice, one!, "one")
    await change(alice, two!)
    const after = { epoch, seq: 2, version }
    const resumed = await bob.ask({ type: "subscribe", roomId: "lobby", after })
    assert.deepStrictEqual(
      (resumed["changes"] as ReadonlyArray<Frame>).map(({ messageId, type }) => [type, messageId]),
      [
        ["edited", one!["messageId"]],
        ["deleted", two!["messageId"]]
      ]
    )
    assert.isAbove(Number(resumed["version"]), Number(version))
    await plain.say("still here")
    assert.deepStrictEqual(
      plain.received.filter(({ type }) => !["chat", "join", "leave"].includes(type)),
      []
    )
    for (const client of [alice, bob, plain]) await client.close()
    await eventually(
      () => server.json("/health"),
      (health) => health["rooms"] === 0
    )
    const back = await ChatClient.v1(server, { userId: "bob", username: "Bob" })
    const answer = await back.ask({ type: "subscribe", roomId: "lobby", after })
    assert.isTrue(answer["changesLost"])
    assert.deepStrictEqual(texts(await back.ask({ type: "history", roomId: "lobby" })), [
      "one (edited)",
      "deleted",
      "still here"
    ])
  })

  it("is still counted as it was said", async () => {
    const env = { DATA_DIR: temporaryDirectory() }
    const server = await start(env)
    const alice = await ChatClient.v1(server, { userId: "alice", username: "Alice" })
    await alice.ask({ type: "subscribe", roomId: "lobby" })
    const [one, two] = await speak(alice, ["one", "two", "three"])
    await change(alice, one!)
    await change(alice, two!, "zwei")
    const right = { totalMessages: 3, deletes: 1, edits: 1 }
    assert.deepStrictEqual(await figures(server), right)
    assert.strictEqual(await server.stop(), 0)
    const { code, stderr, stdout } = await hubbub(["analytics", "rebuild"], env)
    assert.strictEqual(code, 0, stdout + stderr)
    const again = await start(env)
    // the last minute is counted again once the server listens
    await eventually(
      () => figures(again),
      ({ totalMessages }) => totalMessages === right.totalMessages
    )
    assert.deepStrictEqual(await figures(again), right)
  })
})

describe("a purge", () => {
  it("deletes 300 messages of a user in 3 rooms, and leaves what others said", async () => {
    const env = { DATA_DIR: temporaryDirectory(), AUTH_SECRET: SECRET }
    const server = await start(env)
    const enter = async (sub: string, claims: Readonly<Record<string, unknown>> = {}) => {
      const { answer, socket } = await upgrade(server, {}, v1(await hourLong(sub, claims)))
      assert.strictEqual(answer.status, 101, answer.body)
      await heard(socket, "welcome")
      return socket
    }
    const spammer = await enter("spammer")
    const alice = await enter("alice")
    const mia = await enter("mia", { role: "moderator" })
    const rooms = ["lobby", "den", "attic"]
    for (const roomId of rooms) {
      for (const [socket, content, count] of [
        [spammer, "buy this", 100],
        [alice, "hello", 3]
      ] as const) {
        say(socket, { type: "subscribe", roomId, ref: roomId })
        await heard(socket, "subscribed")
        for (let i = 1; i <= count; i++) say(socket, { type: "chat", roomId, content, ref: i })
        for (let i = 1; i <= count; i++) await heard(socket, "ack")
      }
    }
    say(mia, { type: "moderate", action: "purge", userId: "spammer", ref: "purge" })
    assert.deepInclude(await heard(mia, "moderated"), { action: "purge", userId: "spammer" })
    const told = [await heard(alice, "purged"), await heard(alice, "purged"), await heard(alice, "purged")]
    assert.deepStrictEqual(told.map(({ roomId, userId }) => `${String(roomId)} ${String(userId)}`).sort(), [
      "attic spammer",
      "den spammer",
      "lobby spammer"
    ])
    await crash(server)
    const again = await start(env)
    const token = await hourLong("alice")
    for (const roomId of rooms) {
      const response = await again.fetch(`/api/rooms/${roomId}/messages?limit=200`, {
        headers: { authorization: `Bearer ${token}` }
      })
      const page = (await response.json()) as Readonly<Record<string, unknown>>
      assert.deepStrictEqual(texts(page), [...new Array<string>(100).fill("deleted"), "hello", "hello", "hello"])
    }
    await eventually(
      async () => stored(fileOf(env)),
      (rows) => rows.length === 309 && !rows.join().includes("buy this")
    )
  })
})
