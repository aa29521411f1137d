/** `/metrics` on a port of its own. */
import { createServer } from "node:http"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { MetricsServer } from "../../src/http/MetricsServer.ts"
import { CannotListen } from "../../src/http/NodeServer.ts"
import { Vitals } from "../../src/observability/Vitals.ts"
import { parsePrometheus } from "../observability/parsePrometheus.ts"

const where = { host: "127.0.0.1", port: 0, headersTimeoutMs: 5000 }
const metrics = MetricsServer.layer(where).pipe(Layer.provideMerge(Vitals.layer))

const ask = Effect.fnUntraced(function* (path: string, method = "GET") {
  const { port } = yield* MetricsServer
  return yield* Effect.promise(async () => {
    const response = await fetch(`http://127.0.0.1:${port()}${path}`, { method })
    return { status: response.status, headers: response.headers, text: await response.text() }
  })
})

describe("the second port", () => {
  it.live("answers /metrics to anyone, and nothing else", () =>
    Effect.gen(function* () {
      const vitals = yield* Vitals
      yield* vitals.register(() => [
        { name: "chat_example_total", help: "An example.", type: "counter", samples: [{ labels: {}, value: 7 }] }
      ])
      const answer = yield* ask("/metrics")
      assert.strictEqual(answer.status, 200)
      assert.strictEqual(answer.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8")
      assert.strictEqual(parsePrometheus(answer.text)[0]?.samples[0]?.value, 7)
      assert.strictEqual((yield* ask("/metrics?x=1")).text, answer.text)
      const head = yield* ask("/metrics", "HEAD")
      assert.deepStrictEqual([head.status, head.text], [200, ""])
      assert.strictEqual(head.headers.get("content-length"), String(Buffer.byteLength(answer.text)))
      for (const path of ["/", "/health", "/metrics/", "/metrics/x", "/ws", "/api/rooms"]) {
        const { headers, status, text } = yield* ask(path)
        assert.strictEqual(status, 404, path)
        assert.deepInclude(JSON.parse(text), { type: "about:blank", code: "not_found" })
        assert.strictEqual(headers.get("content-type"), "application/problem+json")
      }
      const posted = yield* ask("/metrics", "POST")
      assert.strictEqual(posted.status, 405)
      assert.strictEqual(posted.headers.get("allow"), "GET, HEAD")
      for (const { headers } of [answer, head, posted, yield* ask("/")]) {
        assert.strictEqual(headers.get("x-content-type-options"), "nosniff")
        assert.strictEqual(headers.get("cache-control"), "no-store")
        assert.include(headers.get("content-security-policy"), "default-src 'none'")
      }
    }).pipe(Effect.provide(metrics))
  )

  it.live("says so where a figure cannot be had, and goes on", () =>
    Effect.gen(function* () {
      const vitals = yield* Vitals
      let broken = true
      yield* vitals.register(() => {
        if (broken) throw new Error("a source that fails")
        return []
      })
      const failed = yield* ask("/metrics")
      assert.strictEqual(failed.status, 500)
      assert.notInclude(failed.text, "a source")
      broken = false
      assert.strictEqual((yield* ask("/metrics")).status, 200)
    }).pipe(Effect.provide(metrics))
  )

  it.live("is closed with the server", () =>
    Effect.gen(function* () {
      const port = yield* Effect.provide(
        Effect.map(MetricsServer, (server) => server.port()),
        metrics
      )
      const refused = yield* Effect.promise(() =>
        fetch(`http://127.0.0.1:${port}/metrics`).then(
          () => false,
          () => true
        )
      )
      assert.isTrue(refused)
    })
  )

  it.live("that is taken stops the start, and says which setting to change", () =>
    Effect.gen(function* () {
      const other = createServer()
      yield* Effect.acquireRelease(
        Effect.promise(() => new Promise<void>((resolve) => void other.listen(0, "127.0.0.1", resolve))),
        () => Effect.promise(() => new Promise((resolve) => void other.close(resolve)))
      )
      const address = other.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      const failure = yield* Layer.build(MetricsServer.layer({ ...where, port })).pipe(
        Effect.provide(Vitals.layer),
        Effect.flip
      )
      assert.instanceOf(failure, CannotListen)
      assert.strictEqual(
        failure.message,
        `cannot listen on METRICS_HOST=127.0.0.1 METRICS_PORT=${port}: another process listens there; stop it or set METRICS_PORT to another one`
      )
    })
  )
})
