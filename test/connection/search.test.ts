/** Searches over the socket. */
import { assert, describe, it } from "@effect/vitest"
import { randomUUID } from "node:crypto"
import { Effect, Latch, Layer, Schema } from "effect"
import { RoomId } from "../../src/domain/RoomId.ts"
import { serverFrames } from "../../src/domain/ServerFrame.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { Moderation } from "../../src/moderation/Moderation.ts"
import { PrivateRooms } from "../../src/private/PrivateRooms.ts"
import { entry, run } from "../contract/messageEntry.ts"
import { configuration, connect, engineLayer, settle } from "../support/Engine.ts"
import type { FakeSocket } from "../support/FakeSocket.ts"
import { Past } from "../support/Past.ts"

const lobby = RoomId.make("lobby")
const config = configuration()
const isFrame = Schema.is(serverFrames.found)

/** The engine, with a past of the test's making. */
const engine = (past: Past) => Layer.mergeAll(engineLayer(config), past.layer)

/** Asks, and waits for whatever is answered. */
const ask = (socket: FakeSocket, more: Record<string, unknown> = {}) => {
  const ref = randomUUID()
  socket.say({ type: "search", roomId: "lobby", text: "heron", ref, ...more })
  return Effect.map(
    socket.when(() => socket.frames.some((frame) => frame["ref"] === ref)),
    () => socket.frames.find((frame) => frame["ref"] === ref)!
  )
}

const seqs = (frame: Record<string, unknown>) =>
  (frame["messages"] as ReadonlyArray<{ readonly seq: number }>).map(({ seq }) => seq)

const herons = (from: number, to: number, epoch: number) =>
  run(from, to, { epoch }).map(({ seq }) =>
    entry(seq, { epoch, content: seq % 2 === 0 ? `"Heron" \\ ${seq}` : "a stork" })
  )

describe("a search over the socket", () => {
  it.effect("gives pages of what it finds, newest first, each message with its place", () => {
    const past = new Past()
    return Effect.gen(function* () {
      past.add([...herons(1, 60, 1), ...herons(1, 40, 2)])
      yield* past.cut(lobby, 30)
      const alice = yield* connect(config, "alice")
      const first = yield* ask(alice, { limit: 15 })
      assert.deepInclude(first, { type: "found", roomId: lobby, hasMore: true, before: { epoch: 2, seq: 12 } })
      assert.deepStrictEqual(seqs(first), [40, 38, 36, 34, 32, 30, 28, 26, 24, 22, 20, 18, 16, 14, 12])
      assert.deepStrictEqual(
        first["places"],
        seqs(first).map((seq) => ({ epoch: 2, seq }))
      )
      const second = yield* ask(alice, { before: first["before"] })
      assert.isTrue(isFrame(first))
      assert.deepStrictEqual(seqs(second), [10, 8, 6, 4, 2, ...Array.from({ length: 30 }, (_, i) => 60 - 2 * i)])
      assert.isFalse(second["hasMore"])
      assert.doesNotHaveAnyKeys(second, ["before"])
      const nothing = yield* ask(alice, { text: "HERONS stork" })
      assert.deepInclude(nothing, { type: "found", hasMore: false, messages: [], places: [] })
      const elsewhere = yield* ask(alice, { roomId: "nowhere" })
      assert.deepInclude(elsewhere, { roomId: "nowhere", hasMore: false, messages: [] })
    }).pipe(Effect.provide(engine(past)))
  })

  it.effect("refuses what is no search, and names what is wrong without saying it again", () => {
    const past = new Past()
    return Effect.gen(function* () {
      const alice = yield* connect(config, "alice")
      for (const [more, field] of [
        [{ text: "" }, "text"],
        [{ text: "-- 👍 !" }, "text"],
        [{ text: "a b c d e f g h i j k" }, "text"],
        [{ text: "secret".repeat(40) }, "text"],
        [{ text: "é".repeat(5000) }, "text"],
        [{ text: 5 }, "text"],
        [{ text: undefined }, "text"],
        [{ before: 7 }, "before"],
        [{ limit: 0 }, "limit"],
        [{ limit: 201 }, "limit"]
      ] as const) {
        const refused = yield* ask(alice, more)
        assert.deepInclude(refused, { type: "error", code: "invalid_frame", field }, JSON.stringify(more).slice(0, 60))
        assert.notInclude(String(refused["message"]), "secret")
      }
      assert.deepInclude(yield* ask(alice, { roomId: "No Room" }), { type: "error", code: "invalid_room" })
    }).pipe(Effect.provide(engine(past)))
  })

  it.effect("is done beside what is said, one at a time", () => {
    const past = new Past()
    return Effect.gen(function* () {
      past.add(herons(1, 20, 1))
      yield* past.cut(lobby, 1)
      const gate = yield* Latch.make()
      past.beforeLog = gate.await
      const alice = yield* connect(config, "alice")
      alice.say({ type: "search", roomId: "lobby", text: "heron", ref: "first" })
      yield* settle
      assert.deepInclude(yield* ask(alice), { type: "error", code: "overloaded" })
      alice.say({ type: "ping", ref: "meanwhile" })
      yield* alice.until("pong")
      yield* gate.open
      yield* alice.until("found", ({ ref }) => ref === "first")
      assert.lengthOf(seqs(yield* ask(alice)), 10)
    }).pipe(Effect.provide(engine(past)))
  })

  it.effect("gives nothing to who was put out of the room while it was under way, nor does a page of history", () => {
    const past = new Past()
    return Effect.gen(function* () {
      past.add(herons(1, 20, 1))
      yield* past.cut(lobby, 1)
      const gate = yield* Latch.make()
      past.beforeLog = gate.await
      const alice = yield* connect(config, "alice")
      for (const type of ["search", "history"]) alice.say({ type, roomId: "lobby", text: "heron", ref: type })
      yield* settle
      const moderation = (yield* Moderation)!
      const mia = { userId: UserId.make("mia"), name: "mia", via: "socket", moderates: () => true } as const
      yield* moderation.order({ action: "ban", userId: UserId.make("alice"), roomId: lobby }, mia)
      past.add([entry(21, { epoch: 1, content: "a heron said since" })])
      yield* gate.open
      for (const ref of ["search", "history"]) {
        yield* alice.when(() => alice.frames.some((frame) => frame["ref"] === ref))
        const answer = alice.frames.find((frame) => frame["ref"] === ref)!
        assert.deepInclude(answer, { type: "error", code: "forbidden_room", field: "roomId" })
      }
    }).pipe(Effect.provide(engine(past)))
  })

  it.effect("gives nothing of a group to who was taken out of it meanwhile", () => {
    const past = new Past()
    return Effect.gen(function* () {
      const rooms = (yield* PrivateRooms)!
      const [alice, bob] = [UserId.make("alice"), UserId.make("bob")]
      const { roomId } = yield* rooms.group(alice, undefined, [bob])
      past.add(run(1, 20, { roomId }).map(({ seq }) => entry(seq, { roomId, content: "heron" })))
      yield* past.cut(roomId, 1)
      const gate = yield* Latch.make()
      past.beforeLog = gate.await
      const socket = yield* connect(config, "bob")
      socket.say({ type: "search", roomId, text: "heron", ref: "late" })
      yield* settle
      yield* rooms.remove(alice, roomId, bob)
      yield* gate.open
      yield* socket.when(() => socket.frames.some(({ ref }) => ref === "late"))
      const answer = socket.frames.find(({ ref }) => ref === "late")!
      assert.deepInclude(answer, { type: "error", code: "forbidden_room", field: "roomId" })
    }).pipe(Effect.provide(engine(past)))
  })

  it.effect("ends with its connection", () => {
    const past = new Past()
    return Effect.gen(function* () {
      past.add(herons(1, 20, 1))
      yield* past.cut(lobby, 1)
      const broken = yield* Latch.make()
      past.beforeLog = Effect.never.pipe(Effect.onInterrupt(() => broken.open))
      const alice = yield* connect(config, "alice")
      alice.say({ type: "search", roomId: "lobby", text: "heron" })
      yield* settle
      alice.leave()
      yield* broken.await
    }).pipe(Effect.provide(engine(past)))
  })

  it.effect("counts as a message does for how often one may ask", () => {
    const past = new Past()
    const limited = configuration({ ratePerSec: 1, rateBurst: 2 })
    return Effect.gen(function* () {
      const alice = yield* connect(limited, "alice")
      yield* ask(alice)
      yield* ask(alice)
      const refused = yield* ask(alice)
      assert.deepInclude(refused, { type: "error", code: "rate_limited" })
      assert.isAbove(Number(refused["retryAfterMs"]), 0)
    }).pipe(Effect.provide(Layer.mergeAll(engineLayer(limited), past.layer)))
  })

  it.effect("is not for plain clients", () => {
    const past = new Past()
    return Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { dialect: "plain" })
      alice.say({ type: "search", roomId: "lobby", text: "heron" })
      const refused = yield* alice.until("error")
      assert.strictEqual(refused["code"], "forbidden_type")
    }).pipe(Effect.provide(engine(past)))
  })
})
