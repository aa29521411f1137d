import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Fiber, Layer, Random, Redacted, Scope } from "effect"
import { TestClock } from "effect/testing"
import { createHmac } from "node:crypto"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { addressRanges } from "../../src/outbound/addressRange.ts"
import { OPENS_AFTER } from "../../src/outbound/Breaker.ts"
import { SafeFetch } from "../../src/outbound/SafeFetch.ts"
import { WEBHOOK_EVENTS, type WebhookEvent } from "../../src/outbound/WebhookEvent.ts"
import { Webhooks, type WebhooksOptions } from "../../src/outbound/Webhooks.ts"
import { Lines } from "./Lines.ts"
import { type Received, Receiver, silence, status } from "./Receiver.ts"
import { until } from "./until.ts"

const SECRET = "0123456789abcdef0123456789abcdef"
const AT = "2026-01-02T03:04:05.678Z"

const safeFetch = SafeFetch.layer({ allowHttp: true, allow: addressRanges("127.0.0.1")! })

const layer = (url: string, options: Partial<WebhooksOptions> = {}) =>
  Webhooks.layer({ url: Redacted.make(url), secret: Redacted.make(SECRET), events: WEBHOOK_EVENTS, ...options })

const open = ({ url }: Receiver, options: Partial<WebhooksOptions> = {}) =>
  Layer.build(layer(url, options).pipe(Layer.provide(safeFetch), Layer.provide(Supervisor.layer))).pipe(
    Effect.map(Context.get(Webhooks))
  )

/** Every wait is this share of the longest it may be. */
const drawing = (share: number) =>
  Effect.provideService(Random.Random, { nextDoubleUnsafe: () => share, nextIntUnsafe: () => 0 })

const event = (roomId: string, n = 0, more: Partial<WebhookEvent> = {}): WebhookEvent => ({
  type: "message",
  roomId,
  at: AT,
  data: { n },
  ...more
})

const said = ({ body }: Received) => {
  const { data, roomId } = JSON.parse(body)
  return `${roomId} ${data.n}`
}

describe("Webhooks", () => {
  it.effect("tells an event, signed", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_767_323_045_678)
      const receiver = yield* Receiver.open()
      const webhooks = yield* open(receiver)
      webhooks.tell(event("lobby", 1, { type: "moderation", data: { by: "é" } }))
      const { body, headers, path } = yield* receiver.nth(0)
      assert.strictEqual(path, "/hook")
      const { id, ...rest } = JSON.parse(body)
      assert.deepStrictEqual(rest, { type: "moderation", roomId: "lobby", at: AT, data: { by: "é" } })
      assert.match(id, /^[0-9a-f-]{36}$/)
      assert.deepInclude(headers, {
        "hubbub-id": id,
        "hubbub-timestamp": "1767323045",
        "hubbub-signature": `v1=${createHmac("sha256", SECRET).update(`1767323045.${body}`).digest("hex")}`
      })
      yield* until(() => webhooks.stats().waiting === 0)
      assert.deepInclude(webhooks.stats(), { waitingBytes: 0, taken: 1, failures: 0 })
    })
  )

  it.effect("tells a room's events one at a time and in their order", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      // earlier ones take longer, so that several at a time would come apart
      receiver.answer = (response, { body }) => void setTimeout(() => response.end(), 20 - 2 * JSON.parse(body).data.n)
      const webhooks = yield* open(receiver)
      for (let n = 0; n < 10; n++) webhooks.tell(event("lobby", n))
      assert.strictEqual(webhooks.stats().waiting, 10)
      yield* until(() => webhooks.stats().taken === 10)
      assert.deepStrictEqual(
        receiver.received.map(said),
        Array.from({ length: 10 }, (_, n) => `lobby ${n}`)
      )
      assert.strictEqual(receiver.busiest, 1)
    })
  )

  it.effect("keeps a room that is not answered from holding up the others, eight calls at a time", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      const held: Array<{ end(): unknown }> = []
      // nobody is answered before there are as many as there may be
      const first: Array<{ end(): unknown }> = []
      let holds = true
      receiver.answer = (response, { body }) => {
        if (holds && JSON.parse(body).roomId === "stuck") held.push(response)
        else if (receiver.busiest < 8) first.push(response)
        else setTimeout(() => response.end(), 5)
        if (receiver.busiest === 8) for (const one of first.splice(0)) one.end()
      }
      const webhooks = yield* open(receiver)
      webhooks.tell(event("stuck", 0))
      webhooks.tell(event("stuck", 1))
      for (let n = 0; n < 40; n++) webhooks.tell(event(`room-${n % 20}`, n))
      yield* until(() => webhooks.stats().taken === 40)
      assert.strictEqual(webhooks.stats().waiting, 2)
      assert.strictEqual(receiver.busiest, 8)
      assert.strictEqual(receiver.received.map(said).filter((text) => text.startsWith("stuck")).length, 1)
      holds = false
      for (const response of held) response.end()
      yield* until(() => webhooks.stats().taken === 42)
    })
  )

  it.effect("lets a room that waits for its next attempt hold no call", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      receiver.answer = (response, received) =>
        status(JSON.parse(received.body).roomId.startsWith("bad") ? 500 : 200)(response, received)
      const webhooks = yield* open(receiver)
      for (let n = 0; n < 20; n++) webhooks.tell(event(`bad-${n}`))
      yield* until(() => webhooks.stats().failures === 20)
      webhooks.tell(event("good"))
      yield* until(() => webhooks.stats().taken === 1)
    }).pipe(drawing(0.5))
  )

  it.effect("tries again after waits that double up to a minute, with the same id and a new signature", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      const webhooks = yield* open(receiver)
      receiver.answer = status(503)
      webhooks.tell(event("lobby", 0))
      webhooks.tell(event("lobby", 1))
      const waits = [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]
      for (const [index, wait] of waits.entries()) {
        yield* until(() => webhooks.stats().failures === index + 1)
        yield* TestClock.adjust(wait - 1)
        assert.strictEqual(receiver.received.length, index + 1)
        if (index + 1 === waits.length) receiver.answer = status(204)
        yield* TestClock.adjust(1)
      }
      yield* until(() => webhooks.stats().taken === 2)
      const [first, ...rest] = receiver.received
      const last = rest.pop()
      assert.strictEqual(said(last!), "lobby 1")
      for (const { body, headers } of rest) {
        assert.strictEqual(body, first?.body)
        assert.strictEqual(headers["hubbub-id"], first?.headers["hubbub-id"])
      }
      assert.strictEqual(rest.at(-1)?.headers["hubbub-timestamp"], "91")
      assert.strictEqual(new Set(rest.map(({ headers }) => headers["hubbub-signature"])).size, rest.length)
    }).pipe(drawing(0.5))
  )

  it.effect("has few rooms find out whether a dead target is back", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      const webhooks = yield* open(receiver)
      receiver.answer = status(503)
      for (let n = 0; n < 200; n++) webhooks.tell(event(`room-${n}`))
      yield* until(() => webhooks.stats().failures >= OPENS_AFTER)
      // what was under way when it turned out to be dead
      yield* receiver.when(() => receiver.busy === 0)
      for (let n = 0; n < 30; n++) yield* TestClock.adjust("1 second")
      assert.isBelow(webhooks.stats().failures, 20)
      receiver.answer = status(200)
      while (webhooks.stats().taken < 200) {
        yield* TestClock.adjust("10 seconds")
        yield* receiver.when(() => receiver.busy === 0)
        yield* until(() => true)
      }
      assert.deepInclude(webhooks.stats(), { waiting: 0, givenUp: 0 })
    })
  )

  it.effect("draws each wait from its whole length, down to none", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      const webhooks = yield* open(receiver)
      receiver.answer = (response, received) => status(receiver.received.length < 5 ? 500 : 200)(response, received)
      webhooks.tell(event("lobby"))
      yield* until(() => webhooks.stats().taken === 1)
      assert.strictEqual(webhooks.stats().failures, 4)
    }).pipe(drawing(0))
  )

  it.effect("gives an event up after an hour, says so without its contents, and goes on with the next", () => {
    const lines = new Lines()
    return Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      const webhooks = yield* open(receiver)
      receiver.answer = (response, received) =>
        (said(received) === "lobby 0" ? status(500, "their secret") : status(200))(response, received)
      webhooks.tell(event("lobby", 0, { data: { n: 0, content: "our secret" } }))
      webhooks.tell(event("lobby", 1))
      yield* until(() => webhooks.stats().failures === 1)
      let minutes = 0
      while (webhooks.stats().givenUp === 0) {
        const { failures } = webhooks.stats()
        yield* TestClock.adjust("1 minute")
        minutes++
        yield* until(() => webhooks.stats().failures > failures)
      }
      // the first attempt that fails an hour later or more is the last
      assert.include([60, 61], minutes)
      yield* until(() => webhooks.stats().taken === 1)
      assert.strictEqual(receiver.received.map(said).indexOf("lobby 1"), receiver.received.length - 1)
      assert.deepInclude(webhooks.stats(), { givenUp: 1, waiting: 0, waitingBytes: 0 })
      const { id } = JSON.parse(receiver.received[0]!.body)
      assert.strictEqual(lines.with("given up").length, 1)
      assert.include(lines.with("given up")[0], id)
      assert.strictEqual(lines.with("does not answer as it should").length, 1)
      assert.strictEqual(lines.with("answers again").length, 1)
      for (const text of ["secret", SECRET, "/hook"]) assert.deepStrictEqual(lines.with(text), [])
    }).pipe(Effect.provide(lines.layer), drawing(1))
  })

  it.effect("drops what is answered 410, and tries again after any other answer that is not 2xx", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      const webhooks = yield* open(receiver)
      const codes = [302, 400, 401, 404, 429, 500, 410]
      receiver.answer = (response, received) => status(codes[receiver.received.length - 1] ?? 201)(response, received)
      webhooks.tell(event("lobby", 0))
      webhooks.tell(event("lobby", 1))
      yield* until(() => webhooks.stats().waiting === 0)
      assert.deepInclude(webhooks.stats(), { taken: 1, gone: 1, failures: 6, givenUp: 0 })
      assert.strictEqual(said(receiver.received.at(-1)!), "lobby 1")
    }).pipe(drawing(0))
  )

  it.effect("keeps the oldest events when too many wait, and counts what it refuses", () => {
    const lines = new Lines()
    return Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      receiver.answer = silence
      const webhooks = yield* open(receiver, { bounds: { events: 4, bytes: 1000 } })
      for (let n = 0; n < 7; n++) webhooks.tell(event(`room-${n}`, n))
      assert.deepInclude(webhooks.stats(), { waiting: 4, refused: 3 })
      yield* receiver.when(() => receiver.received.length === 4)
      assert.sameMembers(receiver.received.map(said), ["room-0 0", "room-1 1", "room-2 2", "room-3 3"])
      yield* until(() => lines.with("new ones are refused").length === 1)
      receiver.answer = status(200)
      yield* TestClock.adjust("5 seconds")
      yield* until(() => webhooks.stats().failures === 4)
      yield* TestClock.adjust("1 second")
      yield* until(() => webhooks.stats().taken === 4)
      assert.deepStrictEqual(webhooks.stats().waiting, 0)
      assert.include(lines.with("taken again")[0], "3")
      webhooks.tell(event("room-9", 9))
      yield* until(() => webhooks.stats().taken === 5)
      assert.strictEqual(webhooks.stats().refused, 3)
    }).pipe(Effect.provide(lines.layer))
  })

  it.effect("counts the bytes that wait", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      receiver.answer = silence
      const webhooks = yield* open(receiver, { bounds: { events: 100, bytes: 2000 } })
      const big = { data: { text: "é".repeat(450) } }
      webhooks.tell(event("a", 0, big))
      webhooks.tell(event("b", 0, big))
      assert.deepInclude(webhooks.stats(), { waiting: 1, refused: 1 })
      assert.isAbove(webhooks.stats().waitingBytes, 1000)
      // what is smaller still fits
      webhooks.tell(event("c", 0))
      assert.strictEqual(webhooks.stats().waiting, 2)
      yield* receiver.stop
    })
  )

  it.effect("tells of nothing but what is chosen", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      const webhooks = yield* open(receiver, { events: ["join", "leave"] })
      assert.deepStrictEqual(
        WEBHOOK_EVENTS.filter((type) => webhooks.wants(type)),
        ["join", "leave"]
      )
      for (const type of WEBHOOK_EVENTS) webhooks.tell(event("lobby", 0, { type }))
      yield* until(() => webhooks.stats().taken === 2)
      assert.deepStrictEqual(
        receiver.received.map(({ body }) => JSON.parse(body).type),
        ["join", "leave"]
      )
      assert.strictEqual(webhooks.stats().refused, 0)
    })
  )

  it.effect("does nothing without a URL", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      const webhooks = yield* open(receiver, { url: Redacted.make(""), secret: Redacted.make("") })
      assert.isFalse(webhooks.wants("message"))
      webhooks.tell(event("lobby"))
      assert.deepInclude(webhooks.stats(), { waiting: 0, taken: 0, refused: 0 })
    })
  )

  it.effect.each(["", "x".repeat(31)])("does not start with the secret %j", (secret) =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      const error = yield* Effect.flip(open(receiver, { secret: Redacted.make(secret) }))
      assert.match(error.message, /^WEBHOOK_URL cannot be called: .*WEBHOOK_SECRET has fewer than 32 bytes$/)
    })
  )

  it.effect("does not start with a URL that must not be called", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      const error = yield* Effect.flip(open(receiver, { url: Redacted.make("http://127.0.0.2/key") }))
      assert.match(error.message, /^WEBHOOK_URL cannot be called: its address is not public/)
    })
  )

  it.effect("survives a bug, which costs one event and is counted", () => {
    let calls = 0
    const failing = Layer.succeed(
      SafeFetch,
      SafeFetch.of({
        target: (_, url) => Effect.succeed(new URL(url)),
        post: () => (++calls === 1 ? Effect.die(new Error("a bug")) : Effect.succeed({ status: 200, body: "" }))
      })
    )
    return Effect.gen(function* () {
      const context = yield* Layer.build(
        layer("https://hook.example/").pipe(Layer.provide(failing), Layer.provideMerge(Supervisor.layer))
      )
      const webhooks = Context.get(context, Webhooks)
      webhooks.tell(event("lobby", 0))
      webhooks.tell(event("lobby", 1))
      yield* until(() => webhooks.stats().waiting === 0)
      assert.deepInclude(webhooks.stats(), { taken: 1, givenUp: 1 })
      assert.strictEqual(Context.get(context, Supervisor).crashes(), 1)
    })
  })

  it.effect("tells what still waits when the server stops", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      const scope = yield* Scope.make()
      const webhooks = yield* Scope.provide(open(receiver), scope)
      for (let n = 0; n < 20; n++) webhooks.tell(event(`room-${n % 3}`, n))
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(receiver.received.length, 20)
      assert.strictEqual(webhooks.stats().waiting, 0)
    })
  )

  it.effect("keeps a stop waiting for a second at most, and says how many events are lost by it", () => {
    const lines = new Lines()
    return Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      const scope = yield* Scope.make()
      receiver.answer = (response, { body }) => {
        if (JSON.parse(body).roomId === "bad") status(500)(response, { body, headers: {}, path: "" })
      }
      const webhooks = yield* Scope.provide(open(receiver), scope)
      for (let n = 0; n < 3; n++) webhooks.tell(event("bad", n))
      yield* until(() => webhooks.stats().failures === 1)
      webhooks.tell(event("silent"))
      yield* receiver.when(() => receiver.received.length === 2)
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      yield* TestClock.adjust(999)
      assert.isUndefined(closing.pollUnsafe())
      yield* TestClock.adjust(1)
      yield* Fiber.join(closing)
      assert.strictEqual(webhooks.stats().waiting, 4)
      assert.include(lines.with("a stop loses webhook events")[0], "4")
    }).pipe(Effect.provide(lines.layer), drawing(1))
  })
})
