/** What is tried against tokens, proxies and origins, over the wire. The numbers are those of the list of threats. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { generateKeyPair } from "jose"
import { forged, hourLong, minted, SECRET, second, signedByHand } from "../identity/minted.ts"
import { bearer, heard, say, upgrade, v1 } from "../identity/upgrading.ts"
import { CLOSE, RawSocket } from "../support/RawSocket.ts"
import { ServerProcess } from "../support/ServerProcess.ts"

let server: ServerProcess
let proxied: ServerProcess

beforeAll(async () => {
  ;[server, proxied] = await Promise.all([
    ServerProcess.start({ AUTH_SECRET: SECRET, AUTH_AUDIENCE: "chat", LOG_LEVEL: "debug", RATE_LIMIT_PER_SEC: "0" }),
    ServerProcess.start({
      AUTH_SECRET: SECRET,
      TRUSTED_PROXIES: "127.0.0.0/8",
      CONNECTIONS_PER_IP: "2",
      UPGRADES_PER_SEC: "0"
    })
  ])
})
afterAll(async () => {
  assert.deepEqual(await Promise.all([server, proxied].map((one) => one.stop())), [0, 0])
})

const aud = "chat"
const good = () => hourLong("alice", { aud })
const statusOf = async (token: string, to = server) => (await upgrade(to, {}, bearer(token))).answer.status

describe("someone without a token", () => {
  it("T3: gets no socket to be silent on", async () => {
    const { answer, socket } = await upgrade(server, {}, v1())
    assert.strictEqual(answer.status, 401)
    await socket.ended()
    await server.clients(0)
  })

  it("T4, T5: cannot keep others out by asking often", async () => {
    const answers = await Promise.all(Array.from({ length: 300 }, (_, i) => statusOf(`bad${i}.bad.bad`)))
    assert.isTrue(answers.every((status) => status === 401))
    assert.strictEqual(await statusOf(await good()), 101)
  })

  it("T36: is not let in by a name in the query, and nobody becomes another by a field of a frame", async () => {
    assert.strictEqual((await upgrade(server, { userId: "admin", username: "Admin" })).answer.status, 401)
    const { socket } = await upgrade(server, { userId: "bob", username: "Bob" }, v1(await good()))
    assert.deepInclude(await heard(socket, "welcome"), { userId: "alice", username: "alice", role: "user" })
    say(socket, { type: "subscribe", roomId: "lobby" })
    await heard(socket, "subscribed")
    say(socket, {
      type: "chat",
      roomId: "lobby",
      content: "hi",
      userId: "bob",
      username: "Bob",
      from: "bob",
      role: "admin"
    })
    assert.deepInclude(await heard(socket, "chat"), { userId: "alice", username: "alice" })
    say(socket, { type: "system", roomId: "lobby", content: "I am the system", ref: 1 })
    assert.deepInclude(await heard(socket, "error"), { ref: 1, code: "forbidden_type" })
    socket.destroy()
  })
})

describe("a forged token", () => {
  it("T44, T45, T46: is refused, whatever its header or its times say", async () => {
    const base = { sub: "alice", aud, exp: second() + 60 }
    const { privateKey } = await generateKeyPair("RS256")
    const tokens = [
      ...["none", "nOnE", "NONE", "None", ""].map((alg) => forged({ alg, typ: "JWT" }, base)),
      ...["HS384", "hs256", "RS256"].map((alg) => signedByHand({ alg }, base)),
      await minted(base, { alg: "RS256", key: privateKey }),
      await minted(base, { key: Buffer.from(`${SECRET}!`) }),
      signedByHand({ alg: "HS256", crit: ["exp2"], exp2: 1 }, base),
      signedByHand({ alg: "HS256", crit: ["b64"], b64: false }, base),
      signedByHand({ alg: "HS256", jwk: { kty: "oct", k: "AAAA" }, jku: "http://127.0.0.1:1/" }, { ...base, aud: "x" }),
      signedByHand({ alg: "HS256" }, { ...base, exp: second() - 10 }),
      signedByHand({ alg: "HS256" }, { ...base, exp: String(base.exp) }),
      signedByHand({ alg: "HS256" }, { sub: "alice", aud }),
      signedByHand({ alg: "HS256" }, { ...base, nbf: second() + 60 }),
      signedByHand({ alg: "HS256" }, { ...base, iat: second() + 3600 }),
      signedByHand({ alg: "HS256" }, { ...base, aud: "mail" }),
      signedByHand({ alg: "HS256" }, { ...base, aud: undefined }),
      signedByHand({ alg: "HS256" }, { ...base, sub: "a\nb" }),
      signedByHand({ alg: "HS256" }, { ...base, role: "root" }),
      signedByHand({ alg: "HS256" }, []),
      signedByHand({ alg: "HS256" }, null)
    ]
    const statuses = await Promise.all(tokens.map((token) => statusOf(token)))
    assert.deepStrictEqual(
      statuses,
      tokens.map(() => 401)
    )
    // the tolerance of five seconds
    assert.strictEqual(await statusOf(signedByHand({ alg: "HS256" }, { ...base, exp: second() - 2 })), 101)
  })

  it("T27: cannot give rights by a name that objects have anyway", async () => {
    const payload = `{"sub":"alice","aud":"chat","exp":${second() + 60},"__proto__":{"role":"admin"},"constructor":{"role":"admin"}}`
    const token = signedByHand({ alg: "HS256" }, JSON.parse(payload))
    const { socket } = await upgrade(server, {}, v1(token))
    assert.deepInclude(await heard(socket, "welcome"), { role: "user" })
    socket.destroy()
  })
})

describe("a start", () => {
  it("T48: is refused with a secret that can be guessed, in one line that does not show it", async () => {
    const failure = await ServerProcess.start({ AUTH_SECRET: "hunter2hunter2" }).then(
      () => "started",
      (error: unknown) => String(error)
    )
    assert.include(failure, "AUTH_SECRET=")
    assert.include(failure, "32 bytes")
    assert.notInclude(failure, "hunter2")
  })
})

describe("a live socket", () => {
  it("T50: is not heard any more once its token has expired", async () => {
    const witness = await upgrade(server, { room: "late" }, bearer(await good()))
    const exp = second() + 4
    const { socket } = await upgrade(server, { room: "late" }, v1(await minted({ sub: "bob", aud, exp })))
    await heard(socket, "token_expiring")
    // says something again as soon as it is acknowledged, until it is closed
    const talk = () => say(socket, { type: "chat", roomId: "late", content: "still here", ref: "again" })
    talk()
    let closed: number | undefined
    while (closed === undefined) {
      const { opcode, payload } = await socket.frame()
      if (opcode === CLOSE) closed = payload.readUInt16BE(0)
      else if (payload.includes('"again"')) talk()
    }
    assert.strictEqual(closed, 4002)
    say(witness.socket, { type: "chat", content: "the end" })
    while (true) {
      const { content, timestamp } = await heard(witness.socket, "chat")
      if (content === "the end") break
      assert.isBelow(Date.parse(String(timestamp)), exp * 1000 + 50)
    }
    witness.socket.destroy()
  })
})

describe("where a request comes from", () => {
  it("T24: is not what the client writes, of whom there may be two connections whatever it writes", async () => {
    const token = await hourLong("alice")
    const from = (forwarded: string) => upgrade(proxied, {}, { ...bearer(token), "X-Forwarded-For": forwarded })
    const first = await Promise.all(["1.1.1.1", "2.2.2.2"].map((spoofed) => from(`${spoofed}, 203.0.113.9`)))
    assert.deepStrictEqual(
      first.map(({ answer }) => answer.status),
      [101, 101]
    )
    // of the same address, however it is written
    for (const forwarded of ["3.3.3.3, 203.0.113.9", "203.0.113.9", "203.0.113.9:80", "::ffff:203.0.113.9"]) {
      assert.strictEqual((await from(forwarded)).answer.status, 429, forwarded)
    }
    assert.strictEqual((await from("203.0.113.9, 203.0.113.10")).answer.status, 101)
    for (const { socket } of first) socket.destroy()
  })

  it("T21, H9: is refused for a page of another origin, with a token or without", async () => {
    const token = await good()
    for (const origin of ["https://evil.example", "null", `http://127.0.0.1.evil.example:${server.port}`]) {
      const { answer } = await upgrade(server, {}, { ...bearer(token), Origin: origin })
      assert.strictEqual(answer.status, 403, origin)
    }
    assert.strictEqual((await upgrade(server, {}, { ...bearer(token), Origin: server.url })).answer.status, 101)
  })

  it("T23: goes by a forwarded host only where the proxy is trusted", async () => {
    const page = { Origin: "https://chat.example" }
    const forwarded = { "X-Forwarded-Host": "chat.example", "X-Forwarded-Proto": "https" }
    const token = await hourLong("alice", { aud })
    const through = await upgrade(proxied, {}, { ...bearer(token), ...page, ...forwarded })
    assert.strictEqual(through.answer.status, 101)
    through.socket.destroy()
    const straight = await upgrade(server, {}, { ...bearer(token), ...page, ...forwarded })
    assert.strictEqual(straight.answer.status, 403)
  })
})

describe("a log", () => {
  it("T22: has no token in it, not of the query and not of a handshake that fails", async () => {
    const tokens = [await good(), "in.the.query", "in.the.header"]
    await upgrade(server, { token: tokens[1]! })
    await server.fetch(`/ws?token=${tokens[1]}`)
    await server.fetch(`/api/rooms?token=${tokens[1]}`, { headers: bearer(tokens[2]!) })
    const socket = await RawSocket.connect(server)
    socket.write(`GET /ws?token=${tokens[0]} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`)
    assert.isAtLeast((await socket.answer()).status, 400)
    const { socket: live } = await upgrade(server, {}, v1(tokens[0]))
    say(live, { type: "refresh", token: tokens[1] })
    await heard(live, "error")
    live.destroy()
    await server.clients(0)
    for (const piece of [...tokens, SECRET, "eyJ"]) assert.notInclude(server.said, piece)
  })
})
