/** Clients that are slow, stuck or gone without a word cost themselves only. */
import { type AddressInfo, connect, createServer } from "node:net"
import { afterAll, assert, beforeAll, describe, it, onTestFinished } from "@effect/vitest"
import { ChatClient } from "../support/ChatClient.ts"
import { CLOSE, PING, PONG, RawSocket, TEXT } from "../support/RawSocket.ts"
import { eventually, ServerProcess } from "../support/ServerProcess.ts"

let server: ServerProcess
/** The same with pings that come soon. */
let pinging: ServerProcess

beforeAll(async () => {
  const servers = await Promise.all([
    ServerProcess.start({ RATE_LIMIT_PER_SEC: "0", STALL_TIMEOUT_MS: "500" }),
    ServerProcess.start({ PING_INTERVAL_MS: "1500", PING_GRACE_MS: "300" })
  ])
  ;[server, pinging] = servers
})
afterAll(async () => {
  assert.deepEqual(await Promise.all([server.stop(), pinging.stop()]), [0, 0])
})

describe("a client that stops reading", () => {
  it("is closed as slow, while the others get every message in order", async () => {
    // T15, F36, D2
    // how much the operating system takes for a client that reads nothing is its own affair: up to 36 MiB
    const AT_MOST = 40_000
    const before = await server.json("/api/analytics")
    const [sender, healthy] = await Promise.all([
      ChatClient.v1(server, { userId: "sender", username: "Sender", room: "flood" }),
      ChatClient.plain(server, { userId: "healthy", username: "Healthy", room: "flood" })
    ])
    const slow = await RawSocket.open(server, "/ws?userId=slow&username=Slow&room=flood&history=0")
    await healthy.next({ type: "join", userId: "slow" })
    slow.stopReading()
    const filler = " ".repeat(900) + "👍".repeat(90)
    const slowLeft = { type: "leave", userId: "slow" }
    let said = 0
    while (said < AT_MOST && healthy.all(slowLeft).length === 0) {
      const n = ++said
      sender.send({ type: "chat", roomId: "flood", content: `${String(n).padStart(5, "0")}${filler}`, ref: n })
      // a window of messages in flight, as a real sender has one
      if (n % 100 === 0) await sender.next({ type: "ack", ref: n })
    }
    await healthy.next(slowLeft)
    await eventually(
      () => server.json("/api/analytics"),
      (figures) => figures["slowCloses"] === Number(before["slowCloses"]) + 1
    )
    await sender.ask({ type: "chat", roomId: "flood", content: "end" })
    await healthy.next({ type: "chat", content: "end" })
    const heard = healthy.all("chat")
    assert.lengthOf(heard, said + 1)
    for (const [i, message] of heard.entries()) assert.strictEqual(message["seq"], i + 1)
    for (const [i, { content }] of heard.slice(0, said).entries()) {
      assert.strictEqual(Number(String(content).slice(0, 5)), i + 1)
    }
    assert.strictEqual((await server.json("/api/analytics"))["fiberRestarts"], 0)
  })
})

describe("a client that answers no ping", () => {
  it("is closed as dead after the second, and leaves its room", async () => {
    // C6
    const watcher = await ChatClient.plain(pinging, { userId: "watcher", username: "Watcher", room: "pings" })
    const silent = await RawSocket.open(pinging, "/ws?userId=silent&username=Silent&room=pings&history=0")
    await watcher.next({ type: "join", userId: "silent" })
    let pings = 0
    while (true) {
      const { opcode, payload } = await silent.frame()
      if (opcode === PING) pings++
      if (opcode !== CLOSE) continue
      assert.strictEqual(payload.readUInt16BE(0), 4000)
      assert.strictEqual(payload.toString("utf8", 2), "heartbeat")
      break
    }
    assert.strictEqual(pings, 2)
    await watcher.next({ type: "leave", userId: "silent" })
    // the watcher's library answers pings by itself
    await watcher.say("alive")
    assert.isTrue(watcher.isOpen)
  })
})

describe("a client that says good-bye and keeps its line", () => {
  it("is answered and forgotten", async () => {
    await server.clients(0)
    const raw = await RawSocket.open(server, "/ws?room=bye&history=0")
    await server.clients(1)
    raw.send({ opcode: CLOSE, payload: Buffer.from([0x03, 0xe8]) })
    assert.strictEqual(await raw.closeCode(), 1000)
    await server.clients(0)
    await raw.released()
  })

  it("is forgotten when it only stops sending", async () => {
    const raw = await RawSocket.open(server, "/ws?room=bye&history=0")
    await server.clients(1)
    raw.finish()
    await server.clients(0)
  })
})

describe("an idle client behind a proxy that cuts idle lines", () => {
  it("stays connected, because pings come sooner", async () => {
    // F58, E6: 60 s and 25 s there, 2.5 s and 1.5 s here
    const proxy = createServer((near) => {
      const far = connect(pinging.port, "127.0.0.1")
      for (const [one, other] of [
        [near, far],
        [far, near]
      ] as const) {
        one.pipe(other)
        one.on("error", () => other.destroy())
        one.setTimeout(2500, () => one.destroy())
      }
    })
    await new Promise<void>((listening) => proxy.listen(0, "127.0.0.1", listening))
    onTestFinished(() => {
      proxy.close()
    })
    const { port } = proxy.address() as AddressInfo
    const idle = await RawSocket.open({ port }, "/ws?room=idle&history=0")
    for (let pings = 0; pings < 3;) {
      const { opcode, payload } = await idle.frame()
      if (opcode !== PING) continue
      pings++
      idle.send({ opcode: PONG, payload })
    }
    idle.send({ payload: '{"type":"chat","content":"still here"}' })
    const { opcode, payload } = await idle.frame()
    assert.strictEqual(opcode, TEXT)
    assert.deepInclude(JSON.parse(payload.toString()), { type: "chat", content: "still here" })
  })
})
