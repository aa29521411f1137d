/** Everything beside the sockets: health, readiness, figures, the page, and what is told to browsers and to those who ask wrongly. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { ChatClient } from "../support/ChatClient.ts"
import { eventually, ServerProcess } from "../support/ServerProcess.ts"

const ORIGIN = "https://chat.example"
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

let server: ServerProcess
let open: ServerProcess
let closed: ServerProcess

beforeAll(async () => {
  const servers = await Promise.all([
    ServerProcess.start({ ALLOWED_ORIGINS: ORIGIN, WEB_APP: "false" }),
    ServerProcess.start({ ALLOWED_ORIGINS: "*" }),
    ServerProcess.start()
  ])
  ;[server, open, closed] = servers
})
afterAll(async () => {
  assert.deepEqual(await Promise.all([server, open, closed].map((one) => one.stop())), [0, 0, 0])
})

/** The origin whose pages may read the answer. */
const allowed = async (to: ServerProcess, origin: string, path = "/api/analytics") => {
  const { headers } = await to.fetch(path, { headers: { Origin: origin } })
  return headers.get("access-control-allow-origin")
}

const preflight = (origin: string) =>
  server.fetch("/api/analytics", {
    method: "OPTIONS",
    headers: { Origin: origin, "Access-Control-Request-Method": "GET" }
  })

describe("GET /health", () => {
  it("counts who is connected", async () => {
    await server.clients(0)
    const health = await server.json("/health")
    assert.deepInclude(health, { status: "ok", clients: 0, durability: "journal", storage: "ok" })
    assert.isNumber(health["uptimeSeconds"])
    assert.match(String(health["version"]), /^\d+\.\d+\.\d+/)
    const alice = await ChatClient.plain(server, { userId: "alice", username: "Alice" })
    await server.clients(1)
    const bob = await ChatClient.v1(server, { userId: "bob", username: "Bob" })
    await server.clients(2)
    await bob.close()
    await server.clients(1)
    await alice.cut()
    await server.clients(0)
  })
})

describe("GET /ready", () => {
  it("says that traffic may come", async () => {
    const response = await server.fetch("/ready")
    assert.strictEqual(response.status, 200)
    assert.deepEqual(await response.json(), { status: "ready" })
  })
})

describe("GET /api/analytics", () => {
  it("has no messages and no latency where nothing was said", async () => {
    const figures = await closed.json("/api/analytics")
    assert.deepInclude(figures, {
      definitions: 1,
      totalMessages: 0,
      activeConnections: 0,
      activeUsers: 0,
      latencyP50Ms: null,
      latencyP95Ms: null,
      latencyP99Ms: null
    })
    assert.deepEqual(figures["messagesPerMinute"], Array<number>(15).fill(0))
    assert.deepEqual(figures["activeUserDetails"], [])
  })

  it("counts messages, connections and users", async () => {
    const [alice, tab, bob, nobody] = [
      await ChatClient.plain(open, { userId: "alice", username: "Alice", room: "figures" }),
      await ChatClient.plain(open, { userId: "alice", username: "Alice", room: "figures" }),
      await ChatClient.v1(open, { userId: "bob", username: "Bob", room: "figures" }),
      await ChatClient.plain(open, { room: "figures" })
    ]
    await alice.say("one")
    await bob.say("two", { roomId: "figures" })
    await nobody.say("three")
    alice.send({ type: "system", content: "not counted as a message" })
    alice.send({ type: "chat", content: "" })
    await alice.next("error")
    await Promise.all([tab, bob].map((client) => client.next("system")))
    await tab.close()
    await open.clients(3)

    const figures = await open.json("/api/analytics")
    assert.deepInclude(figures, {
      definitions: 1,
      totalMessages: 3,
      activeConnections: 3,
      activeUsers: 2,
      peakConnections: 4,
      systemMessages: 1,
      fiberRestarts: 0
    })
    assert.deepEqual(figures["rejected"], { empty_content: 1 })
    const perMinute = figures["messagesPerMinute"] as ReadonlyArray<number>
    assert.lengthOf(perMinute, 15)
    // the minute may have turned between two messages
    assert.strictEqual(
      perMinute.slice(-2).reduce((sum, count) => sum + count, 0),
      3
    )
    const latencies = ["latencyP50Ms", "latencyP95Ms", "latencyP99Ms"].map((field) => Number(figures[field]))
    assert.isTrue(latencies.every((ms) => ms > 0 && ms < 1000))
    assert.deepEqual(
      latencies,
      latencies.toSorted((a, b) => a - b)
    )
    const details = figures["activeUserDetails"] as ReadonlyArray<Readonly<Record<string, string>>>
    for (const one of details) {
      assert.hasAllKeys(one, ["clientId", "userId", "username", "joinedAt"])
      assert.match(String(one["joinedAt"]), ISO)
    }
    assert.deepEqual(
      details.map(({ userId, username }) => [userId, username]),
      [
        ["alice", "Alice"],
        ["bob", "Bob"],
        ["anonymous", "Anonymous"]
      ]
    )
    assert.strictEqual(details[1]?.["clientId"], bob.all("welcome")[0]?.["connectionId"])
    assert.strictEqual(new Set(details.map(({ clientId }) => clientId)).size, 3)
    assert.match(String(figures["serverStartTime"]), ISO)
    assert.isAtLeast(Number(figures["uptimeSeconds"]), 0)
    assert.isAtMost(Date.parse(String(figures["serverStartTime"])), Date.now())
  })

  it("counts each retry once, as a duplicate", async () => {
    const client = await ChatClient.v1(closed, { userId: "ann", username: "Ann", room: "retries" })
    const send = { type: "chat", roomId: "retries", content: "x", messageId: "7f9c24e8-3b12-4c5e-8f00-0000000000aa" }
    for (let n = 0; n < 3; n++) await client.ask(send)
    await eventually(
      () => closed.json("/api/analytics"),
      (figures) => figures["delivered"] === 1
    )
    assert.deepInclude(await closed.json("/api/analytics"), { totalMessages: 1, duplicates: 2 })
  })
})

describe("GET / without the web app", () => {
  it("is a page that says how to connect", async () => {
    const response = await server.fetch("/")
    assert.strictEqual(response.status, 200)
    assert.include(response.headers.get("content-type"), "text/html")
    const page = await response.text()
    assert.match(page, /^<!doctype html>/i)
    assert.include(page, `ws://localhost:${server.port}/ws`)
    assert.include(page, "/health")
    assert.notMatch(page, /<script/i)
  })
})

describe("what is not there", () => {
  it.for(["/nothing", "/api/nothing", "/health/x", "/../etc/passwd", "/%2e%2e/x"])(
    "GET %s is answered 404 with a problem document",
    async (path) => {
      const response = await server.fetch(path)
      assert.strictEqual(response.status, 404)
      assert.include(response.headers.get("content-type"), "application/problem+json")
      const problem: unknown = await response.json()
      assert.deepInclude(problem, { type: "about:blank", status: 404, code: "not_found" })
    }
  )

  it.for(["POST", "PUT", "DELETE", "PATCH"])("%s /health is answered 405 and what is allowed", async (method) => {
    const response = await server.fetch("/health", { method })
    assert.strictEqual(response.status, 405)
    assert.include(response.headers.get("allow"), "GET")
    assert.include(response.headers.get("content-type"), "application/problem+json")
    assert.deepInclude(await response.json(), { status: 405 })
  })

  it("POST to a path that is not there is 404", async () => {
    assert.strictEqual((await server.fetch("/nothing", { method: "POST", body: "x" })).status, 404)
  })
})

describe("every answer", () => {
  const paths = ["/", "/health", "/ready", "/api/analytics", "/nothing", "/ws"]

  it.for(paths)("%s tells browsers not to sniff, frame or run anything", async (path) => {
    const { headers } = await server.fetch(path)
    assert.strictEqual(headers.get("x-content-type-options"), "nosniff")
    assert.include(headers.get("content-security-policy"), "default-src 'none'")
    assert.include(headers.get("content-security-policy"), "frame-ancestors 'none'")
    assert.strictEqual(headers.get("referrer-policy"), "no-referrer")
    assert.isNull(headers.get("x-powered-by"))
  })

  it.for(["/", "/health", "/ready", "/api/analytics"])("HEAD %s is that of GET without a body", async (path) => {
    const [get, head] = [await server.fetch(path), await server.fetch(path, { method: "HEAD" })]
    assert.strictEqual(head.status, 200)
    assert.strictEqual(head.headers.get("content-type"), get.headers.get("content-type"))
    assert.strictEqual(await head.text(), "")
    assert.isNotEmpty(await get.text())
  })

  it("figures and health are not cached", async () => {
    for (const path of ["/health", "/ready", "/api/analytics"]) {
      assert.include((await server.fetch(path)).headers.get("cache-control"), "no-store", path)
    }
  })
})

describe("CORS", () => {
  it("lets pages of an allowed origin read, and no others", async () => {
    assert.strictEqual(await allowed(server, ORIGIN), ORIGIN)
    for (const origin of ["https://evil.example", "null", `${ORIGIN}.evil.example`, "http://chat.example"]) {
      assert.isNull(await allowed(server, origin), origin)
    }
  })

  it("lets nobody else read where no origin is allowed", async () => {
    assert.isNull(await allowed(closed, "https://evil.example"))
    assert.isNull(await allowed(closed, "null"))
  })

  it("lets every page read where all are allowed", async () => {
    assert.include(["*", "https://any.example"], await allowed(open, "https://any.example"))
  })

  it("holds for refusals as well", async () => {
    assert.strictEqual(await allowed(server, ORIGIN, "/nothing"), ORIGIN)
  })

  it("tells caches that the answer differs by origin", async () => {
    const { headers } = await server.fetch("/health", { headers: { Origin: ORIGIN } })
    assert.include(headers.get("vary")?.toLowerCase(), "origin")
  })

  it("answers a preflight of an allowed origin, and allows a foreign one nothing", async () => {
    const good = await preflight(ORIGIN)
    assert.isBelow(good.status, 300)
    assert.strictEqual(good.headers.get("access-control-allow-origin"), ORIGIN)
    assert.include(good.headers.get("access-control-allow-methods"), "GET")
    assert.isNull((await preflight("https://evil.example")).headers.get("access-control-allow-origin"))
  })
})
