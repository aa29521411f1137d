/** What browsers are told of every answer there is. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ask } from "../support/Web.ts"
import { askText } from "../support/askText.ts"
import { KEY, post, site } from "./admin/AdminSite.ts"

const isGuarded = (headers: Headers, what: string) => {
  const policy = headers.get("content-security-policy") ?? ""
  assert.match(policy, /(?:^|; )default-src 'none'(?:;|$)/, what)
  assert.match(policy, /(?:^|; )frame-ancestors 'none'(?:;|$)/, what)
  assert.strictEqual(headers.get("x-content-type-options"), "nosniff", what)
  assert.strictEqual(headers.get("referrer-policy"), "no-referrer", what)
  assert.strictEqual(headers.get("cross-origin-resource-policy"), "same-origin", what)
  assert.match(headers.get("cache-control") ?? "", /^no-(?:store|cache)$/, what)
}

const key = { headers: { "x-api-key": KEY } }

describe("every answer", () => {
  it.live("tells browsers not to sniff, frame, keep or run anything", () =>
    Effect.gen(function* () {
      const document = yield* ask("/openapi.json")
      const paths = document.body["paths"] as Readonly<Record<string, Readonly<Record<string, unknown>>>>
      const routes = Object.entries(paths).flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => ({ method, path: path.replaceAll(/\{\w+\}/g, "x") }))
      )
      assert.isAtLeast(routes.length, 30)
      const statuses = new Set<number>()
      for (const { method, path } of [...routes, { method: "get", path: "/ws" }, { method: "get", path: "/nothing" }]) {
        const shown = yield* method === "get" ? ask(path, key) : post(path, { content: "x" })
        statuses.add(shown.status)
        isGuarded(shown.headers, `${method} ${path}`)
        isGuarded(
          (yield* ask(path, { method: method === "get" ? "GET" : "POST" })).headers,
          `nobody's ${method} ${path}`
        )
        const odd = yield* ask(path, { method: "DELETE", ...key })
        statuses.add(odd.status)
        isGuarded(odd.headers, `DELETE ${path}`)
      }
      for (const path of ["/", "/docs", "/metrics"]) {
        const { headers, status } = yield* askText(path)
        assert.strictEqual(status, 200, path)
        isGuarded(headers, path)
      }
      for (const [path, body, headers] of [
        ["/api/admin/broadcast", "x".repeat(70_000), {}],
        ["/api/admin/broadcast", "{", {}],
        ["/api/admin/broadcast", "{}", { "content-type": "text/plain" }],
        ["/api/admin/broadcast", "{}", { "x-api-key": "wrong" }],
        ["/api/admin/broadcast", "{}", { origin: "https://evil.example" }]
      ] as const) {
        const { headers: told, status } = yield* post(path, body, { headers })
        statuses.add(status)
        isGuarded(told, `${status} ${path}`)
      }
      const preflight = yield* ask("/api/rooms", { method: "OPTIONS", headers: { origin: "https://chat.example" } })
      isGuarded(preflight.headers, "OPTIONS")
      assert.includeMembers([...statuses], [200, 201, 400, 401, 403, 404, 405, 413, 415, 426])
    }).pipe(Effect.provide(site()))
  )

  it.live("does so also where there were too many", () =>
    Effect.gen(function* () {
      yield* ask("/api/rooms")
      const answer = yield* ask("/api/rooms")
      assert.strictEqual(answer.status, 429)
      isGuarded(answer.headers, "429")
    }).pipe(Effect.provide(site({ limits: { requestsPerSecond: 0.01, requestBurst: 1, limitLoopback: true } })))
  )
})
