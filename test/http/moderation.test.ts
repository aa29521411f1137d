/** What moderators order and see over HTTP, on a real port. */
import { assert, describe, it } from "@effect/vitest"
import { randomUUID } from "node:crypto"
import { Effect, Layer, Redacted } from "effect"
import { Lifecycle } from "../../src/actor/Lifecycle.ts"
import { Connections } from "../../src/connection/Connections.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { NodeServer } from "../../src/http/NodeServer.ts"
import * as Routes from "../../src/http/Routes.ts"
import { RoomLog } from "../../src/log/RoomLog.ts"
import { Moderation } from "../../src/moderation/Moderation.ts"
import { logOptions } from "../../src/Persistence.ts"
import { Storage } from "../../src/store/Storage.ts"
import { hourLong, SECRET } from "../identity/minted.ts"
import { configuration, connect, engineLayer } from "../support/Engine.ts"
import { type Answer, ask, cursors } from "../support/Web.ts"

const KEY = "a key of at least thirty-two characters"
const PATH = "/api/moderation"

const configured = (secret: string) => configuration({ authSecret: Redacted.make(secret) })

const serving = (secret: string) => {
  const config = configured(secret)
  const log = RoomLog.layerMemory(logOptions(config))
  return Routes.layer({ origins: [], apiKeys: Redacted.make([{ name: "ops-bot", key: KEY }]) }).pipe(
    Layer.provide(cursors),
    Layer.provide(Storage.layerMemory),
    Layer.provideMerge(engineLayer(config, log)),
    Layer.provideMerge(log),
    Layer.provide(Lifecycle.layer),
    Layer.provideMerge(NodeServer.layer({ host: "127.0.0.1", port: 0, headersTimeoutMs: 5000 }))
  )
}

type Show = Readonly<Record<string, string>>

/** The header that shows a token of a user with this role and these rooms. */
const as = (role: string, rooms?: ReadonlyArray<string>, sub = `${role}-1`): Effect.Effect<Show> =>
  Effect.promise(async () => ({
    authorization: `Bearer ${await hourLong(sub, { role, ...(rooms === undefined ? {} : { rooms }) })}`
  }))
const key: Show = { "x-api-key": KEY }

const order = (who: Show, body: unknown) =>
  ask(PATH, {
    method: "POST",
    headers: { ...who, "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body)
  })

const see = (who: Show, path: string) => ask(`${PATH}/${path}`, { headers: who })

const listed = ({ body }: Answer, name: string) => body[name] as ReadonlyArray<Readonly<Record<string, unknown>>>

describe("POST /api/moderation", () => {
  it.live("does what a moderator orders, and answers what that came to", () =>
    Effect.gen(function* () {
      const moderator = yield* as("moderator")
      const before = Date.now()
      const banned = yield* order(moderator, { action: "ban", userId: "alice", seconds: 60, reason: "spam" })
      assert.strictEqual(banned.status, 200, banned.text)
      const { until, ...echo } = banned.body
      assert.deepStrictEqual(echo, { action: "ban", userId: "alice", seconds: 60, reason: "spam" })
      assert.isAtLeast(Date.parse(String(until)), before + 60_000)
      const moderation = (yield* Moderation)!
      assert.strictEqual(moderation.bars(UserId.make("alice"), undefined)?.code, "banned")
      const slow = yield* order(key, { action: "slow_mode", roomId: "lobby", seconds: 30 })
      assert.deepStrictEqual(slow.body, { action: "slow_mode", roomId: "lobby", seconds: 30 })
      assert.deepStrictEqual(moderation.room(RoomId.make("lobby")), { slowModeSeconds: 30, frozen: false })
      assert.isEmpty(Array.from((yield* Connections).all))
    }).pipe(Effect.provide(serving(SECRET)))
  )

  it.live("is for moderators, in the rooms that their tokens are for", () =>
    Effect.gen(function* () {
      const freeze = { action: "freeze", roomId: "lobby" }
      assert.strictEqual((yield* order({}, freeze)).status, 401)
      for (const role of ["user", "analyst"]) {
        const answer = yield* order(yield* as(role), freeze)
        assert.deepInclude(answer.body, { status: 403, code: "forbidden" })
      }
      const limited = yield* as("moderator", ["lob*", "garden"])
      assert.strictEqual((yield* order(limited, freeze)).status, 200)
      assert.deepInclude((yield* order(limited, { ...freeze, roomId: "attic" })).body, {
        status: 403,
        code: "forbidden",
        field: "roomId"
      })
      assert.deepInclude((yield* order(limited, { action: "ban", userId: "alice" })).body, {
        status: 403,
        field: "roomId"
      })
      const self = yield* order(yield* as("admin"), { action: "ban", userId: "admin-1" })
      assert.deepInclude(self.body, { status: 403, code: "forbidden", field: "userId" })
    }).pipe(Effect.provide(serving(SECRET)))
  )

  it.live("says what is wrong with what it does not do, and how much a purge deleted", () =>
    Effect.gen(function* () {
      const admin = yield* as("admin")
      for (const [body, field] of [
        [{}, "action"],
        [{ action: "exile", userId: "alice" }, "action"],
        [{ action: "ban" }, "userId"],
        [{ action: "ban", userId: "a b" }, "userId"],
        [{ action: "ban", userId: "alice", seconds: 1.5 }, "seconds"],
        [{ action: "ban", userId: "alice", seconds: -1 }, "seconds"],
        [{ action: "ban", userId: "alice", reason: "x".repeat(501) }, "reason"],
        [{ action: "freeze", roomId: "Lobby" }, "roomId"],
        [{ action: "slow_mode", roomId: "lobby", seconds: 121 }, "seconds"],
        ["[]", undefined],
        ["{", undefined],
        ['{"action":"ban","action":"unban","userId":"alice"}', undefined]
      ] as const) {
        const answer = yield* order(admin, body)
        assert.deepInclude(answer.body, { status: 400, code: "invalid_body" }, JSON.stringify(body))
        assert.strictEqual(answer.body["field"], field, answer.text)
      }
      assert.deepInclude((yield* order(admin, " ".repeat(70_000))).body, { status: 413 })
      assert.deepStrictEqual((yield* order(admin, { action: "purge", userId: "alice" })).body, {
        action: "purge",
        userId: "alice",
        deleted: 0
      })
    }).pipe(Effect.provide(serving(SECRET)))
  )

  it.live("takes one message away for good, and tells its room", () =>
    Effect.gen(function* () {
      const client = yield* connect(configured(SECRET), "alice", { room: "lobby" })
      const [kept, gone] = [randomUUID(), randomUUID()]
      for (const messageId of [kept, gone]) {
        client.say({ type: "chat", roomId: "lobby", messageId, content: `what ${messageId} says` })
      }
      yield* client.when(() => client.of("ack").length === 2)
      const limited = yield* as("moderator", ["lobby"], "mia")
      const what = { action: "delete", roomId: "lobby", messageId: gone }
      const answer = yield* order(limited, { ...what, reason: "rude" })
      assert.strictEqual(answer.status, 200, answer.text)
      assert.deepStrictEqual(answer.body, { ...what, reason: "rude", deleted: 1 })
      assert.deepInclude(yield* client.until("deleted"), { roomId: "lobby", messageId: gone, userId: "mia" })
      const page = yield* ask("/api/rooms/lobby/messages", { headers: limited })
      assert.deepStrictEqual(
        listed(page, "messages").map(({ content, deleted, messageId }) => ({ content, deleted, messageId })),
        [
          { content: `what ${kept} says`, deleted: undefined, messageId: kept },
          { content: "", deleted: true, messageId: gone }
        ]
      )
      const [entry] = listed(yield* see(key, "audit"), "entries")
      assert.deepInclude(entry, { by: "mia", via: "http", ...what, reason: "rude", deleted: 1 })
    }).pipe(Effect.provide(serving(SECRET)))
  )

  it.live("deletes no message that is not there, not named, or not theirs to delete", () =>
    Effect.gen(function* () {
      const limited = yield* as("moderator", ["lobby"])
      const messageId = randomUUID()
      for (const [body, expected] of [
        [
          { roomId: "lobby", messageId },
          { status: 404, code: "not_found" }
        ],
        [
          { roomId: "attic", messageId },
          { status: 403, code: "forbidden", field: "roomId" }
        ],
        [{ messageId }, { status: 400, code: "invalid_body", field: "roomId" }],
        [{ roomId: "lobby" }, { status: 400, code: "invalid_body", field: "messageId" }],
        [
          { roomId: "lobby", messageId: "7" },
          { status: 400, code: "invalid_body", field: "messageId" }
        ],
        [
          { roomId: "lobby", messageId, userId: "alice" },
          { status: 404, code: "not_found" }
        ],
        [
          { roomId: "lobby", messageId, seconds: 1 },
          { status: 400, code: "invalid_body", field: "seconds" }
        ]
      ] as const) {
        const answer = yield* order(limited, { action: "delete", ...body })
        assert.deepInclude(answer.body, expected, JSON.stringify(body))
      }
      const plain = { method: "POST", headers: { ...limited, "content-type": "text/plain" }, body: "{}" }
      assert.deepInclude((yield* ask(PATH, plain)).body, { status: 415, code: "unsupported_media_type" })
    }).pipe(Effect.provide(serving(SECRET)))
  )

  it.live("is for nobody but API keys where tokens are off", () =>
    Effect.gen(function* () {
      const freeze = { action: "freeze", roomId: "lobby" }
      for (const answer of [yield* order({}, freeze), yield* see({}, "bans"), yield* see({}, "audit")]) {
        assert.deepInclude(answer.body, { status: 403, code: "forbidden" })
      }
      assert.strictEqual((yield* order(key, freeze)).status, 200)
      assert.deepInclude(listed(yield* see(key, "audit"), "entries")[0], { by: "ops-bot", via: "http" })
    }).pipe(Effect.provide(serving("")))
  )
})

describe("a ban", () => {
  it.live("is told to who asks why they get no socket, where users are who they say they are", () =>
    Effect.gen(function* () {
      yield* order(key, { action: "ban", userId: "bo", reason: "shouting", seconds: 60 })
      const { body, headers, status } = yield* ask("/ws?userId=bo&username=Bo")
      assert.deepInclude(body, { status: 403, code: "banned" })
      assert.include(body["detail"], "shouting")
      assert.strictEqual(status, 403)
      assert.strictEqual(headers.get("retry-after"), "60")
      for (const path of ["/ws?userId=cy", "/ws?userId=", "/ws?userId=%00", "/ws?userid=bo", "/ws"]) {
        assert.strictEqual((yield* ask(path)).status, 426, path)
      }
    }).pipe(Effect.provide(serving("")))
  )

  it.live("is nobody's to know without a token, where there are tokens", () =>
    Effect.gen(function* () {
      yield* order(key, { action: "ban", userId: "bo", reason: "shouting" })
      assert.strictEqual((yield* ask("/ws?userId=bo")).status, 426)
    }).pipe(Effect.provide(serving(SECRET)))
  )
})

describe("GET /api/moderation", () => {
  it.live("lists what is in force, the newest first, a page at a time", () =>
    Effect.gen(function* () {
      const admin = yield* as("admin")
      for (let i = 0; i < 7; i++) yield* order(admin, { action: "mute", userId: `user-${i}`, roomId: "lobby" })
      yield* order(admin, { action: "ban", userId: "alice", seconds: 3600, reason: "spam" })
      yield* order(admin, { action: "freeze", roomId: "lobby" })
      const bans = yield* see(admin, "bans")
      assert.deepInclude(bans.body, { count: 1, hasMore: false, after: null })
      const { since, until, ...ban } = listed(bans, "bans")[0]!
      assert.deepStrictEqual(ban, { userId: "alice", by: "admin-1", reason: "spam" })
      assert.strictEqual(Date.parse(String(until)) - Date.parse(String(since)), 3_600_000)
      assert.deepInclude(listed(yield* see(admin, "rooms"), "rooms")[0], {
        roomId: "lobby",
        frozen: true,
        slowModeSeconds: 0
      })
      const seen: Array<unknown> = []
      let after: unknown = ""
      do {
        const answer: Answer = yield* see(admin, `mutes?limit=3${after === "" ? "" : `&after=${String(after)}`}`)
        assert.strictEqual(answer.status, 200, answer.text)
        seen.push(...listed(answer, "mutes").map(({ userId }) => userId))
        after = answer.body["after"]
        assert.strictEqual(answer.body["hasMore"], after !== null)
      } while (after !== null)
      assert.sameMembers(
        seen,
        Array.from({ length: 7 }, (_, i) => `user-${i}`)
      )
      assert.lengthOf(seen, 7)
    }).pipe(Effect.provide(serving(SECRET)))
  )

  it.live("shows moderators what is of the rooms that they moderate", () =>
    Effect.gen(function* () {
      const admin = yield* as("admin")
      for (const room of [{ roomId: "lobby" }, { roomId: "garden" }, {}]) {
        yield* order(admin, { action: "ban", userId: "alice", ...room })
      }
      yield* order(admin, { action: "freeze", roomId: "garden" })
      const limited = yield* as("moderator", ["lobby"])
      assert.deepStrictEqual(
        listed(yield* see(limited, "bans"), "bans").map(({ roomId }) => roomId),
        ["lobby"]
      )
      assert.isEmpty(listed(yield* see(limited, "rooms"), "rooms"))
      assert.lengthOf(listed(yield* see(yield* as("moderator"), "bans"), "bans"), 3)
      for (const role of ["user", "analyst"]) {
        for (const list of ["bans", "mutes", "rooms"]) {
          assert.deepInclude((yield* see(yield* as(role), list)).body, { status: 403, code: "forbidden" })
        }
      }
    }).pipe(Effect.provide(serving(SECRET)))
  )

  it.live("shows admins who ordered what, and nobody else", () =>
    Effect.gen(function* () {
      const admin = yield* as("admin")
      const moderator = yield* as("moderator", ["lobby"], "mia")
      yield* order(moderator, { action: "ban", userId: "alice", roomId: "lobby", reason: "spam" })
      yield* order(key, { action: "unban", userId: "alice", roomId: "lobby" })
      yield* order(admin, { action: "purge", userId: "alice" })
      const first = yield* see(admin, "audit?limit=2")
      assert.strictEqual(first.body["hasMore"], true)
      const second = yield* see(admin, `audit?limit=2&after=${String(first.body["after"])}`)
      assert.deepInclude(second.body, { count: 1, hasMore: false, after: null })
      const entries = [...listed(first, "entries"), ...listed(second, "entries")]
      assert.deepStrictEqual(
        entries.map(({ at, ...entry }) => {
          assert.strictEqual(new Date(String(at)).toISOString(), at)
          return entry
        }),
        [
          { by: "admin-1", via: "http", action: "purge", userId: "alice", deleted: 0 },
          { by: "ops-bot", via: "http", action: "unban", userId: "alice", roomId: "lobby" },
          { by: "mia", via: "http", action: "ban", userId: "alice", roomId: "lobby", reason: "spam" }
        ]
      )
      assert.deepInclude((yield* see(moderator, "audit")).body, { status: 403, code: "forbidden" })
    }).pipe(Effect.provide(serving(SECRET)))
  )

  it.live("refuses pages that there are not", () =>
    Effect.gen(function* () {
      const admin = yield* as("admin")
      yield* order(admin, { action: "ban", userId: "alice" })
      yield* order(admin, { action: "ban", userId: "bob" })
      const { after } = (yield* see(admin, "bans?limit=1")).body
      for (const [path, code, field] of [
        ["bans?limit=0", "invalid_limit", "limit"],
        ["mutes?limit=201", "invalid_limit", "limit"],
        ["rooms?after=here", "invalid_cursor", "after"],
        [`mutes?after=${String(after)}`, "invalid_cursor", "after"],
        [`audit?after=${String(after)}`, "invalid_cursor", "after"],
        ["audit?limit=1&limit=2", "invalid_query", "limit"]
      ] as const) {
        assert.deepInclude((yield* see(admin, path)).body, { status: 400, code, field }, path)
      }
    }).pipe(Effect.provide(serving(SECRET)))
  )
})
