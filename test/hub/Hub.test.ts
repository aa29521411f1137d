import { assert, describe, it } from "@effect/vitest"
import { randomUUID } from "node:crypto"
import { Clock, Effect, Exit, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { FaultPoint, type FaultPointName } from "../../src/actor/FaultPoint.ts"
import { MAX_RESTARTS, Supervisor } from "../../src/actor/Supervisor.ts"
import { Analytics } from "../../src/analytics/Analytics.ts"
import { Hub } from "../../src/hub/Hub.ts"
import { LogUnavailable, RoomLog } from "../../src/log/RoomLog.ts"
import { logOptions } from "../../src/Persistence.ts"
import { configuration, connect, engineLayer, said, settle, subscribe } from "../support/Engine.ts"

const chat = (content: string, messageId: string = randomUUID(), roomId = "lobby") => ({
  type: "chat",
  roomId,
  content,
  messageId
})

/** A log that fails as told, in front of the real one. */
const failing = (fails: (contents: ReadonlyArray<string>) => Effect.Effect<void, LogUnavailable>) =>
  Layer.effect(
    RoomLog,
    Effect.map(RoomLog, (log) =>
      RoomLog.of({
        ...log,
        append: (drafts) => Effect.andThen(fails(drafts.map(({ content }) => content)), log.append(drafts))
      })
    )
  ).pipe(Layer.provide(RoomLog.layerMemory(logOptions(configuration()))))

describe("hub", () => {
  // F45
  it.effect("answers a message that makes the log fail with internal, and keeps those around it", () => {
    const config = configuration()
    const log = failing((contents) =>
      contents.includes("poison") ? Effect.die(new Error("cannot keep this")) : Effect.void
    )
    return Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const bob = yield* connect(config, "bob", { room: "lobby" })
      alice.sayText(
        ...["before", "poison", "after"].map((content) => JSON.stringify({ ...chat(content), ref: content }))
      )
      yield* alice.until("ack", ({ ref }) => ref === "after")
      const error = yield* alice.until("error")
      assert.strictEqual(error["ref"], "poison")
      assert.strictEqual(error["code"], "internal")
      yield* bob.when(() => said(bob).length === 2)
      assert.deepStrictEqual(said(bob), ["before", "after"])
      assert.deepStrictEqual(
        bob.of("chat").map(({ seq }) => seq),
        [1, 2]
      )
      const figures = yield* (yield* Analytics).snapshot
      assert.strictEqual(figures.rejected["internal"], 1)
      assert.strictEqual(figures.totalMessages, 2)
    }).pipe(Effect.provide(engineLayer(config, log)))
  })

  // P7
  it.effect("says when the log is full and when to come back, and goes on once it is not", () => {
    const config = configuration()
    let full = true
    const log = failing(() =>
      full ? Effect.fail(new LogUnavailable({ reason: "storage_full", retryAfterMs: 5000 })) : Effect.void
    )
    return Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const first = chat("first")
      alice.say({ ...first, ref: 1 })
      const error = yield* alice.until("error")
      assert.deepStrictEqual(
        { ref: error["ref"], code: error["code"], retryAfterMs: error["retryAfterMs"] },
        { ref: 1, code: "storage_full", retryAfterMs: 5000 }
      )
      full = false
      alice.say({ ...first, ref: 2 })
      const ack = yield* alice.until("ack")
      assert.strictEqual(ack["seq"], 1)
      assert.isUndefined(ack["duplicate"])
    }).pipe(Effect.provide(engineLayer(config, log)))
  })

  // F47
  for (const point of ["hub/taken", "hub/appended", "hub/settled"] as const) {
    it.effect(
      `restarts after a crash at ${point} with every socket kept and no accepted message lost or repeated`,
      () => {
        const config = configuration()
        let crashes = 0
        const fault = (at: FaultPointName) =>
          Effect.suspend(() =>
            at === point && crashes > 0 ? Effect.die(new Error(`crash ${crashes--}`)) : Effect.void
          )
        return Effect.gen(function* () {
          const alice = yield* connect(config, "alice", { room: "lobby" })
          const bob = yield* connect(config, "bob", { room: "lobby" })
          const carol = yield* connect(config, "carol", { room: "lobby" })
          crashes = 3
          for (let i = 0; i < 20; i++) {
            alice.say({ ...chat(`alice ${i}`), ref: i })
            bob.say({ ...chat(`bob ${i}`), ref: i })
          }
          for (let i = 0; i < 20; i++) yield* TestClock.adjust(1000)
          for (const socket of [alice, bob, carol]) yield* socket.when(() => said(socket).length === 40)
          assert.deepStrictEqual(
            carol.of("chat").map(({ seq }) => seq),
            Array.from({ length: 40 }, (_, i) => i + 1)
          )
          assert.deepStrictEqual(
            alice.of("ack").map(({ ref }) => ref),
            Array.from({ length: 20 }, (_, i) => i)
          )
          for (const ack of bob.of("ack")) assert.isUndefined(ack["duplicate"])
          assert.isUndefined(alice.closed)
          assert.strictEqual(crashes, 0)
          assert.isTrue((yield* Supervisor).healthy())
        }).pipe(Effect.provide(engineLayer(config)), Effect.provideService(FaultPoint, fault))
      }
    )
  }

  // F48
  it.effect("is given up after too many crashes within 30 s", () => {
    const config = configuration()
    let permanent = false
    const fault = () => Effect.suspend(() => (permanent ? Effect.die(new Error("always")) : Effect.void))
    return Effect.gen(function* () {
      const supervisor = yield* Supervisor
      yield* connect(config, "alice", { room: "lobby" })
      const failure = yield* Effect.forkChild(supervisor.failure)
      permanent = true
      for (let i = 0; i < 20; i++) {
        yield* TestClock.adjust(1000)
        yield* settle
      }
      const exit = yield* Fiber.await(failure)
      assert.isTrue(Exit.isFailure(exit))
      assert.isFalse(supervisor.healthy())
      assert.strictEqual(supervisor.crashes(), MAX_RESTARTS + 1)
    }).pipe(Effect.provide(engineLayer(config)), Effect.provideService(FaultPoint, fault))
  })

  it.effect("lives on when crashes are few and far between", () => {
    const config = configuration()
    let crash = false
    const fault = () => Effect.suspend(() => (crash ? ((crash = false), Effect.die(new Error("once"))) : Effect.void))
    return Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      for (let i = 0; i < 12; i++) {
        crash = true
        yield* TestClock.adjust("20 seconds")
        yield* settle
      }
      assert.isTrue((yield* Supervisor).healthy())
      assert.isAtLeast((yield* Supervisor).crashes(), 12)
      alice.say(chat("still here"))
      yield* alice.until("ack")
    }).pipe(Effect.provide(engineLayer(config)), Effect.provideService(FaultPoint, fault))
  })

  // A16, F38
  it.effect("makes one message of ten sends of one messageId at once", () => {
    const config = configuration()
    return Effect.gen(function* () {
      const tabs = []
      for (let i = 0; i < 5; i++) tabs.push(yield* connect(config, "alice", { room: "lobby" }))
      const watcher = yield* connect(config, "watcher", { room: "lobby" })
      const message = chat("once only")
      for (const tab of tabs) tab.sayText(JSON.stringify(message), JSON.stringify(message))
      for (const tab of tabs) yield* tab.when(() => tab.of("ack").length === 2)
      const acks = tabs.flatMap((tab) => tab.of("ack"))
      assert.strictEqual(new Set(acks.map(({ seq }) => seq)).size, 1)
      assert.strictEqual(acks.filter(({ duplicate }) => duplicate !== true).length, 1)
      yield* settle
      assert.deepStrictEqual(said(watcher), ["once only"])
    }).pipe(Effect.provide(engineLayer(config)))
  })

  // A17, F39
  it.effect("answers a conflict when other content comes under a known messageId, and keeps the first", () => {
    const config = configuration()
    return Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const bob = yield* connect(config, "bob", { room: "lobby" })
      const message = chat("first")
      alice.say(message)
      yield* alice.until("ack")
      alice.say({ ...message, content: "second", ref: "again" })
      const error = yield* alice.until("error")
      assert.strictEqual(error["code"], "idempotency_conflict")
      assert.strictEqual(error["ref"], "again")
      // the same id from someone else, or in another room, is another message
      bob.say({ ...message, content: "bob's own" })
      yield* bob.until("ack", ({ seq }) => seq === 2)
      yield* subscribe(alice, "elsewhere")
      alice.say({ ...message, roomId: "elsewhere" })
      yield* alice.until("ack", ({ roomId, seq }) => roomId === "elsewhere" && seq === 1)
    }).pipe(Effect.provide(engineLayer(config)))
  })

  // A19
  it.effect("keeps two messages with the same text under different ids", () => {
    const config = configuration()
    return Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      alice.sayText(JSON.stringify(chat("twice")), JSON.stringify(chat("twice")))
      yield* alice.when(() => said(alice).length === 2)
    }).pipe(Effect.provide(engineLayer(config)))
  })

  // B1, B2, P11
  it.effect("never lets a room's timestamps decrease, whatever the clock does", () => {
    const config = configuration()
    return Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const times: Array<string> = []
      for (const jump of [0, 1000, -30_000, 5000, -500, 60_000]) {
        yield* TestClock.setTime((yield* Clock.currentTimeMillis) + jump)
        alice.say(chat(`after ${jump}`))
        yield* alice.when(() => alice.of("ack").length === times.length + 1)
        times.push(String(alice.of("ack").at(-1)?.["timestamp"]))
      }
      assert.deepStrictEqual(
        times,
        times.toSorted((a, b) => Date.parse(a) - Date.parse(b))
      )
      yield* settle
      const figures = yield* (yield* Analytics).snapshot
      assert.isAtLeast(figures.latencyP50Ms ?? -1, 0)
      assert.isAtLeast(figures.uptimeSeconds, 0)
    }).pipe(Effect.provide(engineLayer(config)))
  })
})

describe("resuming", () => {
  // A1, A2, A3
  it.effect("gives back exactly what was missed, then nothing when nothing was", () => {
    const config = configuration()
    return Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const bob = yield* connect(config, "bob")
      const joined = yield* subscribe(bob, "lobby")
      bob.leave()
      for (const text of ["one", "two", "three"]) alice.say(chat(text))
      yield* alice.when(() => alice.of("ack").length === 3)
      const back = yield* connect(config, "bob")
      const resumed = yield* subscribe(back, "lobby", { after: { epoch: joined["epoch"], seq: joined["seq"] } })
      assert.strictEqual(resumed["recovered"], true)
      assert.deepStrictEqual(
        (resumed["messages"] as ReadonlyArray<{ content: string }>).map(({ content }) => content),
        ["one", "two", "three"]
      )
      assert.strictEqual(resumed["seq"], 3)
      back.leave()
      yield* TestClock.adjust("1 hour")
      const again = yield* connect(config, "bob")
      const top = yield* subscribe(again, "lobby", { after: { epoch: resumed["epoch"], seq: 3 } })
      assert.strictEqual(top["recovered"], true)
      assert.deepStrictEqual(top["messages"], [])
    }).pipe(Effect.provide(engineLayer(config)))
  })

  it.effect("starts afresh beyond what the room still has, never with a gap", () => {
    const config = configuration({ roomLogMessages: 32, roomLogBytes: 1024 })
    return Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const { epoch } = (yield* subscribe(alice, "lobby")) as unknown as { epoch: number }
      for (let i = 0; i < 40; i++) {
        for (let j = 0; j < 50; j++) alice.say(chat(`message ${i * 50 + j}`))
        yield* alice.when(() => alice.of("ack").length === (i + 1) * 50)
      }
      const bob = yield* connect(config, "bob")
      for (const [seq, recovered] of [
        [0, false],
        [1900, false],
        [1968, true],
        [2000, true],
        [2001, false]
      ] as const) {
        const answer = yield* subscribe(bob, "lobby", { after: { epoch, seq }, history: 5 })
        assert.strictEqual(answer["recovered"], recovered, `after ${seq}`)
        const seqs = (answer["messages"] as ReadonlyArray<{ seq: number }>).map((message) => message.seq)
        const from = recovered ? seq : 1995
        assert.deepStrictEqual(
          seqs,
          Array.from({ length: 2000 - from }, (_, i) => from + 1 + i)
        )
      }
      const other = yield* subscribe(bob, "lobby", { after: { epoch: epoch + 1, seq: 2000 }, history: 0 })
      assert.strictEqual(other["recovered"], false)
      assert.deepStrictEqual(other["messages"], [])
    }).pipe(Effect.provide(engineLayer(config)))
  })

  // A14
  it.effect("does not take a room that left memory for the one it was", () => {
    const config = configuration({ roomEmptyMs: 600_000 })
    return Effect.gen(function* () {
      const hub = yield* Hub
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const first = alice.of("subscribed")[0]!
      alice.say(chat("before"))
      yield* alice.until("ack")
      alice.leave()
      yield* settle
      yield* TestClock.adjust("9 minutes")
      yield* settle
      assert.strictEqual((yield* hub.size).rooms, 1)
      yield* TestClock.adjust("61 seconds")
      yield* settle
      assert.strictEqual((yield* hub.size).rooms, 0)
      const back = yield* connect(config, "alice")
      const answer = yield* subscribe(back, "lobby", { after: { epoch: first["epoch"], seq: 1 } })
      assert.strictEqual(answer["recovered"], false)
      assert.notStrictEqual(answer["epoch"], first["epoch"])
      assert.strictEqual(answer["seq"], 0)
    }).pipe(Effect.provide(engineLayer(config)))
  })

  it.effect("keeps a room that people came back to", () => {
    const config = configuration({ roomEmptyMs: 600_000 })
    return Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      alice.say(chat("before"))
      yield* alice.until("ack")
      alice.leave()
      yield* settle
      yield* TestClock.adjust("9 minutes")
      const back = yield* connect(config, "alice", { room: "lobby" })
      yield* TestClock.adjust("30 minutes")
      yield* settle
      const answer = yield* subscribe(back, "lobby")
      assert.strictEqual(answer["seq"], 1)
    }).pipe(Effect.provide(engineLayer(config)))
  })

  it.effect("replays to plain clients as many recent messages as they ask for", () => {
    const config = configuration()
    return Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { dialect: "plain" })
      for (let i = 0; i < 5; i++) alice.say({ type: "chat", content: `message ${i}` })
      yield* alice.when(() => said(alice).length === 5)
      const bob = yield* connect(config, "bob", { dialect: "plain", history: 2 })
      yield* bob.when(() => said(bob).length === 2)
      const carol = yield* connect(config, "carol", { dialect: "plain", history: 0 })
      const dave = yield* connect(config, "dave", { dialect: "plain" })
      yield* dave.when(() => said(dave).length === 5)
      alice.say({ type: "chat", content: "live" })
      for (const socket of [bob, carol, dave]) yield* socket.until("chat", ({ content }) => content === "live")
      assert.deepStrictEqual(said(bob), ["message 3", "message 4", "live"])
      assert.deepStrictEqual(said(carol), ["live"])
    }).pipe(Effect.provide(engineLayer(config)))
  })
})
