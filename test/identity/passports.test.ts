/** A connection's token over its life: it expires, is renewed, is revoked. Time is in the test's hand. */
import { assert, describe, it } from "@effect/vitest"
import { randomUUID } from "node:crypto"
import { Effect, Latch, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { FaultPoint } from "../../src/actor/FaultPoint.ts"
import * as Connection from "../../src/connection/Connection.ts"
import { closeReasons } from "../../src/domain/CloseReason.ts"
import type { Dialect } from "../../src/domain/ClientFrame.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { Allowances } from "../../src/identity/Allowances.ts"
import { Revocations } from "../../src/identity/Revocations.ts"
import { Tokens } from "../../src/identity/Tokens.ts"
import { connectionOptions } from "../../src/Server.ts"
import { configuration, engineLayer, settle, subscribe } from "../support/Engine.ts"
import { FakeSocket } from "../support/FakeSocket.ts"
import { minted, SECRET } from "./minted.ts"

const config = configuration({ authSecret: Redacted.make(SECRET) })
const layer = engineLayer(config)

const token = (claims: Readonly<Record<string, unknown>>) =>
  Effect.promise(() => minted({ sub: "alice", iat: 0, ...claims }))

/** Connects with a token, as the gateway does once it was checked. */
const enter = Effect.fnUntraced(function* (
  claims: Readonly<Record<string, unknown>>,
  { dialect = "hubbub.v1", room }: { readonly dialect?: Dialect; readonly room?: string } = {}
) {
  const verified = yield* Effect.flatMap(Tokens, (tokens) => Effect.flatMap(token(claims), tokens.verify))
  const socket = new FakeSocket()
  const identity = {
    connectionId: randomUUID(),
    userId: verified.userId,
    username: verified.username,
    dialect
  }
  const make = yield* Connection.make(connectionOptions(config), yield* Allowances)
  yield* make(socket, identity)
    .run(
      {
        identity,
        claims: verified,
        allowanceKey: verified.userId,
        room: room === undefined ? undefined : RoomId.make(room),
        history: undefined
      },
      () => {}
    )
    .pipe(Effect.forkScoped)
  if (dialect === "hubbub.v1") yield* socket.until("welcome")
  yield* settle
  return socket
})

/** Says something with a ref and waits for the answer. */
const ask = (socket: FakeSocket, frame: Readonly<Record<string, unknown>>) => {
  const ref = randomUUID()
  socket.say({ ...frame, ref })
  return Effect.map(
    socket.when(() => socket.frames.some((one) => one["ref"] === ref)),
    () => socket.frames.find((one) => one["ref"] === ref)!
  )
}

/** The code that a connection was closed with, if it was. */
const codeOf = ({ closed }: FakeSocket) => closed?.code

const expiries = (socket: FakeSocket) => socket.of("token_expiring").map((frame) => frame["expiresAt"])

describe("a token", () => {
  it.effect("is told of in the welcome: role and end", () =>
    Effect.gen(function* () {
      const socket = yield* enter({ exp: 3600, role: "moderator", name: "Alice" })
      const [welcome] = socket.of("welcome")
      assert.deepInclude(welcome, {
        userId: "alice",
        username: "Alice",
        role: "moderator",
        expiresAt: "1970-01-01T01:00:00.000Z"
      })
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  // T50, H5
  it.effect("that expires is announced a minute before, once, and ends the connection", () =>
    Effect.gen(function* () {
      const socket = yield* enter({ exp: 3600 })
      yield* TestClock.adjust("3539 seconds")
      assert.deepStrictEqual(expiries(socket), [])
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(expiries(socket), ["1970-01-01T01:00:00.000Z"])
      yield* TestClock.adjust("58999 millis")
      assert.isUndefined(codeOf(socket))
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(codeOf(socket), closeReasons.tokenExpired.code)
      assert.strictEqual(expiries(socket).length, 1)
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.effect("that has less than a minute left is announced at once, but not to plain clients", () =>
    Effect.gen(function* () {
      const socket = yield* enter({ exp: 5 })
      const plain = yield* enter({ exp: 5 }, { dialect: "plain", room: "global" })
      assert.deepStrictEqual(expiries(socket), ["1970-01-01T00:00:05.000Z"])
      yield* TestClock.adjust("4900 millis")
      assert.isUndefined(codeOf(socket))
      yield* TestClock.adjust("1100 millis")
      assert.deepStrictEqual([socket.closed?.code, plain.closed?.code], [4002, 4002])
      assert.deepStrictEqual(expiries(plain), [])
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.effect("that had just expired when it was let in is given what the tolerance leaves of it", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(103_000)
      const socket = yield* enter({ exp: 100 })
      assert.strictEqual(expiries(socket).length, 1)
      yield* TestClock.adjust("1500 millis")
      assert.isUndefined(codeOf(socket))
      yield* TestClock.adjust("1500 millis")
      assert.strictEqual(codeOf(socket), 4002)
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.effect("lets nothing in that comes after its end, also before the connection is closed", () =>
    Effect.gen(function* () {
      const witness = yield* enter({ sub: "bob", exp: 3600 })
      yield* subscribe(witness, "lobby")
      const socket = yield* enter({ exp: 10.01 })
      yield* subscribe(socket, "lobby")
      yield* TestClock.adjust("10 seconds")
      socket.say({ type: "chat", roomId: "lobby", content: "in time" })
      yield* settle
      yield* TestClock.adjust("20 millis")
      assert.isUndefined(codeOf(socket))
      socket.say({ type: "chat", roomId: "lobby", content: "too late" })
      yield* settle
      assert.strictEqual(codeOf(socket), 4002)
      assert.deepStrictEqual(
        witness.of("chat").map((frame) => frame["content"]),
        ["in time"]
      )
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  // P11
  it.effect("is not prolonged by a wall clock that is set back", () =>
    Effect.gen(function* () {
      const socket = yield* enter({ exp: 3600 })
      yield* subscribe(socket, "lobby")
      yield* TestClock.adjust("50 minutes")
      yield* TestClock.setTime(0)
      yield* TestClock.adjust("10 minutes")
      socket.say({ type: "chat", roomId: "lobby", content: "still here?" })
      yield* settle
      assert.strictEqual(codeOf(socket), 4002)
    }).pipe(Effect.scoped, Effect.provide(layer))
  )
})

describe("a new token", () => {
  it.effect("goes on in place of the old one, with what it says", () =>
    Effect.gen(function* () {
      const socket = yield* enter({ exp: 100, name: "Alice" })
      yield* subscribe(socket, "lobby")
      yield* TestClock.adjust("50 seconds")
      assert.strictEqual(expiries(socket).length, 1)
      const next = yield* token({ exp: 200, name: "Alice B.", role: "moderator" })
      const answer = yield* ask(socket, { type: "refresh", token: next })
      assert.deepInclude(answer, { type: "refreshed", expiresAt: "1970-01-01T00:03:20.000Z" })
      yield* TestClock.adjust("80 seconds")
      assert.isUndefined(codeOf(socket))
      // the name and the role hold from now on
      yield* ask(socket, { type: "system", roomId: "lobby", content: "hear, hear" })
      assert.deepInclude(yield* socket.until("system"), { username: "Alice B.", userId: "alice" })
      yield* TestClock.adjust("15 seconds")
      assert.deepStrictEqual(expiries(socket).at(-1), "1970-01-01T00:03:20.000Z")
      yield* TestClock.adjust("60 seconds")
      assert.strictEqual(codeOf(socket), 4002)
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.effect("of another user, or a bad one, is refused, and the old one stays", () =>
    Effect.gen(function* () {
      const socket = yield* enter({ exp: 100 })
      const others = [yield* token({ sub: "bob", exp: 999 }), "nonsense", yield* token({ exp: 200, role: "root" })]
      for (const other of others) {
        const answer = yield* ask(socket, { type: "refresh", token: other })
        assert.deepInclude(answer, { type: "error", code: "invalid_token", field: "token" })
        assert.notInclude(JSON.stringify(answer), other)
      }
      yield* TestClock.adjust("101 seconds")
      assert.strictEqual(codeOf(socket), 4002)
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.effect("that is for fewer rooms takes its bearer out of the others", () =>
    Effect.gen(function* () {
      const witness = yield* enter({ sub: "bob", exp: 3600 })
      for (const room of ["team-a", "team-b"]) yield* subscribe(witness, room)
      const socket = yield* enter({ exp: 3600, role: "analyst" })
      for (const room of ["team-a", "team-b"]) yield* subscribe(socket, room)
      socket.say({ type: "subscribe", roomId: "analytics" })
      yield* socket.until("analytics")
      const next = yield* token({ exp: 3600, rooms: ["team-a"] })
      assert.strictEqual((yield* ask(socket, { type: "refresh", token: next })).type, "refreshed")
      yield* TestClock.adjust("1 seconds")
      assert.sameMembers(
        socket.of("unsubscribed").map((frame) => frame["roomId"]),
        ["team-b", "analytics"]
      )
      for (const roomId of ["team-a", "team-b"]) {
        yield* ask(witness, { type: "chat", roomId, content: `in ${roomId}` })
      }
      yield* settle
      assert.deepStrictEqual(
        socket.of("chat").map((frame) => frame["content"]),
        ["in team-a"]
      )
      const figures = socket.of("analytics").length
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(socket.of("analytics").length, figures)
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.effect("takes its bearer out of a room, too, that a subscribe of before had not got into yet", () => {
    const gate = Latch.makeUnsafe(true)
    const held = engineLayer(config).pipe(
      Layer.provide(Layer.succeed(FaultPoint, (point) => (point === "hub/taken" ? gate.await : Effect.void)))
    )
    return Effect.gen(function* () {
      const socket = yield* enter({ exp: 3600 })
      yield* gate.close
      socket.say({ type: "subscribe", roomId: "team-b" })
      const next = yield* token({ exp: 3600, rooms: ["team-a"] })
      assert.strictEqual((yield* ask(socket, { type: "refresh", token: next })).type, "refreshed")
      assert.strictEqual(socket.of("subscribed").length, 0)
      yield* gate.open
      yield* socket.until("subscribed")
      yield* TestClock.adjust("1 seconds")
      assert.deepStrictEqual(
        socket.of("unsubscribed").map((frame) => frame["roomId"]),
        ["team-b"]
      )
      assert.deepStrictEqual(socket.of("error"), [])
    }).pipe(Effect.scoped, Effect.provide(held))
  })

  it.effect("is checked one at a time", () =>
    Effect.gen(function* () {
      const socket = yield* enter({ exp: 100 })
      const next = yield* token({ exp: 200 })
      socket.say({ type: "refresh", token: next, ref: 1 })
      socket.say({ type: "refresh", token: next, ref: 2 })
      yield* socket.until("refreshed")
      assert.deepInclude(yield* socket.until("error"), { code: "rate_limited", ref: 2 })
    }).pipe(Effect.scoped, Effect.provide(layer))
  )
})

describe("a revocation", () => {
  // T51, H5
  it.effect("ends the connections of a token or of a user, and of no one else, before a second has passed", () =>
    Effect.gen(function* () {
      const { revoke } = yield* Revocations
      const one = yield* enter({ exp: 3600, jti: "one" })
      const two = yield* enter({ exp: 3600, jti: "two" }, { dialect: "plain", room: "global" })
      const bob = yield* enter({ sub: "bob", exp: 3600, jti: "three" })
      yield* revoke({ tokenId: "one", until: 3_600_000 })
      yield* settle
      assert.deepStrictEqual(
        [one, two, bob].map(({ closed }) => closed?.code),
        [4500, undefined, undefined]
      )
      yield* revoke({ userId: UserId.make("alice"), until: 3_600_000 })
      yield* settle
      assert.deepStrictEqual(
        [two, bob].map(({ closed }) => closed?.code),
        [4500, undefined]
      )
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.effect("cannot be escaped by a token of before, but by one of after", () =>
    Effect.gen(function* () {
      const { revoke } = yield* Revocations
      yield* TestClock.setTime(10_500)
      yield* revoke({ userId: UserId.make("alice"), until: 3_600_000 })
      const tokens = yield* Tokens
      const failure = yield* Effect.flip(Effect.flatMap(token({ iat: 10, exp: 3600 }), tokens.verify))
      assert.deepInclude(failure, { _tag: "TokenRefused", reason: "revoked" })
      const socket = yield* enter({ iat: 11, exp: 3600 })
      assert.isUndefined(codeOf(socket))
      const stale = yield* token({ iat: 5, exp: 9999 })
      assert.deepInclude(yield* ask(socket, { type: "refresh", token: stale }), { code: "invalid_token" })
    }).pipe(Effect.scoped, Effect.provide(layer))
  )
})

describe("rooms that a token is not for", () => {
  it.effect("cannot be entered, spoken in, watched or read", () =>
    Effect.gen(function* () {
      const socket = yield* enter({ exp: 3600, rooms: ["team-*"] })
      const frames = [
        { type: "subscribe" },
        { type: "subscribe", after: { epoch: 1, seq: 0 } },
        { type: "chat", content: "hello" },
        { type: "typing", active: true },
        { type: "presence" },
        { type: "history" }
      ]
      for (const roomId of ["secret", "team", "analytics"]) {
        for (const frame of frames) {
          const answer = yield* ask(socket, { ...frame, roomId })
          assert.deepInclude(answer, { type: "error", code: "forbidden_room", field: "roomId" }, JSON.stringify(frame))
        }
      }
      // one that names no room means the one that there is none of
      assert.deepInclude(yield* ask(socket, { type: "chat", content: "hello" }), { code: "forbidden_room" })
      assert.strictEqual((yield* ask(socket, { type: "subscribe", roomId: "team-a" })).type, "subscribed")
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.effect("are figures for all but analysts and admins, and system messages for all but moderators and admins", () =>
    Effect.gen(function* () {
      const outcomes: Record<string, ReadonlyArray<unknown>> = {}
      for (const role of ["user", "moderator", "analyst", "admin"]) {
        const socket = yield* enter({ exp: 3600, role })
        yield* subscribe(socket, "lobby")
        const figures = yield* ask(socket, { type: "subscribe", roomId: "analytics" })
        const system = yield* ask(socket, { type: "system", roomId: "lobby", content: "listen" })
        outcomes[role] = [figures, system].map((answer) => answer["code"] ?? answer.type)
      }
      assert.deepStrictEqual(outcomes, {
        user: ["forbidden_room", "forbidden_type"],
        moderator: ["forbidden_room", "ack"],
        analyst: ["analytics", "forbidden_type"],
        admin: ["analytics", "ack"]
      })
    }).pipe(Effect.scoped, Effect.provide(layer))
  )
})
