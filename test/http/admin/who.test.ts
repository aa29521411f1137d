/** Who may use the admin API. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { hourLong } from "../../identity/minted.ts"
import { type Answer, ask } from "../../support/Web.ts"
import { get, KEY, OTHER_KEY, post, site } from "./AdminSite.ts"

const LIST = "/api/admin/connections"

const listed = (headers: Readonly<Record<string, string>>) => ask(LIST, { headers })
const bearer = (text: string) => ({ authorization: `Bearer ${text}` })

const send = (origin: string) => post("/api/admin/broadcast", { content: "x" }, { headers: { origin } })

const isRefused = ({ body, headers }: Answer, status: number, code: string) => {
  assert.deepInclude(body, { status, code })
  assert.strictEqual(headers.get("content-type"), "application/problem+json")
}

describe("the admin API", () => {
  it.live("in open mode is for keys alone, in either header", () =>
    Effect.gen(function* () {
      for (const key of [KEY, OTHER_KEY]) {
        assert.strictEqual((yield* listed(bearer(key))).status, 200)
        assert.strictEqual((yield* listed({ "x-api-key": key })).status, 200)
      }
      const missing = yield* listed({})
      isRefused(missing, 401, "unauthorized")
      assert.strictEqual(missing.headers.get("www-authenticate"), 'Bearer realm="hubbub"')
      for (const wrong of [
        KEY.slice(1),
        `${KEY}k`,
        "x",
        yield* Effect.promise(() => hourLong("root", { role: "admin" }))
      ]) {
        for (const headers of [bearer(wrong), { "x-api-key": wrong }]) {
          const answer = yield* listed(headers)
          isRefused(answer, 401, "invalid_token")
          assert.match(answer.headers.get("www-authenticate") ?? "", /error="invalid_token"/)
          assert.notInclude(answer.text, wrong)
        }
      }
      // what the key is shown in decides, and the key alone
      assert.strictEqual((yield* listed({ ...bearer(KEY), "x-api-key": "x" })).status, 401)
      assert.strictEqual((yield* listed({ ...bearer("x"), "x-api-key": KEY })).status, 200)
    }).pipe(Effect.provide(site()))
  )

  it.live("in open mode without keys is for nobody", () =>
    Effect.gen(function* () {
      isRefused(yield* listed({}), 403, "forbidden")
      isRefused(yield* listed(bearer(KEY)), 403, "forbidden")
      isRefused(yield* listed({ "x-api-key": KEY }), 401, "invalid_token")
      // everything else stays open
      assert.strictEqual((yield* ask("/api/rooms", { headers: bearer(KEY) })).status, 200)
    }).pipe(Effect.provide(site({ keys: false })))
  )

  it.live("with tokens on is for keys and for tokens of admins", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* get(LIST)).status, 200)
      const tokens = yield* Effect.promise(() =>
        Promise.all(["user", "moderator", "analyst", "admin"].map((role) => hourLong("mia", { role })))
      )
      for (const token of tokens.slice(0, 3)) {
        isRefused(yield* listed(bearer(token)), 403, "forbidden")
        isRefused(yield* post("/api/admin/broadcast", { content: "x" }, { token }), 403, "forbidden")
      }
      assert.strictEqual((yield* listed(bearer(tokens[3]!))).status, 200)
      isRefused(yield* listed({}), 401, "unauthorized")
      isRefused(yield* listed(bearer("x".repeat(40))), 401, "invalid_token")
      isRefused(yield* listed({ ...bearer(tokens[3]!), "x-api-key": "x" }), 401, "invalid_token")
    }).pipe(Effect.provide(site({ tokens: true })))
  )

  it.live("opens with a key everything that an admin may see", () =>
    Effect.gen(function* () {
      for (const path of ["/api/rooms", "/api/rooms/lobby/messages", "/api/users/ann/messages", "/api/analytics"]) {
        assert.strictEqual((yield* ask(path)).status, 401, path)
        assert.strictEqual((yield* get(path)).status, 200, path)
      }
    }).pipe(Effect.provide(site({ tokens: true })))
  )

  it.live("refuses a wrong key wherever a key counts, also in open mode", () =>
    Effect.gen(function* () {
      for (const path of ["/api/rooms", "/api/analytics", "/metrics", LIST]) {
        assert.strictEqual((yield* ask(path, { headers: { "x-api-key": "wrong" } })).status, 401, path)
      }
      for (const path of ["/health", "/ready"]) {
        assert.strictEqual((yield* ask(path, { headers: { "x-api-key": "wrong" } })).status, 200, path)
      }
    }).pipe(Effect.provide(site()))
  )

  it.live("has nothing at other paths, and no other methods", () =>
    Effect.gen(function* () {
      for (const path of ["/api/admin", "/api/admin/nothing", "/api/admin/rooms/lobby", "/api/admin/rooms//messages"]) {
        assert.strictEqual((yield* get(path)).status, 404, path)
      }
      for (const path of ["broadcast", "revocations", "rooms/lobby/messages", "users/ann/disconnect"]) {
        const answer = yield* get(`/api/admin/${path}`)
        isRefused(answer, 405, "method_not_allowed")
        assert.strictEqual(answer.headers.get("allow"), "POST")
      }
      assert.strictEqual((yield* post(LIST, {})).headers.get("allow"), "GET, HEAD")
      const deleting = yield* ask(LIST, { method: "DELETE", headers: bearer(KEY) })
      isRefused(deleting, 405, "method_not_allowed")
    }).pipe(Effect.provide(site()))
  )

  it.live("is not sent to by pages of other origins, whatever they show", () =>
    Effect.gen(function* () {
      isRefused(yield* send("https://evil.example"), 403, "forbidden_origin")
      isRefused(yield* send("null"), 403, "forbidden_origin")
      const allowed = yield* send("https://chat.example")
      assert.strictEqual(allowed.status, 200)
      assert.strictEqual(allowed.headers.get("access-control-allow-origin"), "https://chat.example")
      // reading is CORS's to allow, as it is of all routes
      assert.strictEqual(
        (yield* ask(LIST, { headers: { ...bearer(KEY), origin: "https://evil.example" } })).status,
        200
      )
      const preflight = yield* ask("/api/admin/broadcast", {
        method: "OPTIONS",
        headers: {
          origin: "https://chat.example",
          "access-control-request-method": "POST",
          "access-control-request-headers": "content-type,x-api-key,idempotency-key"
        }
      })
      assert.include(preflight.headers.get("access-control-allow-methods"), "POST")
      assert.include(preflight.headers.get("access-control-allow-headers"), "x-api-key")
    }).pipe(Effect.provide(site()))
  )
})
