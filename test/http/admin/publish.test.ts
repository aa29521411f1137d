/** `POST /api/admin/rooms/…/messages` and `/broadcast`. */
import { assert, describe, it } from "@effect/vitest"
import { randomUUID } from "node:crypto"
import { Readable } from "node:stream"
import { Effect, Layer } from "effect"
import { Lifecycle } from "../../../src/actor/Lifecycle.ts"
import { RoomId } from "../../../src/domain/RoomId.ts"
import { type ErrorCode, refusal } from "../../../src/domain/ProtocolError.ts"
import { Speaker } from "../../../src/http/admin/Speaker.ts"
import { RoomLog } from "../../../src/log/RoomLog.ts"
import { configuration, connect, settle } from "../../support/Engine.ts"
import { KEY, OTHER_KEY, post, type Posting, site } from "./AdminSite.ts"

const lobby = "/api/admin/rooms/lobby/messages"

/** What a room's log has, oldest first. */
const kept = Effect.fnUntraced(function* (roomId: string) {
  const log = yield* RoomLog
  const id = RoomId.make(roomId)
  const texts = (yield* log.read(id, 0, log.tail(id).head)) ?? []
  return texts.map((text): Readonly<Record<string, unknown>> => JSON.parse(text))
})

const say = (body: Readonly<Record<string, unknown>>, posting: Posting = {}) => post(lobby, body, posting)
const failing = (code: ErrorCode, retryAfterMs?: number) =>
  Layer.succeed(Speaker, { say: () => Effect.fail(refusal(code, "no", undefined, retryAfterMs)) })

describe("a message of the house", () => {
  it.live("is the system's, unless it is a bot's, and kept where nobody is", () =>
    Effect.gen(function* () {
      const answer = yield* say({ content: "back at five\r\nmaybe" })
      assert.strictEqual(answer.status, 201)
      const [first] = yield* kept("lobby")
      assert.deepInclude(first, {
        roomId: "lobby",
        seq: 1,
        type: "system",
        userId: "system",
        username: "System",
        content: "back at five\nmaybe"
      })
      assert.notProperty(first, "bot")
      assert.hasAllKeys(answer.body, ["messageId", "roomId", "seq", "epoch", "timestamp"])
      assert.deepInclude(answer.body, {
        messageId: first?.["messageId"],
        timestamp: first?.["timestamp"],
        seq: 1,
        roomId: "lobby"
      })
      const messageId = String(first?.["messageId"])
      assert.strictEqual((yield* say({ content: "ok", username: " Night  Owl ", replyTo: messageId })).status, 201)
      assert.strictEqual((yield* say({ content: "ok", username: "Owl", userId: "owl-7", type: "system" })).status, 201)
      assert.strictEqual((yield* say({ content: "hm", type: "chat" })).status, 201)
      const [, bot, named, chat] = yield* kept("lobby")
      assert.deepInclude(bot, {
        userId: "bot:night-owl",
        username: "Night Owl",
        type: "chat",
        bot: true,
        replyTo: messageId
      })
      assert.deepInclude(named, { userId: "owl-7", type: "system", bot: true, seq: 3 })
      assert.deepInclude(chat, { userId: "system", type: "chat", bot: true })
    }).pipe(Effect.provide(site()))
  )

  it.live.each([
    ["Ärger & Søn", /^bot:ärger-søn$/],
    ["Бот-помощник", /^bot:бот-помощник$/],
    ["N".repeat(50), /^bot:n{50}$/],
    ["İİ", /^bot:(?:i\u0307){2}$/],
    // nothing of it could be part of an id
    ["★", /^bot:[0-9a-f]{12}$/]
  ] as const)("of a bot called %s has an id that says so", ([username, userId]) =>
    Effect.gen(function* () {
      const answer = yield* say({ content: "x", username })
      assert.strictEqual(answer.status, 201, answer.text)
      assert.match(String((yield* kept("lobby"))[0]?.["userId"]), userId)
    }).pipe(Effect.provide(site()))
  )

  // T30
  it.live("is refused with the name of what is wrong, and nothing is kept", () =>
    Effect.gen(function* () {
      for (const [body, field] of [
        [{}, "content"],
        [{ content: 7 }, "content"],
        [{ content: { $ne: 1 } }, "content"],
        [{ content: " \u200b" }, "content"],
        [{ content: "x".repeat(1001) }, "content"],
        [{ content: "a\ud800b" }, "content"],
        [{ content: "x", username: "" }, "username"],
        [{ content: "x", username: "Adm\u200bin" }, "username"],
        // the names of the house are the house's own
        [{ content: "x", username: "System" }, "username"],
        [{ content: "x", username: "admin" }, "username"],
        [{ content: "x", username: ["a"] }, "username"],
        [{ content: "x", userId: "owl" }, "userId"],
        [{ content: "x", username: "Owl", userId: "a b" }, "userId"],
        [{ content: "x", username: "Owl", userId: "system" }, "userId"],
        [{ content: "x", username: "Owl", userId: "anonymous" }, "userId"],
        [{ content: "x", type: "join" }, "type"],
        [{ content: "x", replyTo: "5" }, "replyTo"]
      ] as const) {
        const answer = yield* say(body)
        assert.deepInclude(answer.body, { status: 400, code: "invalid_body", field }, JSON.stringify(body))
      }
      for (const [body, detail] of [
        ["{", "is not JSON"],
        ["[]", "one JSON object"],
        ["null", "one JSON object"],
        ["", "is not JSON"],
        ['{"content":"a","content":"b"}', "twice"],
        ['{"content":"a","__proto__":{"type":"chat"}}', "__proto__"],
        [`{"content":${"[".repeat(40)}${"]".repeat(40)}}`, "levels deep"]
      ] as const) {
        const answer = yield* post(lobby, body)
        assert.deepInclude(answer.body, { status: 400, code: "invalid_body" }, body)
        assert.include(String(answer.body["detail"]), detail)
      }
      assert.isEmpty(yield* kept("lobby"))
    }).pipe(Effect.provide(site()))
  )

  it.live("is only read where it is small, JSON and UTF-8", () =>
    Effect.gen(function* () {
      for (const type of ["text/plain", "application/jsonp", "application/x-www-form-urlencoded", ""]) {
        const answer = yield* say({ content: "x" }, { headers: { "content-type": type } })
        assert.deepInclude(answer.body, { status: 415, code: "unsupported_media_type" }, type)
      }
      const charset = { "content-type": "Application/JSON ; charset=utf-8" }
      assert.strictEqual((yield* say({ content: "x" }, { headers: charset })).status, 201)
      // D5
      for (const length of [65_536, 6_000_000]) {
        const answer = yield* post(lobby, JSON.stringify({ content: "x", padding: "y".repeat(length) }))
        assert.deepInclude(answer.body, { status: 413, code: "too_large" })
      }
      // without saying how long it is
      for (const chunks of [2, 200]) {
        const body = Readable.toWeb(Readable.from(Array.from({ length: chunks }, () => Buffer.alloc(65_000, " "))))
        assert.deepInclude((yield* post(lobby, body)).body, { status: 413, code: "too_large" }, `${chunks} chunks`)
      }
      const most = JSON.stringify({ content: "x", padding: "" })
      const garbled = new Uint8Array([...Buffer.from('{"content":"'), 0xc3, 0x28, ...Buffer.from('"}')])
      const answer = yield* post(lobby, garbled)
      assert.deepInclude(answer.body, { status: 400, detail: "the body is not UTF-8" })
      const full = JSON.stringify({ content: "x", padding: "y".repeat(65_536 - most.length) })
      assert.strictEqual((yield* post(lobby, full)).status, 201)
    }).pipe(Effect.provide(site()))
  )

  it.live("is refused in private rooms, in that of figures, and in what is no room", () =>
    Effect.gen(function* () {
      for (const [room, status, code] of [
        ["dm:4f2a", 403, "forbidden_room"],
        ["group:4f2a", 403, "forbidden_room"],
        ["analytics", 403, "forbidden_room"],
        ["Lobby", 400, "invalid_room"],
        ["a%2Fb", 400, "invalid_room"],
        ["%23", 400, "invalid_room"],
        ["x".repeat(65), 400, "invalid_room"]
      ] as const) {
        const answer = yield* post(`/api/admin/rooms/${room}/messages`, { content: "x" })
        assert.deepInclude(answer.body, { status, code, field: "roomId" }, room)
      }
    }).pipe(Effect.provide(site()))
  )

  it.live("is answered 503 and when to come back, where it cannot be kept", () =>
    Effect.gen(function* () {
      for (const [code, ms, seconds] of [
        ["overloaded", 250, "1"],
        ["storage_full", 30_000, "30"],
        ["unavailable", undefined, "1"]
      ] as const) {
        const answer = yield* say({ content: "x" }).pipe(Effect.provide(site({ speaker: failing(code, ms) })))
        assert.deepInclude(answer.body, { status: 503, code, retryAfterMs: ms ?? 1000 })
        assert.strictEqual(answer.headers.get("retry-after"), seconds)
      }
      const crash = yield* say({ content: "x" }).pipe(Effect.provide(site({ speaker: failing("internal") })))
      assert.deepInclude(crash.body, { status: 500, code: "internal" })
      const nobody = yield* say({ content: "x" }).pipe(Effect.provide(site({ speaker: Layer.empty })))
      assert.deepInclude(nobody.body, { status: 503, code: "unavailable" })
    })
  )

  it.live("is not taken from the moment that the server stops", () =>
    Effect.gen(function* () {
      yield* (yield* Lifecycle).drain
      const answer = yield* say({ content: "x" })
      assert.deepInclude(answer.body, { status: 503, code: "draining" })
      assert.isNotNull(answer.headers.get("retry-after"))
    }).pipe(Effect.provide(site()))
  )
})

describe("Idempotency-Key", () => {
  // P4
  it.live("makes what is sent again the same message, also at the same time", () =>
    Effect.gen(function* () {
      const first = yield* say({ content: "deployed" }, { idempotencyKey: "build-7" })
      assert.strictEqual(first.status, 201)
      assert.notProperty(first.body, "duplicate")
      assert.match(
        String(first.body["messageId"]),
        /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
      )
      const again = yield* Effect.all(
        Array.from({ length: 8 }, () => say({ content: "deployed" }, { idempotencyKey: "build-7" })),
        { concurrency: "unbounded" }
      )
      for (const answer of again) {
        assert.strictEqual(answer.status, 200)
        assert.deepStrictEqual(answer.body, { ...first.body, duplicate: true })
      }
      assert.lengthOf(yield* kept("lobby"), 1)
    }).pipe(Effect.provide(site()))
  )

  it.live("is refused for anything else, whatever of it differs", () =>
    Effect.gen(function* () {
      const idempotencyKey = "once"
      assert.strictEqual((yield* say({ content: "a", username: "Owl" }, { idempotencyKey })).status, 201)
      for (const body of [
        { content: "b", username: "Owl" },
        { content: "a", username: "Elk" },
        { content: "a", username: "Owl", userId: "owl" },
        { content: "a", username: "Owl", type: "system" },
        { content: "a", username: "Owl", replyTo: randomUUID() },
        { content: "a" }
      ]) {
        const answer = yield* say(body, { idempotencyKey })
        assert.deepInclude(answer.body, { status: 409, code: "idempotency_conflict" }, JSON.stringify(body))
      }
      assert.lengthOf(yield* kept("lobby"), 1)
      // what amounts to the same is the same
      assert.strictEqual((yield* say({ username: "Owl ", content: "a", more: 1 }, { idempotencyKey })).status, 200)
    }).pipe(Effect.provide(site()))
  )

  it.live("is each caller's and each room's own", () =>
    Effect.gen(function* () {
      const idempotencyKey = "shared"
      const body = { content: "a" }
      const answers = [
        yield* say(body, { idempotencyKey, key: KEY }),
        yield* say({ content: "b" }, { idempotencyKey, key: OTHER_KEY }),
        yield* post("/api/admin/rooms/attic/messages", body, { idempotencyKey })
      ]
      assert.deepStrictEqual(
        answers.map(({ status }) => status),
        [201, 201, 201]
      )
      assert.strictEqual(new Set(answers.map((answer) => answer.body["messageId"])).size, 3)
    }).pipe(Effect.provide(site()))
  )

  it.live("is 1 to 128 visible characters", () =>
    Effect.gen(function* () {
      for (const idempotencyKey of ["x".repeat(129), "a b", "\u00e9"]) {
        const answer = yield* say({ content: "a" }, { idempotencyKey })
        assert.deepInclude(answer.body, { status: 400, code: "invalid_header", field: "Idempotency-Key" })
      }
      assert.strictEqual((yield* say({ content: "a" }, { idempotencyKey: "~".repeat(128) })).status, 201)
    }).pipe(Effect.provide(site()))
  )
})

describe("a broadcast", () => {
  it.live("goes to every room with people, but private ones, and once to each", () =>
    Effect.gen(function* () {
      const config = configuration()
      yield* connect(config, "ann", { room: "lobby" })
      yield* connect(config, "bob", { room: "attic" })
      const log = yield* RoomLog
      yield* say({ content: "before" })
      const body = { content: "we close at ten" }
      const first = yield* post("/api/admin/broadcast", body, { idempotencyKey: "closing" })
      assert.deepStrictEqual([first.status, first.body], [200, { rooms: 2, refused: 0 }])
      yield* connect(config, "cid", { room: "cellar" })
      const again = yield* post("/api/admin/broadcast", body, { idempotencyKey: "closing" })
      assert.deepStrictEqual([again.status, again.body], [200, { rooms: 3, refused: 0 }])
      for (const [room, count] of [
        ["lobby", 2],
        ["attic", 1],
        ["cellar", 1],
        ["yard", 0]
      ] as const) {
        assert.lengthOf(yield* kept(room), count, room)
      }
      assert.deepInclude((yield* kept("attic"))[0], { type: "system", userId: "system", content: body.content })
      const other = yield* post("/api/admin/broadcast", { content: "x" }, { idempotencyKey: "closing" })
      assert.deepInclude(other.body, { status: 409, code: "idempotency_conflict" })
      const bot = yield* post("/api/admin/broadcast", { content: "hoo", username: "Owl" })
      assert.deepStrictEqual(bot.body, { rooms: 3, refused: 0 })
      assert.deepInclude((yield* kept("cellar")).at(-1), { userId: "bot:owl", bot: true, type: "chat" })
      assert.isTrue(Array.from(log.rooms()).every(({ roomId }) => !roomId.includes(":")))
    }).pipe(Effect.provide(site()))
  )

  it.live("says how many rooms could not take it, and fails where none could", () =>
    Effect.gen(function* () {
      const config = configuration()
      for (const room of ["a", "b", "c"]) yield* connect(config, `in-${room}`, { room })
      yield* settle
      const answer = yield* post("/api/admin/broadcast", { content: "x" })
      assert.deepStrictEqual(answer.body, { rooms: 2, refused: 1 })
    }).pipe(
      Effect.provide(
        site({
          speaker: Layer.succeed(Speaker, {
            say: ({ messageId, roomId }) =>
              roomId === "b"
                ? Effect.fail(refusal("overloaded", "no", undefined, 100))
                : Effect.succeed({
                    messageId,
                    seq: 1,
                    epoch: 1,
                    timestamp: "2026-01-01T00:00:00.000Z",
                    duplicate: false
                  })
          })
        })
      )
    )
  )

  it.live("that no room could take is answered 503", () =>
    Effect.gen(function* () {
      yield* connect(configuration(), "ann", { room: "lobby" })
      const answer = yield* post("/api/admin/broadcast", { content: "x" })
      assert.deepInclude(answer.body, { status: 503, code: "overloaded", retryAfterMs: 2000 })
    }).pipe(Effect.provide(site({ speaker: failing("overloaded", 2000) })))
  )

  it.live("to nobody reaches nobody", () =>
    Effect.gen(function* () {
      const answer = yield* post("/api/admin/broadcast", { content: "x" })
      assert.deepStrictEqual(answer.body, { rooms: 0, refused: 0 })
    }).pipe(Effect.provide(site()))
  )
})
