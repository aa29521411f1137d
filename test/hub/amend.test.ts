import { assert, describe, it } from "@effect/vitest"
import { randomUUID } from "node:crypto"
import { Effect, Fiber, Layer, Schema } from "effect"
import { TestClock } from "effect/testing"
import { FaultPoint, type FaultPointName } from "../../src/actor/FaultPoint.ts"
import { Signal } from "../../src/actor/Signal.ts"
import { Analytics } from "../../src/analytics/Analytics.ts"
import { Amender } from "../../src/connection/Amender.ts"
import { Message } from "../../src/domain/Message.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import type { Position } from "../../src/domain/Position.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { serverFrames } from "../../src/domain/ServerFrame.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { Witness } from "../../src/hub/Witness.ts"
import { Rights } from "../../src/identity/Rights.ts"
import { RoomPatterns } from "../../src/identity/RoomPatterns.ts"
import { LogUnavailable, RoomLog } from "../../src/log/RoomLog.ts"
import { logOptions } from "../../src/Persistence.ts"
import { History } from "../../src/store/History.ts"
import { amending, change, changed, lobby, refused, say } from "../support/Amending.ts"
import { configuration, connect, said, settle, subscribe } from "../support/Engine.ts"

const config = configuration()

/** A log that fails as told where it should change something, and notes how much at a time. */
const failing = (fails: (batch: number) => Effect.Effect<void, LogUnavailable>, sizes: Array<number> = []) =>
  Layer.effect(
    RoomLog,
    Effect.map(RoomLog, (log) =>
      RoomLog.of({
        ...log,
        amend: (batch) =>
          Effect.suspend(() => {
            sizes.push(batch.length)
            return Effect.andThen(fails(sizes.length), log.amend(batch))
          })
      })
    )
  ).pipe(Layer.provide(RoomLog.layerMemory(logOptions(config))))

/** What a room's history has. */
const kept = Effect.fnUntraced(function* (roomId = lobby) {
  const { messages } = yield* (yield* History).room(roomId, { limit: 200 })
  return messages.map((json): Message => Schema.decodeUnknownSync(Schema.fromJsonString(Message))(json))
})

const contents = (frame: Record<string, unknown>) =>
  (frame["messages"] as ReadonlyArray<Message>).map(({ content }) => content)

/** Comes back to the lobby, from a position and as of a version. */
const resume = (socket: Parameters<typeof subscribe>[0], at: Position, version?: number) =>
  subscribe(socket, "lobby", { after: { ...at, ...(version === undefined ? {} : { version }) } })

describe("a message that is edited", () => {
  it.effect("is told to everyone in the room on hubbub.v1, and is what is read from then on, in its old place", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_000_000)
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const bob = yield* connect(config, "bob", { room: "lobby" })
      const carol = yield* connect(config, "carol", { room: "lobby", dialect: "plain" })
      yield* say(alice, "before")
      const { at, messageId } = yield* say(alice, "teh text")
      yield* say(bob, "after")
      const [, first] = yield* kept()
      yield* TestClock.adjust("1 second")
      const ack = yield* changed(alice, "alice", { messageId, content: "the text" })
      const editedAt = "1970-01-01T00:16:41.000Z"
      assert.deepInclude<Record<string, unknown>>(ack, {
        type: "ack",
        roomId: lobby,
        messageId,
        ...at,
        timestamp: editedAt
      })
      for (const socket of [alice, bob]) {
        const frame = yield* socket.until("edited")
        const userId = UserId.make("alice")
        const right = {
          type: "edited",
          roomId: lobby,
          messageId,
          userId,
          version: 1_001_000,
          ...at,
          content: "the text",
          editedAt
        }
        assert.deepStrictEqual<unknown>(frame, right)
        assert.isTrue(Schema.is(serverFrames.edited)(frame))
      }
      const all = yield* kept()
      assert.deepStrictEqual(
        all.map(({ content, seq }) => [seq, content]),
        [
          [1, "before"],
          [2, "the text"],
          [3, "after"]
        ]
      )
      assert.deepStrictEqual(all[1], { ...first!, content: all[1]!.content, editedAt })
      const dave = yield* connect(config, "dave", { room: "lobby" })
      assert.deepStrictEqual(contents(dave.of("subscribed")[0]!), ["before", "the text", "after"])
      yield* settle
      assert.deepStrictEqual(said(carol), ["before", "teh text", "after"])
      assert.deepStrictEqual(carol.of("edited"), [])
      const figures = yield* (yield* Analytics).snapshot
      assert.strictEqual(figures.totalMessages, 3)
    }).pipe(Effect.provide(amending(config)))
  )

  it.effect("is changed again and again, each time under a higher version, and not by the same edit twice", () =>
    Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const { messageId } = yield* say(alice, "0")
      for (const content of ["1", "2", "2", "1"]) {
        const { duplicate } = yield* changed(alice, "alice", { messageId, content })
        assert.strictEqual(duplicate, content === "2" && alice.of("edited").length === 2 ? true : undefined)
      }
      yield* settle
      const edits = alice.of("edited")
      assert.deepStrictEqual(
        edits.map(({ content }) => content),
        ["1", "2", "1"]
      )
      const versions = edits.map(({ version }) => version as number)
      assert.deepStrictEqual(
        versions,
        versions.toSorted((a, b) => a - b)
      )
      assert.strictEqual(new Set(versions).size, 3)
    }).pipe(Effect.provide(amending(config)))
  )

  // P4
  it.effect("is still known by what it first said when it is sent again", () =>
    Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const { at, messageId } = yield* say(alice, "first")
      yield* changed(alice, "alice", { messageId, content: "second" })
      yield* changed(alice, "alice", { messageId, content: "third" })
      const again = { type: "chat", roomId: "lobby", messageId }
      alice.say({ ...again, content: "first", ref: "same" })
      alice.say({ ...again, content: "third", ref: "other" })
      const ack = yield* alice.until("ack", ({ ref }) => ref === "same")
      assert.deepInclude(ack, { ...at, duplicate: true })
      assert.deepInclude(yield* alice.until("error", ({ ref }) => ref === "other"), { code: "idempotency_conflict" })
      yield* changed(alice, "alice", { messageId })
      for (const content of ["first", "whatever"]) {
        alice.say({ ...again, content, ref: content })
        assert.deepInclude(yield* alice.until("ack", ({ ref }) => ref === content), { ...at, duplicate: true })
      }
      assert.strictEqual((yield* kept()).length, 1)
    }).pipe(Effect.provide(amending(config)))
  )
})

describe("a message that is deleted", () => {
  it.effect("leaves its place and nothing of its text, for good", () =>
    Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const bob = yield* connect(config, "bob", { room: "lobby" })
      const { messageId: replyTo } = yield* say(alice, "first")
      const messageId = MessageId.make(randomUUID())
      alice.say({ type: "chat", roomId: "lobby", content: "a secret", messageId, replyTo, ref: 1 })
      yield* alice.until("ack", ({ ref }) => ref === 1)
      yield* changed(alice, "alice", { messageId, content: "another secret" })
      yield* changed(alice, "alice", { messageId })
      const frame = yield* bob.until("deleted")
      assert.isTrue(Schema.is(serverFrames.deleted)(frame))
      assert.deepStrictEqual(Object.keys(frame).sort(), [
        "epoch",
        "messageId",
        "roomId",
        "seq",
        "type",
        "userId",
        "version"
      ])
      const [, message] = yield* kept()
      assert.deepInclude(message, {
        messageId,
        replyTo,
        seq: 2,
        content: "",
        deleted: true,
        userId: UserId.make("alice")
      })
      assert.notInclude(JSON.stringify(message), "secret")
      const { code } = yield* changed(alice, "alice", { messageId, content: "back again" })
      assert.strictEqual(code, "not_found")
      assert.deepInclude(yield* changed(alice, "alice", { messageId }), { type: "ack", duplicate: true })
      yield* settle
      assert.strictEqual(bob.of("deleted").length, 1)
      assert.strictEqual((yield* kept())[1]!.content, "")
    }).pipe(Effect.provide(amending(config)))
  )

  it.effect("stays deleted when an edit crosses the delete, in whichever order they come", () =>
    Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      yield* connect(config, "mod", { room: "lobby" })
      for (const editFirst of [true, false]) {
        const { messageId } = yield* say(alice, "text")
        const edit = change("alice", { messageId, content: "edited", ref: `edit ${messageId}` })
        const remove = change("mod", { messageId, moderates: true })
        // both were read before either is made
        yield* Effect.all(editFirst ? [edit, remove] : [remove, edit])
        yield* alice.until("deleted", (frame) => frame["messageId"] === messageId)
        yield* alice.when(() => alice.frames.some(({ ref }) => ref === `edit ${messageId}`))
        const answer = alice.frames.find(({ ref }) => ref === `edit ${messageId}`)
        assert.strictEqual(answer?.type, editFirst ? "ack" : "error")
        assert.deepInclude((yield* kept()).at(-1), { messageId, content: "", deleted: true })
      }
    }).pipe(Effect.provide(amending(config)))
  )
})

describe("who may change a message", () => {
  it.effect("is its author; a moderator may delete it; and who may not be in the room finds nothing", () =>
    Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const mod = yield* connect(config, "mod", { room: "lobby" })
      const nobody = yield* connect(config, "anonymous", { room: "lobby" })
      const { at, messageId } = yield* say(alice, "mine")
      const { messageId: unnamed } = yield* say(nobody, "nobody's")
      assert.strictEqual(yield* refused("mod", { messageId, content: "not yours" }), "forbidden")
      assert.strictEqual(yield* refused("mod", { messageId, content: "not yours", moderates: true }), "forbidden")
      assert.strictEqual(yield* refused("mod", { messageId }), "forbidden")
      assert.strictEqual(yield* refused("anonymous", { messageId: unnamed, content: "?" }), "forbidden")
      assert.strictEqual(yield* refused("anonymous", { messageId: unnamed }), "forbidden")
      assert.strictEqual(yield* refused("alice", { messageId: randomUUID() }), "not_found")
      assert.strictEqual(yield* refused("alice", { messageId, roomId: "elsewhere" }), "not_found")
      assert.strictEqual(yield* refused("alice", { messageId, at: { ...at, seq: at.seq + 1 } }), "not_found")
      assert.strictEqual(yield* refused("alice", { messageId, at: { ...at, epoch: at.epoch + 1 } }), "not_found")
      assert.strictEqual(yield* refused("alice", { messageId, at: { ...at, seq: 0 } }), "not_found")
      const rights = new Rights("user", RoomPatterns.none)
      assert.strictEqual(yield* refused("alice", { messageId, rights }), "not_found")
      assert.strictEqual((yield* changed(alice, "alice", { messageId, at, content: "still mine" })).type, "ack")
      assert.strictEqual((yield* changed(mod, "mod", { messageId: unnamed, moderates: true })).type, "ack")
      assert.deepInclude(yield* alice.until("deleted"), { messageId: unnamed, userId: UserId.make("mod") })
    }).pipe(Effect.provide(amending(config)))
  )

  it.effect("finds its own message though someone else said something under the same id", () =>
    Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const mallory = yield* connect(config, "mallory", { room: "lobby" })
      const { at, messageId } = yield* say(alice, "mine")
      mallory.say({ type: "chat", roomId: "lobby", content: "in between", messageId: messageId.toUpperCase(), ref: 1 })
      yield* mallory.until("ack", ({ ref }) => ref === 1)
      assert.deepInclude(yield* changed(alice, "alice", { messageId, content: "mine still" }), at)
      assert.deepStrictEqual(
        (yield* kept()).map(({ content }) => content),
        ["mine still", "in between"]
      )
    }).pipe(Effect.provide(amending(config)))
  )
})

describe("an id under which several users said something", () => {
  const mod = UserId.make("mod")
  const alice = UserId.make("alice")

  /** Alice says something, and mallory something else under its id. */
  const both = Effect.gen(function* () {
    const first = yield* connect(config, "alice", { room: "lobby" })
    const second = yield* connect(config, "mallory", { room: "lobby" })
    const { messageId } = yield* say(first, "abuse")
    second.say({ type: "chat", roomId: "lobby", content: "a shield", messageId: messageId.toUpperCase(), ref: 1 })
    yield* second.until("ack", ({ ref }) => ref === 1)
    return messageId
  })
  const contentsNow = Effect.map(kept(), (messages) => messages.map(({ content }) => content))

  it.effect("is deleted as a whole, and how many that were is answered, also where none is left", () =>
    Effect.gen(function* () {
      const messageId = yield* both
      const { remove } = yield* Amender
      assert.strictEqual(yield* remove(lobby, messageId, undefined, mod), 2)
      assert.deepStrictEqual(yield* contentsNow, ["", ""])
      assert.strictEqual(yield* remove(lobby, messageId, undefined, mod), 0)
    }).pipe(Effect.provide(amending(config)))
  )

  it.effect("is deleted of one user only where that is ordered, though someone used it later", () =>
    Effect.gen(function* () {
      const messageId = yield* both
      const { remove } = yield* Amender
      assert.strictEqual(yield* remove(lobby, messageId, alice, mod), 1)
      assert.deepStrictEqual(yield* contentsNow, ["", "a shield"])
      assert.strictEqual(yield* remove(lobby, messageId, alice, mod), 0)
      assert.strictEqual((yield* Effect.flip(remove(lobby, messageId, mod, mod))).code, "not_found")
      assert.strictEqual(
        (yield* Effect.flip(remove(lobby, MessageId.make(randomUUID()), undefined, mod))).code,
        "not_found"
      )
      assert.strictEqual(yield* remove(lobby, messageId, undefined, mod), 1)
    }).pipe(Effect.provide(amending(config)))
  )
})

describe("a client that lags", () => {
  it.effect("is told of a change all the same, and reads the message as it is now", () =>
    Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const bob = yield* connect(config, "bob", { room: "lobby" })
      const seen = yield* say(alice, "seen before")
      yield* bob.when(() => said(bob).length === 1)
      bob.stall()
      for (let i = 0; i < 40; i++) yield* say(alice, `filler ${"x".repeat(900)} ${i}`)
      yield* say(alice, "more ".repeat(100))
      // beyond what the socket holds, so that the rest waits in the log
      for (let i = 0; i < 80; i++) yield* say(alice, "y".repeat(990))
      const late = yield* say(alice, "an old secret")
      yield* changed(alice, "alice", { messageId: seen.messageId, content: "seen after" })
      yield* changed(alice, "alice", { messageId: late.messageId })
      bob.resume()
      yield* bob.until("deleted")
      yield* bob.when(() => said(bob).length === 123)
      assert.deepInclude(bob.of("edited")[0], { content: "seen after" })
      assert.notInclude(JSON.stringify(bob.frames), "an old secret")
      assert.deepInclude(bob.of("chat").at(-1), { messageId: late.messageId, content: "", deleted: true })
      assert.isUndefined(bob.closed)
    }).pipe(Effect.provide(amending(config)))
  )

  it.effect("is closed as slow rather than left without a change", () =>
    Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const small = configuration({ mailboxBytes: 16_384, unsentBytes: 8192 })
      const bob = yield* connect(small, "bob", { room: "lobby" })
      const { messageId } = yield* say(alice, "0")
      bob.stall()
      for (let i = 1; i <= 40; i++) yield* changed(alice, "alice", { messageId, content: "é".repeat(900 + (i % 2)) })
      yield* settle
      assert.strictEqual(bob.closed?.name, "slow")
      assert.strictEqual(alice.of("edited").length, 40)
    }).pipe(Effect.provide(amending(config)))
  )
})

describe("a client that comes back with a version", () => {
  it.effect("is given the changes since of messages it may have, and without one is given none", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(5000)
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const bob = yield* connect(config, "bob", { room: "lobby" })
      assert.strictEqual(bob.of("subscribed")[0]?.["version"], 0)
      const one = yield* say(alice, "one")
      const two = yield* say(alice, "two")
      yield* changed(alice, "alice", { messageId: one.messageId, content: "one, edited" })
      const { version } = yield* bob.until("edited")
      assert.isAbove(Number(version), 0)
      bob.leave()
      const three = yield* say(alice, "three")
      yield* changed(alice, "alice", { messageId: two.messageId })
      yield* changed(alice, "alice", { messageId: three.messageId, content: "three, edited" })
      yield* changed(alice, "alice", { messageId: one.messageId, content: "one, edited again" })
      const again = yield* connect(config, "bob")
      const given = yield* resume(again, two.at, Number(version))
      assert.isTrue(Schema.is(serverFrames.subscribed)(given))
      assert.isTrue(given["recovered"])
      assert.deepStrictEqual(contents(given), ["three, edited"])
      assert.isUndefined(given["changesLost"])
      assert.deepStrictEqual(
        (given["changes"] as ReadonlyArray<Record<string, unknown>>).map(({ messageId, type }) => [type, messageId]),
        [
          ["deleted", two.messageId],
          ["edited", one.messageId]
        ]
      )
      assert.deepStrictEqual((yield* resume(again, three.at, Number(given["version"])))["changes"], [])
      const all = yield* resume(again, three.at, 0)
      // what a message said before it was changed again is said to nobody any more
      assert.deepStrictEqual(
        (all["changes"] as ReadonlyArray<Record<string, unknown>>).map(({ content, type }) => [type, content]),
        [
          ["deleted", undefined],
          ["edited", "three, edited"],
          ["edited", "one, edited again"]
        ]
      )
      const without = yield* resume(again, two.at)
      assert.isUndefined(without["changes"])
      assert.isUndefined(without["changesLost"])
      assert.strictEqual(without["version"], given["version"])
    }).pipe(Effect.provide(amending(config)))
  )

  it.effect(
    "is told where the changes are not known any more: beyond 1,024, of another server, and of an empty room",
    () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(5000)
        const alice = yield* connect(config, "alice", { room: "lobby" })
        const said: Array<Effect.Success<ReturnType<typeof say>>> = []
        // of one message only the newest change is remembered
        for (let i = 0; i < 1026; i++) said.push(yield* say(alice, String(i)))
        for (const [i, { messageId }] of said.entries()) {
          yield* changed(alice, "alice", { messageId, content: `${i}, edited` })
        }
        const { version: first } = alice.of("edited")[0]!
        const { at } = said.at(-1)!
        const bob = yield* connect(config, "bob")
        const lost = yield* resume(bob, at, Number(first))
        assert.isTrue(lost["changesLost"])
        assert.isUndefined(lost["changes"])
        const versions = alice.of("edited").map(({ version }) => Number(version))
        assert.strictEqual(((yield* resume(bob, at, versions[1]))["changes"] as ReadonlyArray<unknown>).length, 1024)
        assert.isTrue((yield* resume(bob, at, 2 ** 50))["changesLost"])
        // the room leaves memory, and with it what was changed in it
        alice.leave()
        bob.leave()
        yield* settle
        yield* TestClock.adjust("11 minutes")
        const carol = yield* connect(config, "carol")
        const { version } = yield* subscribe(carol, "lobby")
        assert.isTrue((yield* resume(carol, at, versions.at(-2)))["changesLost"])
        assert.deepStrictEqual((yield* resume(carol, at, Number(version)))["changes"], [])
      }).pipe(Effect.provide(amending(config)))
  )
})

describe("a purge", () => {
  it.effect("deletes all that a user said, in turns of 512, and tells each room once", () => {
    const sizes: Array<number> = []
    const seen: Array<string> = []
    const witness = Layer.succeed(Witness, {
      said: () => {},
      came: () => {},
      went: () => {},
      changed: (kind, { content, userId }) => void seen.push(`${kind} ${userId} ${content}`)
    })
    return Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const spammer = yield* connect(config, "spammer", { room: "lobby" })
      yield* subscribe(spammer, "den")
      yield* subscribe(alice, "den")
      yield* say(alice, "hers")
      for (let i = 0; i < 1200; i++) spammer.say({ type: "chat", roomId: "lobby", content: `buy ${i}`, ref: i })
      yield* spammer.until("ack", ({ ref }) => ref === 1199)
      yield* say(spammer, "buy", "den")
      const { messageId } = yield* say(spammer, "deleted before", "den")
      yield* changed(spammer, "spammer", { messageId, roomId: "den" })
      sizes.length = 0
      seen.length = 0
      const amender = yield* Amender
      const purged = yield* amender.purge(UserId.make("spammer"), undefined)
      assert.deepStrictEqual(purged, { rooms: 2, deleted: 1201 })
      assert.isAtMost(Math.max(...sizes), 512)
      assert.strictEqual(
        sizes.reduce((sum, size) => sum + size, 0),
        1201
      )
      yield* alice.when(() => alice.of("purged").length === 2)
      yield* settle
      for (const frame of alice.of("purged")) assert.isTrue(Schema.is(serverFrames.purged)(frame))
      assert.deepStrictEqual(
        alice.of("purged").map(({ roomId, userId }) => [roomId, userId]),
        [
          ["lobby", "spammer"],
          ["den", "spammer"]
        ]
      )
      assert.strictEqual(alice.of("deleted").length, 1)
      assert.deepStrictEqual(
        (yield* kept()).filter(({ userId }) => userId === "spammer").map(({ content }) => content),
        new Array<string>(200).fill("")
      )
      assert.deepStrictEqual(seen, new Array<string>(1201).fill("deleted spammer "))
      assert.deepStrictEqual(yield* amender.purge(UserId.make("spammer"), undefined), { rooms: 0, deleted: 0 })
      yield* settle
      assert.strictEqual(alice.of("purged").length, 2)
    }).pipe(
      Effect.provide(
        amending(
          config,
          failing(() => Effect.void, sizes)
        ).pipe(Layer.provide(witness))
      )
    )
  })

  it.effect("of one room leaves the others alone, and what was said meanwhile by others", () =>
    Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      yield* subscribe(alice, "den")
      yield* say(alice, "in the lobby")
      yield* say(alice, "in the den", "den")
      const amender = yield* Amender
      assert.deepStrictEqual(yield* amender.purge(UserId.make("alice"), RoomId.make("den")), { rooms: 1, deleted: 1 })
      assert.deepStrictEqual(
        (yield* kept()).map(({ content }) => content),
        ["in the lobby"]
      )
    }).pipe(Effect.provide(amending(config)))
  )

  it.effect("that the log breaks off says so, and tells of each message that it did delete", () => {
    const sizes: Array<number> = []
    const full = new LogUnavailable({ reason: "storage_full", retryAfterMs: 1000 })
    return Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      for (let i = 0; i < 600; i++) alice.say({ type: "chat", roomId: "lobby", content: `buy ${i}`, ref: i })
      yield* alice.until("ack", ({ ref }) => ref === 599)
      const amender = yield* Amender
      const error = yield* Effect.flip(amender.purge(UserId.make("alice"), lobby))
      assert.deepStrictEqual([error.code, error.retryAfterMs], ["storage_full", 1000])
      yield* alice.when(() => alice.of("deleted").length === 512)
      assert.deepStrictEqual(alice.of("purged"), [])
      assert.deepStrictEqual(yield* amender.purge(UserId.make("alice"), lobby), { rooms: 1, deleted: 88 })
      yield* alice.until("purged")
    }).pipe(
      Effect.provide(
        amending(
          config,
          failing((batch) => (batch === 2 ? Effect.fail(full) : Effect.void), sizes)
        )
      )
    )
  })
})

describe("a log that does not take a change", () => {
  for (const reason of ["storage_full", "overloaded"] as const) {
    it.effect(`leaves everything as it was and says ${reason}, and takes it later`, () => {
      let down = true
      const log = failing(() => (down ? Effect.fail(new LogUnavailable({ reason, retryAfterMs: 700 })) : Effect.void))
      return Effect.gen(function* () {
        const alice = yield* connect(config, "alice", { room: "lobby" })
        const { messageId } = yield* say(alice, "text")
        const answer = yield* changed(alice, "alice", { messageId, content: "edited" })
        assert.deepInclude(answer, { type: "error", code: reason, retryAfterMs: 700 })
        const amender = yield* Amender
        const error = yield* Effect.flip(amender.remove(lobby, messageId, undefined, UserId.make("mod")))
        assert.strictEqual(error.code, reason)
        yield* settle
        assert.deepStrictEqual([...alice.of("edited"), ...alice.of("deleted")], [])
        assert.strictEqual((yield* kept())[0]!.content, "text")
        down = false
        assert.strictEqual((yield* changed(alice, "alice", { messageId, content: "edited" })).type, "ack")
        yield* amender.remove(lobby, messageId, undefined, UserId.make("mod"))
        assert.strictEqual((yield* kept())[0]!.content, "")
        assert.deepInclude(yield* alice.until("deleted"), { userId: UserId.make("mod") })
      }).pipe(Effect.provide(amending(config, log)))
    })
  }

  it.effect("acknowledges nothing before it has kept it, though everyone sees it, and then all in order", () => {
    const moved = new Signal()
    let written = 0
    let kept = 0
    const keeping = {
      written: () => written,
      kept: () => kept,
      moved: Effect.andThen(
        moved.wait,
        Effect.sync(() => moved.lower())
      )
    }
    const log = Layer.effect(
      RoomLog,
      Effect.map(RoomLog, (inner) =>
        RoomLog.of({
          ...inner,
          keeping,
          amend: (batch) => Effect.tap(inner.amend(batch), () => Effect.sync(() => written++))
        })
      )
    ).pipe(Layer.provide(RoomLog.layerMemory(logOptions(config))))
    return Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const { messageId } = yield* say(alice, "text")
      yield* say(alice, "more")
      yield* change("alice", { messageId, content: "edited", ref: "edit" })
      yield* alice.until("edited")
      yield* change("alice", { messageId, content: "edited", ref: "again" })
      // not in one turn with the purge
      yield* settle
      const amender = yield* Amender
      const purge = yield* Effect.forkChild(amender.purge(UserId.make("alice"), undefined))
      yield* alice.until("purged")
      yield* settle
      assert.strictEqual(alice.of("ack").length, 2)
      assert.isUndefined(purge.pollUnsafe())
      kept = written - 1
      moved.raise()
      yield* alice.when(() => alice.of("ack").length === 4)
      assert.deepStrictEqual(
        alice
          .of("ack")
          .slice(2)
          .map(({ duplicate, ref }) => [ref, duplicate]),
        [
          ["edit", undefined],
          ["again", true]
        ]
      )
      assert.isUndefined(purge.pollUnsafe())
      kept = written
      moved.raise()
      assert.deepStrictEqual(yield* Fiber.join(purge), { rooms: 1, deleted: 2 })
    }).pipe(Effect.provide(amending(config, log)))
  })

  it.effect("fails on one change only, which is answered with internal", () => {
    const log = Layer.effect(
      RoomLog,
      Effect.map(RoomLog, (inner) =>
        RoomLog.of({
          ...inner,
          amend: (batch) =>
            batch.some(({ change }) => change.kind === "edited" && change.content === "poison")
              ? Effect.die(new Error("cannot keep this"))
              : inner.amend(batch)
        })
      )
    ).pipe(Layer.provide(RoomLog.layerMemory(logOptions(config))))
    return Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const all = yield* Effect.forEach(["a", "b", "c"], (content) => say(alice, content))
      const texts = ["edited", "poison", "edited"]
      for (const [i, { messageId }] of all.entries()) {
        yield* change("alice", { messageId, content: texts[i]!, ref: `edit ${i}` })
      }
      yield* alice.until("ack", ({ ref }) => ref === "edit 2")
      assert.deepInclude(yield* alice.until("error", ({ ref }) => ref === "edit 1"), { code: "internal" })
      assert.deepStrictEqual(
        (yield* kept()).map(({ content }) => content),
        ["edited", "b", "edited"]
      )
    }).pipe(Effect.provide(amending(config, log)))
  })

  for (const point of ["hub/taken", "hub/appended", "hub/settled"] as const) {
    it.effect(`answers each change once when the hub crashes at ${point}`, () => {
      let crashes = 0
      const fault = (at: FaultPointName) =>
        Effect.suspend(() => (at === point && crashes > 0 ? Effect.die(new Error(`crash ${crashes--}`)) : Effect.void))
      return Effect.gen(function* () {
        const alice = yield* connect(config, "alice", { room: "lobby" })
        const bob = yield* connect(config, "bob", { room: "lobby" })
        const all = yield* Effect.forEach(["a", "b", "c", "d"], (content) => say(alice, content))
        crashes = 3
        for (const [i, { messageId }] of all.entries()) {
          yield* change("alice", { messageId, ...(i < 2 ? { content: "edited" } : {}), ref: `change ${i}` })
        }
        for (let i = 0; i < 20; i++) yield* TestClock.adjust(1000)
        yield* bob.when(() => bob.of("edited").length === 2 && bob.of("deleted").length === 2)
        assert.deepStrictEqual(
          alice.of("ack").flatMap(({ duplicate, ref }) => (String(ref).startsWith("change") ? [[ref, duplicate]] : [])),
          [0, 1, 2, 3].map((i) => [`change ${i}`, undefined])
        )
        assert.strictEqual(crashes, 0)
      }).pipe(Effect.provide(amending(config)), Effect.provideService(FaultPoint, fault))
    })
  }
})
