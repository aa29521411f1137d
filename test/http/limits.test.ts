/** How often an address may ask, over real HTTP. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { hourLong } from "../identity/minted.ts"
import { type Answer, ask } from "../support/Web.ts"
import { get, KEY, post, site } from "./admin/AdminSite.ts"

/** Refills so slowly that no test is long enough for it to matter. */
const limits = { requestsPerSecond: 0.01, requestBurst: 30, limitLoopback: true }
const tight = site({ limits, tokens: true })
const proxied = site({ limits, tokens: true, trustedProxies: ["127.0.0.0/8"] })

const from = (address: string, path = "/api/rooms", headers: Readonly<Record<string, string>> = {}) =>
  ask(path, { headers: { "x-forwarded-for": address, ...headers } })

/** How many requests are answered before the first that is not, and that one's answer. */
const granted = Effect.fnUntraced(function* <E, R>(request: Effect.Effect<Answer, E, R>, most = 100) {
  for (let count = 0; count < most; count++) {
    const answer = yield* request
    if (answer.status === 429) return { count, answer }
  }
  return { count: most, answer: undefined }
})

describe("requests over HTTP", () => {
  it.live("beyond the burst are answered 429, and when to come back", () =>
    Effect.gen(function* () {
      const { answer, count } = yield* granted(get("/api/rooms"))
      assert.strictEqual(count, 30)
      assert.deepInclude(answer?.body, { type: "about:blank", status: 429, code: "rate_limited" })
      assert.strictEqual(answer?.headers.get("content-type"), "application/problem+json")
      const wait = Number(answer?.body["retryAfterMs"])
      assert.isTrue(wait > 90_000 && wait <= 100_000, String(wait))
      assert.strictEqual(answer?.headers.get("retry-after"), String(Math.ceil(wait / 1000)))
      // whatever they ask for, and whether or not it is there
      for (const path of ["/", "/docs", "/openapi.json", "/metrics", "/ws", "/nothing", "/api/admin/connections"]) {
        assert.strictEqual((yield* get(path)).status, 429, path)
      }
      assert.strictEqual((yield* post("/api/admin/broadcast", { content: "x" })).status, 429)
      for (const path of ["/health", "/ready", "/health?x=1"]) assert.strictEqual((yield* ask(path)).status, 200, path)
      assert.strictEqual((yield* ask("/health/x")).status, 429)
    }).pipe(Effect.provide(tight))
  )

  it.effect("are let in again after that time, and not before", () =>
    Effect.gen(function* () {
      const { answer, count } = yield* granted(get("/api/rooms"))
      assert.strictEqual(count, 30)
      const wait = Number(answer?.body["retryAfterMs"])
      assert.strictEqual(wait, 100_000)
      yield* TestClock.adjust(wait - 1)
      assert.strictEqual((yield* get("/api/rooms")).status, 429)
      yield* TestClock.adjust(1)
      assert.strictEqual((yield* get("/api/rooms")).status, 200)
      assert.strictEqual((yield* get("/api/rooms")).status, 429)
    }).pipe(Effect.provide(tight))
  )

  it.live("to /health and /ready are always answered, and cost nothing", () =>
    Effect.gen(function* () {
      for (let i = 0; i < 40; i++) assert.strictEqual((yield* ask(i % 2 === 0 ? "/health" : "/ready")).status, 200)
      assert.strictEqual((yield* granted(get("/api/rooms"))).count, 30)
    }).pipe(Effect.provide(tight))
  )

  // T43
  it.live("with a wrong token or key count as ten", () =>
    Effect.gen(function* () {
      for (const [address, headers] of [
        ["192.0.2.1", { "x-api-key": `${KEY}x` }],
        ["192.0.2.2", { authorization: "Bearer x.y.z" }],
        ["192.0.2.3", { authorization: `Bearer ${yield* Effect.promise(() => hourLong("ann", { exp: 1 }))}` }]
      ] as const) {
        const { count } = yield* granted(from(address, "/api/rooms", headers))
        assert.strictEqual(count, 3, address)
        // nor is anything else answered then, be it right
        assert.strictEqual((yield* from(address, "/api/rooms", { "x-api-key": KEY })).status, 429)
      }
      // no token is no guess, and no right is no wrong token
      assert.strictEqual((yield* granted(from("192.0.2.4"))).count, 30)
      const user = { authorization: `Bearer ${yield* Effect.promise(() => hourLong("ann"))}` }
      assert.strictEqual((yield* granted(from("192.0.2.5", "/api/analytics", user))).count, 30)
    }).pipe(Effect.provide(proxied))
  )

  // T24
  it.live("are counted for the address that a proxy of ours saw, and by /64", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* granted(from("1.1.1.1, 192.0.2.7"))).count, 30)
      assert.strictEqual((yield* from("2.2.2.2, 192.0.2.7")).status, 429)
      assert.strictEqual((yield* from("192.0.2.7, 192.0.2.8")).status, 401)
      assert.strictEqual((yield* granted(from("2001:db8:1:2::1"))).count, 30)
      assert.strictEqual((yield* from("2001:db8:1:2:ffff::9")).status, 429)
      assert.strictEqual((yield* from("2001:db8:1:3::1")).status, 401)
    }).pipe(Effect.provide(proxied))
  )

  it.live("are not to be had by naming another address where no proxy is ours", () =>
    Effect.gen(function* () {
      let turn = 0
      const another = Effect.suspend(() => from(`192.0.2.${turn++}`))
      assert.strictEqual((yield* granted(another)).count, 30)
    }).pipe(Effect.provide(tight))
  )

  it.live("of this machine are not counted unless that is said", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* granted(get("/api/rooms"), 60)).count, 60)
    }).pipe(Effect.provide(site({ limits: { ...limits, limitLoopback: false } })))
  )

  it.live("that pages send are refused so that the page can read why", () =>
    Effect.gen(function* () {
      const origin = "https://chat.example"
      const { answer } = yield* granted(ask("/api/rooms", { headers: { origin } }))
      assert.strictEqual(answer?.headers.get("access-control-allow-origin"), origin)
    }).pipe(Effect.provide(tight))
  )
})
