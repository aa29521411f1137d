/** The list of rooms. */
import { assert, describe, it } from "@effect/vitest"
import { randomUUID } from "node:crypto"
import { Effect } from "effect"
import { RoomId } from "../../src/domain/RoomId.ts"
import { Cursors, roomTrack } from "../../src/http/Cursors.ts"
import { listRooms } from "../../src/http/RoomList.ts"
import { RoomLog } from "../../src/log/RoomLog.ts"
import { draft } from "../contract/roomLog.ts"
import { Dice } from "../support/Dice.ts"
import { configuration, connect, settle } from "../support/Engine.ts"
import { Past } from "../support/Past.ts"
import { type Answer, ask, web } from "../support/Web.ts"

const id = (text: string) => RoomId.make(text)
const served = () => web(new Past().layer)

const rooms = ({ body }: Answer) => body["rooms"] as ReadonlyArray<Readonly<Record<string, unknown>>>
const names = (answer: Answer) => rooms(answer).map(({ roomId }) => roomId)

describe("GET /api/rooms", () => {
  it.live("lists rooms by last activity, with who is there and how much was said, and silent ones last", () =>
    Effect.gen(function* () {
      const log = yield* RoomLog
      const config = configuration()
      const begun = Date.now()
      yield* log.append([draft("one", { roomId: id("yesterday") }), draft("two", { roomId: id("yesterday") })])
      const ann = yield* connect(config, "ann", { room: "talk" })
      const tab = yield* connect(config, "ann", { room: "talk" })
      yield* connect(config, "bob", { room: "talk" })
      yield* connect(config, "bob", { room: "silent-b" })
      yield* connect(config, "ann", { room: "silent-a" })
      ann.say({ type: "chat", roomId: "talk", content: "hi", messageId: randomUUID() })
      yield* ann.until("ack")
      const answer = yield* ask("/api/rooms")
      assert.strictEqual(answer.status, 200)
      assert.strictEqual(answer.headers.get("cache-control"), "no-store")
      assert.deepInclude(answer.body, { count: 4, hasMore: false, after: null })
      assert.deepStrictEqual(names(answer), ["talk", "yesterday", "silent-a", "silent-b"])
      assert.deepInclude(rooms(answer)[0], { members: 2, messages: 1 })
      assert.deepInclude(rooms(answer)[1], { members: 0, messages: 2 })
      assert.deepInclude(rooms(answer)[2], { members: 1, messages: 0, lastActivity: null })
      const times = rooms(answer)
        .slice(0, 2)
        .map(({ lastActivity }) => Date.parse(String(lastActivity)))
      assert.isTrue(times.every((at) => at >= begun && at <= Date.now()))
      tab.leave()
      ann.leave()
      yield* ann.when(() => ann.closed !== undefined && tab.closed !== undefined)
      yield* settle
      assert.deepInclude(rooms(yield* ask("/api/rooms"))[0], { roomId: "talk", members: 1 })
    }).pipe(Effect.provide(served()))
  )

  // F7
  it.live("orders rooms of one time by name, and pages through them, each exactly once", () =>
    Effect.gen(function* () {
      const log = yield* RoomLog
      const config = configuration()
      const all = Array.from({ length: 23 }, (_, i) => `room-${String(i).padStart(2, "0")}`)
      yield* log.append(all.toReversed().map((roomId) => draft("x", { roomId: id(roomId) })))
      const silent = ["quiet-a", "quiet-b", "quiet-c"]
      const someone = yield* connect(config, "someone", { room: silent[2]! })
      for (const roomId of silent.slice(0, 2)) {
        someone.say({ type: "subscribe", roomId })
        yield* someone.until("subscribed", (frame) => frame["roomId"] === roomId)
      }
      const everything = yield* ask("/api/rooms?limit=200")
      const seen: Array<unknown> = []
      let after = ""
      for (;;) {
        const answer = yield* ask(`/api/rooms?limit=4${after}`)
        seen.push(...names(answer))
        assert.isAtMost(seen.length, 26)
        if (answer.body["hasMore"] === false) {
          assert.isNull(answer.body["after"])
          break
        }
        assert.lengthOf(rooms(answer), 4)
        after = `&after=${String(answer.body["after"])}`
      }
      assert.deepStrictEqual(seen, names(everything))
      assert.deepStrictEqual(seen.slice(23), silent)
      const times = new Map(rooms(everything).map(({ lastActivity, roomId }) => [roomId, lastActivity]))
      for (let i = 1; i < 23; i++) {
        const [one, other] = [seen[i - 1], seen[i]]
        if (times.get(one) === times.get(other)) assert.isBelow(all.indexOf(String(one)), all.indexOf(String(other)))
      }
    }).pipe(Effect.provide(served()))
  )

  it.live("is empty in the beginning, and refuses what it cannot read", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* ask("/api/rooms")).body, { count: 0, rooms: [], hasMore: false, after: null })
      const foreign = (yield* Cursors).write(roomTrack(id("lobby")), { epoch: 1, seq: 1 })
      for (const [query, code, field] of [
        ["limit=0", "invalid_limit", "limit"],
        ["limit=201", "invalid_limit", "limit"],
        ["limit=", "invalid_limit", "limit"],
        ["after=abc", "invalid_cursor", "after"],
        ["after=a&after=b", "invalid_query", "after"],
        [`after=${foreign}`, "invalid_cursor", "after"]
      ]) {
        const answer = yield* ask(`/api/rooms?${query}`)
        assert.deepInclude(answer.body, { status: 400, code, field })
      }
      assert.strictEqual((yield* ask("/api/rooms", { method: "HEAD" })).status, 200)
      assert.strictEqual((yield* ask("/api/rooms", { method: "POST" })).status, 405)
    }).pipe(Effect.provide(served()))
  )
})

describe("the list of rooms", () => {
  it.effect("is that of sorting everything, whatever the order they come in", () =>
    Effect.gen(function* () {
      for (let seed = 0; seed < 200; seed++) {
        const dice = new Dice(seed)
        const count = dice.below(30)
        const known = Array.from({ length: count }, (_, i) => ({ roomId: id(`r${i}`), head: i + 1, at: dice.below(6) }))
        const silent = Array.from({ length: dice.below(6) }, (_, i) => id(`s${i}`))
        const shuffled = known.toSorted(() => dice.roll() - 0.5)
        const sorted = [
          ...known.toSorted((a, b) => b.at - a.at || (a.roomId < b.roomId ? -1 : 1)).map(({ roomId }) => roomId),
          ...silent
        ]
        const limit = 1 + dice.below(12)
        const seen: Array<string> = []
        let after: Parameters<typeof listRooms>[2]
        for (;;) {
          const { more, rooms } = yield* listRooms(shuffled, silent.toReversed(), after, limit)
          seen.push(...rooms.map(({ roomId }) => roomId))
          after = rooms.at(-1)
          if (!more) break
          assert.lengthOf(rooms, limit)
        }
        assert.deepStrictEqual(seen, sorted)
      }
    })
  )
})
