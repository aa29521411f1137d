import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { Connections } from "../../src/connection/Connections.ts"
import type { Moderation as Order } from "../../src/domain/Moderation.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { Hub } from "../../src/hub/Hub.ts"
import { Moderation } from "../../src/moderation/Moderation.ts"
import { configuration, connect, engineLayer, said, settle, subscribe } from "../support/Engine.ts"

const config = configuration()
const layer = engineLayer(config)

const alice = UserId.make("alice")
const lobby = RoomId.make("lobby")

const mia = { userId: UserId.make("mia"), name: "mia", via: "socket", moderates: () => true } as const

/** Has a moderator order something, and everybody who is connected feel it. */
const order = Effect.fnUntraced(function* (what: Order) {
  const moderation = yield* Moderation
  if (moderation === undefined) return yield* Effect.die("nobody is moderated")
  const ordered = yield* moderation.order(what, mia)
  yield* settle
  return ordered
})

/** Puts a user's connections into a room past everything that would keep them out. */
const smuggle = Effect.fnUntraced(function* (userId: UserId, roomId: RoomId) {
  const hub = yield* Hub
  for (const { client } of (yield* Connections).of(userId)) {
    hub.submit({ _tag: "Subscribe", client, ref: undefined, roomId, after: undefined, history: 0 })
  }
  yield* settle
})

describe("a ban everywhere", () => {
  it.effect("ends every connection of the user, of either dialect, and those in the room hear them leave", () =>
    Effect.gen(function* () {
      const first = yield* connect(config, "alice")
      const second = yield* connect(config, "alice", { dialect: "plain", room: "lobby" })
      const bob = yield* connect(config, "bob", { dialect: "plain", room: "lobby" })
      yield* subscribe(first, "lobby")
      yield* TestClock.adjust("1 second")
      yield* order({ action: "ban", userId: alice })
      yield* Effect.forEach([first, second], (socket) => socket.when(() => socket.closed !== undefined))
      assert.deepStrictEqual([first.closed?.code, second.closed?.code], [4501, 4501])
      yield* TestClock.adjust("1 second")
      yield* bob.until("leave", ({ userId }) => userId === "alice")
      assert.isUndefined(bob.closed)
    }).pipe(Effect.provide(layer))
  )

  it.effect("ends a connection that comes while it is in force, and none after", () =>
    Effect.gen(function* () {
      yield* order({ action: "ban", userId: alice, seconds: 60 })
      const late = yield* connect(config, "alice", { dialect: "plain" })
      yield* late.when(() => late.closed !== undefined)
      assert.strictEqual(late.closed?.code, 4501)
      yield* TestClock.adjust("1 minute")
      const again = yield* connect(config, "alice", { dialect: "plain" })
      assert.isUndefined(again.closed)
    }).pipe(Effect.provide(layer))
  )

  it.effect("that is lifted in the same moment ends nothing", () =>
    Effect.gen(function* () {
      const socket = yield* connect(config, "alice")
      const moderation = (yield* Moderation)!
      yield* Effect.all(
        [
          moderation.order({ action: "ban", userId: alice }, mia),
          moderation.order({ action: "unban", userId: alice }, mia)
        ],
        { concurrency: "unbounded" }
      )
      yield* TestClock.adjust("1 second")
      yield* settle
      assert.isUndefined(socket.closed)
    }).pipe(Effect.provide(layer))
  )
})

describe("a ban from a room", () => {
  it.effect("has the user's connections leave it, and keeps them out", () =>
    Effect.gen(function* () {
      const bob = yield* connect(config, "bob", { dialect: "plain", room: "lobby" })
      const socket = yield* connect(config, "alice")
      yield* subscribe(socket, "lobby")
      yield* subscribe(socket, "garden")
      yield* TestClock.adjust("1 second")
      yield* order({ action: "ban", userId: alice, roomId: lobby, reason: "spam" })
      assert.deepStrictEqual(yield* socket.until("unsubscribed"), { type: "unsubscribed", roomId: lobby })
      yield* TestClock.adjust("1 second")
      yield* bob.until("leave", ({ userId }) => userId === "alice")
      for (const frame of [
        { type: "subscribe", roomId: "lobby" },
        { type: "history", roomId: "lobby" },
        { type: "chat", roomId: "lobby", content: "hello" },
        { type: "presence", roomId: "lobby" }
      ]) {
        socket.say({ ...frame, ref: frame.type })
        const error = yield* socket.until("error", ({ ref }) => ref === frame.type)
        assert.deepInclude(error, { code: "forbidden_room", message: "not a member of room lobby", field: "roomId" })
      }
      socket.say({ type: "chat", roomId: "garden", content: "still here" })
      yield* socket.until("ack")
      assert.isUndefined(socket.closed)
      assert.isEmpty(said(bob))
      yield* order({ action: "unban", userId: alice, roomId: lobby })
      yield* subscribe(socket, "lobby")
    }).pipe(Effect.provide(layer))
  )

  it.effect("is felt within a second by who was on their way into the room", () =>
    Effect.gen(function* () {
      const socket = yield* connect(config, "alice")
      yield* order({ action: "ban", userId: alice, roomId: lobby })
      yield* smuggle(alice, lobby)
      assert.lengthOf(socket.of("subscribed"), 1)
      yield* TestClock.adjust("999 millis")
      yield* socket.until("unsubscribed")
      yield* smuggle(alice, lobby)
      yield* TestClock.adjust("999 millis")
      yield* socket.when(() => socket.of("unsubscribed").length === 2)
    }).pipe(Effect.provide(layer))
  )
})

describe("a mute", () => {
  it.effect("is told the user's connections of hubbub.v1, as its end is, and has every dialect refused", () =>
    Effect.gen(function* () {
      const socket = yield* connect(config, "alice")
      const other = yield* connect(config, "alice")
      const plain = yield* connect(config, "alice", { dialect: "plain", room: "lobby" })
      const bob = yield* connect(config, "bob")
      yield* subscribe(socket, "lobby")
      yield* order({ action: "mute", userId: alice, roomId: lobby, seconds: 60, reason: "shouting" })
      for (const told of [socket, other]) {
        assert.deepStrictEqual(yield* told.until("muted"), {
          type: "muted",
          roomId: lobby,
          until: "1970-01-01T00:01:00.000Z",
          reason: "shouting"
        })
      }
      socket.say({ type: "chat", roomId: "lobby", content: "hello", ref: 1 })
      assert.deepInclude(yield* socket.until("error"), { ref: 1, code: "muted", retryAfterMs: 60_000 })
      plain.say({ type: "chat", content: "hello" })
      assert.deepInclude(yield* plain.until("error"), { code: "muted" })
      yield* order({ action: "unmute", userId: alice, roomId: lobby })
      assert.deepStrictEqual(yield* socket.until("unmuted"), { type: "unmuted", roomId: lobby })
      yield* order({ action: "mute", userId: alice })
      assert.deepStrictEqual(socket.of("muted")[1], { type: "muted" })
      // who was not muted is not told that it is over
      yield* order({ action: "unmute", userId: alice, roomId: lobby })
      assert.lengthOf(socket.of("unmuted"), 1)
      assert.isEmpty([...bob.of("muted"), ...plain.of("muted"), ...plain.of("unmuted")])
    }).pipe(Effect.provide(layer))
  )
})

describe("how a room may be spoken in", () => {
  it.effect("is told to all in it who speak hubbub.v1, when it changes and when they come", () =>
    Effect.gen(function* () {
      const inside = yield* connect(config, "alice", { room: "lobby" })
      const plain = yield* connect(config, "otto", { dialect: "plain", room: "lobby" })
      const outside = yield* connect(config, "bob", { room: "garden" })
      yield* order({ action: "slow_mode", roomId: lobby, seconds: 30 })
      const slow = { type: "room", roomId: lobby, slowModeSeconds: 30, frozen: false } as const
      assert.deepStrictEqual(inside.of("room"), [{ ...slow }])
      const late = yield* connect(config, "carol", { room: "lobby" })
      assert.deepStrictEqual(late.of("room"), [{ ...slow }])
      yield* order({ action: "freeze", roomId: lobby })
      yield* order({ action: "freeze", roomId: lobby })
      yield* order({ action: "slow_mode", roomId: lobby, seconds: 0 })
      yield* order({ action: "unfreeze", roomId: lobby })
      assert.deepStrictEqual(
        inside.of("room").map(({ frozen, slowModeSeconds }) => [slowModeSeconds, frozen]),
        [
          [30, false],
          [30, true],
          [0, true],
          [0, false]
        ]
      )
      assert.isEmpty([...plain.of("room"), ...outside.of("room")])
    }).pipe(Effect.provide(layer))
  )

  it.effect("is told to who was on their way when it changed, once", () =>
    Effect.gen(function* () {
      const socket = yield* connect(config, "alice")
      yield* order({ action: "freeze", roomId: lobby })
      yield* smuggle(alice, lobby)
      yield* TestClock.adjust("1 second")
      yield* socket.until("room")
      yield* TestClock.adjust("10 seconds")
      yield* settle
      assert.lengthOf(socket.of("room"), 1)
    }).pipe(Effect.provide(layer))
  )

  it.effect("keeps what is said too soon or in the cold out of it, over all connections of a user", () =>
    Effect.gen(function* () {
      const bob = yield* connect(config, "bob", { room: "lobby" })
      const first = yield* connect(config, "alice", { room: "lobby" })
      yield* order({ action: "slow_mode", roomId: lobby, seconds: 10 })
      first.say({ type: "chat", roomId: "lobby", content: "one" })
      yield* first.until("ack")
      first.leave()
      yield* first.when(() => first.closed !== undefined)
      const second = yield* connect(config, "alice", { room: "lobby" })
      second.say({ type: "chat", roomId: "lobby", content: "two" })
      assert.deepInclude(yield* second.until("error"), { code: "slow_mode", retryAfterMs: 10_000 })
      yield* TestClock.adjust("10 seconds")
      second.say({ type: "chat", roomId: "lobby", content: "three" })
      yield* second.until("ack")
      yield* order({ action: "freeze", roomId: lobby })
      bob.say({ type: "chat", roomId: "lobby", content: "four" })
      assert.deepInclude(yield* bob.until("error"), { code: "frozen" })
      yield* settle
      assert.deepStrictEqual(said(bob, "lobby"), ["one", "three"])
    }).pipe(Effect.provide(layer))
  )
})

describe("a crash of the enforcement", () => {
  it.effect("is followed by what is in force", () =>
    Effect.gen(function* () {
      const socket = yield* connect(config, "alice", { room: "lobby" })
      const bob = yield* connect(config, "bob", { room: "lobby" })
      const connections = yield* Connections
      const { of } = connections
      connections.of = () => {
        throw new Error("a test wants it so")
      }
      yield* order({ action: "ban", userId: alice })
      yield* order({ action: "ban", userId: UserId.make("bob"), roomId: lobby })
      connections.of = of
      assert.isAtLeast((yield* Supervisor).crashes(), 1)
      yield* TestClock.adjust("1 second")
      yield* socket.when(() => socket.closed !== undefined)
      assert.strictEqual(socket.closed?.code, 4501)
      yield* bob.until("unsubscribed")
    }).pipe(Effect.provide(layer))
  )
})
