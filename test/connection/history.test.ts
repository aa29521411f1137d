/** Pages of history over the socket. */
import { assert, describe, it } from "@effect/vitest"
import { randomUUID } from "node:crypto"
import { Deferred, Effect, Layer, Schema } from "effect"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { Analytics } from "../../src/analytics/Analytics.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { serverFrames } from "../../src/domain/ServerFrame.ts"
import { entry } from "../contract/messageStore.ts"
import { configuration, connect, engineLayer, settle } from "../support/Engine.ts"
import type { FakeSocket } from "../support/FakeSocket.ts"
import { Past } from "../support/Past.ts"

const lobby = RoomId.make("lobby")
const config = configuration()
const isHistory = Schema.is(serverFrames.history)

const run = (from: number, to: number, more: Parameters<typeof entry>[1] = {}) =>
  Array.from({ length: to - from + 1 }, (_, i) => entry(from + i, more))

/** The engine, with a past of the test's making. */
const engine = (past: Past) => Layer.mergeAll(engineLayer(config), past.layer)

const asking = (ref: string | number, more: Record<string, unknown> = {}) => ({
  type: "history",
  roomId: "lobby",
  ref,
  ...more
})

/** Asks, and waits for whatever is answered. */
const ask = (socket: FakeSocket, more: Record<string, unknown> = {}) => {
  const ref = randomUUID()
  socket.say(asking(ref, more))
  return Effect.map(
    socket.when(() => socket.frames.some((frame) => frame["ref"] === ref)),
    () => socket.frames.find((frame) => frame["ref"] === ref)!
  )
}

const seqs = (frame: Record<string, unknown>) =>
  (frame["messages"] as ReadonlyArray<{ readonly seq: number }>).map(({ seq }) => seq)
const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

/** The store holds back its answers from now on, until it is let go; `reads` are under way. */
const holding = Effect.fnUntraced(function* (past: Past) {
  const gate = yield* Deferred.make<void>()
  const held = { reads: 0, brokenOff: 0 }
  past.beforeStore = Effect.suspend(() => {
    held.reads++
    return Deferred.await(gate)
  }).pipe(
    Effect.onInterrupt(() =>
      Effect.sync(() => {
        held.brokenOff++
      })
    )
  )
  return { held, letGo: Deferred.succeed(gate, undefined) }
})

describe("history over the socket", () => {
  it.effect("is given in pages that lead back to the beginning, over all epochs", () => {
    const past = new Past()
    return Effect.gen(function* () {
      past.add([...run(1, 60, { epoch: 1 }), ...run(1, 40, { epoch: 2, content: '"語" \\' })])
      yield* past.cut(lobby, 30)
      const alice = yield* connect(config, "alice")
      const newest = yield* ask(alice)
      assert.isTrue(isHistory(newest))
      assert.deepInclude(newest, {
        roomId: "lobby",
        hasMore: true,
        before: { epoch: 1, seq: 51 },
        after: { epoch: 2, seq: 40 }
      })
      assert.deepStrictEqual(seqs(newest), [...upTo(51, 60), ...upTo(1, 40)])
      const older = yield* ask(alice, { before: newest["before"], limit: 30 })
      assert.deepStrictEqual(seqs(older), upTo(21, 50))
      assert.isTrue(older["hasMore"])
      const oldest = yield* ask(alice, { before: older["before"], limit: 200 })
      assert.deepStrictEqual(seqs(oldest), upTo(1, 20))
      assert.isFalse(oldest["hasMore"])
      const nothing = yield* ask(alice, { before: oldest["before"] })
      assert.deepInclude(nothing, { type: "history", hasMore: false, messages: [] })
      assert.doesNotHaveAnyKeys(nothing, ["before", "after"])
      const forth = yield* ask(alice, { after: oldest["after"], limit: 30 })
      assert.deepStrictEqual(seqs(forth), upTo(21, 50))
      assert.isTrue(forth["hasMore"])
    }).pipe(Effect.provide(engine(past)))
  })

  it.effect("takes the seq of a message for a place in the present epoch", () => {
    const past = new Past()
    return Effect.gen(function* () {
      past.add([...run(1, 60, { epoch: 1 }), ...run(1, 40, { epoch: 2 })])
      yield* past.cut(lobby, 30)
      const alice = yield* connect(config, "alice")
      assert.deepStrictEqual(seqs(yield* ask(alice, { before: 35, limit: 8 })), upTo(27, 34))
      assert.deepStrictEqual(seqs(yield* ask(alice, { after: 35, limit: 3 })), [36, 37, 38])
      assert.deepStrictEqual(seqs(yield* ask(alice, { around: 31, limit: 5 })), upTo(29, 33))
      assert.deepStrictEqual(seqs(yield* ask(alice, { around: { epoch: 1, seq: 31 }, limit: 5 })), upTo(29, 33))
      const end = yield* ask(alice, { after: 40 })
      assert.deepStrictEqual([seqs(end), end["hasMore"]], [[], false])
    }).pipe(Effect.provide(engine(past)))
  })

  it.effect("refuses a page that makes no sense, and names what is wrong", () => {
    const past = new Past()
    return Effect.gen(function* () {
      const alice = yield* connect(config, "alice")
      for (const [more, field] of [
        [{ limit: 0 }, "limit"],
        [{ limit: 201 }, "limit"],
        [{ limit: 1.5 }, "limit"],
        [{ before: -1 }, "before"],
        [{ after: "cursor" }, "after"],
        [{ around: { epoch: 1 } }, "around"],
        [{ before: 5, after: 1 }, "after"],
        [{ before: 5, around: { epoch: 1, seq: 1 } }, "around"]
      ] as const) {
        const error = yield* ask(alice, more)
        assert.deepInclude(error, { type: "error", code: "invalid_frame" }, JSON.stringify(more))
        assert.strictEqual(String(error["field"]).split(".")[0], field)
        for (const name of Object.keys(more)) assert.include(String(error["message"]), name)
      }
      const plain = yield* connect(config, "bob", { dialect: "plain" })
      plain.say(asking(1))
      assert.strictEqual((yield* plain.until("error"))["code"], "forbidden_type")
      assert.strictEqual(past.asked, 0)
    }).pipe(Effect.provide(engine(past)))
  })

  it.effect("does not hold up what the same client says meanwhile", () => {
    const past = new Past()
    return Effect.gen(function* () {
      past.add(run(1, 10))
      yield* past.cut(lobby, 5)
      const { letGo } = yield* holding(past)
      const alice = yield* connect(config, "alice", { room: "den" })
      alice.say(asking("page"))
      alice.say({ type: "chat", roomId: "den", content: "hi", messageId: randomUUID(), ref: "chat" })
      yield* alice.until("ack", ({ ref }) => ref === "chat")
      alice.say({ type: "ping", ref: "ping" })
      yield* alice.until("pong")
      assert.lengthOf(alice.of("history"), 0)
      yield* letGo
      const page = yield* alice.until("history")
      assert.deepStrictEqual([page["ref"], seqs(page)], ["page", upTo(1, 10)])
    }).pipe(Effect.provide(engine(past)))
  })

  it.effect("looks no page up for a client that has not taken the ones before", () => {
    const past = new Past()
    return Effect.gen(function* () {
      past.add(run(1, 10))
      const alice = yield* connect(config, "alice")
      alice.stall()
      for (const ref of [1, 2, 3, 4, 5]) {
        alice.say(asking(ref))
        yield* settle
      }
      alice.resume()
      yield* alice.until("error")
      assert.deepStrictEqual(
        [...alice.of("history"), ...alice.of("error")].map(({ code, ref }) => [ref, code]),
        [
          [1, undefined],
          [2, undefined],
          [3, undefined],
          [4, undefined],
          [5, "rate_limited"]
        ]
      )
      assert.deepStrictEqual(seqs(yield* ask(alice)), upTo(1, 10))
    }).pipe(Effect.provide(engine(past)))
  })

  it.effect("reads two pages at a time for one connection, and tells a third when to come back", () => {
    const past = new Past()
    return Effect.gen(function* () {
      past.add(run(1, 10))
      yield* past.cut(lobby, 5)
      const { held, letGo } = yield* holding(past)
      const alice = yield* connect(config, "alice")
      const bob = yield* connect(config, "bob")
      for (const ref of [1, 2, 3]) alice.say(asking(ref))
      const error = yield* alice.until("error")
      assert.deepInclude(error, { ref: 3, code: "rate_limited", retryAfterMs: 100 })
      // others are not concerned
      bob.say(asking(4))
      yield* settle
      assert.strictEqual(held.reads, 3)
      yield* letGo
      yield* bob.until("history")
      yield* alice.when(() => alice.of("history").length === 2)
      for (let i = 0; i < 10; i++) assert.strictEqual((yield* ask(alice)).type, "history")
      assert.strictEqual((yield* (yield* Analytics).snapshot).rejected["rate_limited"], 1)
    }).pipe(Effect.provide(engine(past)))
  })

  it.effect("says that it is unavailable, and when to come back, while the store does not answer", () => {
    const past = new Past()
    return Effect.gen(function* () {
      past.add(run(1, 10))
      yield* past.cut(lobby, 5)
      past.away = true
      const alice = yield* connect(config, "alice")
      const error = yield* ask(alice)
      assert.deepInclude(error, { type: "error", code: "unavailable" })
      assert.isAbove(Number(error["retryAfterMs"]), 0)
      assert.strictEqual((yield* (yield* Analytics).snapshot).rejected["unavailable"], 1)
      assert.deepStrictEqual(seqs(yield* ask(alice, { limit: 5 })), upTo(6, 10))
    }).pipe(Effect.provide(engine(past)))
  })

  // P10
  it.effect("answers internal where reading fails in an unforeseen way, and the connection goes on", () => {
    const past = new Past()
    return Effect.gen(function* () {
      past.add(run(1, 10))
      yield* past.cut(lobby, 5)
      past.beforeStore = Effect.die(new Error("broken store"))
      const supervisor = yield* Supervisor
      const alice = yield* connect(config, "alice")
      for (let i = 1; i <= 3; i++) {
        assert.deepInclude(yield* ask(alice), { type: "error", code: "internal" })
        assert.strictEqual(supervisor.crashes(), i)
      }
      past.beforeStore = Effect.void
      assert.strictEqual((yield* ask(alice)).type, "history")
      assert.isTrue(supervisor.healthy())
      assert.isUndefined(alice.closed)
    }).pipe(Effect.provide(engine(past)))
  })

  it.effect("ends with the connection that asked", () => {
    const past = new Past()
    return Effect.gen(function* () {
      past.add(run(1, 10))
      yield* past.cut(lobby, 5)
      const { held, letGo } = yield* holding(past)
      const alice = yield* connect(config, "alice")
      alice.say(asking(1))
      alice.say(asking(2))
      yield* settle
      assert.strictEqual(held.reads, 2)
      alice.leave()
      yield* alice.when(() => alice.closed !== undefined)
      yield* settle
      assert.strictEqual(held.brokenOff, 2)
      const written = alice.writes.length
      yield* letGo
      yield* settle
      assert.strictEqual(alice.writes.length, written)
      assert.strictEqual((yield* Supervisor).crashes(), 0)
    }).pipe(Effect.provide(engine(past)))
  })
})
