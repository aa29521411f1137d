/** Frames that are meant to cost memory: huge ones, ones that say so, and ones that would unfold. */
import { deflateRawSync } from "node:zlib"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Inspector } from "../fuzz/Inspector.ts"
import { ChatClient } from "../support/ChatClient.ts"
import { RawSocket } from "../support/RawSocket.ts"
import { eventually, program, ServerProcess } from "../support/ServerProcess.ts"

const MB = 1024 * 1024

let server: ServerProcess
let inspector: Inspector

beforeAll(async () => {
  const env = {
    DRAIN_WINDOW_MS: "0",
    RATE_LIMIT_PER_SEC: "0",
    ROOM_EMPTY_MS: "200",
    CLOSE_TIMEOUT_MS: "200",
    DURABILITY: "memory"
  }
  server = await ServerProcess.start(env, [process.execPath, "--inspect=0", program, "serve"])
  inspector = await Inspector.of(server)
})
afterAll(async () => {
  inspector.close()
  assert.strictEqual((await server.json("/api/analytics"))["fiberRestarts"], 0)
  assert.strictEqual(await server.stop(), 0)
  assert.isEmpty(server.log.filter(({ level }) => level === "error"))
})

/** Connections that ended with this code, as the metrics count them. */
const endedWith = async (code: number): Promise<number> => {
  const text = await (await server.fetch("/metrics")).text()
  return Number(new RegExp(`^chat_disconnects_total\\{[^}]*code="${code}"[^}]*\\} (\\d+)$`, "m").exec(text)?.[1] ?? 0)
}

/** Bytes of memory that a deed leaves behind. */
const leftBy = async (deed: () => Promise<void>): Promise<number> => {
  const before = await inspector.heldBytes()
  await deed()
  return (await inspector.heldBytes()) - before
}

describe("D8: a text of 50 MB", () => {
  it("is closed 1009 by its header, is not read, and is counted", async () => {
    const witness = await ChatClient.plain(server, { room: "huge", history: 0 })
    const before = await endedWith(1009)
    const left = await leftBy(async () => {
      for (const bytes of [50 * MB, 64 * 1024 + 1]) {
        const raw = await RawSocket.open(server, "/ws?room=huge&history=0")
        raw.send({ payload: Buffer.alloc(bytes, 0x20) })
        assert.strictEqual(await raw.closeCode(), 1009)
        raw.destroy()
      }
    })
    assert.isBelow(left, 5 * MB)
    await eventually(
      () => endedWith(1009),
      (count) => count === before + 2
    )
    await witness.say("unharmed")
    assert.deepEqual(witness.heard, ["unharmed"])
  })
})

describe("T9: a length that is only said", () => {
  it("reserves nothing, a hundred times 16 KiB declared and never sent, nor a TiB", async () => {
    const left = await leftBy(async () => {
      const sockets = await Promise.all(
        Array.from({ length: 100 }, () => RawSocket.open(server, "/ws?room=said&history=0"))
      )
      for (const [i, socket] of sockets.entries())
        socket.send({ declared: i % 2 === 0 ? 16_384n : 2n ** 40n, payload: "" })
      const refused = sockets.filter((_, i) => i % 2 === 1)
      for (const socket of refused) assert.strictEqual(await socket.closeCode(), 1009)
      for (const socket of sockets) socket.destroy()
      await server.clients(0)
    })
    assert.isBelow(left, 5 * MB)
  })
})

describe("T12: a few bytes that unfold to 50 MB", () => {
  it("are not unfolded, because compression is not agreed to", async () => {
    const bomb = deflateRawSync(Buffer.alloc(50 * MB, 0x61)).subarray(0, 16_000)
    const left = await leftBy(async () => {
      const { answer, socket } = await RawSocket.upgrade(server, "/ws?room=bomb&history=0", {
        "Sec-WebSocket-Extensions": "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
      })
      assert.strictEqual(answer.status, 101)
      assert.isFalse(answer.headers.has("sec-websocket-extensions"))
      socket.send({ reserved: 4, payload: bomb })
      assert.strictEqual(await socket.closeCode(), 1002)
      socket.destroy()
      await server.clients(0)
    })
    assert.isBelow(left, 5 * MB)
  })
})

/** Each joins a room of its own with an offer to compress, says ten things, and leaves. */
const round = async () => {
  const sockets = await Promise.all(
    Array.from({ length: 150 }, async (_, i) => {
      const { answer, socket } = await RawSocket.upgrade(server, `/ws?userId=u${i}&room=deflate-${i}&history=0`, {
        "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"
      })
      assert.strictEqual(answer.status, 101)
      socket.send(
        ...Array.from({ length: 10 }, (_n, n) => ({
          payload: `{"type":"chat","content":"${"a".repeat(900)}${n}"}`
        }))
      )
      let text = ""
      while (!text.includes('aaa9"')) text = (await socket.frame()).payload.toString()
      return socket
    })
  )
  for (const socket of sockets) socket.destroy()
  await server.clients(0)
  await eventually(
    () => server.json("/health"),
    (health) => health["rooms"] === 0
  )
}

describe("T13, D7: many clients that offer compression", () => {
  it("are served without it, and leave no memory behind when they go", async () => {
    await round()
    const before = await inspector.heldBytes()
    const left = await leftBy(async () => {
      for (let n = 0; n < 3; n++) await round()
    })
    assert.isBelow(left, before * 0.2)
  })
})
