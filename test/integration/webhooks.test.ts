import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { assert, describe, it, onTestFinished } from "vitest"
import { ChatClient } from "../support/ChatClient.ts"
import { type Env, eventually, ServerProcess, temporaryDirectory } from "../support/ServerProcess.ts"

interface Told {
  readonly type: string
  readonly roomId: string
  readonly data: Readonly<Record<string, unknown>>
}

/** Takes whatever a webhook is told. */
const receiver = async () => {
  const told: Array<Told> = []
  const http = createServer((request, response) => {
    let body = ""
    request.on("data", (chunk) => (body += String(chunk)))
    request.on("end", () => {
      told.push(JSON.parse(body))
      response.writeHead(204).end()
    })
  })
  await new Promise<void>((listening) => http.listen(0, "127.0.0.1", listening))
  onTestFinished(() => {
    http.closeAllConnections()
    http.close()
  })
  return { told, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/hook` }
}

const SECRET = "0123456789abcdef0123456789abcdef"

/** A server that may call this machine, and a client in its lobby. */
const entered = async (env: Env) => {
  const outbound = { WEBHOOK_ALLOW_HTTP: "true", OUTBOUND_ALLOW: "127.0.0.1" }
  const server = await ServerProcess.start({ DATA_DIR: temporaryDirectory(), ...outbound, ...env })
  onTestFinished(async () => {
    await server.stop("SIGKILL")
  })
  const alice = await ChatClient.v1(server, { userId: "alice", username: "Alice" })
  await alice.ask({ type: "subscribe", roomId: "lobby" })
  return { alice, server }
}

describe("a webhook", () => {
  it("is told who comes, what is said and who goes, in the order of the room", async () => {
    const { told, url } = await receiver()
    const { alice } = await entered({ WEBHOOK_URL: url, WEBHOOK_SECRET: SECRET })
    for (const n of [1, 2, 3]) await alice.ask({ type: "chat", roomId: "lobby", content: String(n) })
    await alice.ask({ type: "unsubscribe", roomId: "lobby" })
    const all = await eventually(
      async () => told.filter(({ roomId }) => roomId === "lobby"),
      ({ length }) => length >= 5
    )
    assert.deepStrictEqual(
      all.map(({ data, type }) => [type, data["userId"], data["content"]]),
      [
        ["join", "alice", undefined],
        ["message", "alice", "1"],
        ["message", "alice", "2"],
        ["message", "alice", "3"],
        ["leave", "alice", undefined]
      ]
    )
  })

  it("is told what moderators order, and nothing of private rooms", async () => {
    const { told, url } = await receiver()
    const key = "a key of at least thirty-two characters".replaceAll(" ", "-")
    const { alice, server } = await entered({ WEBHOOK_URL: url, WEBHOOK_SECRET: SECRET, API_KEYS: `ci:${key}` })
    await alice.ask({ type: "direct", to: "bob", content: "between us" })
    const order = { action: "mute", userId: "bob", roomId: "lobby", seconds: 60, reason: "shouting" }
    const response = await server.fetch("/api/moderation", {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(order)
    })
    assert.strictEqual(response.status, 200)
    await alice.ask({ type: "chat", roomId: "lobby", content: "said aloud" })
    const all = await eventually(
      async () => told.map(({ data, type }) => [type, data["content"] ?? data["action"] ?? data["userId"]]),
      ({ length }) => length >= 3
    )
    assert.sameDeepMembers(all, [
      ["join", "alice"],
      ["moderation", "mute"],
      ["message", "said aloud"]
    ])
    assert.deepInclude(told.find(({ type }) => type === "moderation")?.data, { ...order, by: "ci", via: "http" })
  })

  it("that is away holds up nobody", async () => {
    const { url } = await receiver()
    const { alice, server } = await entered({ WEBHOOK_URL: url.replace(/:\d+/, ":1"), WEBHOOK_SECRET: SECRET })
    for (const n of [1, 2, 3]) {
      assert.strictEqual((await alice.ask({ type: "chat", roomId: "lobby", content: String(n) }))["type"], "ack")
    }
    server.signal("SIGTERM")
    assert.strictEqual(await server.exit(), 0)
  })
})

describe("a publish hook", () => {
  it("decides what is published, and whether it is while the hook is away", async () => {
    const hook = createServer((request, response) => {
      let body = ""
      request.on("data", (chunk) => (body += String(chunk)))
      request.on("end", () => {
        const { content } = JSON.parse(body) as { readonly content: string }
        const answer =
          content === "no" ? { action: "reject", reason: "not here" } : { action: "rewrite", content: `${content}!` }
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer))
      })
    })
    await new Promise<void>((listening) => hook.listen(0, "127.0.0.1", listening))
    const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`
    const { alice, server } = await entered({ PUBLISH_HOOK_URL: url })
    assert.deepInclude(await alice.ask({ type: "chat", roomId: "lobby", content: "no" }), {
      type: "error",
      code: "rejected",
      message: "not here"
    })
    assert.strictEqual((await alice.ask({ type: "chat", roomId: "lobby", content: "yes" }))["type"], "ack")
    const { messages } = await server.json("/api/rooms/lobby/messages")
    assert.deepStrictEqual(
      (messages as ReadonlyArray<{ readonly content: string }>).map(({ content }) => content),
      ["yes!"]
    )
    hook.closeAllConnections()
    hook.close()
    assert.deepInclude(await alice.ask({ type: "chat", roomId: "lobby", content: "alone" }), { code: "rejected" })
  })
})
