import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { FaultPoint, type FaultPointName } from "../../src/actor/FaultPoint.ts"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import type { Message } from "../../src/domain/Message.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { Hub } from "../../src/hub/Hub.ts"
import { RecallFailed } from "../../src/log/Recall.ts"
import * as HistoryRecall from "../../src/store/HistoryRecall.ts"
import { connect, said, settle } from "../support/Engine.ts"
import { Past } from "../support/Past.ts"
import { Archive, chat, config, contents, numbers, talk } from "./Archive.ts"

describe("a room that comes back into memory", () => {
  it.effect("knows a repeat of what was sent before, though the client did not wait to be seated", () => {
    const archive = new Archive()
    archive.fill("lobby", 30)
    return Effect.gen(function* () {
      const gate = (archive.gate = yield* Deferred.make<void, RecallFailed>())
      const alice = yield* connect(config, "alice")
      const { content, messageId } = JSON.parse(archive.of("lobby")[19]!) as { content: string; messageId: string }
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
    }).pipe(Effect.provide(archive.engine()))
  })

  it.effect("is opened with what there is when its past cannot be understood", () => {
    const archive = new Archive()
    archive.fill("lobby", 30)
    archive.of("lobby")[29] = "{"
    return Effect.gen(function* () {
      const alice = yield* connect(config, "alice")
      alice.say({ type: "subscribe", roomId: "lobby" })
      alice.say(chat("31"))
      assert.deepInclude(yield* alice.until("subscribed"), { seq: 30, recovered: false })
      yield* alice.until("ack", ({ ref }) => ref === "31")
    }).pipe(Effect.provide(archive.engine()))
  })

  it.effect("is opened with what there is when its past cannot be read", () => {
    const archive = new Archive()
    archive.fill("lobby", 30)
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
    }).pipe(Effect.provide(archive.engine()))
  })

  it.effect("knows a repeat of what a slow store gave in time", () => {
    const archive = new Archive()
    archive.fill("lobby", 3000)
    const messages = archive.of("lobby").map((json): Message => JSON.parse(json))
    const past = new Past()
    past.add(
      messages.map(({ messageId, roomId, seq, userId }, i) => ({
        roomId,
        epoch: 7,
        seq,
        userId,
        messageId,
        at: 0,
        json: archive.of("lobby")[i]!
      }))
    )
    return Effect.gen(function* () {
      yield* past.cut(RoomId.make("lobby"), 3001)
      past.beforeStore = Effect.sleep("3 seconds")
      const alice = yield* connect(config, "alice")
      const { content, messageId } = messages[2990]!
      alice.say({ type: "subscribe", roomId: "lobby", history: 3 })
      alice.say({ ...chat(content, messageId), ref: "repeat" })
      // from further back than what can be read in time
      const bob = yield* connect(config, "bob")
      bob.say({ type: "subscribe", roomId: "lobby", history: 3, after: { epoch: 7, seq: 1 } })
      for (let i = 0; i < 18; i++) yield* TestClock.adjust("500 millis")
      assert.deepInclude(yield* alice.until("ack"), { ref: "repeat", seq: 2991, duplicate: true })
      assert.deepStrictEqual(contents(yield* alice.until("subscribed")), numbers(2998, 3000))
      const answer = yield* bob.until("subscribed")
      assert.isFalse(answer["recovered"])
      assert.deepStrictEqual(contents(answer), numbers(2998, 3000))
    }).pipe(Effect.provide(archive.engine({}, Layer.provideMerge(HistoryRecall.layer, past.layer))))
  })

  it.effect("is opened within five seconds, however many others wait for a store that hangs", () => {
    const archive = new Archive()
    const rooms = numbers(1, 40).map((n) => `room-${n}`)
    for (const room of rooms) archive.fill(room, 30)
    return Effect.gen(function* () {
      archive.gate = yield* Deferred.make<void, RecallFailed>()
      const early = yield* connect(config, "early")
      const late = yield* connect(config, "late")
      for (const room of rooms.slice(0, 20)) early.say({ type: "subscribe", roomId: room })
      yield* settle
      yield* TestClock.adjust("2 seconds")
      for (const room of rooms.slice(20)) late.say({ type: "subscribe", roomId: room })
      yield* settle
      yield* TestClock.adjust("3 seconds")
      yield* early.when(() => early.of("subscribed").length === 20)
      assert.deepStrictEqual(late.of("subscribed"), [])
      yield* TestClock.adjust("2 seconds")
      yield* late.when(() => late.of("subscribed").length === 20)
      for (const answer of late.of("subscribed")) assert.deepInclude(answer, { recovered: false, seq: 30 })
    }).pipe(Effect.provide(archive.engine()))
  })

  it.effect("does not wait for those who resume elsewhere from far back, nor for those who do so in itself", () => {
    const archive = new Archive()
    archive.fill("cold", 2000)
    return Effect.gen(function* () {
      const gate = yield* Deferred.make<void, RecallFailed>()
      const rooms = numbers(1, 10).map((n) => `room-${n}`)
      for (const room of rooms) {
        yield* talk(40, room)
        archive.gates.set(room, gate)
      }
      const far = yield* connect(config, "far")
      for (const room of rooms) far.say({ type: "subscribe", roomId: room, after: { epoch: 7, seq: 1 } })
      yield* settle
      const [near, deep] = [yield* connect(config, "near"), yield* connect(config, "deep")]
      deep.say({ type: "subscribe", roomId: "cold", after: { epoch: 7, seq: 3 } })
      near.say({ type: "subscribe", roomId: "cold", history: 5 })
      near.say(chat("2001", undefined, "cold"))
      assert.deepStrictEqual(contents(yield* near.until("subscribed")), numbers(1996, 2000))
      yield* near.until("ack")
      yield* settle
      assert.deepStrictEqual(deep.of("subscribed"), [])
      yield* Deferred.succeed(gate, undefined)
      const answer = yield* deep.until("subscribed")
      assert.isTrue(answer["recovered"])
      assert.deepStrictEqual(contents(answer), numbers(4, 2001))
      assert.deepStrictEqual(
        archive.reads.filter(({ to }) => to > 100),
        [
          { after: 976, to: 2000 },
          { after: 3, to: 976 }
        ]
      )
    }).pipe(Effect.provide(archive.engine()))
  })

  for (const point of [undefined, "hub/taken", "hub/appended", "hub/settled"] as const) {
    const crash = point === undefined ? "" : `, also when the hub crashes at ${point} meanwhile`
    it.effect(`takes in what waited for it a part at a time, in order and before what comes later${crash}`, () => {
      const archive = new Archive()
      archive.fill("lobby", 30)
      const waiting = numbers(31, 1830)
      let passed: ((at: FaultPointName) => void) | undefined
      const fault = (at: FaultPointName) => Effect.sync(() => passed?.(at))
      return Effect.gen(function* () {
        const gate = (archive.gate = yield* Deferred.make<void, RecallFailed>())
        const [alice, bob] = [yield* connect(config, "alice"), yield* connect(config, "bob")]
        for (const socket of [alice, bob]) socket.say({ type: "subscribe", roomId: "lobby" })
        alice.sayText(...waiting.map((n) => JSON.stringify(chat(String(n)))))
        for (let i = 0; i < 100; i++) yield* settle
        assert.deepStrictEqual(archive.batches, [])
        let later = 0
        let crashes = 3
        passed = (at) => {
          const kept = archive.of("lobby").length
          // while those that waited go in, another one is said in every turn
          if (at === "hub/settled" && kept > 30 && later < 3) bob.say(chat(`later ${++later}`))
          if (at !== point || kept < 600 || crashes === 0) return
          throw new Error(`crash ${crashes--}`)
        }
        yield* Deferred.succeed(gate, undefined)
        for (let i = 0; i < 20; i++) yield* TestClock.adjust("1 second")
        yield* alice.until("ack", ({ ref }) => ref === "1830")
        yield* bob.until("ack", ({ ref }) => ref === "later 3")
        assert.isAtMost(Math.max(...archive.batches), 512 + 3)
        assert.strictEqual(crashes, point === undefined ? 3 : 0)
        const refs = [...waiting.map(String), "later 1", "later 2", "later 3"]
        assert.deepStrictEqual(
          [...alice.of("ack"), ...bob.of("ack")].map(({ duplicate, ref, seq }) => [ref, seq, duplicate]),
          refs.map((ref, i) => [ref, 31 + i, undefined])
        )
        yield* bob.when(() => said(bob).length === refs.length)
        assert.deepStrictEqual(said(bob), refs)
        assert.isTrue((yield* Supervisor).healthy())
      }).pipe(Effect.provide(archive.engine()), Effect.provideService(FaultPoint, fault))
    })
  }

  it.effect("stays in memory while messages wait for it, though everybody has left", () => {
    const archive = new Archive()
    archive.fill("lobby", 30)
    return Effect.gen(function* () {
      const gate = (archive.gate = yield* Deferred.make<void, RecallFailed>())
      const alice = yield* connect(config, "alice")
      const { content, messageId } = JSON.parse(archive.of("lobby")[19]!) as { content: string; messageId: string }
      alice.say({ type: "subscribe", roomId: "lobby" })
      alice.say({ ...chat(content, messageId), ref: "repeat" })
      alice.say({ type: "unsubscribe", roomId: "lobby" })
      yield* alice.until("unsubscribed")
      yield* TestClock.adjust("3 seconds")
      const hub = yield* Hub
      assert.strictEqual((yield* hub.size).rooms, 1)
      yield* Deferred.succeed(gate, undefined)
      assert.deepInclude(yield* alice.until("ack"), { ref: "repeat", seq: 20, duplicate: true })
      yield* TestClock.adjust("1 second")
      yield* settle
      assert.strictEqual((yield* hub.size).rooms, 0)
    }).pipe(Effect.provide(archive.engine({ roomEmptyMs: 100 })))
  })
})
