/** How an upgrade is refused, as it comes over a real connection. */
import { assert, describe, it } from "@effect/vitest"
import { type IncomingMessage, request } from "node:http"
import { Effect } from "effect"
import { NodeServer } from "../../src/http/NodeServer.ts"
import { SECURITY_HEADERS } from "../../src/http/securityHeaders.ts"
import { refuseUpgrade } from "../../src/ws/refuseUpgrade.ts"

/** What a client is answered whose upgrade is refused with these. */
const refused = Effect.fnUntraced(
  function* (status: number, details: Parameters<typeof refuseUpgrade>[2], headers?: Readonly<Record<string, string>>) {
    const server = yield* NodeServer
    server.http.on("upgrade", (_, socket) => refuseUpgrade(socket, status, details, headers))
    yield* server.listen
    const answer = yield* Effect.callback<IncomingMessage>((resume) => {
      request({ port: server.port(), headers: { connection: "upgrade", upgrade: "websocket" } })
        .once("response", (response) => resume(Effect.succeed(response)))
        .once("error", (error) => resume(Effect.die(error)))
        .end()
    })
    return { answer, body: yield* Effect.promise(async () => (await answer.toArray()).join("")) }
  },
  Effect.provide(NodeServer.layer({ host: "127.0.0.1", port: 0, headersTimeoutMs: 5000 }))
)

describe("an upgrade that is refused", () => {
  it.live("is answered with a problem, and what browsers are told of every answer", () =>
    Effect.gen(function* () {
      const { answer, body } = yield* refused(403, { code: "forbidden_origin", detail: "not from there" })
      assert.strictEqual(answer.statusCode, 403)
      assert.deepInclude(answer.headers, {
        ...SECURITY_HEADERS,
        "content-type": "application/problem+json",
        connection: "close"
      })
      assert.deepInclude(JSON.parse(body), { status: 403, code: "forbidden_origin", detail: "not from there" })
    })
  )

  it.live("has no header twice, whatever comes with the refusal", () =>
    Effect.gen(function* () {
      for (const [status, retryAfterMs, challenge] of [
        [401, undefined, "Bearer"],
        [429, 1500, undefined],
        [503, 5000, undefined]
      ] as const) {
        const { answer } = yield* refused(
          status,
          { code: "refused", detail: "no", ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
          challenge === undefined ? {} : { "WWW-Authenticate": challenge }
        )
        assert.strictEqual(answer.statusCode, status)
        const names = answer.rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
        assert.strictEqual(new Set(names).size, names.length, names.join(", "))
        assert.includeMembers(names, Object.keys(SECURITY_HEADERS))
        assert.strictEqual(answer.headers["www-authenticate"], challenge)
        const wait = retryAfterMs === undefined ? undefined : String(Math.ceil(retryAfterMs / 1000))
        assert.strictEqual(answer.headers["retry-after"], wait)
      }
    })
  )
})
