import { randomUUID } from "node:crypto"
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join as path } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it, onTestFinished } from "vitest"
import { ChatClient, type Frame } from "../support/ChatClient.ts"
import { eventually, type Env, hubbub, ServerProcess, temporaryDirectory } from "../support/ServerProcess.ts"

const unlimited = { RATE_LIMIT_PER_SEC: "0", JOIN_LIMIT_PER_SEC: "0" }

const start = async (env: Env = {}) => {
  const server = await ServerProcess.start({ ...unlimited, DRAIN_WINDOW_MS: "100", ...env })
  onTestFinished(async () => {
    await server.stop("SIGKILL")
  })
  return server
}

const crash = async (server: ServerProcess) => {
  server.signal("SIGKILL")
  await server.exit()
}

interface Page {
  readonly count: number
  readonly messages: ReadonlyArray<Frame>
  readonly hasMore: boolean
  readonly before: string | null
  readonly after: string | null
}

const page = async (server: ServerProcess, path: string): Promise<Page> => {
  const response = await server.fetch(path)
  assert.strictEqual(response.status, 200, `${path}: ${await response.clone().text()}`)
  return (await response.json()) as Page
}

/** A room's whole history, oldest first, page by page from the newest. */
const history = async (server: ServerProcess, room: string): Promise<ReadonlyArray<Frame>> => {
  let all: ReadonlyArray<Frame> = []
  let query = "?limit=50"
  while (true) {
    const { before, messages } = await page(server, `/api/rooms/${room}/messages${query}`)
    all = [...messages, ...all]
    if (before === null) return all
    query = `?limit=50&before=${before}`
  }
}

const contents = (messages: ReadonlyArray<Frame>) => messages.map(({ content }) => content)

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => String(from + i))

/** Says "from" to "to" and waits until all are acknowledged. */
const talk = async (client: ChatClient, from: number, to: number, roomId = "lobby") => {
  for (let n = from; n <= to; n++) client.send({ type: "chat", roomId, content: String(n), ref: n })
  for (let n = from; n <= to; n++) await client.next({ type: "ack", ref: n })
}

const join = (client: ChatClient, more: Readonly<Record<string, unknown>> = {}) =>
  client.ask({ type: "subscribe", roomId: "lobby", ...more })

describe("a server that is killed", () => {
  for (const durability of ["journal", "fsync", "store"]) {
    it(`has every acknowledged message at its position after it, with durability ${durability}`, async () => {
      const env = { DATA_DIR: temporaryDirectory(), DURABILITY: durability }
      const server = await start(env)
      const alice = await ChatClient.v1(server, { userId: "alice", username: "Alice" })
      const { epoch } = await join(alice)
      await talk(alice, 1, 250)
      assert.strictEqual((await server.json("/health"))["durability"], durability)
      await crash(server)
      const again = await start(env)
      const kept = await history(again, "lobby")
      assert.deepStrictEqual(contents(kept), numbers(1, 250))
      assert.deepStrictEqual(
        kept.map(({ seq }) => seq),
        numbers(1, 250).map(Number)
      )
      const bob = await ChatClient.v1(again, { userId: "bob", username: "Bob" })
      assert.deepInclude(await join(bob, { after: { epoch, seq: 250 } }), { recovered: true, seq: 250, epoch })
      const missed = await join(bob, { after: { epoch, seq: 100 } })
      assert.isTrue(missed["recovered"])
      assert.deepStrictEqual(contents(missed["messages"] as ReadonlyArray<Frame>), numbers(101, 250))
      await talk(bob, 251, 251)
      assert.deepStrictEqual(contents(await history(again, "lobby")), numbers(1, 251))
    })
  }

  it("forgets everything with durability memory, and lets nobody resume into another stream", async () => {
    const env = { DATA_DIR: temporaryDirectory(), DURABILITY: "memory" }
    const server = await start(env)
    const alice = await ChatClient.v1(server, { userId: "alice", username: "Alice" })
    const { epoch } = await join(alice)
    await talk(alice, 1, 10)
    assert.deepInclude(await server.json("/health"), { storage: "memory", durability: "memory" })
    assert.deepStrictEqual(contents(await history(server, "lobby")), numbers(1, 10))
    await crash(server)
    const again = await start(env)
    const bob = await ChatClient.v1(again, { userId: "bob", username: "Bob" })
    const answer = await join(bob, { after: { epoch, seq: 5 } })
    assert.deepInclude(answer, { recovered: false, seq: 0 })
    assert.notStrictEqual(answer["epoch"], epoch)
    assert.deepStrictEqual(readdirSync(env.DATA_DIR), [])
  })

  it("answers a repeat with the first message after it, and refuses other content under its id", async () => {
    const env = { DATA_DIR: temporaryDirectory() }
    const server = await start(env)
    const messageId = randomUUID()
    const alice = await ChatClient.v1(server, { userId: "alice", username: "Alice" })
    await join(alice)
    const first = await alice.ask({ type: "chat", roomId: "lobby", content: "once", messageId })
    await crash(server)
    const again = await start(env)
    const back = await ChatClient.v1(again, { userId: "alice", username: "Alice" })
    // without waiting for the answer to the subscribe
    back.send({ type: "subscribe", roomId: "lobby" })
    const second = await back.ask({ type: "chat", roomId: "lobby", content: "once", messageId })
    const { ref: _, ...ack } = first
    assert.deepInclude(second, { ...ack, duplicate: true })
    assert.deepInclude(await back.ask({ type: "chat", roomId: "lobby", content: "twice", messageId }), {
      type: "error",
      code: "idempotency_conflict",
      field: "messageId"
    })
    assert.deepStrictEqual(contents(await history(again, "lobby")), ["once"])
  })
})

describe("a room that has left memory", () => {
  it("knows repeats, resumes and history when someone comes back", async () => {
    const server = await start({ ROOM_EMPTY_MS: "100" })
    const messageId = randomUUID()
    const alice = await ChatClient.v1(server, { userId: "alice", username: "Alice" })
    const { epoch } = await join(alice)
    await talk(alice, 1, 300)
    await alice.ask({ type: "chat", roomId: "lobby", content: "301", messageId })
    await alice.ask({ type: "unsubscribe", roomId: "lobby" })
    await eventually(
      () => server.json("/health"),
      ({ rooms }) => rooms === 0
    )
    const bob = await ChatClient.plain(server, { userId: "bob", username: "Bob", room: "lobby", history: 20 })
    for (const content of numbers(282, 301)) await bob.next({ type: "chat", content })
    assert.deepInclude(await join(alice, { after: { epoch, seq: 50 } }), { recovered: true, seq: 301 })
    assert.deepInclude(await alice.ask({ type: "chat", roomId: "lobby", content: "301", messageId }), {
      seq: 301,
      duplicate: true
    })
  })

  it("is the same for messages that only the store still has", async () => {
    const env = { DATA_DIR: temporaryDirectory(), ROOM_EMPTY_MS: "100", JOURNAL_SEGMENT_BYTES: "65536" }
    const server = await start(env)
    const alice = await ChatClient.v1(server, { userId: "alice", username: "Alice" })
    const { epoch } = await join(alice)
    await talk(alice, 1, 500)
    await alice.ask({ type: "subscribe", roomId: "elsewhere" })
    await talk(alice, 1, 1500, "elsewhere")
    await alice.ask({ type: "unsubscribe", roomId: "lobby" })
    await eventually(
      () => server.json("/health"),
      (health) => (health["backlog"] as { bytes: number }).bytes === 0 && health["rooms"] === 1
    )
    const segments = readdirSync(path(env.DATA_DIR, "journal")).filter((name) => name.endsWith(".log"))
    assert.notInclude(segments, "0000000000000000.log")
    const answer = await join(alice, { after: { epoch, seq: 3 } })
    assert.isTrue(answer["recovered"])
    assert.deepStrictEqual(contents(answer["messages"] as ReadonlyArray<Frame>), numbers(4, 500))
    await crash(server)
    const again = await start(env)
    const back = await ChatClient.v1(again, { userId: "alice", username: "Alice" })
    const twice = await join(back, { after: { epoch, seq: 3 } })
    assert.deepInclude(twice, { recovered: true, seq: 500, epoch })
    assert.deepStrictEqual(contents(twice["messages"] as ReadonlyArray<Frame>), numbers(4, 500))
    await talk(back, 501, 501)
    assert.deepStrictEqual(contents(await history(again, "lobby")), numbers(1, 501))
  })
})

describe("SIGTERM", () => {
  it("keeps everything that was accepted, hands it to the store, and leaves a clean directory", async () => {
    const env = { DATA_DIR: temporaryDirectory() }
    const server = await start(env)
    const alice = await ChatClient.v1(server, { userId: "alice", username: "Alice" })
    await join(alice)
    await talk(alice, 1, 500)
    assert.strictEqual(await server.stop(), 0)
    const database = new DatabaseSync(path(env.DATA_DIR, "hubbub.db"), { readOnly: true })
    const [row] = database.prepare("SELECT count(*) AS count FROM messages").all()
    database.close()
    assert.strictEqual(row?.["count"], 500)
    assert.isFalse(existsSync(path(env.DATA_DIR, "lock")))
    const again = await start(env)
    assert.deepStrictEqual(contents(await history(again, "lobby")), numbers(1, 500))
  })
})

/** Starts a server that cannot, and gives its one line. */
const refusal = async (env: Env) => {
  const { code, stderr } = await hubbub(["serve"], { PORT: "0", LOG_FORMAT: "json", ...env })
  assert.strictEqual(code, 1)
  const lines = stderr.trim().split("\n")
  assert.strictEqual(lines.length, 1, stderr)
  return lines[0]!
}

describe("DATA_DIR", () => {
  it("is one process's own: a second one names the first and ends", async () => {
    const env = { DATA_DIR: temporaryDirectory() }
    const server = await start(env)
    const line = await refusal(env)
    assert.include(line, `is in use by process ${server.pid}`)
    assert.include(line, env.DATA_DIR)
  })

  it("that is a file, or below one, stops the start with one line", async () => {
    const directory = temporaryDirectory()
    writeFileSync(path(directory, "file"), "")
    assert.include(await refusal({ DATA_DIR: path(directory, "file") }), "DATA_DIR")
    assert.include(await refusal({ DATA_DIR: path(directory, "file", "data") }), "DATA_DIR")
  })

  it("that cannot be written stops the start with one line", async () => {
    if (process.getuid?.() === 0) {
      // root may write anywhere but where nobody can
      assert.include(await refusal({ DATA_DIR: "/proc/hubbub" }), "DATA_DIR")
      return
    }
    const directory = temporaryDirectory()
    chmodSync(directory, 0o500)
    assert.include(await refusal({ DATA_DIR: path(directory, "data") }), "DATA_DIR")
  })

  it("of a newer version is refused untouched", async () => {
    const env = { DATA_DIR: temporaryDirectory() }
    const server = await start(env)
    const alice = await ChatClient.v1(server, { userId: "alice", username: "Alice" })
    await join(alice)
    await talk(alice, 1, 3)
    assert.strictEqual(await server.stop(), 0)
    const database = new DatabaseSync(path(env.DATA_DIR, "hubbub.db"))
    database.exec("PRAGMA user_version = 99")
    database.close()
    const before = readFileSync(path(env.DATA_DIR, "hubbub.db"))
    const line = await refusal(env)
    assert.include(line, "hubbub.db")
    assert.match(line, /newer/)
    assert.isTrue(before.equals(readFileSync(path(env.DATA_DIR, "hubbub.db"))))
  })

  it("with a file of the store that is none is refused, and the file left as it was", async () => {
    const directory = temporaryDirectory()
    mkdirSync(directory, { recursive: true })
    writeFileSync(path(directory, "hubbub.db"), "this is not a database, but somebody may want it back".repeat(50))
    assert.include(await refusal({ DATA_DIR: directory }), "hubbub.db")
    assert.include(readFileSync(path(directory, "hubbub.db"), "utf8"), "somebody may want it back")
  })
})
