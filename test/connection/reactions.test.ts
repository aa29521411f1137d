import { assert, describe, it } from "@effect/vitest"
import { randomUUID } from "node:crypto"
import { Effect, Latch, Layer, Schema } from "effect"
import { TestClock } from "effect/testing"
import { Analytics } from "../../src/analytics/Analytics.ts"
import { Judge } from "../../src/connection/Gate.ts"
import { Message } from "../../src/domain/Message.ts"
import type { Moderation as Order } from "../../src/domain/Moderation.ts"
import { serverFrames } from "../../src/domain/ServerFrame.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { Moderation } from "../../src/moderation/Moderation.ts"
import { RoomLog } from "../../src/log/RoomLog.ts"
import { history, logOptions } from "../../src/Persistence.ts"
import { History } from "../../src/store/History.ts"
import { lobby, say } from "../support/Amending.ts"
import { configuration, connect, engineLayer, settle, subscribe } from "../support/Engine.ts"
import type { FakeSocket } from "../support/FakeSocket.ts"

const config = configuration()
const layer = engineLayer(config)
const alice = UserId.make("alice")
const thumb = "👍"

/** Has a client react, and waits for the answer. */
const react = Effect.fnUntraced(function* (
  socket: FakeSocket,
  messageId: string,
  emoji: string = thumb,
  more: Readonly<Record<string, unknown>> = {}
) {
  const ref = randomUUID()
  socket.say({ type: "react", roomId: "lobby", messageId, emoji, ref, ...more })
  yield* socket.when(() => socket.frames.some((frame) => frame["ref"] === ref))
  return socket.frames.find((frame) => frame["ref"] === ref)!
})

const codeOf = (answer: Effect.Effect<Record<string, unknown>>) => Effect.map(answer, ({ code, type }) => code ?? type)

/** The messages of the lobby, as its history has them. */
const kept = Effect.gen(function* () {
  const { messages } = yield* (yield* History).room(lobby, { limit: 200 })
  return messages.map((json): Message => Schema.decodeUnknownSync(Schema.fromJsonString(Message))(json))
})

const order = Effect.fnUntraced(function* (what: Order) {
  const by = { userId: undefined, name: "a test", via: "http", moderates: () => true } as const
  yield* (yield* Moderation)!.order(what, by)
  yield* settle
})

const inLobby = (user: string) => connect(config, user, { room: "lobby" })

describe("a reaction", () => {
  it.effect("is told to everyone on hubbub.v1, is on the message from then on, and can be taken back", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_000_000)
      const [ann, bob] = [yield* inLobby("ann"), yield* inLobby("bob")]
      const old = yield* connect(config, "carol", { room: "lobby", dialect: "plain" })
      const { at, messageId } = yield* say(ann, "hello")
      yield* TestClock.adjust("1 second")
      const ack = yield* react(bob, messageId)
      assert.deepInclude(ack, { type: "ack", roomId: lobby, messageId, ...at, timestamp: "1970-01-01T00:16:41.000Z" })
      const told = { type: "reaction", roomId: lobby, messageId, userId: "bob", ...at, emoji: thumb }
      for (const socket of [ann, bob]) {
        const frame = yield* socket.until("reaction")
        assert.deepStrictEqual<unknown>(frame, { ...told, version: 1_001_000 })
        assert.isTrue(Schema.is(serverFrames.reaction)(frame))
      }
      yield* react(ann, messageId, thumb, { at })
      yield* react(ann, messageId, "🎉")
      const reactions = { [thumb]: [UserId.make("bob"), UserId.make("ann")], "🎉": [UserId.make("ann")] }
      assert.deepStrictEqual((yield* kept)[0]?.reactions, reactions)
      const dave = yield* inLobby("dave")
      assert.deepStrictEqual(dave.of("subscribed")[0]?.["messages"], yield* kept)
      assert.strictEqual((yield* react(bob, messageId, thumb, { remove: true })).type, "ack")
      const last = yield* dave.until("reaction")
      assert.deepStrictEqual<unknown>(last, { ...told, version: last["version"], removed: true })
      yield* react(ann, messageId, thumb, { remove: true })
      yield* react(ann, messageId, "🎉", { remove: true })
      assert.notProperty((yield* kept)[0], "reactions")
      assert.notProperty((yield* kept)[0], "editedAt")
      yield* settle
      assert.isEmpty(old.of("reaction"))
    }).pipe(Effect.provide(layer))
  )

  it.effect("given twice, or taken back where there is none, is acknowledged as a repeat and told to nobody", () =>
    Effect.gen(function* () {
      const [ann, bob] = [yield* inLobby("ann"), yield* inLobby("bob")]
      const { messageId } = yield* say(ann, "hello")
      assert.notProperty(yield* react(bob, messageId), "duplicate")
      assert.deepInclude(yield* react(bob, messageId), { type: "ack", duplicate: true })
      assert.deepInclude(yield* react(bob, messageId, "🎉", { remove: true }), { type: "ack", duplicate: true })
      assert.notProperty(yield* react(bob, messageId, thumb, { remove: true }), "duplicate")
      assert.deepInclude(yield* react(bob, messageId, thumb, { remove: true }), { type: "ack", duplicate: true })
      yield* settle
      assert.strictEqual(ann.of("reaction").length, 2)
    }).pipe(Effect.provide(layer))
  )

  it.effect("of many at once is on the message with all the others, and with an edit that crosses them", () =>
    Effect.gen(function* () {
      const sockets = yield* Effect.forEach(
        Array.from({ length: 40 }, (_, i) => `u${i}`),
        inLobby
      )
      const [ann] = sockets
      const { messageId } = yield* say(ann!, "hello")
      for (const [i, socket] of sockets.entries()) {
        socket.say({ type: "react", roomId: "lobby", messageId, emoji: i % 2 === 0 ? thumb : "🎉", ref: "r" })
        if (i === 20) ann!.say({ type: "edit", roomId: "lobby", messageId, content: "hello, edited", ref: "e" })
      }
      yield* Effect.forEach(sockets, (socket) => socket.until("ack", ({ ref }) => ref === "r"))
      yield* ann!.until("ack", ({ ref }) => ref === "e")
      const [message] = yield* kept
      assert.strictEqual(message?.content, "hello, edited")
      assert.deepStrictEqual(
        Object.values(message?.reactions ?? {}).map((users) => users.length),
        [20, 20]
      )
      yield* ann!.when(() => ann!.of("reaction").length === 40)
      const versions = ann!.of("reaction").map(({ version }) => version)
      assert.strictEqual(new Set(versions).size, 40)
    }).pipe(Effect.provide(layer))
  )

  it.effect("goes with the message that is deleted, after which there is nothing to react to", () =>
    Effect.gen(function* () {
      const [ann, bob] = [yield* inLobby("ann"), yield* inLobby("bob")]
      const { messageId } = yield* say(ann, "hello")
      yield* react(bob, messageId)
      ann.say({ type: "delete", roomId: "lobby", messageId, ref: 1 })
      yield* ann.until("ack", ({ ref }) => ref === 1)
      assert.notProperty((yield* kept)[0], "reactions")
      assert.deepInclude(yield* react(bob, messageId), { code: "not_found" })
      assert.deepInclude(yield* react(bob, messageId, thumb, { remove: true }), { code: "not_found" })
      assert.strictEqual(yield* codeOf(react(bob, randomUUID())), "not_found")
      const next = yield* say(ann, "purged")
      yield* react(bob, next.messageId)
      yield* order({ action: "purge", userId: UserId.make("ann") })
      yield* bob.until("purged")
      assert.notInclude(JSON.stringify(yield* kept), thumb)
      assert.strictEqual(yield* codeOf(react(bob, next.messageId)), "not_found")
    }).pipe(Effect.provide(layer))
  )

  it.effect("is refused where the message takes no more, naming the emoji, and may be given once there is room", () =>
    Effect.gen(function* () {
      const ann = yield* inLobby("ann")
      const { messageId } = yield* say(ann, "hello")
      const flags = Array.from({ length: 21 }, (_, i) => String.fromCodePoint(0x1f468 + i))
      for (const emoji of flags.slice(0, 20)) assert.strictEqual((yield* react(ann, messageId, emoji)).type, "ack")
      const full = yield* react(ann, messageId, flags[20])
      assert.deepInclude(full, { type: "error", code: "rejected", field: "emoji" })
      yield* react(ann, messageId, flags[0], { remove: true })
      assert.strictEqual((yield* react(ann, messageId, flags[20])).type, "ack")
    }).pipe(Effect.provide(layer))
  )

  it.effect("leaves the message known by its id and its text, so that a repeat of it is one", () =>
    Effect.gen(function* () {
      const ann = yield* inLobby("ann")
      const { at, messageId } = yield* say(ann, "hello")
      yield* react(ann, messageId)
      const again = { type: "chat", roomId: "lobby", messageId }
      ann.say({ ...again, content: "hello", ref: 1 })
      assert.deepInclude(yield* ann.until("ack", ({ ref }) => ref === 1), { ...at, duplicate: true })
      ann.say({ type: "edit", roomId: "lobby", messageId, content: "changed", ref: 2 })
      yield* ann.until("ack", ({ ref }) => ref === 2)
      yield* react(ann, messageId, "🎉")
      ann.say({ ...again, content: "hello", ref: 3 })
      assert.deepInclude(yield* ann.until("ack", ({ ref }) => ref === 3), { ...at, duplicate: true })
      ann.say({ ...again, content: "changed", ref: 4 })
      assert.deepInclude(yield* ann.until("error", ({ ref }) => ref === 4), { code: "idempotency_conflict" })
    }).pipe(Effect.provide(layer))
  )
})

describe("who may react", () => {
  it.effect("is whoever is in the room, to anyone's message, but nobody without a name", () =>
    Effect.gen(function* () {
      const ann = yield* inLobby("ann")
      const bob = yield* connect(config, "bob")
      const nobody = yield* inLobby("anonymous")
      const { messageId } = yield* say(ann, "hello")
      assert.deepInclude(yield* react(bob, messageId), { code: "not_subscribed", field: "roomId" })
      // as with a message, the frame that comes in may be the one right before
      bob.say({ type: "subscribe", roomId: "lobby" })
      assert.strictEqual(yield* codeOf(react(bob, messageId)), "ack")
      assert.deepInclude(yield* react(nobody, messageId), { code: "forbidden", field: "type" })
      assert.strictEqual(yield* codeOf(react(bob, messageId, "ok")), "invalid_frame")
      assert.strictEqual(yield* codeOf(react(bob, messageId, "__proto__")), "invalid_frame")
      const own = yield* say(nobody, "from nobody")
      assert.strictEqual(yield* codeOf(react(bob, own.messageId)), "ack")
      bob.say({ type: "unsubscribe", roomId: "lobby" })
      assert.strictEqual(yield* codeOf(react(bob, messageId, "🎉")), "not_subscribed")
    }).pipe(Effect.provide(layer))
  )

  it.effect("is nobody who is muted or banned, and nobody where the room is frozen; slow mode does not count", () =>
    Effect.gen(function* () {
      const ann = yield* inLobby("alice")
      const { messageId } = yield* say(ann, "hello")
      yield* order({ action: "slow_mode", roomId: lobby, seconds: 60 })
      assert.strictEqual(yield* codeOf(react(ann, messageId, "1️⃣")), "ack")
      assert.strictEqual(yield* codeOf(react(ann, messageId, "2️⃣")), "ack")
      ann.say({ type: "chat", roomId: "lobby", content: "and a reaction is no message", ref: 1 })
      yield* ann.until("ack", ({ ref }) => ref === 1)
      yield* order({ action: "freeze", roomId: lobby })
      assert.strictEqual(yield* codeOf(react(ann, messageId)), "frozen")
      yield* order({ action: "unfreeze", roomId: lobby })
      yield* order({ action: "mute", userId: alice, roomId: lobby })
      assert.strictEqual(yield* codeOf(react(ann, messageId)), "muted")
      yield* order({ action: "unmute", userId: alice, roomId: lobby })
      assert.strictEqual(yield* codeOf(react(ann, messageId)), "ack")
      yield* order({ action: "ban", userId: alice, roomId: lobby })
      assert.strictEqual(yield* codeOf(react(ann, messageId, "🎉")), "forbidden_room")
    }).pipe(Effect.provide(layer))
  )

  it.effect("is nobody who was muted while the message was looked for, in whatever way they would change it", () =>
    Effect.gen(function* () {
      const found = yield* Latch.make(true)
      const slow = Layer.effect(
        History,
        Effect.map(History, (kept): History["Service"] => ({
          ...kept,
          find: (...asked) => Effect.andThen(found.await, kept.find(...asked))
        }))
      ).pipe(Layer.provideMerge(history))
      yield* Effect.gen(function* () {
        const ann = yield* inLobby("alice")
        const { messageId } = yield* say(ann, "hello")
        const at = { roomId: "lobby", messageId }
        found.closeUnsafe()
        ann.say({ type: "react", ...at, emoji: thumb, ref: 1 })
        ann.say({ type: "edit", ...at, content: "bye", ref: 2 })
        ann.say({ type: "delete", ...at, ref: 3 })
        yield* settle
        yield* order({ action: "mute", userId: alice, roomId: lobby })
        found.openUnsafe()
        for (const [ref, answer] of [
          [1, "muted"],
          [2, "muted"],
          [3, undefined]
        ] as const) {
          yield* ann.when(() => ann.frames.some((frame) => frame["ref"] === ref))
          assert.strictEqual(ann.frames.find((frame) => frame["ref"] === ref)?.["code"], answer)
        }
        assert.isEmpty([...ann.of("reaction"), ...ann.of("edited")])
      }).pipe(Effect.provide(engineLayer(config, RoomLog.layerMemory(logOptions(config)), slow)))
    })
  )

  it.effect("is held to what messages are held to: as many a second", () =>
    Effect.gen(function* () {
      const limited = configuration({ ratePerSec: 1, rateBurst: 3 })
      yield* Effect.gen(function* () {
        const ann = yield* connect(limited, "ann", { room: "lobby" })
        const { messageId } = yield* say(ann, "hello")
        assert.strictEqual(yield* codeOf(react(ann, messageId)), "ack")
        assert.strictEqual(yield* codeOf(react(ann, messageId, thumb, { remove: true })), "ack")
        const hasty = yield* react(ann, messageId)
        assert.deepInclude(hasty, { code: "rate_limited" })
        assert.isAbove(Number(hasty["retryAfterMs"]), 0)
      }).pipe(Effect.provide(engineLayer(limited)))
    })
  )

  it.effect("is for nobody to judge: a reaction has no text", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const ask: Judge["ask"] = ({ content }) =>
        Effect.sync(() => {
          asked.push(content)
          return { _tag: "allow" }
        })
      yield* Effect.gen(function* () {
        const ann = yield* inLobby("ann")
        const { messageId } = yield* say(ann, "hello")
        yield* react(ann, messageId)
        assert.deepStrictEqual(asked, ["hello"])
      }).pipe(Effect.provide(engineLayer(config).pipe(Layer.provideMerge(Layer.succeed(Judge, { ask })))))
    })
  )

  it.effect(
    "is in a room of two whoever may write there: no stranger finds the message, and no one who is blocked",
    () =>
      Effect.gen(function* () {
        const [ann, bob, eve] = [
          yield* connect(config, "ann"),
          yield* connect(config, "bob"),
          yield* connect(config, "eve")
        ]
        ann.say({ type: "direct", to: "bob", content: "hello", ref: 1 })
        const { messageId, roomId } = yield* ann.until("ack", ({ ref }) => ref === 1)
        yield* bob.until("chat")
        assert.strictEqual(yield* codeOf(react(bob, String(messageId), thumb, { roomId })), "ack")
        yield* ann.until("reaction")
        assert.strictEqual(yield* codeOf(react(eve, String(messageId), thumb, { roomId })), "not_found")
        bob.say({ type: "block", userId: "ann", ref: 2 })
        yield* bob.until("blocks")
        assert.strictEqual(yield* codeOf(react(ann, String(messageId), "🎉", { roomId })), "forbidden")
        yield* settle
        assert.lengthOf(bob.of("reaction"), 1)
        assert.isEmpty(eve.of("reaction"))
      }).pipe(Effect.provide(layer))
  )
})

describe("a client that comes back after reactions", () => {
  it.effect("is given the last of each user and emoji beside the edits, and none of what was deleted since", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(5000)
      const ann = yield* inLobby("ann")
      const bob = yield* inLobby("bob")
      const one = yield* say(ann, "one")
      const two = yield* say(ann, "two")
      const { version } = yield* react(ann, one.messageId).pipe(Effect.andThen(bob.until("reaction")))
      bob.leave()
      yield* react(ann, one.messageId, thumb, { remove: true })
      yield* react(ann, one.messageId)
      yield* react(ann, one.messageId, thumb, { remove: true })
      yield* react(ann, one.messageId, "🎉")
      yield* react(ann, two.messageId)
      ann.say({ type: "edit", roomId: "lobby", messageId: one.messageId, content: "one, edited", ref: 1 })
      yield* ann.until("ack", ({ ref }) => ref === 1)
      ann.say({ type: "delete", roomId: "lobby", messageId: two.messageId, ref: 2 })
      yield* ann.until("ack", ({ ref }) => ref === 2)
      const again = yield* connect(config, "bob")
      const given = yield* subscribe(again, "lobby", { after: { ...two.at, version: Number(version) } })
      assert.isTrue(Schema.is(serverFrames.subscribed)(given))
      const changes = given["changes"] as ReadonlyArray<Record<string, unknown>>
      assert.deepStrictEqual(
        changes.map(({ emoji, messageId, removed, type }) => [type, messageId, emoji, removed]),
        [
          ["reaction", one.messageId, thumb, true],
          ["reaction", one.messageId, "🎉", undefined],
          ["edited", one.messageId, undefined, undefined],
          ["deleted", two.messageId, undefined, undefined]
        ]
      )
    }).pipe(Effect.provide(layer))
  )
})

describe("figures", () => {
  it.effect("count a reaction that is given, by whom and where, and not one that is repeated or taken back", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_000_000)
      const [ann, bob] = [yield* inLobby("ann"), yield* inLobby("bob")]
      const { messageId } = yield* say(ann, "hello")
      yield* react(bob, messageId)
      yield* react(bob, messageId)
      yield* react(bob, messageId, thumb, { remove: true })
      yield* react(ann, messageId)
      const { aggregator } = yield* Analytics
      const [minute] = [...aggregator.open()].filter(({ all }) => all.n.chat > 0)
      assert.deepInclude(minute!.all.n, { reactions: 2, chat: 1, edits: 0 })
      assert.strictEqual(minute!.room("lobby").n.reactions, 2)
      assert.strictEqual(minute!.all.distinct("reactors").count(), 2)
      assert.strictEqual(minute!.all.distinct("active").count(), 2)
    }).pipe(Effect.provide(layer))
  )
})
