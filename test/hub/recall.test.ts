import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import { TestClock } from "effect/testing"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { Hub } from "../../src/hub/Hub.ts"
import { RecallFailed } from "../../src/log/Recall.ts"
import { connect, said, settle, subscribe } from "../support/Engine.ts"
import { Archive, chat, config, contents, numbers, talk } from "./Archive.ts"

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
    }).pipe(Effect.provide(archive.engine()))
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
    }).pipe(Effect.provide(archive.engine()))
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
    }).pipe(Effect.provide(archive.engine()))
  })

  it.effect("lets messages leave memory, however many reads follow each other without a pause", () => {
    const archive = new Archive()
    return Effect.gen(function* () {
      const alice = yield* talk(100)
      let gate = (archive.gate = yield* Deferred.make<void, RecallFailed>())
      const resume = Effect.fnUntraced(function* (seq: number) {
        const socket = yield* connect(config, `user-${seq}`)
        socket.say({ type: "subscribe", roomId: "lobby", after: { epoch: 7, seq } })
        yield* settle
        return socket
      })
      let last = yield* resume(80)
      for (let round = 1; round <= 5; round++) {
        const under = last
        // asks for more than is being read, so that another read has to follow
        last = yield* resume(80 - round)
        for (const n of numbers(1, 100)) alice.say(chat(`${round}.${n}`))
        yield* alice.when(() => said(alice).length === 100 * (round + 1))
        const read = gate
        gate = archive.gate = yield* Deferred.make<void, RecallFailed>()
        yield* Deferred.succeed(read, undefined)
        const answer = yield* under.until("subscribed")
        yield* settle
        assert.deepInclude(answer, { recovered: true, seq: 100 * (round + 1) })
        assert.lengthOf(contents(answer), 100 * (round + 1) - (81 - round))
        assert.deepStrictEqual(archive.reads.at(-1), { after: 80 - round, to: 100 * (round + 1) - 16 })
      }
    }).pipe(Effect.provide(archive.engine()))
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
    }).pipe(Effect.provide(archive.engine()))
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
    }).pipe(Effect.provide(archive.engine()))
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
    }).pipe(Effect.provide(archive.engine({ resumeMaxBytes: 1024 })))
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
      // it was owed an answer before it left
      assert.deepStrictEqual(
        left.of("subscribed").map(({ recovered }) => recovered),
        [false]
      )
      assert.strictEqual(left.of("unsubscribed").length, 1)
      assert.deepStrictEqual(said(left), [])
      assert.strictEqual((yield* (yield* Hub).size).clients, 3)
      assert.strictEqual((yield* Supervisor).crashes(), 0)
    }).pipe(Effect.provide(archive.engine()))
  })

  it.effect("gives a plain client the recent messages and holds nothing back", () => {
    const archive = new Archive()
    return Effect.gen(function* () {
      yield* talk(100)
      const plain = yield* connect(config, "plain", { dialect: "plain", room: "lobby", history: 10 })
      assert.deepStrictEqual(said(plain).map(Number), numbers(91, 100))
    }).pipe(Effect.provide(archive.engine()))
  })

  it.effect("answers who leaves before its past is read, and gives what it is owed", () => {
    const archive = new Archive()
    return Effect.gen(function* () {
      const alice = yield* talk(100)
      archive.gate = yield* Deferred.make<void, RecallFailed>()
      const bob = yield* connect(config, "bob")
      bob.say({ type: "subscribe", roomId: "lobby", after: { epoch: 7, seq: 10 }, history: 2, ref: "first" })
      bob.say({ type: "subscribe", roomId: "lobby", after: { epoch: 7, seq: 5 }, history: 2, ref: "second" })
      yield* settle
      alice.say(chat("101"))
      yield* alice.until("ack", ({ ref }) => ref === "101")
      bob.say({ type: "unsubscribe", roomId: "lobby", ref: "bye" })
      yield* bob.until("unsubscribed")
      const answers = bob.frames.filter(({ type }) => type !== "read").slice(-3)
      assert.deepStrictEqual(
        answers.map(({ recovered, ref, type }) => [type, ref, recovered]),
        [
          ["subscribed", "first", false],
          ["subscribed", "second", false],
          ["unsubscribed", "bye", undefined]
        ]
      )
      assert.deepStrictEqual(contents(answers[0]!), [100, 101])
      // it can come back at once
      bob.say({ type: "subscribe", roomId: "lobby", after: { epoch: 7, seq: 10 }, ref: "again" })
      yield* settle
      yield* Deferred.succeed(archive.gate, undefined)
      const again = yield* bob.until("subscribed", ({ ref }) => ref === "again")
      assert.deepStrictEqual(contents(again), numbers(11, 101))
      assert.strictEqual(bob.of("subscribed").length, 3)
    }).pipe(Effect.provide(archive.engine()))
  })
})
