import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Logger, Redacted, References, Scope } from "effect"
import { TestClock } from "effect/testing"
import { plain } from "../../src/observability/MetricFamily.ts"
import * as OtlpExport from "../../src/observability/OtlpExport.ts"
import { Vitals } from "../../src/observability/Vitals.ts"
import { version } from "../../src/version.ts"
import { Collector } from "./Collector.ts"

const KEY = "a-key-that-nobody-sees"

/** The log of one test, a line each. */
class Log {
  readonly lines: Array<string> = []
  readonly layer = Layer.mergeAll(
    Logger.layer([
      Logger.make(({ logLevel, message }) => {
        this.lines.push(`${logLevel} ${JSON.stringify(message)}`)
      })
    ]),
    Layer.succeed(References.MinimumLogLevel, "Info" as const)
  )
}

/** Exports every 15 s until the scope is closed, which is returned. */
const exporting = Effect.fnUntraced(function* (endpoint: string, log: Log) {
  const scope = yield* Scope.make()
  const options = {
    endpoint,
    headers: Redacted.make({ "api-key": KEY }),
    intervalMs: 15_000,
    service: "chat"
  }
  yield* Layer.buildWithScope(OtlpExport.layer(options).pipe(Layer.provide(log.layer)), scope)
  return scope
})

/** Moves the clock on, with real turns of the event loop between for the network, until something has happened. */
const until = Effect.fnUntraced(function* (happened: () => boolean) {
  while (!happened()) {
    yield* TestClock.adjust(250)
    yield* Effect.promise(() => new Promise((next) => setTimeout(next, 1)))
  }
})

describe("the export to a collector", () => {
  it.effect("sends every family at each interval, and what is new on a stop", () =>
    Effect.gen(function* () {
      const collector = yield* Collector.open()
      const vitals = yield* Vitals
      let messages = 1
      yield* vitals.register(() => [plain("counter", "chat_messages_total", "Messages.", messages)])
      const log = new Log()
      const scope = yield* exporting(collector.url, log)

      yield* TestClock.adjust(14_999)
      assert.isEmpty(collector.exports)
      yield* TestClock.adjust(1)
      const first = yield* Effect.promise(() => collector.nth(0))
      assert.strictEqual(first.path, "/v1/metrics")
      assert.strictEqual(first.headers["content-type"], "application/json")
      assert.strictEqual(first.headers["api-key"], KEY)
      assert.deepInclude(first.resource, { "service.name": "chat", "service.version": version })
      assert.match(first.resource["service.instance.id"] ?? "", /^[0-9a-f-]{36}$/)
      assert.deepEqual(Collector.values(first, "chat_messages_total"), [["", 1]])

      messages = 5
      yield* until(() => collector.exports.length > 1)
      assert.deepEqual(Collector.values(yield* Effect.promise(() => collector.nth(1)), "chat_messages_total"), [
        ["", 5]
      ])

      messages = 8
      const sent = collector.exports.length
      yield* Scope.close(scope, Exit.void)
      assert.deepEqual(Collector.values(yield* Effect.promise(() => collector.nth(sent)), "chat_messages_total"), [
        ["", 8]
      ])
      assert.isEmpty(log.lines)
    }).pipe(Effect.provide(Vitals.layer))
  )

  it.effect("puts the path under the address that was given", () =>
    Effect.gen(function* () {
      const collector = yield* Collector.open()
      yield* exporting(`${collector.url}/otlp/`, new Log())
      yield* TestClock.adjust(15_000)
      assert.strictEqual((yield* Effect.promise(() => collector.nth(0))).path, "/otlp/v1/metrics")
    }).pipe(Effect.provide(Vitals.layer))
  )

  it.effect("says once that a collector takes nothing, and once that it does again", () =>
    Effect.gen(function* () {
      const collector = yield* Collector.open()
      const log = new Log()
      yield* exporting(collector.url, log)
      for (const spell of [1, 2]) {
        collector.status = 503
        const before = collector.exports.length
        // an export, its three repeats, and the next one
        yield* until(() => collector.exports.length >= before + 5)
        assert.lengthOf(log.lines, 2 * spell - 1)
        collector.status = 200
        yield* until(() => log.lines.length === 2 * spell)
      }
      const away = `Warn ["the metrics collector takes nothing",${JSON.stringify({ collector: collector.url, why: "it answers 503" })}]`
      const back = `Info ["the metrics collector is back",${JSON.stringify({ collector: collector.url })}]`
      assert.deepEqual(log.lines, [away, back, away, back])
    }).pipe(Effect.provide(Vitals.layer))
  )

  it.effect("says why where nobody listens, and stops all the same", () =>
    Effect.gen(function* () {
      const port = yield* Effect.promise(
        () =>
          new Promise<number>((resolve) => {
            const server = createServer()
            server.listen(0, "127.0.0.1", () => {
              const { port } = server.address() as AddressInfo
              server.close(() => resolve(port))
            })
          })
      )
      const log = new Log()
      const scope = yield* exporting(`http://127.0.0.1:${port}`, log)
      yield* until(() => log.lines.length > 0)
      assert.include(log.lines[0], "ECONNREFUSED")
      assert.notInclude(log.lines.join(), KEY)
      const stopping = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      yield* until(() => stopping.pollUnsafe() !== undefined)
      assert.lengthOf(log.lines, 1)
    }).pipe(Effect.provide(Vitals.layer))
  )

  it.effect("does not wait for ever for an answer", () =>
    Effect.gen(function* () {
      const collector = yield* Collector.open()
      collector.status = 0
      const log = new Log()
      yield* exporting(collector.url, log)
      yield* until(() => log.lines.length > 0)
      assert.include(log.lines[0], "no answer within 10000 ms")
    }).pipe(Effect.provide(Vitals.layer))
  )

  it.effect("takes its key to nobody that the collector sends it on to", () =>
    Effect.gen(function* () {
      const stranger = yield* Collector.open()
      const collector = yield* Collector.open(`${stranger.url}/v1/metrics`)
      collector.status = 307
      const log = new Log()
      yield* exporting(collector.url, log)
      yield* until(() => log.lines.length > 0)
      assert.include(log.lines[0], "it answers 307")
      assert.isEmpty(stranger.exports)
    }).pipe(Effect.provide(Vitals.layer))
  )
})
