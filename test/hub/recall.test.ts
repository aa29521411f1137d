import { assert, describe, it } from "@effect/vitest"
import { randomUUID } from "node:crypto"
import { Deferred, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { textFrame } from "../../src/actor/textFrame.ts"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { Hub } from "../../src/hub/Hub.ts"
import { Recall, RecallFailed } from "../../src/log/Recall.ts"
import { RoomLog } from "../../src/log/RoomLog.ts"
import { idempotencyKey, RoomStream } from "../../src/log/RoomStream.ts"
import { logOptions } from "../../src/Persistence.ts"
import { History } from "../../src/store/History.ts"
import { draft } from "../contract/roomLog.ts"
import { configuration, connect, engineLayer, said, settle, subscribe } from "../support/Engine.ts"

/** Sixteen messages of a room stay in memory. */
const config = configuration({ roomLogMessages: 16, roomLogBytes: 2 ** 30, roomLogBurstMs: 0 })

/** What an archive has of a room, and how it is read: at once, when let, or not at all. */
class Archive {
  readonly messages: Array<string> = []
  readonly reads: Array<{ readonly after: number; readonly to: number }> = []
  gate: Deferred.Deferred<void, RecallFailed> | undefined

  readonly layer = Layer.succeed(Recall, {
    range: (_roomId, after, to, maxBytes) =>
      Effect.gen({ self: this }, function* () {
        this.reads.push({ after, to })
        if (this.gate !== undefined) yield* Deferred.await(this.gate)
        let from = to
        let bytes = 0
        while (from > after && (bytes += this.messages[from - 1]!.length) <= maxBytes) from--
        return { from, messages: this.messages.slice(from, to) }
      })
  })
}

/** A log that writes to an archive what it appends. */
const archived = (archive: Archive) =>
  Layer.effect(
    RoomLog,
    Effect.map(RoomLog, (log) => {
      return RoomLog.of({
        ...log,
        append: (drafts) =>
          Effect.map(log.append(drafts), (outcomes) => {
            for (const one of outcomes) if (one._tag === "accepted") archive.messages.push(JSON.stringify(one.message))
            return outcomes
          })
      })
    })
  ).pipe(Layer.provide(RoomLog.layerMemory(logOptions(config))))

const engineOver = (archive: Archive, overrides: Parameters<typeof configuration>[0] = {}) =>
  engineLayer({ ...config, ...overrides }, archived(archive), Layer.merge(History.layer, archive.layer))

const chat = (content: string, messageId: string = randomUUID()) => ({
  type: "chat",
  roomId: "lobby",
  content,
  messageId,
  ref: content
})

/** A room in which "1" to "n" have been said. */
const talk = Effect.fnUntraced(function* (count: number) {
  const alice = yield* connect(config, "alice", { room: "lobby" })
  for (let n = 1; n <= count; n++) alice.say(chat(String(n)))
  yield* alice.until("ack", ({ ref }) => ref === String(count))
  yield* alice.when(() => said(alice).length === count)
  // memory is trimmed once a burst is over
  yield* TestClock.adjust("1 second")
  yield* settle
  return alice
})

const contents = (frame: Record<string, unknown>) =>
  (frame["messages"] as ReadonlyArray<{ readonly content: string }>).map(({ content }) => Number(content))

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

describe("resuming from further back than memory", () => {
  it.effect("gives everything that was missed, in one answer, with what was said while it was read", () => {
    const archive = new Archive()
    return Effect.gen(function* () {
      const alice = yield* talk(100)
      const gate = (archive.gate = yield* Deferred.make<void, RecallFailed>())
      const bob = yield* connect(config, "bob")
      const { epoch } = alice.of("subscribed")[0]!
      bob.say({ type: "subscribe", roomId: "lobby", after: { epoch, seq: 10 }, ref: "resume" })
      yield* settle
      for (let n = 101; n <= 140; n++) alice.say(chat(String(n)))
      yield* alice.until("ack", ({ ref }) => ref === "140")
      yield* settle
      assert.deepStrictEqual(bob.of("subscribed"), [])
      assert.deepStrictEqual(said(bob), [])
      yield* Deferred.succeed(gate, undefined)
      const answer = yield* bob.until("subscribed")
      assert.deepInclude(answer, { ref: "resume", recovered: true, seq: 140, epoch })
      assert.deepStrictEqual(contents(answer), numbers(11, 140))
      alice.say(chat("141"))
      yield* bob.when(() => said(bob).length === 1)
      assert.deepStrictEqual(said(bob), ["141"])
    }).pipe(Effect.provide(engineOver(archive)))
  })

  it.effect("reads once for a thousand clients that come back from everywhere", () => {
    const archive = new Archive()
    return Effect.gen(function* () {
      const alice = yield* talk(100)
      const gate = (archive.gate = yield* Deferred.make<void, RecallFailed>())
      const { epoch } = alice.of("subscribed")[0]!
      const first = yield* connect(config, "first")
      first.say({ type: "subscribe", roomId: "lobby", after: { epoch, seq: 1 } })
      yield* settle
      const others = yield* Effect.forEach(numbers(2, 80), (seq) => connect(config, `user-${seq}`))
      others.forEach((other, i) => other.say({ type: "subscribe", roomId: "lobby", after: { epoch, seq: i + 2 } }))
      yield* settle
      yield* Deferred.succeed(gate, undefined)
      for (const [i, other] of others.entries()) {
        const answer = yield* other.until("subscribed")
        assert.isTrue(answer["recovered"])
        assert.deepStrictEqual(contents(answer), numbers(i + 3, 100))
      }
      assert.deepStrictEqual(archive.reads, [{ after: 1, to: 84 }])
    }).pipe(Effect.provide(engineOver(archive)))
  })

  it.effect("reads on for who comes while a read is under way and asks for more", () => {
    const archive = new Archive()
    return Effect.gen(function* () {
      const alice = yield* talk(100)
      const gate = (archive.gate = yield* Deferred.make<void, RecallFailed>())
      const { epoch } = alice.of("subscribed")[0]!
      const [near, far] = [yield* connect(config, "near"), yield* connect(config, "far")]
      near.say({ type: "subscribe", roomId: "lobby", after: { epoch, seq: 50 } })
      yield* settle
      far.say({ type: "subscribe", roomId: "lobby", after: { epoch, seq: 0 } })
      yield* settle
      yield* Deferred.succeed(gate, undefined)
      assert.deepStrictEqual(contents(yield* near.until("subscribed")), numbers(51, 100))
      assert.deepStrictEqual(contents(yield* far.until("subscribed")), numbers(1, 100))
      assert.deepStrictEqual(archive.reads, [
        { after: 50, to: 84 },
        { after: 0, to: 84 }
      ])
    }).pipe(Effect.provide(engineOver(archive)))
  })

  it.effect("says recovered: false and gives the recent messages when the past cannot be read", () => {
    const archive = new Archive()
    return Effect.gen(function* () {
      const alice = yield* talk(100)
      const gate = (archive.gate = yield* Deferred.make<void, RecallFailed>())
      const { epoch } = alice.of("subscribed")[0]!
      const bob = yield* connect(config, "bob")
      bob.say({ type: "subscribe", roomId: "lobby", after: { epoch, seq: 10 }, history: 5 })
      yield* settle
      yield* Deferred.fail(gate, new RecallFailed({ reason: "away" }))
      const answer = yield* bob.until("subscribed")
      assert.isFalse(answer["recovered"])
      assert.deepStrictEqual(contents(answer), numbers(96, 100))
      alice.say(chat("101"))
      yield* bob.when(() => said(bob).length === 1)
    }).pipe(Effect.provide(engineOver(archive)))
  })

  it.effect("does not wait for ever for a past that does not come", () => {
    const archive = new Archive()
    return Effect.gen(function* () {
      const alice = yield* talk(100)
      archive.gate = yield* Deferred.make<void, RecallFailed>()
      const { epoch } = alice.of("subscribed")[0]!
      const bob = yield* connect(config, "bob")
      bob.say({ type: "subscribe", roomId: "lobby", after: { epoch, seq: 10 } })
      yield* settle
      yield* TestClock.adjust("5 seconds")
      assert.isFalse((yield* bob.until("subscribed"))["recovered"])
    }).pipe(Effect.provide(engineOver(archive)))
  })

  it.effect("starts afresh who missed more than a resume may be", () => {
    const archive = new Archive()
    return Effect.gen(function* () {
      const alice = yield* talk(100)
      const { epoch } = alice.of("subscribed")[0]!
      const [little, much] = [yield* connect(config, "little"), yield* connect(config, "much")]
      assert.isFalse((yield* subscribe(much, "lobby", { after: { epoch, seq: 1 } }))["recovered"])
      const answer = yield* subscribe(little, "lobby", { after: { epoch, seq: 82 } })
      assert.isTrue(answer["recovered"])
      assert.deepStrictEqual(contents(answer), numbers(83, 100))
    }).pipe(Effect.provide(engineOver(archive, { resumeMaxBytes: 1024 })))
  })

  it.effect("answers every subscribe of one connection, and forgets one that has left the room or gone", () => {
    const archive = new Archive()
    return Effect.gen(function* () {
      const alice = yield* talk(100)
      const gate = (archive.gate = yield* Deferred.make<void, RecallFailed>())
      const { epoch } = alice.of("subscribed")[0]!
      const [twice, left, gone] = [
        yield* connect(config, "twice"),
        yield* connect(config, "left"),
        yield* connect(config, "gone")
      ]
      for (const socket of [twice, left, gone]) {
        socket.say({ type: "subscribe", roomId: "lobby", after: { epoch, seq: 10 }, ref: 1 })
      }
      twice.say({ type: "subscribe", roomId: "lobby", after: { epoch, seq: 99 }, ref: 2 })
      left.say({ type: "unsubscribe", roomId: "lobby" })
      yield* settle
      gone.leave()
      yield* settle
      yield* Deferred.succeed(gate, undefined)
      yield* twice.when(() => twice.of("subscribed").length === 2)
      assert.deepStrictEqual(
        twice.of("subscribed").map((frame) => [frame["ref"], contents(frame).at(0), contents(frame).at(-1)]),
        [
          [2, 100, 100],
          [1, 11, 100]
        ]
      )
      alice.say(chat("101"))
      yield* twice.when(() => said(twice).length === 1)
      yield* settle
      assert.deepStrictEqual(left.of("subscribed"), [])
      assert.strictEqual(left.of("unsubscribed").length, 1)
      assert.deepStrictEqual(said(left), [])
      assert.strictEqual((yield* (yield* Hub).size).clients, 3)
      assert.strictEqual((yield* Supervisor).crashes(), 0)
    }).pipe(Effect.provide(engineOver(archive)))
  })

  it.effect("gives a plain client the recent messages and holds nothing back", () => {
    const archive = new Archive()
    return Effect.gen(function* () {
      yield* talk(100)
      const plain = yield* connect(config, "plain", { dialect: "plain", room: "lobby", history: 10 })
      assert.deepStrictEqual(said(plain).map(Number), numbers(91, 100))
    }).pipe(Effect.provide(engineOver(archive)))
  })
})

/** A log with a room of which only the position is known. */
const coldLog = (archive: Archive, head: number) =>
  Layer.effect(
    RoomLog,
    Effect.map(RoomLog, (log) => {
      const cold = new RoomStream(draft("x").roomId, 7, logOptions(config), head)
      return RoomLog.of({
        ...log,
        stream: () => cold,
        find: () => cold,
        append: (drafts) =>
          Effect.sync(() =>
            drafts.map((one) => {
              const key = idempotencyKey(one.userId, one.messageId)
              const seq = cold.find(key)
              if (seq !== undefined) return { _tag: "duplicate", stream: cold, message: cold.message(seq) } as const
              const message = { ...one, seq: cold.head + 1, timestamp: "2026-01-01T00:00:00.000Z" }
              const json = JSON.stringify(message)
              archive.messages.push(json)
              cold.push(key, 0, textFrame(json))
              return { _tag: "accepted", stream: cold, message } as const
            })
          )
      })
    })
  ).pipe(Layer.provide(RoomLog.layerMemory(logOptions(config))))

const cold = (head: number) => {
  const archive = new Archive()
  for (let seq = 1; seq <= head; seq++) {
    const said = draft(String(seq), { userId: UserId.make("alice") })
    archive.messages.push(JSON.stringify({ ...said, seq, timestamp: "2026-01-01T00:00:00.000Z" }))
  }
  const layer = engineLayer(config, coldLog(archive, head), Layer.merge(History.layer, archive.layer))
  return { archive, layer }
}

describe("a room that comes back into memory", () => {
  it.effect("knows a repeat of what was sent before, though the client did not wait to be seated", () => {
    const { archive, layer } = cold(30)
    return Effect.gen(function* () {
      const gate = (archive.gate = yield* Deferred.make<void, RecallFailed>())
      const alice = yield* connect(config, "alice")
      const { content, messageId } = JSON.parse(archive.messages[19]!) as { content: string; messageId: string }
      alice.say({ type: "subscribe", roomId: "lobby", history: 3 })
      alice.say(chat("31"))
      alice.say({ ...chat(content, messageId), ref: "repeat" })
      yield* settle
      assert.deepStrictEqual(alice.of("ack"), [])
      yield* Deferred.succeed(gate, undefined)
      yield* alice.until("ack", ({ ref }) => ref === "repeat")
      assert.deepStrictEqual(
        alice.of("ack").map(({ duplicate, ref, seq }) => [ref, seq, duplicate]),
        [
          ["31", 31, undefined],
          ["repeat", 20, true]
        ]
      )
      const answer = yield* alice.until("subscribed")
      assert.deepStrictEqual(contents(answer), numbers(28, 30))
      yield* alice.when(() => said(alice).length === 1)
      assert.deepStrictEqual(archive.reads, [{ after: 0, to: 30 }])
    }).pipe(Effect.provide(layer))
  })

  it.effect("is opened with what there is when its past cannot be understood", () => {
    const { archive, layer } = cold(30)
    archive.messages[29] = "{"
    return Effect.gen(function* () {
      const alice = yield* connect(config, "alice")
      alice.say({ type: "subscribe", roomId: "lobby" })
      alice.say(chat("31"))
      assert.deepInclude(yield* alice.until("subscribed"), { seq: 30, recovered: false })
      yield* alice.until("ack", ({ ref }) => ref === "31")
    }).pipe(Effect.provide(layer))
  })

  it.effect("is opened with what there is when its past cannot be read", () => {
    const { archive, layer } = cold(30)
    return Effect.gen(function* () {
      const gate = (archive.gate = yield* Deferred.make<void, RecallFailed>())
      const alice = yield* connect(config, "alice")
      alice.say({ type: "subscribe", roomId: "lobby" })
      alice.say(chat("31"))
      yield* settle
      yield* Deferred.fail(gate, new RecallFailed({ reason: "away" }))
      const answer = yield* alice.until("subscribed")
      assert.deepInclude(answer, { seq: 30, recovered: false })
      assert.deepStrictEqual(answer["messages"], [])
      yield* alice.until("ack", ({ ref }) => ref === "31")
      yield* alice.when(() => said(alice).length === 1)
    }).pipe(Effect.provide(layer))
  })
})
