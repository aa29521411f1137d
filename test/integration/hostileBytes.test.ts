/** Bytes no WebSocket library sends. Each ends its own connection with the code that names it; the server forgets it and serves the others. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { ChatClient } from "../support/ChatClient.ts"
import { BINARY, PING, type RawFrame, RawSocket, TEXT } from "../support/RawSocket.ts"
import { eventually, ServerProcess } from "../support/ServerProcess.ts"

const CONTINUATION = 0

let server: ServerProcess

beforeAll(async () => {
  server = await ServerProcess.start({ HEADERS_TIMEOUT_MS: "300", CLOSE_TIMEOUT_MS: "100" })
})
afterAll(async () => {
  assert.strictEqual(await server.stop(), 0)
})

const kib = (n: number) => Buffer.alloc(n * 1024, 0x20)
const message = '{"type":"chat","content":"x"}'

interface Hostile {
  readonly what: string
  readonly frames: ReadonlyArray<RawFrame>
  readonly code: number
}

const hostile: ReadonlyArray<Hostile> = [
  // T7
  { what: "an unmasked frame", frames: [{ masked: false, payload: message }], code: 1002 },
  // T8
  { what: "RSV1 without an extension", frames: [{ reserved: 4, payload: message }], code: 1002 },
  { what: "RSV3", frames: [{ reserved: 1, payload: message }], code: 1002 },
  { what: "an unknown opcode", frames: [{ opcode: 3, payload: message }], code: 1002 },
  { what: "a fragmented ping", frames: [{ opcode: PING, fin: false, payload: "x" }], code: 1002 },
  { what: "a ping of 126 bytes", frames: [{ opcode: PING, payload: Buffer.alloc(126) }], code: 1002 },
  { what: "a continuation of nothing", frames: [{ opcode: CONTINUATION, payload: message }], code: 1002 },
  {
    what: "a message inside a fragmented one",
    frames: [
      { fin: false, payload: '{"type":' },
      { opcode: TEXT, payload: message }
    ],
    code: 1002
  },
  // T9
  { what: "a declared length of 1 TiB", frames: [{ declared: 2n ** 40n }], code: 1009 },
  { what: "a declared length of 2 to the 63", frames: [{ declared: 2n ** 63n }], code: 1009 },
  { what: "a declared length of 20,000, header only", frames: [{ declared: 20_000n }], code: 1009 },
  // T10
  {
    what: "fragments that sum up to too much",
    frames: [
      { fin: false, payload: kib(10) },
      { opcode: CONTINUATION, payload: kib(10) }
    ],
    code: 1009
  },
  {
    what: "65 fragments",
    frames: Array.from({ length: 65 }, (_, i): RawFrame => {
      return { opcode: i === 0 ? TEXT : CONTINUATION, fin: i === 64, payload: i === 0 ? message : " " }
    }),
    code: 1008
  },
  // T16
  { what: "an overlong encoding", frames: [{ payload: Buffer.from([0xc0, 0x80]) }], code: 1007 },
  { what: "a surrogate in UTF-8", frames: [{ payload: Buffer.from([0xed, 0xa0, 0x80]) }], code: 1007 },
  { what: "half a character", frames: [{ payload: Buffer.from([0xf0, 0x9f]) }], code: 1007 },
  // T19
  { what: "a binary frame", frames: [{ opcode: BINARY, payload: message }], code: 1003 }
]

describe("bytes against the protocol", () => {
  it.for(hostile)("closes $what with $code, and nobody else", async ({ code, frames }) => {
    const witness = await ChatClient.plain(server, { room: "hostile", history: 0 })
    await server.clients(1)
    const raw = await RawSocket.open(server, "/ws?room=hostile&history=0")
    raw.send(...frames)
    assert.strictEqual(await raw.closeCode(), code)
    await raw.ended()
    await witness.say("unharmed")
    assert.deepEqual(witness.heard, ["unharmed"])
    // F52: nothing of it stays
    await server.clients(1)
  })

  it("takes a message in 64 fragments with a ping between", async () => {
    const raw = await RawSocket.open(server, "/ws?room=fragments&history=0")
    const witness = await ChatClient.plain(server, { room: "fragments", history: 0 })
    const fragments = Array.from({ length: 63 }, (_, i): RawFrame => {
      return { opcode: CONTINUATION, fin: i === 62, payload: i === 62 ? message : " " }
    })
    raw.send({ opcode: TEXT, fin: false }, { opcode: PING, payload: "?" }, ...fragments)
    assert.strictEqual((await witness.next("chat")).content, "x")
  })

  it("takes a frame that arrives byte by byte", async () => {
    const raw = await RawSocket.open(server, "/ws?room=bytes&history=0")
    const witness = await ChatClient.plain(server, { room: "bytes", history: 0 })
    const key = Buffer.from([0x81, 0x80 | message.length, 0, 0, 0, 0])
    for (const byte of Buffer.concat([key, Buffer.from(message)])) raw.write(Buffer.from([byte]))
    assert.strictEqual((await witness.next("chat")).content, "x")
  })

  it("does not agree to compression", async () => {
    // T12
    const { answer } = await RawSocket.upgrade(server, "/ws", {
      "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"
    })
    assert.strictEqual(answer.status, 101)
    assert.isFalse(answer.headers.has("sec-websocket-extensions"))
  })

  it("forgets a client that vanishes in the middle of a frame", async () => {
    await server.clients(0)
    const raw = await RawSocket.open(server, "/ws?room=vanish")
    await server.clients(1)
    raw.send({ payload: "abc", declared: 1000n })
    raw.destroy()
    await server.clients(0)
  })
})

describe("requests that never become one", () => {
  it("cuts a connection that sends nothing", async () => {
    // T1
    const raw = await RawSocket.connect(server)
    assert.strictEqual((await raw.answer()).status, 408)
    await raw.ended()
  })

  it("cuts an upgrade whose headers drip", async () => {
    // T2
    const raw = await RawSocket.connect(server)
    raw.write("GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Drip: ")
    const drip = setInterval(() => raw.write("a"), 50)
    try {
      assert.strictEqual((await raw.answer()).status, 408)
    } finally {
      clearInterval(drip)
    }
  })

  it("refuses headers of 17 KB", async () => {
    // T20
    const { answer } = await RawSocket.upgrade(server, "/ws", { "X-Large": "a".repeat(17_000) })
    assert.strictEqual(answer.status, 431)
  })

  it.for([
    "GET / HTTP/9.9\r\n\r\n",
    "\u0016\u0003\u0001\u0002\u0000\u0001",
    "GET /ws?room=a b HTTP/1.1\r\nHost: x\r\n\r\n"
  ])("answers %j with 400 and goes on", async (bytes) => {
    const raw = await RawSocket.connect(server)
    raw.write(bytes)
    assert.strictEqual((await raw.answer()).status, 400)
    assert.strictEqual((await server.fetch("/health")).status, 200)
  })

  it("has no connection left over at the end", async () => {
    // C8: what is left are the sockets of this test, of which there are none
    await eventually(
      () => server.json("/api/analytics"),
      (figures) => figures["activeConnections"] === 0
    )
    assert.strictEqual((await server.json("/api/analytics"))["fiberRestarts"], 0)
    assert.isEmpty(server.stderr)
    assert.isEmpty(server.log.filter(({ level }) => level === "error"))
  })
})
