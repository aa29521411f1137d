/** Answers that take longer than a client may stall: who takes them is given all of it, who does not is closed, and both are still heard. */
import { afterAll, assert, beforeAll, describe, it, onTestFinished } from "@effect/vitest"
import { ChatClient } from "../support/ChatClient.ts"
import { CLOSE, CONTINUATION, PING, PONG, RawSocket, TEXT } from "../support/RawSocket.ts"
import { eventually, ServerProcess } from "../support/ServerProcess.ts"

const MESSAGES = 3000
const FILLER = "👍".repeat(990)
/** Twelve megabytes: what the kernel holds for a connection over loopback (some five) is less than half of it. */
const STALL_MS = 1000
const PACE = 5_000_000

const start = () =>
  ServerProcess.start({
    DURABILITY: "memory",
    RATE_LIMIT_PER_SEC: "0",
    STALL_TIMEOUT_MS: String(STALL_MS),
    ROOM_LOG_BYTES: "67108864",
    DRAIN_WINDOW_MS: "100"
  })

let server: ServerProcess

beforeAll(async () => {
  server = await start()
})
afterAll(async () => {
  assert.strictEqual(await server.stop(), 0)
})

const filled = new WeakMap<ServerProcess, unknown>()

/** The epoch of a room that has more to say than a client of this pace takes in two seconds. */
const fill = async (of: ServerProcess) => {
  if (filled.has(of)) return filled.get(of)
  const sender = await ChatClient.v1(of, { userId: "sender", username: "Sender", room: "long" })
  const { epoch } = await sender.next("subscribed")
  for (let n = 1; n <= MESSAGES; n++) {
    sender.send({ type: "chat", roomId: "long", content: `${n} ${FILLER}`, ref: n })
    if (n % 500 === 0) await sender.next({ type: "ack", ref: n })
  }
  await sender.close()
  filled.set(of, epoch)
  return epoch
}

/** A client of `hubbub.v1` that has asked for the whole room, and has read up to the first fragment of the answer. */
const resume = async (of: ServerProcess) => {
  const epoch = await fill(of)
  const { socket } = await RawSocket.upgrade(of, "/ws?userId=raw&username=Raw", {
    "Sec-WebSocket-Protocol": "hubbub.v1"
  })
  assert.strictEqual((await socket.frame()).opcode, TEXT)
  socket.readSlowly(PACE)
  socket.send({ payload: JSON.stringify({ type: "subscribe", roomId: "long", after: { epoch, seq: 0 } }) })
  const first = await socket.frame()
  assert.deepStrictEqual([first.opcode, first.fin], [TEXT, false])
  return { socket, first }
}

describe("an answer of many megabytes", () => {
  it("is taken whole by a client on a slow line, whose pings are answered in the middle of it", async () => {
    const { first, socket } = await resume(server)
    const since = performance.now()
    socket.send({ opcode: PING, payload: "are you there" })
    const parts = [first.payload]
    let pongs = 0
    for (let fin = false; !fin;) {
      const frame = await socket.frame()
      if (frame.opcode === PONG) {
        pongs++
        continue
      }
      assert.strictEqual(frame.opcode, CONTINUATION)
      parts.push(frame.payload)
      fin = frame.fin
    }
    assert.strictEqual(pongs, 1)
    assert.isAbove(performance.now() - since, STALL_MS * 1.5)
    const { messages, recovered } = JSON.parse(Buffer.concat(parts).toString())
    assert.isTrue(recovered)
    assert.deepStrictEqual(
      messages.map(({ seq }: { readonly seq: number }) => seq),
      Array.from({ length: MESSAGES }, (_, i) => i + 1)
    )
    // and it is served on
    socket.readOn()
    socket.send({ payload: JSON.stringify({ type: "ping", ref: "on" }) })
    while (true) {
      const { opcode, payload } = await socket.frame()
      assert.strictEqual(opcode, TEXT)
      if (JSON.parse(payload.toString()).ref === "on") break
    }
  })

  it("is one message to a library", async () => {
    const epoch = await fill(server)
    const client = await ChatClient.v1(server, { userId: "client", username: "Client" })
    const answer = await client.ask({ type: "subscribe", roomId: "long", after: { epoch, seq: 0 } })
    assert.lengthOf(answer["messages"] as Array<unknown>, MESSAGES)
  })

  it("does not keep a client that takes nothing, which is told why", async () => {
    const before = await server.json("/api/analytics")
    const { socket } = await resume(server)
    socket.stopReading()
    await eventually(
      () => server.json("/api/analytics"),
      (figures) => figures["slowCloses"] === Number(before["slowCloses"]) + 1
    )
    socket.readOn()
    assert.strictEqual(await closeCodeWithin(socket), 4001)
  })

  it("gives way to a good-bye", async () => {
    const stopping = await start()
    onTestFinished(async () => {
      await stopping.stop("SIGKILL")
    })
    const { socket } = await resume(stopping)
    stopping.signal("SIGTERM")
    assert.strictEqual(await closeCodeWithin(socket), 1012)
    assert.strictEqual(await stopping.exit(), 0)
  })
})

/** The code of a close that comes ahead of the last fragment. */
const closeCodeWithin = async (socket: RawSocket): Promise<number> => {
  while (true) {
    const { fin, opcode, payload } = await socket.frame()
    if (opcode === CLOSE) return payload.readUInt16BE(0)
    assert.isTrue(opcode !== CONTINUATION || !fin, "the whole answer came")
  }
}
