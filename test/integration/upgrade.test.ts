/** What is refused before a WebSocket exists, with an HTTP answer that says why, and what is let in. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { type Answer, rawFrame, RawSocket } from "../support/RawSocket.ts"
import { eventually, ServerProcess } from "../support/ServerProcess.ts"

let server: ServerProcess
let limited: ServerProcess
let small: ServerProcess

beforeAll(async () => {
  const servers = await Promise.all([
    ServerProcess.start({ ALLOWED_ORIGINS: "https://chat.example,https://admin.example:8443" }),
    ServerProcess.start({ LIMIT_LOOPBACK: "true", UPGRADES_PER_SEC: "1", UPGRADES_BURST: "2" }),
    ServerProcess.start({ LIMIT_LOOPBACK: "true", CONNECTIONS_PER_IP: "2", UPGRADES_PER_SEC: "0" })
  ])
  ;[server, limited, small] = servers
})
afterAll(async () => {
  assert.deepEqual(await Promise.all([server, limited, small].map((one) => one.stop())), [0, 0, 0])
})

const problemOf = (answer: Answer): Readonly<Record<string, unknown>> => {
  assert.include(answer.headers.get("content-type"), "application/problem+json")
  const problem = JSON.parse(answer.body) as Readonly<Record<string, unknown>>
  assert.strictEqual(problem["status"], answer.status)
  for (const field of ["type", "title", "code", "detail"]) assert.isNotEmpty(problem[field], field)
  return problem
}

const upgrade = async (to: ServerProcess, path = "/ws", headers: Readonly<Record<string, string>> = {}) =>
  (await RawSocket.upgrade(to, path, headers)).answer

/** A refusal that says when to come back. */
const waits = (answer: Answer) => {
  assert.strictEqual(answer.status, 429)
  assert.isAtLeast(Number(answer.headers.get("retry-after")), 1)
  assert.isAbove(Number(problemOf(answer)["retryAfterMs"]), 0)
}

describe("an upgrade", () => {
  it("is accepted as RFC 6455 wants it", async () => {
    const answer = await upgrade(server)
    assert.strictEqual(answer.status, 101)
    assert.strictEqual(answer.headers.get("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    assert.isFalse(answer.headers.has("sec-websocket-protocol"))
  })

  it("picks hubbub.v1 from a list that carries a token beside it", async () => {
    for (const list of [
      "hubbub.v1",
      "hubbub.v1, bearer, abc.def.ghi",
      "bearer, abc, hubbub.v1",
      "hubbub.v2,hubbub.v1"
    ]) {
      const answer = await upgrade(server, "/ws", { "Sec-WebSocket-Protocol": list })
      assert.strictEqual(answer.status, 101)
      assert.strictEqual(answer.headers.get("sec-websocket-protocol"), "hubbub.v1", list)
    }
  })

  it("does not agree to a subprotocol it does not speak", async () => {
    const answer = await upgrade(server, "/ws", { "Sec-WebSocket-Protocol": "soap, hubbub.v9" })
    assert.strictEqual(answer.status, 101)
    assert.isFalse(answer.headers.has("sec-websocket-protocol"))
  })

  it.for([
    ["username", `username=${"a".repeat(51)}`],
    ["room", "room=A"],
    ["history", "history=x"],
    ["userId", "userId="]
  ] as const)("is refused 400 for a bad %s, which the answer names", async ([field, query]) => {
    const answer = await upgrade(server, `/ws?${query}`)
    assert.strictEqual(answer.status, 400)
    assert.strictEqual(problemOf(answer)["field"], field)
    assert.strictEqual(answer.headers.get("connection"), "close")
  })

  it("is refused 404 on another path", async () => {
    for (const path of ["/", "/chat", "/ws/", "/ws2", "/health"]) {
      const answer = await upgrade(server, path)
      assert.strictEqual(answer.status, 404, path)
      problemOf(answer)
    }
  })

  it("is cut once it is refused, also where the client keeps its half open", async () => {
    for (const [path, headers] of [
      ["/ws?room=A", {}],
      ["/nothing", {}],
      ["/ws", { Origin: "https://evil.example" }],
      ["/ws", { "Sec-WebSocket-Key": "short" }]
    ] as const) {
      const { answer, socket } = await RawSocket.upgrade(server, path, headers)
      assert.isAtLeast(answer.status, 400)
      await socket.released()
    }
  })

  it("may bring its first frames along", async () => {
    const raw = await RawSocket.connect(server)
    const key = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    const head = `GET /ws?room=early&history=0 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${key}\r\n`
    raw.write(Buffer.concat([Buffer.from(head), rawFrame({ payload: '{"type":"chat","content":"early"}' })]))
    assert.strictEqual((await raw.answer()).status, 101)
    let text: string
    do text = (await raw.frame()).payload.toString()
    while (!text.includes('"chat"'))
    assert.deepInclude(JSON.parse(text), { type: "chat", content: "early", seq: 1 })
  })

  it("without its key or in a version that is none is answered 400 or 426", async () => {
    const old = await upgrade(server, "/ws", { "Sec-WebSocket-Version": "7" })
    assert.include([400, 426], old.status)
    assert.strictEqual((await upgrade(server, "/ws", { "Sec-WebSocket-Key": "short" })).status, 400)
  })
})

describe("an origin", () => {
  it.for([
    "https://evil.example",
    "null",
    "http://127.0.0.1",
    "https://chat.example.evil.example",
    "https://chat.example:444"
  ])("%s is refused 403", async (origin) => {
    // T21, H9
    const answer = await upgrade(server, "/ws", { Origin: origin })
    assert.strictEqual(answer.status, 403)
    problemOf(answer)
  })

  it("is not needed outside of browsers", async () => {
    assert.strictEqual((await upgrade(server)).status, 101)
  })

  it("may be the server's own", async () => {
    assert.strictEqual((await upgrade(server, "/ws", { Origin: server.url })).status, 101)
    assert.strictEqual((await upgrade(limited, "/ws", { Origin: "http://localhost:1" })).status, 403)
  })

  it("may be one that is allowed by name", async () => {
    for (const origin of ["https://chat.example", "https://admin.example:8443"]) {
      assert.strictEqual((await upgrade(server, "/ws", { Origin: origin })).status, 101, origin)
    }
  })

  it("that is allowed by a list which cannot be read stops the start", async () => {
    // T21: a list with a mistake in it must not turn into one that allows everyone
    const start = ServerProcess.start({ ALLOWED_ORIGINS: "https://chat.example,https://[::1" })
    const failure = await start.then(
      () => "started",
      (error: unknown) => String(error)
    )
    assert.include(failure, "ALLOWED_ORIGINS")
  })
})

describe("GET /ws without an upgrade", () => {
  it("is answered 426, as it is behind a proxy that drops the header", async () => {
    // F59
    const response = await server.fetch("/ws")
    assert.strictEqual(response.status, 426)
    assert.strictEqual(response.headers.get("upgrade")?.toLowerCase(), "websocket")
    assert.include(response.headers.get("content-type"), "application/problem+json")
    assert.deepInclude(await response.json(), { status: 426 })
  })
})

describe("an upgrade that asks for another protocol", () => {
  it("does not keep HTTP clients that offer HTTP/2 from their answer", async () => {
    // RFC 9110 section 7.8: a server may ignore Upgrade; `curl --http2` sends this with every plain request
    const answer = await upgrade(server, "/health", {
      Connection: "Upgrade, HTTP2-Settings",
      Upgrade: "h2c",
      "HTTP2-Settings": "AAMAAABkAAQAoAAAAAIAAAAA"
    })
    assert.strictEqual(answer.status, 200)
  })
})

describe("limits of one address", () => {
  it("answer upgrades that come too fast with 429 and when to come back, and let in whoever does", async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => upgrade(limited)))
    const refused = answers.filter(({ status }) => status !== 101)
    assert.isAtLeast(refused.length, 3)
    refused.forEach(waits)
    await eventually(
      () => upgrade(limited),
      ({ status }) => status === 101
    )
    assert.strictEqual((await limited.fetch("/health")).status, 200)
  })

  it("answer the third connection of two that are allowed with 429, until one has left", async () => {
    const [first, second] = [await RawSocket.open(small), await RawSocket.open(small)]
    waits(await upgrade(small))
    first.destroy()
    await eventually(
      () => upgrade(small),
      ({ status }) => status === 101
    )
    second.destroy()
  })
})

describe("a full house", () => {
  it("answers 503 and when to come back, until someone has left", async () => {
    const full = await ServerProcess.start({ MAX_CONNECTIONS: "2" })
    const [first] = [await RawSocket.open(full), await RawSocket.open(full)]
    const answer = await upgrade(full)
    assert.strictEqual(answer.status, 503)
    assert.isAtLeast(Number(answer.headers.get("retry-after")), 1)
    assert.isAbove(Number(problemOf(answer)["retryAfterMs"]), 0)
    first.destroy()
    await eventually(
      () => upgrade(full),
      ({ status }) => status === 101
    )
    assert.strictEqual(await full.stop("SIGKILL"), null)
  })
})
