/** Clients that read slowly, send too much, or come and go without end. They cost themselves, and nothing stays of them. */
import { monitorEventLoopDelay } from "node:perf_hooks"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Inspector } from "../fuzz/Inspector.ts"
import { ChatClient, type Frame } from "../support/ChatClient.ts"
import { CLOSE, RawSocket, TEXT } from "../support/RawSocket.ts"
import { program, ServerProcess } from "../support/ServerProcess.ts"

const MB = 1024 * 1024

let server: ServerProcess
let inspector: Inspector

beforeAll(async () => {
  const env = {
    RATE_LIMIT_PER_SEC: "0",
    JOIN_LIMIT_PER_SEC: "0",
    NEW_ROOMS_PER_MIN: "0",
    STALL_TIMEOUT_MS: "2000",
    ROOM_EMPTY_MS: "200",
    ROOM_LOG_MESSAGES: "1024",
    ROOM_LOG_BYTES: "65536",
    ROOM_LOG_BURST_MS: "0"
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

const filler = " ".repeat(900) + "👍".repeat(90)

/** Says it and waits for the acknowledgement of it, which is returned. */
const publish = (sender: ChatClient, roomId: string, content: string) => sender.ask({ type: "chat", roomId, content })

/** Opens a raw connection of `hubbub.v1`. */
const open = async (query: string): Promise<RawSocket> => {
  const { answer, socket } = await RawSocket.upgrade(server, `/ws?${query}`, { "Sec-WebSocket-Protocol": "hubbub.v1" })
  assert.strictEqual(answer.status, 101)
  return socket
}

describe("D1: a client that reads 1 KB a second", () => {
  it("is closed as slow, has cost no more than it may, and then resumes where it was", async () => {
    const sender = await ChatClient.v1(server, { userId: "sender", username: "Sender", room: "drip" })
    await sender.next("subscribed")
    const slow = await open("userId=slow&username=Slow&room=drip&history=0")
    await sender.next("presence_diff")
    slow.readSlowly(1024)
    const before = await inspector.heldBytes()
    let most = 0
    let said = 0
    const sayMore = () => Promise.all(Array.from({ length: 200 }, () => publish(sender, "drip", `${++said} ${filler}`)))
    const closed = async () => Number((await server.json("/api/analytics"))["slowCloses"]) > 0
    // what the kernel takes for a client that does not is its own affair: up to 36 MiB
    for (let rounds = 0; rounds < 200 && !(await closed()); rounds++) {
      await sayMore()
      if (said % 2000 === 0) most = Math.max(most, await inspector.heldBytes())
    }
    assert.isTrue(await closed())
    assert.isBelow(most - before, 30 * MB)
    slow.readOn()
    let position: { readonly epoch: number; readonly seq: number } | undefined
    let shown = 0
    while (true) {
      // on a line this slow the good-bye may not get through before it is cut
      const frame = await slow.frame().catch(() => undefined)
      if (frame === undefined) break
      const { opcode, payload } = frame
      if (opcode === CLOSE) {
        assert.strictEqual(payload.readUInt16BE(0), 4001)
        break
      }
      if (opcode !== TEXT) continue
      const told: Frame = JSON.parse(payload.toString())
      if (told.type === "subscribed") position = { epoch: Number(told["epoch"]), seq: Number(told["seq"]) }
      if (told.type === "chat") assert.strictEqual(told["seq"], (position?.seq ?? 0) + ++shown)
    }
    assert.isDefined(position)
    const from = position.seq + shown
    assert.isBelow(from, said)
    const back = await ChatClient.v1(server, { userId: "slow", username: "Slow" })
    back.send({ type: "subscribe", roomId: "drip", after: { epoch: position.epoch, seq: from }, ref: "back" })
    const subscribed = await back.next({ ref: "back" }, 30_000)
    const messages: ReadonlyArray<unknown> = Array.isArray(subscribed["messages"]) ? subscribed["messages"] : []
    assert.isTrue(subscribed["recovered"])
    assert.lengthOf(messages, said - from)
    messages.forEach((message, i) => assert.deepInclude(message, { seq: from + 1 + i }))
  })
})

describe("D2: ten who read and one who does not", () => {
  it("leaves none of the ten waiting for what the others have", async () => {
    const sender = await ChatClient.v1(server, { userId: "beat", username: "Beat", room: "beats" })
    const fast = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        ChatClient.plain(server, { userId: `fast${i}`, username: "Fast", room: "beats" })
      )
    )
    const slow = await open("userId=slow&username=Slow&room=beats&history=0")
    await sender.next({ type: "presence_diff", members: 12 })
    slow.stopReading()
    const lag = monitorEventLoopDelay({ resolution: 5 })
    lag.enable()
    const gaps: Array<number> = []
    for (let n = 1; n <= 60; n++) {
      const since = performance.now()
      sender.send({ type: "chat", roomId: "beats", content: `${n} ${filler}` })
      await Promise.all(fast.map((client) => client.next("chat")))
      gaps.push(performance.now() - since)
      await new Promise((next) => setTimeout(next, 20))
    }
    lag.disable()
    // what this process itself was late by is not the server's doing
    assert.isBelow(Math.max(...gaps), 100 + 5 * (lag.max / 1e6))
    for (const client of fast) assert.lengthOf(client.all("chat"), 60)
  })
})

describe("D4: 75 clients who send frames of 11 KB as fast as they can", () => {
  it("are all answered, and memory stays where it was", async () => {
    const content = JSON.stringify({ type: "chat", content: "x", ref: 1 })
    const round = async (frames: number) => {
      const clients = await Promise.all(
        Array.from({ length: 75 }, (_, i) => open(`userId=big${i}&username=Big&room=big-${i}&history=0`))
      )
      for (let n = 0; n < frames; n++)
        for (const client of clients) client.send({ payload: content.padEnd(11_000, " ") })
      await Promise.all(
        clients.map(async (client) => {
          for (let acks = 0; acks < frames;) {
            const { opcode, payload } = await client.frame()
            assert.notStrictEqual(opcode, CLOSE)
            if (payload.includes('"type":"ack"')) acks++
          }
        })
      )
      for (const client of clients) client.destroy()
      await server.clients(0)
    }
    await round(5)
    const before = await inspector.heldBytes()
    await round(40)
    assert.isBelow((await inspector.heldBytes()) - before, 10 * MB)
  })
})

describe("E8: clients who come and go without end", () => {
  it("leave nothing behind", async () => {
    const churn = async (times: number) => {
      for (let n = 0; n < times; n++) {
        const sockets = await Promise.all(
          Array.from({ length: 25 }, (_, i) => open(`userId=c${i}&username=C&room=churn-${i % 5}&history=0`))
        )
        for (const [i, socket] of sockets.entries()) {
          socket.send({ payload: '{"type":"chat","content":"hello and good-bye"}' })
          if (i % 2 === 0) {
            socket.send({ opcode: CLOSE, payload: Buffer.from([0x03, 0xe8]) })
            assert.strictEqual(await socket.closeCode(), 1000)
          }
          socket.destroy()
        }
        await server.clients(0)
      }
    }
    await churn(15)
    const before = await inspector.heldBytes()
    await churn(30)
    const after = await inspector.heldBytes()
    assert.isBelow(after, before * 1.05 + MB)
    assert.strictEqual((await server.json("/api/analytics"))["activeConnections"], 0)
  })
})

describe("T54: someone who joins and leaves all the time", () => {
  it("is told of twice in a window at most, and keeps nobody from chatting", async () => {
    const witness = await ChatClient.v1(server, { userId: "witness", username: "Witness", room: "door" })
    const hopper = await ChatClient.v1(server, { userId: "hopper", username: "Hopper" })
    const since = performance.now()
    const rounds = 300
    for (let n = 0; n < rounds; n++) {
      hopper.send({ type: "subscribe", roomId: "door", history: 0 })
      hopper.send({ type: "unsubscribe", roomId: "door" })
    }
    await hopper.take(rounds, "unsubscribed")
    assert.strictEqual((await publish(witness, "door", "quiet here")).type, "ack")
    const windows = Math.ceil((performance.now() - since) / 250) + 1
    assert.isAtMost(witness.all("presence_diff").length, windows + 1)
  })

  it("is refused where joins are limited, as by default", async () => {
    const usual = await ServerProcess.start({ DRAIN_WINDOW_MS: "0" })
    const hopper = await ChatClient.v1(usual, { userId: "hopper", username: "Hopper" })
    for (let n = 0; n < 60; n++) {
      hopper.send({ type: "subscribe", roomId: "door", history: 0 })
      hopper.send({ type: "unsubscribe", roomId: "door" })
    }
    const refused = await hopper.next({ type: "error", code: "rate_limited" })
    assert.isAbove(Number(refused["retryAfterMs"]), 0)
    await hopper.ask({ type: "ping" })
    assert.isAtMost(hopper.all("subscribed").length, 30)
    assert.strictEqual(await usual.stop(), 0)
  })
})
