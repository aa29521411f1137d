import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { createHmac } from "node:crypto"
import { Content } from "../../src/domain/Content.ts"
import { addressRanges } from "../../src/outbound/addressRange.ts"
import { OPEN_MS, OPENS_AFTER } from "../../src/outbound/Breaker.ts"
import { PublishHook, type PublishHookOptions, type Question, UNCHECKED } from "../../src/outbound/PublishHook.ts"
import { SafeFetch } from "../../src/outbound/SafeFetch.ts"
import type { Verdict } from "../../src/outbound/Verdict.ts"
import { Lines } from "./Lines.ts"
import { Receiver, silence, status } from "./Receiver.ts"

const SECRET = "0123456789abcdef0123456789abcdef"
const TIMEOUT_MS = 1000
const CLOSED: Verdict = { _tag: "reject", reason: UNCHECKED }
const ALLOW: Verdict = { _tag: "allow" }

const question: Question = {
  roomId: "lobby",
  userId: "ann",
  username: "Ann",
  content: "hello",
  type: "chat",
  messageId: "3b241101-e2bb-4255-8caf-4136c566a962"
}

const allow = status(200, '{"action":"allow"}')

const open = ({ url }: Receiver, options: Partial<PublishHookOptions> = {}) =>
  Layer.build(
    PublishHook.layer({
      url: Redacted.make(url),
      secret: Redacted.make(""),
      timeoutMs: TIMEOUT_MS,
      fail: "closed",
      ...options
    }).pipe(Layer.provide(SafeFetch.layer({ allowHttp: true, allow: addressRanges("127.0.0.1")! })))
  ).pipe(Effect.map(Context.get(PublishHook)))

/** Asks so often that it is no longer asked: each question has to wait for its whole time. */
const opened = Effect.fnUntraced(function* (receiver: Receiver, hook: PublishHook["Service"]) {
  receiver.answer = silence
  const before = receiver.received.length
  const asking = yield* Effect.forkChild(
    Effect.all(
      Array.from({ length: OPENS_AFTER }, () => hook.ask(question)),
      { concurrency: "unbounded" }
    )
  )
  yield* receiver.nth(before + OPENS_AFTER - 1)
  yield* TestClock.adjust(TIMEOUT_MS)
  yield* Fiber.join(asking)
  assert.strictEqual(hook.stats().open, 1)
})

describe("PublishHook", () => {
  it.effect("asks about a message, and gives what is answered", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      const hook = yield* open(receiver)
      assert.isTrue(hook.on)
      receiver.answer = allow
      assert.deepStrictEqual(yield* hook.ask(question), ALLOW)
      receiver.answer = status(200, '{"action":"reject","reason":"no"}')
      assert.deepStrictEqual(yield* hook.ask(question), { _tag: "reject", reason: "no" })
      receiver.answer = status(200, '{"action":"rewrite","content":"***\\r\\n"}')
      assert.deepStrictEqual(yield* hook.ask(question), { _tag: "rewrite", content: Content.make("***\n") })
      assert.deepStrictEqual(
        receiver.received.map(({ body }) => JSON.parse(body)),
        [question, question, question]
      )
      assert.isUndefined(receiver.received[0]?.headers["hubbub-signature"])
      assert.deepInclude(hook.stats(), { allowed: 1, rejected: 1, rewritten: 1, nonsense: 0, open: 0 })
    })
  )

  it.effect("signs what it asks where there is a secret", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      const hook = yield* open(receiver, { secret: Redacted.make(SECRET) })
      receiver.answer = allow
      yield* hook.ask(question)
      const [received] = receiver.received
      assert.deepInclude(received?.headers, {
        "hubbub-timestamp": "0",
        "hubbub-signature": `v1=${createHmac("sha256", SECRET).update(`0.${received?.body}`).digest("hex")}`
      })
    })
  )

  it.effect("allows everything without a URL", () =>
    Effect.gen(function* () {
      const hook = yield* open(yield* Receiver.open(), { url: Redacted.make("") })
      assert.isFalse(hook.on)
      assert.deepStrictEqual(yield* hook.ask(question), ALLOW)
      assert.deepInclude(hook.stats(), { allowed: 0, open: 0 })
    })
  )

  it.effect("does not start with a URL that must not be called", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      const error = yield* Effect.flip(open(receiver, { url: Redacted.make("http://169.254.169.254/key") }))
      assert.match(error.message, /^PUBLISH_HOOK_URL cannot be called: its address is not public/)
    })
  )

  const nonsense = {
    "a status that is not 2xx": status(500, '{"action":"allow"}'),
    "a redirect": status(302, '{"action":"allow"}', { location: "/" }),
    "no JSON": status(200, "<html>"),
    nothing: status(204),
    "another shape": status(200, '{"action":"maybe"}'),
    "a text that no message may have": status(200, JSON.stringify({ action: "rewrite", content: "\u0000" })),
    "more than is read": status(200, JSON.stringify({ action: "allow", more: "x".repeat(65_536) }))
  }

  it.effect.each(Object.entries(nonsense))("decides as it is set to where it is answered %s", ([, answer]) =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      receiver.answer = answer
      const closed = yield* open(receiver)
      const open_ = yield* open(receiver, { fail: "open" })
      // nonsense may be provoked by a message, so that it never keeps others from being checked
      for (let n = 0; n <= OPENS_AFTER; n++) {
        assert.deepStrictEqual(yield* closed.ask(question), CLOSED)
        assert.deepStrictEqual(yield* open_.ask(question), ALLOW)
      }
      assert.deepInclude(closed.stats(), { nonsense: OPENS_AFTER + 1, rejected: 0, open: 0 })
      assert.deepInclude(open_.stats(), { nonsense: OPENS_AFTER + 1, allowed: 0, open: 0 })
    })
  )

  it.effect("waits for an answer as long as is set, and then decides as it is set to", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      receiver.answer = silence
      for (const [fail, verdict] of [["closed", CLOSED] as const, ["open", ALLOW] as const]) {
        const hook = yield* open(receiver, { fail })
        const before = receiver.received.length
        const asking = yield* Effect.forkChild(hook.ask(question))
        yield* receiver.nth(before)
        yield* TestClock.adjust(TIMEOUT_MS - 1)
        assert.isUndefined(asking.pollUnsafe())
        yield* TestClock.adjust(1)
        assert.deepStrictEqual(yield* Fiber.join(asking), verdict)
        assert.deepInclude(hook.stats(), { slow: 1, allowed: 0, rejected: 0 })
      }
      yield* receiver.when(() => receiver.busy === 0)
    })
  )

  it.effect("stops to ask a hook that is away, and says so once", () => {
    const lines = new Lines()
    return Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      const hook = yield* open(receiver, { secret: Redacted.make(SECRET) })
      yield* receiver.stop
      for (let n = 0; n < 100; n++) assert.deepStrictEqual(yield* hook.ask(question), CLOSED)
      assert.deepInclude(hook.stats(), { away: OPENS_AFTER, skipped: 100 - OPENS_AFTER, open: 1 })
      assert.strictEqual(lines.with("the publish hook does not answer as it should").length, 1)
      assert.include(lines.with("does not answer")[0], "ECONNREFUSED")
      for (const text of ["hello", "Ann", SECRET, "/hook"]) assert.deepStrictEqual(lines.with(text), [])
    }).pipe(Effect.provide(lines.layer))
  })

  it.effect("has one message find out now and then whether a dead hook is back", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      const hook = yield* open(receiver)
      yield* opened(receiver, hook)
      const asked = receiver.received.length
      assert.deepStrictEqual(yield* hook.ask(question), CLOSED)
      assert.strictEqual(receiver.received.length, asked)

      yield* TestClock.adjust(OPEN_MS.first)
      const finding = yield* Effect.forkChild(hook.ask(question))
      yield* receiver.nth(asked)
      // the others do not wait for it
      for (let n = 0; n < 10; n++) assert.deepStrictEqual(yield* hook.ask(question), CLOSED)
      yield* TestClock.adjust(TIMEOUT_MS)
      assert.deepStrictEqual(yield* Fiber.join(finding), CLOSED)
      assert.strictEqual(receiver.received.length, asked + 1)

      receiver.answer = allow
      yield* TestClock.adjust(2 * OPEN_MS.first - 1)
      assert.deepStrictEqual(yield* hook.ask(question), CLOSED)
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* hook.ask(question), ALLOW)
      assert.strictEqual(hook.stats().open, 0)
      assert.deepStrictEqual(yield* hook.ask(question), ALLOW)
    })
  )

  it.effect("lets another find out where the asker leaves", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      const hook = yield* open(receiver)
      yield* opened(receiver, hook)
      yield* TestClock.adjust(OPEN_MS.first)
      const asked = receiver.received.length
      const finding = yield* Effect.forkChild(hook.ask(question))
      yield* receiver.nth(asked)
      yield* Fiber.interrupt(finding)
      receiver.answer = allow
      assert.deepStrictEqual(yield* hook.ask(question), ALLOW)
    })
  )

  it.effect("asks 64 questions at a time; who does not get their turn in time is told what is set", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      const hook = yield* open(receiver)
      receiver.answer = silence
      const asking = yield* Effect.forkChild(
        Effect.all(
          Array.from({ length: 100 }, () => hook.ask(question)),
          { concurrency: "unbounded" }
        )
      )
      yield* receiver.nth(63)
      yield* TestClock.adjust(TIMEOUT_MS)
      const verdicts = yield* Fiber.join(asking)
      assert.strictEqual(receiver.busiest, 64)
      for (const verdict of verdicts) assert.deepStrictEqual(verdict, CLOSED)
      assert.deepInclude(hook.stats(), { slow: 64, busy: 36, skipped: 0 })
      yield* receiver.when(() => receiver.busy === 0)
      assert.strictEqual(receiver.received.length, 64)
    })
  )

  it.effect("lets who waits for their turn have it as soon as another has an answer", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open()
      const hook = yield* open(receiver)
      receiver.answer = allow
      const verdicts = yield* Effect.all(
        Array.from({ length: 500 }, () => hook.ask(question)),
        { concurrency: "unbounded" }
      )
      for (const verdict of verdicts) assert.deepStrictEqual(verdict, ALLOW)
      assert.isAtMost(receiver.busiest, 64)
      assert.deepInclude(hook.stats(), { allowed: 500, busy: 0 })
    })
  )
})
