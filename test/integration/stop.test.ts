/** How it ends: everyone is told and sent away over a while, nothing that was accepted is lost, and nobody can hold it up. */
import { assert, describe, it, onTestFinished } from "@effect/vitest"
import { ChatClient } from "../support/ChatClient.ts"
import { RawSocket } from "../support/RawSocket.ts"
import { type Env, ServerProcess } from "../support/ServerProcess.ts"

const WINDOW_MS = 1000

/** A server that ends with the test at the latest. */
const start = async (env: Env = {}, command?: ReadonlyArray<string>) => {
  const server = await ServerProcess.start({ DRAIN_WINDOW_MS: String(WINDOW_MS), ...env }, command)
  onTestFinished(async () => {
    await server.stop("SIGKILL")
  })
  return server
}

const crowd = (server: ServerProcess, count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, i) => {
      const query = { userId: `user${i}`, username: `User ${i}`, room: "crowd", history: 0 }
      return i % 2 === 0 ? ChatClient.v1(server, query) : ChatClient.plain(server, query)
    })
  )

describe("SIGTERM", () => {
  it("tells clients, closes them 1012 spread over the window, refuses new ones, and exits 0", async () => {
    // E4, F7, P9
    const server = await start()
    const clients = await crowd(server, 30)
    const last = await ChatClient.v1(server, { userId: "last", username: "Last", room: "crowd" })
    await server.clients(31)
    const closedAt: Array<number> = []
    for (const client of [...clients, last]) void client.closed.then(() => closedAt.push(performance.now()))
    const since = performance.now()
    server.signal("SIGTERM")

    const draining = await last.next("draining")
    assert.isAbove(Number(draining["reconnectAfterMs"]), 0)
    const ready = await server.fetch("/ready")
    assert.strictEqual(ready.status, 503)
    assert.include(ready.headers.get("content-type"), "application/problem+json")
    assert.deepInclude(await ready.json(), { status: 503, code: "draining" })
    assert.isAtLeast(Number(ready.headers.get("retry-after")), 1)
    const { answer } = await RawSocket.upgrade(server)
    assert.strictEqual(answer.status, 503)
    assert.isAtLeast(Number(answer.headers.get("retry-after")), 1)
    assert.deepInclude(JSON.parse(answer.body), { status: 503, code: "draining" })
    // whoever is still here is still served
    const ack = await last.ask({ type: "chat", roomId: "crowd", content: "last words" })
    assert.deepInclude(ack, { type: "ack", seq: 1 })

    const ends = await Promise.all([...clients, last].map((client) => client.ended()))
    assert.strictEqual(await server.exit(), 0)
    const took = performance.now() - since
    assert.isTrue(
      ends.every(({ code, reason }) => code === 1012 && reason === "restart"),
      JSON.stringify(ends)
    )
    assert.isAbove(took, WINDOW_MS * 0.8)
    assert.isBelow(took, 8000)
    const early = closedAt.filter((at) => at - since < WINDOW_MS * 0.2).length
    const middle = closedAt.filter((at) => at - since < WINDOW_MS * 0.6).length
    assert.isBelow(early, 16, "closed in the first fifth of the window")
    assert.isAbove(middle, 5, "closed after three fifths of the window")

    for (const [i, client] of clients.entries()) {
      assert.lengthOf(client.all("draining"), i % 2 === 0 ? 1 : 0)
    }
    // clients are told to come back at different times
    const returns = clients
      .flatMap((client) => client.all("draining"))
      .map((frame) => Number(frame["reconnectAfterMs"]))
    assert.isAbove(new Set(returns).size, 10)
  })

  it("keeps every message that was acknowledged in sight of those who are still there", async () => {
    // E4: traffic goes on until the line is closed
    const server = await start({ RATE_LIMIT_PER_SEC: "0" })
    const sender = await ChatClient.v1(server, { userId: "sender", username: "Sender", room: "traffic" })
    const reader = await ChatClient.v1(server, { userId: "reader", username: "Reader", room: "traffic" })
    const acks: Array<unknown> = []
    let n = 0
    const flow = setInterval(() => {
      if (sender.isOpen) sender.send({ type: "chat", roomId: "traffic", content: `m${++n}` })
    }, 5)
    onTestFinished(() => clearInterval(flow))
    await reader.take(20, "chat")
    server.signal("SIGTERM")
    await Promise.all([sender.ended(), reader.ended()])
    for (const { seq } of sender.all("ack")) acks.push(seq)
    assert.deepEqual(
      acks,
      acks.map((_, i) => i + 1)
    )
    const heard = reader.all("chat").map(({ seq }) => seq)
    assert.deepEqual(
      heard,
      heard.map((_, i) => i + 1)
    )
    // the reader was sent away after the sender, so it heard all that the sender was told is kept
    assert.isAtLeast(heard.length, acks.length)
    assert.strictEqual(await server.exit(), 0)
  })

  it("ends at once where nobody is connected", async () => {
    const server = await start({ DRAIN_WINDOW_MS: "60000", DRAIN_GRACE_MS: "60000" })
    const since = performance.now()
    assert.strictEqual(await server.stop(), 0)
    assert.isBelow(performance.now() - since, 3000)
  })

  it("is not held up by a client that neither reads nor answers", async () => {
    const server = await start({ RATE_LIMIT_PER_SEC: "0", DRAIN_GRACE_MS: "5000" })
    const stuck = await RawSocket.open(server, "/ws?userId=stuck&room=stuck&history=0")
    const [sender, healthy] = await Promise.all([
      ChatClient.plain(server, { userId: "sender", username: "Sender", room: "stuck" }),
      ChatClient.plain(server, { userId: "healthy", username: "Healthy", room: "stuck" })
    ])
    stuck.stopReading()
    const text = "👍".repeat(1000)
    for (let n = 0; n < 2000; n++) sender.send({ type: "chat", content: text })
    await sender.say("end")
    await healthy.next({ type: "chat", content: "end" })
    assert.strictEqual((await server.json("/health"))["clients"], 3)
    const since = performance.now()
    server.signal("SIGTERM")
    assert.strictEqual((await healthy.ended()).code, 1012)
    assert.strictEqual(await server.exit(), 0)
    assert.isBelow(performance.now() - since, 6000)
  })

  it("is not held up by HTTP clients that keep their connections, nor by half a request", async () => {
    const server = await start()
    const [idle, half] = [await RawSocket.connect(server), await RawSocket.connect(server)]
    idle.write("GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
    assert.strictEqual((await idle.answer()).status, 200)
    half.write("GET /health HTTP/1.1\r\nHost:")
    await server.fetch("/health")
    const since = performance.now()
    assert.strictEqual(await server.stop(), 0)
    assert.isBelow(performance.now() - since, 6000)
  })

  it("ends within the grace time even where the window is longer", async () => {
    const server = await start({ DRAIN_WINDOW_MS: "60000", DRAIN_GRACE_MS: "500" })
    const clients = await crowd(server, 4)
    const since = performance.now()
    server.signal("SIGTERM")
    await Promise.all(clients.map((client) => client.ended()))
    assert.strictEqual(await server.exit(), 0)
    assert.isBelow(performance.now() - since, 4000)
  })

  it("a second time ends it at once with another code", async () => {
    const server = await start({ DRAIN_WINDOW_MS: "60000", DRAIN_GRACE_MS: "60000" })
    const clients = await crowd(server, 4)
    server.signal("SIGTERM")
    await clients[2]?.next("draining")
    const since = performance.now()
    server.signal("SIGTERM")
    assert.strictEqual(await server.exit(), 143)
    assert.isBelow(performance.now() - since, 2000)
  })
})

describe("SIGINT", () => {
  it("drains like SIGTERM", async () => {
    const server = await start({ DRAIN_WINDOW_MS: "200" })
    const clients = await crowd(server, 4)
    server.signal("SIGINT")
    await clients[2]?.next("draining")
    const ends = await Promise.all(clients.map((client) => client.ended()))
    assert.isTrue(ends.every(({ code }) => code === 1012))
    assert.strictEqual(await server.exit(), 0)
  })

  it("a second time ends it at once with another code", async () => {
    const server = await start({ DRAIN_WINDOW_MS: "60000", DRAIN_GRACE_MS: "60000" })
    const clients = await crowd(server, 4)
    server.signal("SIGINT")
    await clients[2]?.next("draining")
    server.signal("SIGINT")
    assert.strictEqual(await server.exit(), 130)
  })

  it("of a Ctrl-C under npm start, which all of its processes get, drains as well", async () => {
    const server = await start({ DRAIN_WINDOW_MS: "200" }, ["npm", "start"])
    const client = await ChatClient.v1(server, { userId: "alice", username: "Alice", room: "crowd" })
    await client.next("welcome")
    server.signalGroup("SIGINT")
    assert.strictEqual((await client.ended()).code, 1012)
    await server.logged(({ msg }) => msg === "stopped")
    await server.exit()
  })
})
