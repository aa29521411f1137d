/** With tokens on: who one is comes from the token alone, over the socket and over HTTP, in a server as it is run. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { hourLong, minted, SECRET, second } from "../identity/minted.ts"
import { bearer, heard, say, upgrade, v1 } from "../identity/upgrading.ts"
import { type Answer, rawFrame, RawSocket } from "../support/RawSocket.ts"
import { hubbub, ServerProcess } from "../support/ServerProcess.ts"

const METRICS_TOKEN = "a token of thirty-two characters".replaceAll(" ", "-")

let server: ServerProcess
let orphan: ServerProcess
let open: ServerProcess

beforeAll(async () => {
  ;[server, orphan, open] = await Promise.all([
    ServerProcess.start({ AUTH_SECRET: SECRET, METRICS_TOKEN, LOG_LEVEL: "debug", HOST: "0.0.0.0" }),
    ServerProcess.start({ AUTH_JWKS_URL: "http://127.0.0.1:1/keys", AUTH_AUDIENCE: "chat" }),
    ServerProcess.start({ HOST: "0.0.0.0" })
  ])
})
afterAll(async () => {
  assert.deepEqual(await Promise.all([server, orphan, open].map((one) => one.stop())), [0, 0, 0])
})

const problemOf = (answer: Answer): Readonly<Record<string, unknown>> => {
  assert.include(answer.headers.get("content-type"), "application/problem+json")
  return JSON.parse(answer.body) as Readonly<Record<string, unknown>>
}

/** A connection of `hubbub.v1` that was welcomed. */
const enter = async (token: string) => {
  const { answer, socket } = await upgrade(server, {}, v1(token))
  assert.strictEqual(answer.status, 101, answer.body)
  return { socket, welcome: await heard(socket, "welcome") }
}

const get = (path: string, token?: string, on = server) =>
  on.fetch(path, token === undefined ? {} : { headers: bearer(token) })

const json = async (path: string, token: string) => {
  const response = await get(path, token)
  return { status: response.status, body: await response.text() }
}

describe("an upgrade where tokens are on", () => {
  it("takes the token from the header, from the subprotocols or from the query, and identity from nothing else", async () => {
    const token = await hourLong("alice", { name: "Alice", role: "moderator" })
    const spoofed = { userId: "bob", username: "Bob\u0000" }
    const ways = [
      [spoofed, { ...bearer(token), ...v1() }],
      [spoofed, v1(token)],
      [{ ...spoofed, token }, v1()]
    ] as const
    for (const [query, headers] of ways) {
      const { answer, socket } = await upgrade(server, query, headers)
      assert.strictEqual(answer.status, 101, answer.body)
      assert.strictEqual(answer.headers.get("sec-websocket-protocol"), "hubbub.v1")
      const { expiresAt, ...welcome } = await heard(socket, "welcome")
      assert.deepInclude(welcome, { userId: "alice", username: "Alice", role: "moderator" })
      assert.strictEqual(Math.round((Date.parse(String(expiresAt)) - Date.now()) / 60_000), 60)
      socket.destroy()
    }
  })

  it("serves plain clients, and agrees to bearer where a browser offers that alone", async () => {
    const token = await hourLong("alice")
    const { answer, socket } = await upgrade(
      server,
      { room: "plain" },
      { "Sec-WebSocket-Protocol": `bearer, ${token}` }
    )
    assert.strictEqual(answer.status, 101)
    assert.strictEqual(answer.headers.get("sec-websocket-protocol"), "bearer")
    say(socket, { type: "chat", content: "hello", userId: "bob" })
    assert.deepInclude(await heard(socket, "chat"), { userId: "alice", roomId: "plain" })
    const quiet = await upgrade(server, { room: "plain" }, bearer(token))
    assert.isFalse(quiet.answer.headers.has("sec-websocket-protocol"))
    socket.destroy()
    quiet.socket.destroy()
  })

  it("is refused 401 with a challenge where there is no token, or a bad one", async () => {
    const none = await upgrade(server, { userId: "bob" }, v1())
    assert.strictEqual(none.answer.status, 401)
    assert.deepInclude(problemOf(none.answer), { status: 401, title: "Unauthorized", code: "unauthorized" })
    assert.strictEqual(none.answer.headers.get("www-authenticate"), 'Bearer realm="hubbub"')
    const expired = await minted({ sub: "alice", exp: second() - 60 })
    for (const token of [expired, "nonsense", await minted({ sub: "alice" })]) {
      const { answer } = await upgrade(server, { token })
      assert.strictEqual(answer.status, 401)
      assert.strictEqual(problemOf(answer)["code"], "invalid_token")
      assert.include(answer.headers.get("www-authenticate"), 'error="invalid_token"')
      assert.notInclude(answer.body, token)
    }
  })

  it("is refused 403 for a room that the token is not for", async () => {
    const token = await hourLong("alice", { rooms: ["team-*"] })
    for (const query of [{ room: "secret" }, {}]) {
      const { answer } = await upgrade(server, query, bearer(token))
      assert.strictEqual(answer.status, 403)
      assert.deepInclude(problemOf(answer), { code: "forbidden_room", field: "room" })
    }
    const { answer } = await upgrade(server, { room: "team-a" }, bearer(token))
    assert.strictEqual(answer.status, 101)
  })

  it("loses nothing that a client sends before it is answered", async () => {
    const token = await hourLong("hasty", { jti: "hasty" })
    const socket = await RawSocket.connect(server)
    const head = [
      "GET /ws?room=hasty HTTP/1.1",
      "Host: localhost",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      `Authorization: Bearer ${token}`
    ].join("\r\n")
    const said = ["one", "two", "three"]
    socket.write(
      Buffer.concat([
        Buffer.from(`${head}\r\n\r\n`),
        ...said.map((content) => rawFrame({ payload: JSON.stringify({ type: "chat", content }) }))
      ])
    )
    assert.strictEqual((await socket.answer()).status, 101)
    const contents: Array<unknown> = []
    while (contents.length < said.length) contents.push((await heard(socket, "chat"))["content"])
    assert.deepStrictEqual(contents, said)
    socket.destroy()
  })

  it("leaves nothing behind of clients that leave while their token is checked", async () => {
    const token = await hourLong("alice")
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        const socket = await RawSocket.connect(server)
        socket.write(
          `GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
            `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer ${token}\r\n\r\n`
        )
        socket.destroy()
      })
    )
    await server.clients(0)
    const { socket } = await enter(token)
    await server.clients(1)
    socket.destroy()
  })
})

describe("a token on a live socket", () => {
  it("is announced, and ends the connection within a second of its end", async () => {
    const exp = second() + 4
    const { socket, welcome } = await enter(await minted({ sub: "alice", exp }))
    assert.strictEqual(welcome["expiresAt"], new Date(exp * 1000).toISOString())
    assert.strictEqual((await heard(socket, "token_expiring"))["expiresAt"], welcome["expiresAt"])
    assert.strictEqual(await socket.closeCode(), 4002)
    const late = Date.now() - exp * 1000
    assert.isAtLeast(late, -5)
    assert.isBelow(late, 1000)
  })

  it("is replaced by a fresh one of the same user", async () => {
    const short = await minted({ sub: "alice", exp: second() + 6 })
    const { socket } = await enter(short)
    const other = await enter(short)
    await heard(socket, "token_expiring")
    say(socket, { type: "refresh", token: await hourLong("bob"), ref: 1 })
    assert.deepInclude(await heard(socket, "error"), { ref: 1, code: "invalid_token", field: "token" })
    say(socket, { type: "refresh", token: await hourLong("alice", { name: "Alice" }), ref: 2 })
    assert.strictEqual((await heard(socket, "refreshed"))["ref"], 2)
    // the old one has expired once this is closed
    assert.strictEqual(await other.socket.closeCode(), 4002)
    say(socket, { type: "ping", ref: 3 })
    assert.strictEqual((await heard(socket, "pong"))["ref"], 3)
    socket.destroy()
  })
})

describe("HTTP where tokens are on", () => {
  it("answers health and readiness to everyone, and nothing of the chat without a token", async () => {
    for (const path of ["/health", "/ready", "/", "/docs", "/openapi.json"]) {
      assert.strictEqual((await get(path)).status, 200, path)
    }
    const paths = [
      "/api/rooms",
      "/api/rooms/global/messages",
      "/api/users/alice/messages",
      "/api/analytics",
      "/api/analytics/summary",
      "/api/analytics/export?report=summary&format=csv",
      "/api/analytics/rooms/global",
      "/metrics"
    ]
    for (const path of paths) {
      const response = await get(path)
      assert.strictEqual(response.status, 401, path)
      assert.match(response.headers.get("www-authenticate") ?? "", /^Bearer /)
      assert.include(response.headers.get("content-type"), "application/problem+json")
      assert.strictEqual((await get(path, "nonsense")).status, 401, path)
    }
    const query = await get(`/api/rooms?token=${await hourLong("alice")}`)
    assert.strictEqual(query.status, 401)
  })

  it("shows figures to analysts and admins, however the path is written", async () => {
    const status: Record<string, ReadonlyArray<number>> = {}
    for (const role of ["user", "moderator", "analyst", "admin"]) {
      const token = await hourLong("alice", { role })
      const paths = ["/api/analytics", "/api/analytics/summary", "/api/%61nalytics", "//api//analytics", "/metrics"]
      status[role] = await Promise.all(paths.map(async (path) => (await get(path, token)).status))
    }
    const [none, all] = [
      [403, 403, 403, 403, 403],
      [200, 200, 200, 200, 200]
    ]
    assert.deepStrictEqual(status, { user: none, moderator: none, analyst: all, admin: all })
  })

  it("opens the metrics, and nothing else, to the token for them", async () => {
    assert.strictEqual((await get("/metrics", METRICS_TOKEN)).status, 200)
    for (const wrong of [`${METRICS_TOKEN}x`, METRICS_TOKEN.slice(0, -1), METRICS_TOKEN.toUpperCase()]) {
      assert.strictEqual((await get("/metrics", wrong)).status, 401)
    }
    assert.strictEqual((await get("/api/analytics", METRICS_TOKEN)).status, 401)
  })

  it("shows rooms and messages as far as the token goes, and others as if they were not there", async () => {
    const { socket } = await enter(await hourLong("alice"))
    for (const roomId of ["team-x", "secret-x"]) {
      say(socket, { type: "subscribe", roomId })
      await heard(socket, "subscribed")
      say(socket, { type: "chat", roomId, content: `said in ${roomId}` })
      await heard(socket, "ack")
    }
    const limited = { rooms: ["team-*"] }
    const alice = await hourLong("alice", limited)
    const missing = await json("/api/rooms/never-was/messages", alice)
    const hidden = await json("/api/rooms/secret-x/messages", alice)
    assert.deepStrictEqual(hidden, { ...missing, body: missing.body.replace("never-was", "secret-x") })
    assert.include((await json("/api/rooms/team-x/messages", alice)).body, "said in team-x")

    const rooms = (await json("/api/rooms", alice)).body
    assert.include(rooms, "team-x")
    assert.notInclude(rooms, "secret-x")

    const own = (await json("/api/users/alice/messages", alice)).body
    assert.include(own, "said in team-x")
    assert.notInclude(own, "said in secret-x")
    assert.strictEqual((await json("/api/users/alice/messages", await hourLong("bob"))).status, 403)
    assert.strictEqual(
      (await json("/api/users/alice/messages", await hourLong("bob", { role: "analyst" }))).status,
      403
    )
    const moderator = await json("/api/users/alice/messages", await hourLong("bob", { role: "moderator" }))
    assert.include(moderator.body, "said in secret-x")
    socket.destroy()
  })
})

describe("a server whose issuer is away", () => {
  it("starts, and tells who comes with a token to come back", async () => {
    const { answer } = await upgrade(orphan, {}, bearer(await hourLong("alice", { aud: "chat" })))
    assert.strictEqual(answer.status, 401)
    const token = `${Buffer.from('{"alg":"RS256","kid":"1"}').toString("base64url")}.e30.AAAA`
    const away = await upgrade(orphan, {}, bearer(token))
    assert.strictEqual(away.answer.status, 503)
    assert.isAtLeast(Number(away.answer.headers.get("retry-after")), 1)
    assert.strictEqual(problemOf(away.answer)["code"], "unavailable")
    const response = await get("/api/rooms", token, orphan)
    assert.strictEqual(response.status, 503)
    assert.isAtLeast(Number(response.headers.get("retry-after")), 1)
    assert.strictEqual((await orphan.fetch("/ready")).status, 200)
    await orphan.logged(({ msg }) => msg.startsWith("the issuer's keys cannot be fetched"))
  })
})

describe("open mode", () => {
  it("warns where it is open to the network, which a server with tokens does not", async () => {
    const [openly, closed] = [open, server].map(({ log }) =>
      log.some(({ msg }) => msg.startsWith("open to the network"))
    )
    assert.deepStrictEqual({ openly, closed }, { openly: true, closed: false })
  })

  it("lets everyone be who they say they are, a token beside it or not, and takes no new one", async () => {
    const { answer, socket } = await upgrade(open, { userId: "bob" }, v1(await hourLong("alice")))
    assert.strictEqual(answer.status, 101)
    const welcome = await heard(socket, "welcome")
    assert.deepInclude(welcome, { userId: "bob", role: "user" })
    assert.notProperty(welcome, "expiresAt")
    say(socket, { type: "refresh", token: "x", ref: 1 })
    assert.deepInclude(await heard(socket, "error"), { ref: 1, code: "not_supported" })
    for (const path of ["/api/rooms", "/api/analytics", "/api/users/alice/messages", "/metrics"]) {
      assert.strictEqual((await get(path, undefined, open)).status, 200, path)
    }
    socket.destroy()
  })
})

describe("hubbub token", () => {
  it("prints a token that the server takes, for whom and what it was asked", async () => {
    const made = await hubbub(
      ["token", "--sub", "carol", "--role", "moderator", "--rooms", "team-*,lobby", "--ttl", "1h"],
      {
        AUTH_SECRET: SECRET
      }
    )
    assert.strictEqual(made.code, 0, made.stderr)
    assert.match(made.stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    const { socket, welcome } = await enter(made.stdout.trim())
    assert.deepInclude(welcome, { userId: "carol", username: "carol", role: "moderator" })
    for (const [roomId, type] of [
      ["team-z", "subscribed"],
      ["lobby", "subscribed"],
      ["other", "error"]
    ] as const) {
      say(socket, { type: "subscribe", roomId })
      await heard(socket, type)
    }
    socket.destroy()
  })

  it("says in one line what is missing or wrong", async () => {
    const cases = [
      [{}, ["--sub", "carol"], "AUTH_SECRET is not set"],
      [{ AUTH_SECRET: SECRET }, ["--sub", "a b"], "sub"],
      [{ AUTH_SECRET: SECRET }, ["--sub", "carol", "--rooms", "A"], "rooms"],
      [{ AUTH_SECRET: SECRET }, ["--sub", "carol", "--ttl", "soon"], "--ttl soon"]
    ] as const
    for (const [env, args, why] of cases) {
      const { code, stderr, stdout } = await hubbub(["token", ...args], env)
      assert.strictEqual(code, 1)
      assert.strictEqual(stdout, "")
      assert.include(stderr, why)
      assert.strictEqual(stderr.trim().split("\n").length, 1)
    }
  })
})

describe("the log", () => {
  it("has no token and no secret in it", async () => {
    // everything above went through this server, which logs all it can
    for (const piece of [SECRET, METRICS_TOKEN, "eyJ", "nonsense"]) assert.notInclude(server.said, piece)
  })
})
