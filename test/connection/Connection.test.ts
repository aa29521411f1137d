import { assert, describe, it } from "@effect/vitest"
import { randomUUID } from "node:crypto"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { Analytics } from "../../src/analytics/Analytics.ts"
import { Hub } from "../../src/hub/Hub.ts"
import { configuration, connect, engineLayer, said, settle, subscribe } from "../support/Engine.ts"
import type { FakeSocket } from "../support/FakeSocket.ts"

const chat = (content: string, roomId = "lobby", messageId: string = randomUUID()) => ({
  type: "chat",
  roomId,
  content,
  messageId
})

/** Makes a message one of 4 KB. */
const FILLER = "👍".repeat(990)

const codeOf = (socket: FakeSocket) => socket.closed?.code

describe("connection", () => {
  it.effect("is welcomed first, then answered in the order of its frames", () => {
    const config = configuration()
    return Effect.gen(function* () {
      const alice = yield* connect(config, "alice")
      alice.sayText(
        JSON.stringify({ type: "subscribe", roomId: "lobby", ref: 1 }),
        JSON.stringify({ ...chat("hello"), ref: 2 }),
        JSON.stringify({ type: "unsubscribe", roomId: "lobby", ref: 3 })
      )
      yield* alice.until("unsubscribed")
      assert.deepStrictEqual(
        alice.frames.map(({ type }) => type).filter((type) => type !== "presence_diff"),
        ["welcome", "subscribed", "read", "unsubscribed", "ack"]
      )
      assert.strictEqual(alice.of("ack")[0]?.["ref"], 2)
    }).pipe(Effect.provide(engineLayer(config)))
  })

  // D1, F36
  it.effect("closes a client that takes nothing as slow, and gives everyone else everything", () => {
    const config = configuration({ unsentBytes: 4096, stallTimeoutMs: 10_000 })
    return Effect.gen(function* () {
      const fast = yield* connect(config, "fast", { room: "lobby" })
      const slow = yield* connect(config, "slow", { room: "lobby" })
      const sender = yield* connect(config, "sender", { room: "lobby" })
      slow.stall()
      for (let i = 0; i < 200; i++) sender.say(chat(`message ${i}`))
      yield* fast.when(() => said(fast).length === 200)
      assert.deepStrictEqual(
        said(fast),
        Array.from({ length: 200 }, (_, i) => `message ${i}`)
      )
      assert.isAtMost(slow.unsentBytes, 4096 + 262_144)
      yield* TestClock.adjust(9999)
      yield* settle
      assert.isUndefined(slow.closed)
      yield* TestClock.adjust(1)
      yield* slow.when(() => slow.closed !== undefined)
      assert.strictEqual(codeOf(slow), 4001)
      assert.isUndefined(fast.closed)
      yield* settle
      const figures = yield* (yield* Analytics).snapshot
      assert.strictEqual(figures.slowCloses, 1)
      assert.strictEqual(figures.activeConnections, 2)
    }).pipe(Effect.provide(engineLayer(config)))
  })

  it.effect("lets a client that takes a little now and then catch up, in order and without gaps", () => {
    const config = configuration({ unsentBytes: 4096 })
    return Effect.gen(function* () {
      const lagging = yield* connect(config, "lagging", { room: "lobby" })
      const sender = yield* connect(config, "sender", { room: "lobby" })
      lagging.stall()
      for (let round = 0; round < 20; round++) {
        for (let i = 0; i < 50; i++) sender.say(chat(`message ${round * 50 + i}`))
        yield* sender.when(() => said(sender).length === (round + 1) * 50)
        yield* TestClock.adjust(8000)
        lagging.takeSome()
        yield* settle
      }
      lagging.resume()
      yield* lagging.when(() => said(lagging).length === 1000)
      assert.deepStrictEqual(
        said(lagging),
        Array.from({ length: 1000 }, (_, i) => `message ${i}`)
      )
      // and it is on the fast path again
      sender.say(chat("the last"))
      yield* lagging.until("chat", ({ content }) => content === "the last")
      assert.isUndefined(lagging.closed)
    }).pipe(Effect.provide(engineLayer(config)))
  })

  it.effect("does not take a burst of 5,000 messages for slowness", () => {
    const config = configuration()
    return Effect.gen(function* () {
      const reader = yield* connect(config, "reader", { room: "lobby" })
      const sender = yield* connect(config, "sender", { room: "lobby" })
      reader.stall()
      sender.sayText(...Array.from({ length: 5000 }, (_, i) => JSON.stringify(chat(`message ${i}`))))
      yield* sender.when(() => said(sender).length === 5000)
      reader.resume()
      yield* reader.when(() => said(reader).length === 5000)
      assert.deepStrictEqual(
        said(reader),
        Array.from({ length: 5000 }, (_, i) => `message ${i}`)
      )
      assert.isUndefined(reader.closed)
    }).pipe(Effect.provide(engineLayer(config)))
  })

  it.effect("closes a client that has fallen behind what the room still has", () => {
    const config = configuration({ unsentBytes: 1024, roomLogMessages: 64, roomLogBytes: 1024 })
    return Effect.gen(function* () {
      const lagging = yield* connect(config, "lagging", { room: "lobby" })
      const sender = yield* connect(config, "sender", { room: "lobby" })
      lagging.stall()
      for (let i = 0; i < 40; i++) {
        for (let j = 0; j < 50; j++) sender.say(chat(`message ${i * 50 + j}`))
        yield* sender.when(() => said(sender).length === (i + 1) * 50)
      }
      lagging.resume()
      yield* lagging.when(() => lagging.closed !== undefined)
      assert.strictEqual(codeOf(lagging), 4001)
    }).pipe(Effect.provide(engineLayer(config)))
  })

  it.effect("bounds the answers that wait for one client", () => {
    const config = configuration({ mailboxBytes: 2048, unsentBytes: 1024 })
    return Effect.gen(function* () {
      const client = yield* connect(config, "client")
      client.stall()
      for (let i = 0; i < 200; i++) client.say({ type: "ping", ref: i })
      yield* client.when(() => client.closed !== undefined)
      assert.strictEqual(codeOf(client), 4001)
    }).pipe(Effect.provide(engineLayer(config)))
  })

  it.effect("writes one and the same buffer to everyone at the same position, however many messages it holds", () => {
    const config = configuration({ presence: false })
    return Effect.gen(function* () {
      const readers = []
      for (let i = 0; i < 10; i++) readers.push(yield* connect(config, `reader${i}`, { room: "lobby" }))
      const sender = yield* connect(config, "sender", { room: "lobby" })
      const before = readers.map(({ writes }) => writes.length)
      sender.sayText(...Array.from({ length: 32 }, (_, i) => JSON.stringify(chat(`message ${i}`))))
      for (const reader of readers) yield* reader.when(() => said(reader).length === 32)
      const shared = readers[0]!.writes[before[0]!]
      readers.forEach(({ writes }, i) => {
        assert.strictEqual(writes.length, before[i]! + 1)
        assert.strictEqual(writes.at(-1), shared)
      })
    }).pipe(Effect.provide(engineLayer(config)))
  })

  // F50, P7
  it.effect("answers overloaded, with a time to come back, when the hub's inbox is full", () => {
    const config = configuration({ hubInbox: 8 })
    return Effect.gen(function* () {
      const client = yield* connect(config, "client", { room: "lobby" })
      client.sayText(...Array.from({ length: 50 }, (_, i) => JSON.stringify({ ...chat(`message ${i}`), ref: i })))
      yield* client.when(() => client.of("ack").length + client.of("error").length === 50)
      yield* settle
      const refused = client.of("error")
      assert.isNotEmpty(refused)
      for (const error of refused) {
        assert.strictEqual(error["code"], "overloaded")
        assert.isAbove(error["retryAfterMs"] as number, 0)
      }
      assert.strictEqual(said(client).length, client.of("ack").length)
      const { rejected } = yield* (yield* Analytics).snapshot
      assert.strictEqual(rejected["overloaded"], refused.length)
      // after the pause that was asked for, it is served again
      yield* TestClock.adjust(1000)
      client.say({ ...chat("again"), ref: "again" })
      yield* client.until("ack", ({ ref }) => ref === "again")
    }).pipe(Effect.provide(engineLayer(config)))
  })

  // H3
  it.effect("counts a user's messages over all their connections, also after they reconnect", () => {
    const config = configuration({ ratePerSec: 5, rateBurst: 10 })
    return Effect.gen(function* () {
      const one = yield* connect(config, "alice", { room: "lobby" })
      const two = yield* connect(config, "alice", { room: "lobby" })
      const other = yield* connect(config, "bob", { room: "lobby" })
      for (let i = 0; i < 6; i++) {
        one.say(chat(`one ${i}`))
        two.say(chat(`two ${i}`))
      }
      yield* one.when(() => one.of("ack").length + one.of("error").length === 6)
      yield* two.when(() => two.of("ack").length + two.of("error").length === 6)
      assert.strictEqual(one.of("ack").length + two.of("ack").length, 10)
      const [limited] = [...one.of("error"), ...two.of("error")]
      assert.strictEqual(limited?.["code"], "rate_limited")
      assert.strictEqual(limited?.["retryAfterMs"], 200)
      one.leave()
      const again = yield* connect(config, "alice", { room: "lobby" })
      again.say(chat("after reconnect"))
      yield* again.until("error", ({ code }) => code === "rate_limited")
      other.say(chat("someone else"))
      yield* other.until("ack")
      yield* TestClock.adjust(200)
      again.say(chat("after waiting"))
      yield* again.until("ack")
    }).pipe(Effect.provide(engineLayer(config)))
  })

  // P4
  it.effect("answers a repeat as it answered the first send, even where the limit would now refuse it", () => {
    const config = configuration({ ratePerSec: 1, rateBurst: 1 })
    return Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const first = chat("once")
      alice.say(first)
      const ack = yield* alice.until("ack")
      alice.say(first)
      const repeat = yield* alice.until("ack", ({ duplicate }) => duplicate === true)
      assert.deepStrictEqual({ ...repeat, duplicate: undefined }, { ...ack, duplicate: undefined })
      alice.say(chat("another"))
      yield* alice.until("error", ({ code }) => code === "rate_limited")
      alice.say({ ...first, content: "changed" })
      yield* alice.until("error", ({ code }) => code === "idempotency_conflict")
      assert.deepStrictEqual(said(alice), ["once"])
    }).pipe(Effect.provide(engineLayer(config)))
  })

  // F51
  it.effect("closes a client that ignores refusals for long", () => {
    const config = configuration({ refusals: 5 })
    return Effect.gen(function* () {
      const client = yield* connect(config, "client")
      for (let i = 0; i < 5; i++) client.sayText("not json")
      yield* client.when(() => client.of("error").length === 5)
      assert.isUndefined(client.closed)
      yield* TestClock.adjust("12 seconds")
      client.sayText("not json")
      yield* client.when(() => client.of("error").length === 6)
      yield* settle
      assert.isUndefined(client.closed)
      client.sayText("not json")
      yield* client.when(() => client.closed !== undefined)
      assert.strictEqual(codeOf(client), 4503)
      assert.strictEqual(client.of("error").length, 7)
    }).pipe(Effect.provide(engineLayer(config)))
  })

  // F46, P10
  it.effect("ends alone when its socket breaks, and the room is served on", () => {
    const config = configuration()
    return Effect.gen(function* () {
      const broken = yield* connect(config, "broken", { room: "lobby" })
      const fine = yield* connect(config, "fine", { room: "lobby" })
      broken.broken = true
      fine.say(chat("still here"))
      yield* fine.until("ack")
      yield* broken.when(() => broken.closed !== undefined)
      assert.strictEqual(codeOf(broken), 1011)
      fine.say(chat("and again"))
      yield* fine.when(() => said(fine).length === 2)
      const figures = yield* (yield* Analytics).snapshot
      assert.strictEqual(figures.fiberRestarts, 0)
    }).pipe(Effect.provide(engineLayer(config)))
  })

  it.effect("ends alone when its socket breaks on an answer of the hub", () => {
    const config = configuration()
    return Effect.gen(function* () {
      const broken = yield* connect(config, "broken")
      const fine = yield* connect(config, "fine", { room: "lobby" })
      broken.broken = true
      broken.say({ type: "subscribe", roomId: "lobby" })
      yield* broken.when(() => broken.closed !== undefined)
      assert.strictEqual(codeOf(broken), 1011)
      fine.say(chat("still here"))
      yield* fine.when(() => said(fine).length === 1)
      assert.strictEqual((yield* Supervisor).crashes(), 0)
    }).pipe(Effect.provide(engineLayer(config)))
  })

  it.effect("gives several large answers at once to a client that takes them", () => {
    const config = configuration({ presence: false })
    return Effect.gen(function* () {
      const sender = yield* connect(config, "sender")
      const rooms = ["a", "b", "c"]
      for (const room of rooms) {
        yield* subscribe(sender, room)
        const texts = Array.from({ length: 200 }, (_, i) => JSON.stringify(chat(`${i} ${FILLER}`, room)))
        sender.sayText(...texts)
      }
      yield* sender.when(() => said(sender).length === 600)
      const client = yield* connect(config, "client")
      client.stall()
      client.sayText(...rooms.map((roomId) => JSON.stringify({ type: "subscribe", roomId, history: 200 })))
      yield* settle
      assert.isUndefined(client.closed)
      // one fragment of the first is all that it has to take at a time
      assert.isAtMost(client.unsentBytes, 140_000)
      client.resume()
      yield* client.when(() => client.of("subscribed").length === 3)
      assert.deepStrictEqual(
        client.of("subscribed").map((frame) => [frame["roomId"], (frame["messages"] as Array<unknown>).length]),
        rooms.map((room) => [room, 200])
      )
      sender.say(chat("and on", "b"))
      yield* client.when(() => said(client).length === 1)
      assert.isUndefined(client.closed)
    }).pipe(Effect.provide(engineLayer(config)))
  })

  it.effect("is slow when it does not take a fragment in time, and not when the whole answer takes longer", () => {
    const config = configuration({ presence: false, stallTimeoutMs: 10_000 })
    return Effect.gen(function* () {
      const sender = yield* connect(config, "sender", { room: "lobby" })
      sender.sayText(...Array.from({ length: 100 }, (_, i) => JSON.stringify(chat(`${i} ${FILLER}`))))
      yield* sender.when(() => said(sender).length === 100)
      const [steady, stuck] = [yield* connect(config, "steady"), yield* connect(config, "stuck")]
      for (const socket of [steady, stuck]) {
        socket.stall()
        socket.say({ type: "subscribe", roomId: "lobby", history: 100 })
      }
      yield* settle
      let fragments = 0
      while (steady.of("subscribed").length === 0) {
        fragments++
        yield* TestClock.adjust(9000)
        steady.takeSome()
        yield* settle
      }
      assert.isAbove(fragments, 2)
      assert.isUndefined(steady.closed)
      assert.strictEqual(codeOf(stuck), 4001)
    }).pipe(Effect.provide(engineLayer(config)))
  })

  it.effect("leaves nothing behind in the hub once the peer is gone", () => {
    const config = configuration()
    return Effect.gen(function* () {
      const hub = yield* Hub
      const sockets = []
      for (let i = 0; i < 20; i++) sockets.push(yield* connect(config, `user${i}`, { room: "lobby" }))
      assert.strictEqual((yield* hub.size).clients, 20)
      for (const socket of sockets) socket.leave()
      for (const socket of sockets) yield* socket.when(() => socket.closed !== undefined)
      yield* settle
      assert.strictEqual((yield* hub.size).clients, 0)
      const figures = yield* (yield* Analytics).snapshot
      assert.strictEqual(figures.activeConnections, 0)
      assert.strictEqual(figures.peakConnections, 20)
    }).pipe(Effect.provide(engineLayer(config)))
  })

  it.effect("refuses commands for a room it is not in", () => {
    const config = configuration()
    return Effect.gen(function* () {
      const alice = yield* connect(config, "alice")
      for (const frame of [
        chat("hi", "elsewhere"),
        { type: "typing", roomId: "elsewhere", active: true },
        { type: "presence", roomId: "elsewhere" },
        { type: "read", roomId: "elsewhere", seq: 0 },
        { type: "unsubscribe", roomId: "elsewhere" }
      ]) {
        alice.say({ ...frame, ref: frame.type })
        const error = yield* alice.until("error", ({ ref }) => ref === frame.type)
        assert.strictEqual(error["code"], "not_subscribed")
        assert.strictEqual(error["field"], "roomId")
      }
    }).pipe(Effect.provide(engineLayer(config)))
  })

  it.effect("may be in as many rooms as the limit says", () => {
    const config = configuration({ roomsPerConnection: 3 })
    return Effect.gen(function* () {
      const alice = yield* connect(config, "alice")
      for (const room of ["a", "b", "c"]) yield* subscribe(alice, room)
      alice.say({ type: "subscribe", roomId: "d", ref: "d" })
      const error = yield* alice.until("error")
      assert.strictEqual(error["code"], "too_many_rooms")
      alice.say({ type: "unsubscribe", roomId: "a" })
      yield* alice.until("unsubscribed")
      yield* subscribe(alice, "d")
    }).pipe(Effect.provide(engineLayer(config)))
  })
})
