import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { lookup, LookupAddress } from "node:dns"
import { addressRanges } from "../../src/outbound/addressRange.ts"
import { ANSWER_BYTES, CALL_MS, CallFailed, SafeFetch, type SafeFetchOptions } from "../../src/outbound/SafeFetch.ts"
import { TargetRefused } from "../../src/outbound/Target.ts"
import { Receiver, silence, status } from "./Receiver.ts"

const LOOPBACK = { allowHttp: true, allow: addressRanges("127.0.0.1/32")! }

const provide = (options: SafeFetchOptions) => Effect.provide(SafeFetch.layer(options))

/** A resolver that answers with these in turn, then with the last again, and keeps what it was asked. */
const resolver = (...answers: ReadonlyArray<ReadonlyArray<string>>) => {
  const asked: Array<string> = []
  const resolve = ((name: string, _: object, done: (error: null, found: ReadonlyArray<LookupAddress>) => void) => {
    const addresses = answers[Math.min(asked.length, answers.length - 1)]!
    asked.push(name)
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }))
    )
  }) as typeof lookup
  return { asked, resolve }
}

const post = Effect.fnUntraced(function* (url: string, body = "{}") {
  const safeFetch = yield* SafeFetch
  return yield* safeFetch.post(yield* safeFetch.target("WEBHOOK_URL", url), { body, headers: { "Hubbub-Id": "1" } })
})

const failure = (url: string) =>
  post(url).pipe(
    Effect.flip,
    Effect.map((error) => (error instanceof CallFailed ? error.why : error.message))
  )

describe("SafeFetch", () => {
  it.effect("posts JSON and gives the answer, whatever its status", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      receiver.answer = status(418, "tea")
      assert.deepStrictEqual(yield* post(`${receiver.url}?key=1`, '{"é":1}'), { status: 418, body: "tea" })
      const [received] = receiver.received
      assert.deepInclude(received, { path: "/hook?key=1", body: '{"é":1}' })
      assert.deepInclude(received?.headers, {
        "content-type": "application/json",
        "content-length": "8",
        "hubbub-id": "1",
        host: `127.0.0.1:${receiver.port}`
      })
    }).pipe(provide(LOOPBACK))
  )

  // T40
  it.effect.each([
    "http://127.1/",
    "http://0x7f000001/",
    "http://2130706433/",
    "http://0177.0.0.1/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[64:ff9b::7f00:1]/",
    "http://user@127.0.0.1/",
    "http://[::1]/",
    "http://0/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[2002:7f00:1::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://127.0.0.1./",
    "http://%31%32%37.0.0.1/",
    "http://user:pass@8.8.8.8/",
    "http://@8.8.8.8/",
    "http://8.8.8.8/#x",
    "http:\\\\8.8.8.8/",
    "http:///8.8.8.8/",
    "http://8.8.8.8/a b",
    "ftp://8.8.8.8/",
    "file:///etc/passwd",
    "8.8.8.8",
    ""
  ])("refuses %s before anything is sent", (url) =>
    Effect.gen(function* () {
      const safeFetch = yield* SafeFetch
      const error = yield* Effect.flip(safeFetch.target("WEBHOOK_URL", url))
      assert.instanceOf(error, TargetRefused)
      assert.match(error.message, /^WEBHOOK_URL cannot be called: it/)
      if (url !== "") assert.notInclude(error.message, url)
    }).pipe(provide({ allowHttp: true, allow: [] }))
  )

  it.effect("refuses http unless it is allowed", () =>
    Effect.gen(function* () {
      const safeFetch = yield* SafeFetch
      const error = yield* Effect.flip(safeFetch.target("WEBHOOK_URL", "http://hook.example/"))
      assert.include(error.message, "not https")
      assert.strictEqual(
        (yield* safeFetch.target("WEBHOOK_URL", "https://hook.example/x")).href,
        "https://hook.example/x"
      )
    }).pipe(provide({ allowHttp: false, allow: [] }))
  )

  it.effect("connects to no name that leads to an address that is not public", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      assert.strictEqual(yield* failure(`http://localhost:${receiver.port}/`), "forbidden_address")
      const { post } = yield* SafeFetch
      const { why } = yield* Effect.flip(post(new URL(receiver.url), { body: "", headers: {} }))
      assert.strictEqual(why, "forbidden_address")
      assert.strictEqual(receiver.connections, 0)
    }).pipe(provide({ allowHttp: true, allow: [] }))
  )

  it.effect("connects to the very address that was checked, and looks up once for it", () => {
    const { asked, resolve } = resolver(["10.0.0.1", "::1", "127.0.0.1"], ["10.0.0.1"])
    return Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      const url = `http://hook.example:${receiver.port}/`
      assert.strictEqual((yield* post(url)).status, 200)
      assert.strictEqual(receiver.received[0]?.headers.host, `hook.example:${receiver.port}`)
      // the kept connection still goes where it went
      assert.strictEqual((yield* post(url)).status, 200)
      assert.deepStrictEqual(asked, ["hook.example"])
      assert.strictEqual(receiver.connections, 1)
    }).pipe(provide({ ...LOOPBACK, resolve }))
  })

  it.effect("checks a name again with each connection", () => {
    const { asked, resolve } = resolver(["127.0.0.1"], ["127.0.0.2"])
    return Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      receiver.answer = status(200, "", { connection: "close" })
      const url = `http://hook.example:${receiver.port}/`
      assert.strictEqual((yield* post(url)).status, 200)
      assert.strictEqual(yield* failure(url), "forbidden_address")
      assert.deepStrictEqual(asked, ["hook.example", "hook.example"])
    }).pipe(provide({ ...LOOPBACK, resolve }))
  })

  it.effect("follows no redirect", () =>
    Effect.gen(function* () {
      const inner = yield* Receiver.open()
      const outer = yield* Receiver.open()
      for (const code of [301, 302, 303, 307, 308]) {
        outer.answer = status(code, "", { location: inner.url })
        assert.strictEqual((yield* post(outer.url)).status, code)
      }
      assert.strictEqual(inner.connections, 0)
    }).pipe(provide(LOOPBACK))
  )

  it.effect("reads 64 KiB of an answer and no more", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      receiver.answer = status(200, "x".repeat(ANSWER_BYTES))
      assert.strictEqual((yield* post(receiver.url)).body?.length, ANSWER_BYTES)
      receiver.answer = status(200, "x".repeat(ANSWER_BYTES + 1))
      assert.deepStrictEqual(yield* post(receiver.url), { status: 200, body: undefined })
      let written = 0
      receiver.answer = (response) => {
        const more = () => {
          do written += 16_384
          while (response.write("x".repeat(16_384)))
          response.once("drain", more)
        }
        response.on("error", () => {})
        more()
      }
      assert.deepStrictEqual(yield* post(receiver.url), { status: 200, body: undefined })
      yield* receiver.when(() => receiver.busy === 0)
      assert.isBelow(written, 64 * 2 ** 20)
    }).pipe(provide(LOOPBACK))
  )

  it.effect("makes no text of what is not UTF-8", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      receiver.answer = (response) => response.end(Buffer.from([0xff, 0xfe]))
      assert.deepStrictEqual(yield* post(receiver.url), { status: 200, body: undefined })
    }).pipe(provide(LOOPBACK))
  )

  const stalls = {
    "says nothing": silence,
    "sends headers only": (response) => response.writeHead(200).flushHeaders(),
    "never ends its answer": (response) => response.write("{")
  } satisfies Record<string, Receiver["answer"]>

  it.effect.each(Object.entries(stalls))("gives up after 5 s on a receiver that %s", ([, answer]) =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      receiver.answer = answer
      const fiber = yield* Effect.forkChild(failure(receiver.url))
      yield* receiver.nth(0)
      yield* TestClock.adjust(CALL_MS - 1)
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* Fiber.join(fiber), "timeout")
      // and hangs up
      yield* receiver.when(() => receiver.busy === 0)
    }).pipe(provide(LOOPBACK))
  )

  it.effect("hangs up when its caller leaves", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      receiver.answer = silence
      const fiber = yield* Effect.forkChild(post(receiver.url))
      yield* receiver.nth(0)
      yield* Fiber.interrupt(fiber)
      yield* receiver.when(() => receiver.busy === 0)
    }).pipe(provide(LOOPBACK))
  )

  it.effect("says by a code why there is no answer", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      receiver.answer = (response) => response.socket?.destroy()
      assert.strictEqual(yield* failure(receiver.url), "ECONNRESET")
      receiver.answer = (response) => {
        response.writeHead(200, { "content-length": "10" })
        response.write("half")
        response.socket?.end()
      }
      assert.strictEqual(yield* failure(receiver.url), "ECONNRESET")
      receiver.answer = (response) => response.socket?.end("HTTP/1.1 nonsense\r\n\r\n")
      assert.match(yield* failure(receiver.url), /^HPE_/)
      receiver.answer = (response) =>
        response.socket?.write("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n")
      assert.match(yield* failure(receiver.url), /^(ECONNRESET|closed)$/)
      yield* receiver.stop
      assert.strictEqual(yield* failure(receiver.url), "ECONNREFUSED")
    }).pipe(provide(LOOPBACK))
  )

  it.effect("calls again at once where a kept connection was closed meanwhile", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      receiver.answer = (response, { body }) => {
        // a connection is good for one call, which its headers do not say
        if (body === "1" || receiver.connections > 1) return response.end(body)
        return response.socket?.destroy()
      }
      assert.strictEqual((yield* post(receiver.url, "1")).body, "1")
      assert.strictEqual((yield* post(receiver.url, "2")).body, "2")
      assert.deepStrictEqual(
        receiver.received.map(({ body }) => body),
        ["1", "2", "2"]
      )
    }).pipe(provide(LOOPBACK))
  )
})
