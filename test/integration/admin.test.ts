/** The admin API of a whole server: what it says reaches who is there and is kept, and whom it sends away goes. */
import { createServer } from "node:net"
import { assert, describe, it, onTestFinished } from "@effect/vitest"
import { hourLong, SECRET } from "../identity/minted.ts"
import { ChatClient } from "../support/ChatClient.ts"
import { type Env, hubbub, ServerProcess, temporaryDirectory } from "../support/ServerProcess.ts"

const KEY = "k".repeat(40)
const lobby = "/api/admin/rooms/lobby/messages"

const start = async (env: Env = {}) => {
  const server = await ServerProcess.start({ API_KEYS: `ci:${KEY}`, RATE_LIMIT_PER_SEC: "0", ...env })
  onTestFinished(async () => {
    await server.stop("SIGKILL")
  })
  return server
}

interface Posting {
  readonly idempotencyKey?: string
  readonly authorization?: string
}

const post = async (server: ServerProcess, path: string, body: unknown, posting: Posting = {}) => {
  const { authorization = `Bearer ${KEY}`, idempotencyKey } = posting
  const response = await server.fetch(path, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization,
      ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey })
    },
    body: typeof body === "string" ? body : JSON.stringify(body)
  })
  return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> }
}

/** What somebody with a role shows. */
const as = async (role: string) => ({ authorization: `Bearer ${await hourLong("mia", { role })}` })

/** What history has of a room, oldest first. */
const history = async (server: ServerProcess, room: string) =>
  (await server.json(`/api/rooms/${room}/messages?limit=200`))["messages"] as ReadonlyArray<
    Readonly<Record<string, unknown>>
  >

describe("what an admin has the house say", () => {
  it("reaches everyone in the room, in its place among what they say, and makes nobody active", async () => {
    const server = await start()
    const ann = await ChatClient.v1(server, { userId: "ann", username: "Ann", room: "lobby" })
    const bob = await ChatClient.plain(server, { userId: "bob", username: "Bob", room: "lobby" })
    await ann.next("subscribed")
    await ann.ask({ type: "chat", roomId: "lobby", content: "one" })
    const kept = await post(server, lobby, { content: "two" })
    assert.strictEqual(kept.status, 201)
    assert.deepInclude(kept.body, { roomId: "lobby", seq: 2 })
    const bot = await post(server, lobby, { content: "three", username: "Owl" })
    assert.deepInclude(bot.body, { seq: 3 })
    await ann.ask({ type: "chat", roomId: "lobby", content: "four" })
    for (const client of [ann, bob]) {
      assert.deepInclude(await client.next("system"), {
        messageId: kept.body["messageId"],
        seq: 2,
        userId: "system",
        username: "System",
        content: "two"
      })
      const owl = await client.next({ type: "chat", content: "three" })
      assert.deepInclude(owl, { userId: "bot:owl", username: "Owl", bot: true, seq: 3 })
      await client.next({ type: "chat", content: "four" })
      const seqs = client.received.filter(({ content }) => content !== undefined).map(({ seq }) => seq)
      assert.deepEqual(
        seqs.filter((seq) => seq !== undefined),
        [1, 2, 3, 4]
      )
    }
    const figures = await server.json("/api/analytics")
    assert.deepInclude(figures, { systemMessages: 1, activeUsers: 2 })
  })

  // P2, P4
  it("in a room that nobody is in is kept over kill -9, and sent again is the same message", async () => {
    const env = { DATA_DIR: temporaryDirectory() }
    const server = await start(env)
    const body = { content: "deployed", username: "Owl" }
    const first = await post(server, lobby, body, { idempotencyKey: "build-7" })
    assert.strictEqual(first.status, 201)
    for (let n = 0; n < 20; n++) assert.strictEqual((await post(server, lobby, { content: `n${n}` })).status, 201)
    server.signal("SIGKILL")
    await server.exit()
    const again = await start(env)
    assert.lengthOf(await history(again, "lobby"), 21)
    const repeat = await post(again, lobby, body, { idempotencyKey: "build-7" })
    assert.strictEqual(repeat.status, 200)
    const { epoch: _, ...same } = first.body
    assert.deepInclude(repeat.body, { ...same, duplicate: true })
    const other = await post(again, lobby, { content: "withdrawn", username: "Owl" }, { idempotencyKey: "build-7" })
    assert.deepInclude(other.body, { status: 409, code: "idempotency_conflict" })
    assert.lengthOf(await history(again, "lobby"), 21)
    assert.deepInclude((await history(again, "lobby"))[0], { content: "deployed", userId: "bot:owl", bot: true })
  })

  // P1
  it("at once many times is kept each once, without a gap", async () => {
    const server = await start({ HTTP_RATE_PER_SEC: "0" })
    const ann = await ChatClient.v1(server, { userId: "ann", username: "Ann", room: "lobby" })
    await ann.next("subscribed")
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        post(server, lobby, { content: `n${n % 100}`, username: "Owl" }, { idempotencyKey: `key-${n % 100}` })
      )
    )
    assert.lengthOf(
      answers.filter(({ status }) => status === 201),
      100
    )
    assert.lengthOf(
      answers.filter(({ body, status }) => status === 200 && body["duplicate"] === true),
      100
    )
    const seqs = answers.map(({ body }) => Number(body["seq"]))
    assert.deepEqual(
      Array.from(new Set(seqs)).sort((a, b) => a - b),
      Array.from({ length: 100 }, (_, i) => i + 1)
    )
    const heard = await ann.take(100, "chat")
    assert.deepEqual(
      heard.map(({ seq }) => seq),
      Array.from({ length: 100 }, (_, i) => i + 1)
    )
  })

  it("to all goes to every room that has people", async () => {
    const server = await start()
    const clients = await Promise.all(
      ["lobby", "attic", "lobby"].map((room, n) =>
        ChatClient.plain(server, { userId: `user-${n}`, username: `User ${n}`, room })
      )
    )
    // whoever has heard themselves is in the room
    await Promise.all(clients.map((client, n) => client.say(`here ${n}`)))
    const told = await post(server, "/api/admin/broadcast", { content: "we close at ten" })
    assert.deepEqual([told.status, told.body], [200, { rooms: 2, refused: 0 }])
    for (const client of clients) assert.deepInclude(await client.next("system"), { content: "we close at ten" })
  })

  // D5
  it("is refused where it is too large, and nobody is disconnected", async () => {
    const server = await start()
    const ann = await ChatClient.plain(server, { userId: "ann", username: "Ann", room: "lobby" })
    const large = await post(server, lobby, { content: "x".repeat(6_000_000) })
    assert.deepInclude(large.body, { status: 413, code: "too_large" })
    await ann.say("still here")
  })

  it("is for API keys and tokens of admins where tokens are on, and for nobody else", async () => {
    const server = await start({ AUTH_SECRET: SECRET })
    assert.strictEqual((await post(server, lobby, { content: "x" })).status, 201)
    assert.strictEqual((await post(server, lobby, { content: "x" }, await as("admin"))).status, 201)
    assert.strictEqual((await post(server, lobby, { content: "x" }, await as("moderator"))).status, 403)
    assert.strictEqual((await post(server, lobby, { content: "x" }, { authorization: "" })).status, 401)
    assert.strictEqual((await post(server, lobby, { content: "x" }, { authorization: `Bearer ${KEY}x` })).status, 401)
  })
})

describe("whom an admin sends away", () => {
  it("is closed with 4004 on all connections, shown as gone, and may come back", async () => {
    const server = await start()
    const ann = await ChatClient.v1(server, { userId: "ann", username: "Ann", room: "lobby" })
    const tab = await ChatClient.plain(server, { userId: "ann", username: "Ann", room: "attic" })
    const bob = await ChatClient.plain(server, { userId: "bob", username: "Bob", room: "lobby" })
    await Promise.all([ann.next("subscribed"), tab.say("hi"), bob.say("hi")])
    const shown = async (query: string) => {
      const response = await server.fetch(`/api/admin/connections?${query}`, { headers: { "x-api-key": KEY } })
      return (await response.json()) as Readonly<Record<string, unknown>>
    }
    assert.strictEqual((await shown("")).count, 3)
    const [one] = (await shown("roomId=attic"))["connections"] as ReadonlyArray<unknown>
    assert.deepInclude(one, { userId: "ann", dialect: "plain", rooms: ["attic"], privateRooms: 0 })
    const gone = await post(server, "/api/admin/users/ann/disconnect", { reason: "the account was merged" })
    assert.deepEqual(gone.body, { connections: 2 })
    for (const client of [ann, tab]) {
      assert.deepEqual(await client.ended(), { code: 4004, reason: "disconnected: the account was merged" })
    }
    await bob.say("still here")
    await server.clients(1)
    assert.strictEqual((await shown("userId=ann"))["count"], 0)
    const back = await ChatClient.v1(server, { userId: "ann", username: "Ann", room: "lobby" })
    await back.next("subscribed")
    assert.deepEqual((await post(server, "/api/admin/users/ann/disconnect", {})).body, { connections: 1 })
    assert.deepEqual(await back.ended(), { code: 4004, reason: "disconnected" })
  })
})

describe("API keys", () => {
  it.each([
    [`ops:${KEY},ci:too-short`, "ci", "too-short"],
    [`ops:${KEY},ci:${KEY}`, "ci", KEY],
    [KEY, undefined, KEY]
  ])("that may not be used stop the start, told by name and never shown", async (keys, name, hidden) => {
    const { code, stderr, stdout } = await hubbub(["serve"], { API_KEYS: keys, PORT: "0" })
    assert.strictEqual(code, 1)
    assert.match(stderr, /^hubbub: API_KEYS="…" is not allowed: .*\n$/)
    if (name !== undefined) assert.include(stderr, `the one named ${name} is wrong`)
    assert.notInclude(stderr + stdout, hidden)
  })

  it("are in no log line, whatever the level", async () => {
    const server = await start({ LOG_LEVEL: "debug" })
    await post(server, lobby, { content: "x" })
    await post(server, "/api/admin/users/ann/disconnect", {})
    await post(server, lobby, { content: "x" }, { authorization: `Bearer ${KEY}x` })
    await server.stop()
    assert.isNotEmpty(server.log)
    assert.notInclude(server.said, KEY)
    assert.isTrue(server.log.some(({ msg }) => msg === "sent away by an admin"))
  })
})

/** A port that nobody listens on. */
const freePort = () =>
  new Promise<number>((resolve) => {
    const probe = createServer()
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      probe.close(() => resolve(port))
    })
  })

describe("METRICS_PORT", () => {
  it("opens /metrics without a token on a second port, and leaves the first as it is", async () => {
    const port = await freePort()
    const token = "m".repeat(32)
    const server = await start({ METRICS_PORT: String(port), METRICS_TOKEN: token, AUTH_SECRET: SECRET })
    const second = await fetch(`http://127.0.0.1:${port}/metrics`)
    assert.strictEqual(second.status, 200)
    assert.include(await second.text(), "chat_connections 0")
    assert.strictEqual((await fetch(`http://127.0.0.1:${port}/health`)).status, 404)
    assert.strictEqual((await server.fetch("/metrics")).status, 401)
    for (const bearer of [token, KEY]) {
      const opened = await server.fetch("/metrics", { headers: { authorization: `Bearer ${bearer}` } })
      assert.strictEqual(opened.status, 200)
    }
    assert.strictEqual(await server.stop(), 0)
  })

  it("that is taken stops the start", async () => {
    const server = await start()
    const { code, stderr } = await hubbub(["serve"], { PORT: "0", METRICS_PORT: String(server.port) })
    assert.strictEqual(code, 1)
    assert.include(stderr, `METRICS_PORT=${server.port}: another process listens there`)
  })
})
