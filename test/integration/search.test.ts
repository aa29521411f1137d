/** Searches on servers of their own process: who finds what, whatever happened in between, and what nobody reads of it afterwards. */
import { assert, describe, it, onTestFinished } from "vitest"
import { hourLong, SECRET } from "../identity/minted.ts"
import { ChatClient, type Frame } from "../support/ChatClient.ts"
import { type Env, ServerProcess, temporaryDirectory } from "../support/ServerProcess.ts"

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

const texts = (answer: Readonly<Record<string, unknown>>) =>
  (answer["messages"] as ReadonlyArray<Frame>).map(({ content }) => content)

/** What is found over the socket and over HTTP, which is the same. */
const found = async (server: ServerProcess, client: ChatClient, text: string) => {
  const frame = await client.ask({ type: "search", roomId: "lobby", text })
  const page = await server.json(`/api/rooms/lobby/search?q=${encodeURIComponent(text)}`)
  assert.deepStrictEqual(page["messages"], frame["messages"])
  return texts(frame)
}

const bearer = async (name: string) => ({ headers: { Authorization: `Bearer ${await hourLong(name)}` } })

describe("a search", () => {
  it("finds what was acknowledged at once, by what it says then, and after kill -9 as well", async () => {
    const DATA_DIR = temporaryDirectory()
    const server = await start({ DATA_DIR })
    const alice = await ChatClient.v1(server, { userId: "alice", username: "Alice" })
    await alice.ask({ type: "subscribe", roomId: "lobby" })
    const say = async (content: string) => {
      const ack = await alice.ask({ type: "chat", roomId: "lobby", content })
      return { roomId: "lobby", messageId: ack["messageId"], at: { epoch: ack["epoch"], seq: ack["seq"] } }
    }
    const first = await say("A heron by the canal")
    const second = await say("Hérons, early")
    const third = await say("手机很好 heron")
    await say("a stork")
    assert.deepStrictEqual(await found(server, alice, "heron"), [
      "手机很好 heron",
      "Hérons, early",
      "A heron by the canal"
    ])
    assert.deepStrictEqual(await found(server, alice, "机很 HER"), ["手机很好 heron"])
    await alice.ask({ type: "edit", ...first, content: "A stork by the canal" })
    await alice.ask({ type: "delete", ...second })
    assert.deepStrictEqual(await found(server, alice, "heron"), ["手机很好 heron"])
    assert.deepStrictEqual(await found(server, alice, "stork"), ["a stork", "A stork by the canal"])
    server.signal("SIGKILL")
    await server.exit()
    const again = await start({ DATA_DIR })
    const bob = await ChatClient.v1(again, { userId: "bob", username: "Bob" })
    assert.deepStrictEqual(await found(again, bob, "heron"), ["手机很好 heron"])
    assert.deepStrictEqual(await found(again, bob, "stork canal"), ["A stork by the canal"])
    const [place] = (await bob.ask({ type: "search", roomId: "lobby", text: "手" }))["places"] as ReadonlyArray<unknown>
    assert.deepStrictEqual(place, third.at)
    const around = await bob.ask({ type: "history", roomId: "lobby", around: place, limit: 1 })
    assert.deepStrictEqual(texts(around), ["手机很好 heron"])
  })

  it("is of private rooms for their members alone, over the socket as over HTTP", async () => {
    const server = await start({ AUTH_SECRET: SECRET })
    const connect = async (name: string) => ChatClient.v1(server, { username: name, token: await hourLong(name) })
    const [alice, bob, carol] = [await connect("alice"), await connect("bob"), await connect("carol")]
    const roomId = String((await alice.ask({ type: "direct", to: "bob", content: "a secret heron" }))["roomId"])
    const asked = { type: "search", roomId, text: "heron" }
    assert.deepStrictEqual(texts(await alice.ask(asked)), ["a secret heron"])
    assert.deepStrictEqual(texts(await bob.ask(asked)), ["a secret heron"])
    const refused = await carol.ask(asked)
    assert.deepStrictEqual(refused, { ...(await carol.ask({ type: "history", roomId })), ref: refused["ref"] })
    assert.strictEqual(refused["type"], "error")
    const path = `/api/rooms/${roomId}/search?q=heron`
    const shown = await (await server.fetch(path, await bearer("bob"))).json()
    assert.deepInclude(shown, { count: 1, hasMore: false })
    const hidden = await (await server.fetch(path, await bearer("carol"))).json()
    const unknown = await (await server.fetch("/api/rooms/nowhere/search?q=heron", await bearer("carol"))).json()
    assert.deepStrictEqual(hidden, { ...(unknown as object), roomId })
    assert.strictEqual((await server.fetch(path)).status, 401)
  })

  it("leaves nothing of what was looked for in any log, whatever became of it", async () => {
    const server = await start({ LOG_LEVEL: "debug" })
    const alice = await ChatClient.v1(server, { userId: "alice", username: "Alice" })
    for (const text of ["quetzalcoatl", "quetzalcoatl ".repeat(12), "quetzalcoatl\u0000\n\u001b[31m"]) {
      await alice.ask({ type: "search", roomId: "lobby", text })
      await (await server.fetch(`/api/rooms/lobby/search?q=${encodeURIComponent(text)}&limit=500`)).text()
      await (await server.fetch(`/api/rooms/lobby/search?q=${encodeURIComponent(text)}`)).text()
    }
    assert.strictEqual(await server.stop(), 0)
    assert.notInclude([...server.stdout, ...server.stderr].join("\n"), "quetzal")
  })
})
