/** `GET /api/admin/connections` and `POST /api/admin/users/…/disconnect`. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Cursors, listTrack } from "../../../src/http/Cursors.ts"
import { RoomId } from "../../../src/domain/RoomId.ts"
import { UserId } from "../../../src/domain/UserId.ts"
import { type Connected, type Guest } from "../../../src/http/admin/Connected.ts"
import { guestTrack, listGuests, placeOf, shown } from "../../../src/http/admin/Guests.ts"
import { Username } from "../../../src/domain/Username.ts"
import { Dice } from "../../support/Dice.ts"
import { configuration, connect, subscribe } from "../../support/Engine.ts"
import type { Answer } from "../../support/Web.ts"
import { get, post, site } from "./AdminSite.ts"

type Row = Readonly<Record<string, unknown>>
const rows = ({ body }: Answer) => body["connections"] as ReadonlyArray<Row>
const users = (answer: Answer) => rows(answer).map(({ userId }) => userId)

const someone = (connectionId: string, userId: string, since: number): Guest => ({
  client: {
    identity: { connectionId, userId: UserId.make(userId), username: Username.make("Someone"), dialect: "plain" },
    rooms: new Map()
  },
  since,
  end: () => {}
})

describe("GET /api/admin/connections", () => {
  it.live("shows who is connected, with which rooms, and of private ones only how many", () =>
    Effect.gen(function* () {
      const config = configuration()
      const begun = Date.now()
      const ann = yield* connect(config, "ann", { room: "talk", username: "Ann" })
      yield* subscribe(ann, "attic")
      yield* connect(config, "bob", { dialect: "plain", room: "talk" })
      yield* connect(config, "cid")
      const answer = yield* get("/api/admin/connections")
      assert.strictEqual(answer.status, 200)
      assert.deepInclude(answer.body, { count: 3, hasMore: false, after: null })
      const [first] = rows(answer)
      assert.hasAllKeys(first, ["connectionId", "userId", "username", "dialect", "rooms", "privateRooms", "since"])
      const one = rows(answer).find(({ userId }) => userId === "ann")
      assert.deepInclude(one, {
        username: "Ann",
        dialect: "hubbub.v1",
        rooms: ["attic", "talk"],
        privateRooms: 0,
        connectionId: ann.of("welcome")[0]?.["connectionId"]
      })
      assert.isTrue(rows(answer).every(({ since }) => Date.parse(String(since)) >= begun - 1))
      assert.sameMembers([...users(yield* get("/api/admin/connections?roomId=talk"))], ["ann", "bob"])
      assert.deepStrictEqual(users(yield* get("/api/admin/connections?userId=bob")), ["bob"])
      assert.isEmpty(users(yield* get("/api/admin/connections?userId=bob&roomId=attic")))
      assert.isEmpty(users(yield* get("/api/admin/connections?userId=nobody")))
      ann.leave()
      yield* ann.when(() => ann.closed !== undefined)
      assert.strictEqual((yield* get("/api/admin/connections?userId=ann")).body["count"], 0)
    }).pipe(Effect.provide(site()))
  )

  // F7
  it.live("pages through all of them, each exactly once", () =>
    Effect.gen(function* () {
      const config = configuration()
      for (let i = 0; i < 23; i++) yield* connect(config, `user-${i % 7}`, { room: "talk" })
      const everything = rows(yield* get("/api/admin/connections?limit=200")).map(({ connectionId }) => connectionId)
      const seen: Array<unknown> = []
      let after = ""
      for (;;) {
        const answer = yield* get(`/api/admin/connections?limit=5${after}`)
        seen.push(...rows(answer).map(({ connectionId }) => connectionId))
        if (answer.body["hasMore"] === false) {
          assert.isNull(answer.body["after"])
          break
        }
        assert.lengthOf(rows(answer), 5)
        after = `&after=${String(answer.body["after"])}`
      }
      assert.deepStrictEqual(seen, everything)
      assert.strictEqual(new Set(seen).size, 23)
    }).pipe(Effect.provide(site()))
  )

  it.live("refuses what it cannot read, and cursors of anything else", () =>
    Effect.gen(function* () {
      const cursors = yield* Cursors
      const foreign = cursors.write(listTrack, { at: 1, roomId: RoomId.make("lobby") })
      const filtered = guestTrack({ userId: UserId.make("ann"), roomId: undefined })
      const narrow = cursors.write(filtered, { since: 1, connectionId: "x" })
      for (const [query, status, code, field] of [
        ["limit=0", 400, "invalid_limit", "limit"],
        ["limit=201", 400, "invalid_limit", "limit"],
        ["limit=-1", 400, "invalid_limit", "limit"],
        ["after=abc", 400, "invalid_cursor", "after"],
        [`after=${foreign}`, 400, "invalid_cursor", "after"],
        [`after=${narrow}`, 400, "invalid_cursor", "after"],
        ["userId=a%20b", 400, "invalid_user_id", "userId"],
        ["userId=", 400, "invalid_user_id", "userId"],
        ["userId=a&userId=b", 400, "invalid_query", "userId"],
        ["roomId=X", 400, "invalid_room", "roomId"],
        ["roomId=dm:4f2a", 403, "forbidden_room", "roomId"]
      ] as const) {
        const answer = yield* get(`/api/admin/connections?${query}`)
        assert.deepInclude(answer.body, { status, code, field }, query)
      }
      assert.strictEqual((yield* get(`/api/admin/connections?userId=ann&after=${narrow}`)).status, 200)
    }).pipe(Effect.provide(site()))
  )
})

describe("the list of connections", () => {
  it("shows no private room by name", () => {
    const rooms = new Map<RoomId, undefined>()
    for (const room of ["zoo", "dm:4f2a", "attic", "group:77", "dm:9"]) rooms.set(RoomId.make(room), undefined)
    const { client, ...guest } = someone("c1", "u1", 0)
    const row = shown({ ...guest, client: { ...client, rooms } })
    assert.deepInclude(row, { privateRooms: 3, since: "1970-01-01T00:00:00.000Z" })
    assert.deepEqual(row.rooms.map(String), ["attic", "zoo"])
    assert.notMatch(JSON.stringify(row), /dm:|group:/)
  })

  it.effect("is that of sorting everything, whatever the order they come in", () =>
    Effect.gen(function* () {
      for (let seed = 0; seed < 200; seed++) {
        const dice = new Dice(seed)
        const guests = Array.from({ length: dice.below(40) }, (_, i) =>
          someone(`c${i}`, `u${dice.below(4)}`, dice.below(6))
        )
        const connected: Connected = {
          all: guests,
          of: (id) => guests.filter(({ client }) => client.identity.userId === id)
        }
        const userId = dice.below(3) === 0 ? UserId.make("u1") : undefined
        const sorted = (userId === undefined ? guests : [...connected.of(userId)])
          .map(placeOf)
          .sort((a, b) => a.since - b.since || (a.connectionId < b.connectionId ? -1 : 1))
        const limit = 1 + dice.below(9)
        const seen: Array<unknown> = []
        let after: ReturnType<typeof placeOf> | undefined
        for (;;) {
          const page = yield* listGuests(connected, { userId, roomId: undefined }, after, limit)
          seen.push(...page.guests.map(placeOf))
          if (!page.more) break
          assert.lengthOf(page.guests, limit)
          after = placeOf(page.guests.at(-1)!)
        }
        assert.deepStrictEqual(seen, sorted)
      }
    })
  )
})

describe("POST /api/admin/users/…/disconnect", () => {
  it.live("closes all connections of a user and nobody else's", () =>
    Effect.gen(function* () {
      const config = configuration()
      const [one, two] = [yield* connect(config, "ann"), yield* connect(config, "ann", { dialect: "plain" })]
      const bob = yield* connect(config, "bob")
      const answer = yield* post("/api/admin/users/ann/disconnect", {})
      assert.deepStrictEqual([answer.status, answer.body], [200, { connections: 2 }])
      for (const socket of [one, two]) {
        yield* socket.when(() => socket.closed !== undefined)
        assert.deepInclude(socket.closed, { code: 4004, name: "disconnected", reconnect: true })
      }
      const stays = bob.closed
      assert.isUndefined(stays)
      assert.deepStrictEqual((yield* post("/api/admin/users/ann/disconnect", {})).body, { connections: 0 })
      const said = yield* post("/api/admin/users/bob/disconnect", { reason: "the account was merged" })
      assert.deepStrictEqual(said.body, { connections: 1 })
      yield* bob.when(() => bob.closed !== undefined)
      assert.deepInclude(bob.closed, { code: 4004, name: "disconnected: the account was merged" })
      // they may come back
      yield* connect(config, "ann")
    }).pipe(Effect.provide(site()))
  )

  it.live("refuses users that cannot be, and reasons that no close frame can carry", () =>
    Effect.gen(function* () {
      for (const [user, body, code, field] of [
        ["a%20b", {}, "invalid_user_id", "userId"],
        ["ann", { reason: 7 }, "invalid_body", "reason"],
        ["ann", { reason: "é".repeat(51) }, "invalid_body", "reason"],
        ["ann", { reason: "a\nb" }, "invalid_body", "reason"],
        ["ann", { reason: "a\u202eb" }, "invalid_body", "reason"]
      ] as const) {
        const answer = yield* post(`/api/admin/users/${user}/disconnect`, body)
        assert.deepInclude(answer.body, { status: 400, code, field })
      }
      assert.strictEqual((yield* post("/api/admin/users/ann/disconnect", { reason: "é".repeat(50) })).status, 200)
    }).pipe(Effect.provide(site()))
  )
})
