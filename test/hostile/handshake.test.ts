/** What is tried at the door: handshakes that never end, come in floods, or say that they come from elsewhere. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { SECRET } from "../identity/minted.ts"
import { ChatClient } from "../support/ChatClient.ts"
import { type Answer, RawSocket } from "../support/RawSocket.ts"
import { eventually, ServerProcess } from "../support/ServerProcess.ts"

let tokens: ServerProcess
/** Counts addresses of this machine as it does those of others; each of 127.0.0.0/8 is one. */
let limited: ServerProcess
let small: ServerProcess

beforeAll(async () => {
  ;[tokens, limited, small] = await Promise.all([
    ServerProcess.start({ DRAIN_WINDOW_MS: "0", AUTH_SECRET: SECRET, HEADERS_TIMEOUT_MS: "400" }),
    ServerProcess.start({
      DRAIN_WINDOW_MS: "0",
      LIMIT_LOOPBACK: "true",
      UPGRADES_PER_SEC: "5",
      UPGRADES_BURST: "10",
      CONNECTIONS_PER_IP: "8"
    }),
    ServerProcess.start({ DRAIN_WINDOW_MS: "0", MAX_CONNECTIONS: "20", RATE_LIMIT_PER_SEC: "0" })
  ])
})
afterAll(async () => {
  assert.deepEqual(await Promise.all([tokens, limited, small].map((one) => one.stop())), [0, 0, 0])
})

const statusesOf = (answers: ReadonlyArray<Answer>) => answers.map(({ status }) => status)

/** Milliseconds until a message of this client is acknowledged. */
const acknowledgedIn = async (client: ChatClient, roomId: string): Promise<number> => {
  const since = performance.now()
  assert.strictEqual((await client.ask({ type: "chat", roomId, content: "still here" })).type, "ack")
  return performance.now() - since
}

describe("T3: someone who does not say who they are", () => {
  it("is refused at once where tokens are on, and is cut off where the handshake is never finished", async () => {
    const { answer, socket } = await RawSocket.upgrade(tokens)
    assert.strictEqual(answer.status, 401)
    await socket.released()
    const begun = [
      "",
      "GET /ws HTTP/1.1\r\n",
      "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nAuthorization: Bearer "
    ]
    await Promise.all(
      begun.map(async (bytes) => {
        const raw = await RawSocket.connect(tokens)
        raw.write(bytes)
        assert.strictEqual((await raw.answer()).status, 408)
        await raw.released()
      })
    )
    await tokens.clients(0)
  })
})

describe("T4: a flood of upgrades from one address", () => {
  it("is answered 429 before there is a socket, and another address does not notice", async () => {
    const { answer, socket } = await RawSocket.upgrade(limited, "/ws?room=calm&history=0", {}, "127.0.0.7")
    assert.strictEqual(answer.status, 101)
    const flood = Array.from({ length: 300 }, () => RawSocket.upgrade(limited, "/ws?room=flood", {}, "127.0.0.66"))
    socket.send({ payload: '{"type":"chat","content":"calm"}' })
    let text = ""
    while (!text.includes('"chat"')) text = (await socket.frame()).payload.toString()
    assert.deepInclude(JSON.parse(text), { content: "calm", seq: 1 })
    const statuses = statusesOf((await Promise.all(flood)).map((one) => one.answer))
    assert.isAtMost(statuses.filter((status) => status === 101).length, 8)
    assert.isTrue(statuses.every((status) => status === 101 || status === 429))
    assert.strictEqual((await RawSocket.upgrade(limited, "/ws", {}, "127.0.0.8")).answer.status, 101)
    assert.strictEqual((await limited.json("/api/analytics"))["fiberRestarts"], 0)
  })
})

describe("T5: idle connections that one address hoards", () => {
  it("are so many and no more, while others come in", async () => {
    const from = "127.0.0.99"
    const hoard: Array<RawSocket> = []
    while (hoard.length < 8) {
      const { answer, socket } = await RawSocket.upgrade(limited, "/ws?room=hoard", {}, from)
      if (answer.status === 101) hoard.push(socket)
    }
    const { answer } = await RawSocket.upgrade(limited, "/ws?room=hoard", {}, from)
    assert.strictEqual(answer.status, 429)
    assert.isAtLeast(Number(answer.headers.get("retry-after")), 1)
    assert.strictEqual((await RawSocket.upgrade(limited, "/ws", {}, "127.0.0.100")).answer.status, 101)
    for (const socket of hoard) socket.destroy()
    await eventually(
      () => RawSocket.upgrade(limited, "/ws", {}, from),
      (again) => again.answer.status === 101
    )
  })
})

describe("T20: more headers than anyone needs", () => {
  it("are not believed: 2,500 of them change nothing that counts, and their bytes are bounded", async () => {
    const many = Object.fromEntries(Array.from({ length: 2500 }, (_, i) => [`X-${i}`, "abc"]))
    assert.strictEqual((await RawSocket.upgrade(tokens, "/ws", many)).answer.status, 431)
    const short = Object.fromEntries(Array.from({ length: 1900 }, (_, i) => [`${i}`, ""]))
    // those that are cut off for being too many take nothing with them that lets one in
    assert.include([401, 431], (await RawSocket.upgrade(tokens, "/ws", short)).answer.status)
    assert.strictEqual((await tokens.fetch("/health")).status, 200)
  })
})

describe("T23: a host that is not this one", () => {
  it("is in no answer, and a line break in a name is in no header", async () => {
    for (const path of ["/", "/docs", "/openapi.json", "/ws", "/nothing", "/ws?room=A"]) {
      const raw = await RawSocket.connect(tokens)
      raw.write(
        `GET ${path} HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n`
      )
      const { body, headers } = await raw.answer()
      assert.notInclude(body + JSON.stringify([...headers]), "evil.example", path)
    }
    for (const name of ["a%0d%0aset-cookie:%20x=1", "a%0aset-cookie:%20x=1"]) {
      const query = await RawSocket.upgrade(small, `/ws?room=${name}`)
      const { headers } = await small.fetch(`/api/rooms/${name}/messages`)
      assert.strictEqual(query.answer.status, 400)
      assert.isFalse(query.answer.headers.has("set-cookie"))
      assert.isNull(headers.get("set-cookie"))
    }
  })
})

describe("H2: an address that is made up", () => {
  it("is ignored where no proxy is trusted, a hundred of them as well as one", async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        RawSocket.upgrade(
          limited,
          "/ws",
          { "X-Forwarded-For": `203.0.113.${i}`, Forwarded: `for=203.0.113.${i}` },
          "127.0.0.55"
        )
      )
    )
    const statuses = statusesOf(answers.map(({ answer }) => answer))
    assert.isAtMost(statuses.filter((status) => status === 101).length, 8)
    assert.isAtLeast(statuses.filter((status) => status === 429).length, 92)
  })
})

describe("E2: more who come at once than there is room for", () => {
  it("are told 503 and when to come back, and who is there is answered within a second", async () => {
    const resident = await ChatClient.v1(small, { userId: "resident", username: "Resident", room: "home" })
    const storm = Array.from({ length: 500 }, () => RawSocket.upgrade(small, "/ws?room=street"))
    const delays: Array<number> = []
    const answers: Array<Answer> = []
    const over = Promise.all(storm.map(async (one) => answers.push((await one).answer)))
    while (answers.length < storm.length) delays.push(await acknowledgedIn(resident, "home"))
    await over
    const turnedAway = answers.filter(({ status }) => status === 503)
    assert.strictEqual(turnedAway.length, 500 - 19)
    assert.strictEqual(answers.filter(({ status }) => status === 101).length, 19)
    for (const { body, headers } of turnedAway) {
      assert.isAtLeast(Number(headers.get("retry-after")), 1)
      assert.deepInclude(JSON.parse(body), { status: 503, code: "overloaded" })
    }
    assert.isBelow(Math.max(...delays), 1000)
    assert.isTrue(resident.isOpen)
  })
})
