/** Pages of history over HTTP, by room and by user. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Layer, Schema } from "effect"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { Message } from "../../src/domain/Message.ts"
import { Cursors, roomTrack, userTrack } from "../../src/http/Cursors.ts"
import { entry } from "../contract/messageStore.ts"
import { Past } from "../support/Past.ts"
import { type Answer, ask, web } from "../support/Web.ts"

const lobby = RoomId.make("lobby")
const isMessage = Schema.is(Message)
const ROOM = "/api/rooms/lobby/messages"
const USER = "/api/users/alice/messages"

const run = (from: number, to: number, more: Parameters<typeof entry>[1] = {}) =>
  Array.from({ length: to - from + 1 }, (_, i) => entry(from + i, more))

/** A server over a past, of which the log has the messages from `from` on. */
const serving = <A, E>(past: Past, use: Effect.Effect<A, E, Layer.Success<ReturnType<typeof web>>>) =>
  use.pipe(Effect.provide(web(past.layer)))

const seqs = ({ body }: Answer) => (body["messages"] as ReadonlyArray<{ readonly seq: number }>).map(({ seq }) => seq)
const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

const refused = (answer: Answer, status: number, code: string, field?: string) => {
  assert.strictEqual(answer.status, status, answer.text)
  assert.include(answer.headers.get("content-type"), "application/problem+json")
  assert.deepInclude(answer.body, { type: "about:blank", status, code, ...(field === undefined ? {} : { field }) })
  return String(answer.body["detail"])
}

describe.each([
  { what: "a room", path: ROOM, owner: { roomId: "lobby" } },
  { what: "a user", path: USER, owner: { userId: "alice" } }
])("GET $path", ({ owner, path }) => {
  it.live("gives the newest page, oldest message first, as JSON that is not to be cached", () => {
    const past = new Past()
    return serving(
      past,
      Effect.gen(function* () {
        const content = '"quoted" \\ 語 \u2028 </script>'
        past.add([...run(1, 59), entry(60, { content })])
        yield* past.cut(lobby, 30)
        const answer = yield* ask(path)
        assert.strictEqual(answer.status, 200)
        assert.strictEqual(answer.headers.get("content-type"), "application/json")
        assert.strictEqual(answer.headers.get("cache-control"), "no-store")
        assert.deepInclude(answer.body, { ...owner, count: 50, hasMore: true })
        assert.deepStrictEqual(seqs(answer), upTo(11, 60))
        const messages = answer.body["messages"] as ReadonlyArray<unknown>
        assert.isTrue(messages.every((message) => isMessage(message)))
        assert.deepInclude(messages.at(-1), { content, userId: "alice", roomId: "lobby" })
        assert.deepStrictEqual(Object.keys(answer.body).sort(), [
          "after",
          "before",
          "count",
          "hasMore",
          "messages",
          Object.keys(owner)[0]
        ])
      })
    )
  })

  // F1, F2
  it.live("is paged back to the beginning and forth to the end, also while something is said", () => {
    const past = new Past()
    return serving(
      past,
      Effect.gen(function* () {
        past.add(run(1, 100, { at: Date.UTC(2025, 11, 30) }))
        yield* past.cut(lobby, 80, 3)
        let back: ReadonlyArray<number> = []
        let answer = yield* ask(`${path}?limit=7`)
        past.add([entry(101)])
        for (;;) {
          back = [...seqs(answer), ...back]
          const { before, hasMore } = answer.body
          assert.strictEqual(hasMore, before !== null)
          if (typeof before !== "string") break
          answer = yield* ask(`${path}?limit=7&before=${before}`)
        }
        assert.deepStrictEqual(back, upTo(1, 100))
        const forth = [...seqs(answer)]
        while (answer.body["hasMore"] === true || forth.length < 8) {
          answer = yield* ask(`${path}?limit=7&after=${String(answer.body["after"])}`)
          assert.isString(answer.body["before"])
          forth.push(...seqs(answer))
        }
        assert.deepStrictEqual(forth, upTo(1, 101))
      })
    )
  })

  it.live("lets who has everything ask again from where they are", () => {
    const past = new Past()
    return serving(
      past,
      Effect.gen(function* () {
        past.add(run(1, 3))
        const newest = yield* ask(path)
        assert.deepInclude(newest.body, { hasMore: false, before: null })
        const after = String(newest.body["after"])
        const nothing = yield* ask(`${path}?after=${after}`)
        assert.deepStrictEqual(nothing.body, { ...owner, count: 0, messages: [], hasMore: false, before: null, after })
        past.add(run(4, 5))
        assert.deepStrictEqual(seqs(yield* ask(`${path}?after=${after}`)), [4, 5])
      })
    )
  })

  // F4
  it.live("goes on from a page around a message", () => {
    const past = new Past()
    return serving(
      past,
      Effect.gen(function* () {
        past.add(run(1, 40))
        yield* past.cut(lobby, 30)
        const one = yield* ask(`${path}?limit=1&before=${String((yield* ask(`${path}?limit=20`)).body["before"])}`)
        const middle = yield* ask(`${path}?limit=10&around=${String(one.body["after"])}`)
        assert.deepStrictEqual(seqs(middle), upTo(15, 24))
        assert.isTrue(middle.body["hasMore"])
        assert.deepStrictEqual(
          seqs(yield* ask(`${path}?limit=5&before=${String(middle.body["before"])}`)),
          upTo(10, 14)
        )
      })
    )
  })

  it.live("is empty where nothing was said", () => {
    const past = new Past()
    return serving(
      past,
      Effect.gen(function* () {
        const answer = yield* ask(path)
        assert.strictEqual(answer.status, 200)
        assert.deepStrictEqual(answer.body, {
          ...owner,
          count: 0,
          messages: [],
          hasMore: false,
          before: null,
          after: null
        })
      })
    )
  })

  it.live("gives 1 to 200 messages, and refuses any other limit by name", () => {
    const past = new Past()
    return serving(
      past,
      Effect.gen(function* () {
        past.add(run(1, 250))
        for (const limit of [1, 50, 200]) assert.lengthOf(seqs(yield* ask(`${path}?limit=${limit}`)), limit)
        for (const limit of [
          "0",
          "-1",
          "201",
          "1000",
          "99999999999",
          "abc",
          "1.5",
          "",
          "1e2",
          "%2B5",
          "0x10",
          "5%00",
          "٣"
        ]) {
          refused(yield* ask(`${path}?limit=${limit}`), 400, "invalid_limit", "limit")
        }
        refused(yield* ask(`${path}?limit=1&limit=2`), 400, "invalid_query", "limit")
      })
    )
  })

  it.live("takes one direction, and names those it was given too many", () => {
    const past = new Past()
    return serving(
      past,
      Effect.gen(function* () {
        past.add(run(1, 10))
        const cursor = String((yield* ask(`${path}?limit=2`)).body["before"])
        for (const [one, other] of [
          ["before", "after"],
          ["before", "around"],
          ["after", "around"]
        ] as const) {
          const detail = refused(yield* ask(`${path}?${one}=${cursor}&${other}=${cursor}`), 400, "invalid_query")
          assert.include(detail, one)
          assert.include(detail, other)
        }
      })
    )
  })

  // T38
  it.live("refuses a cursor that is none, was changed, or is of something else, and says which", () => {
    const past = new Past()
    return serving(
      past,
      Effect.gen(function* () {
        const { write } = yield* Cursors
        past.add(run(1, 10))
        const own = String((yield* ask(`${path}?limit=2`)).body["before"])
        const position = { epoch: 1, seq: 5 }
        const others = [
          write(roomTrack(RoomId.make("den")), position),
          write(userTrack(UserId.make("bob")), { at: 1, roomId: lobby, ...position })
        ]
        const middle = own.length >> 1
        const changed = own.slice(0, middle) + (own[middle] === "A" ? "B" : "A") + own.slice(middle + 1)
        for (const direction of ["before", "after", "around"]) {
          const details = new Set<string>()
          for (const text of ["", "abc", "%F0%9F%98%80", "-5", "1.5", "A".repeat(5000)]) {
            details.add(refused(yield* ask(`${path}?${direction}=${text}`), 400, "invalid_cursor", direction))
          }
          details.add(refused(yield* ask(`${path}?${direction}=${changed}`), 400, "invalid_cursor", direction))
          for (const other of others) {
            details.add(refused(yield* ask(`${path}?${direction}=${other}`), 400, "invalid_cursor", direction))
          }
          assert.strictEqual(details.size, 3)
        }
      })
    )
  })

  it.live("answers 503, and when to come back, while history cannot be read", () => {
    const past = new Past()
    return serving(
      past,
      Effect.gen(function* () {
        past.add(run(1, 10))
        yield* past.cut(lobby, 8)
        past.away = true
        const answer = yield* ask(path)
        const detail = refused(answer, 503, "unavailable")
        assert.notInclude(detail, "taken away")
        assert.isAtLeast(Number(answer.headers.get("retry-after")), 1)
        assert.isAbove(Number(answer.body["retryAfterMs"]), 0)
        past.away = false
        assert.strictEqual((yield* ask(path)).status, 200)
      })
    )
  })

  it.live("answers GET and HEAD, and pages of allowed origins, and no other method", () => {
    const past = new Past()
    return serving(
      past,
      Effect.gen(function* () {
        past.add(run(1, 3))
        const get = yield* ask(path, { headers: { origin: "https://chat.example" } })
        assert.strictEqual(get.headers.get("access-control-allow-origin"), "https://chat.example")
        const head = yield* ask(path, { method: "HEAD" })
        assert.strictEqual(head.status, 200)
        assert.strictEqual(head.text, "")
        assert.strictEqual(head.headers.get("content-type"), get.headers.get("content-type"))
        for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
          const answer = yield* ask(path, { method })
          refused(answer, 405, "method_not_allowed")
          assert.strictEqual(answer.headers.get("allow"), "GET, HEAD")
        }
      })
    )
  })
})

describe("GET /api/rooms/{id}/messages", () => {
  it.live("looks around a message by the seq that it shows", () => {
    const past = new Past()
    return serving(
      past,
      Effect.gen(function* () {
        past.add(run(1, 40))
        yield* past.cut(lobby, 30)
        assert.deepStrictEqual(seqs(yield* ask(`${ROOM}?limit=5&around=20`)), upTo(18, 22))
        assert.deepStrictEqual(seqs(yield* ask(`${ROOM}?limit=5&around=0`)), upTo(1, 5))
        assert.deepStrictEqual(seqs(yield* ask(`${ROOM}?limit=5&around=999999999999999`)), upTo(36, 40))
        for (const direction of ["before", "after"]) {
          refused(yield* ask(`${ROOM}?${direction}=20`), 400, "invalid_cursor", direction)
        }
      })
    )
  })

  it.live("goes on into older epochs", () => {
    const past = new Past()
    return serving(
      past,
      Effect.gen(function* () {
        past.add([...run(1, 4, { epoch: 1 }), ...run(1, 4, { epoch: 2 })])
        yield* past.cut(lobby, 3)
        const newest = yield* ask(`${ROOM}?limit=3`)
        assert.deepStrictEqual(seqs(newest), [2, 3, 4])
        const older = yield* ask(`${ROOM}?limit=4&before=${String(newest.body["before"])}`)
        assert.deepStrictEqual(seqs(older), [2, 3, 4, 1])
        assert.isTrue(older.body["hasMore"])
      })
    )
  })

  it.live("refuses an id that can be no room's", () => {
    const past = new Past()
    return serving(
      past,
      Effect.gen(function* () {
        for (const id of ["Lobby", "a%20b", "a%2Fb", "..%2F..", "%00", "a%23b", "%F0%9F%98%80", "-a", "x".repeat(65)]) {
          refused(yield* ask(`/api/rooms/${id}/messages`), 400, "invalid_room", "roomId")
        }
        assert.strictEqual((yield* ask("/api/rooms/a:b._-/messages")).body["roomId"], "a:b._-")
      })
    )
  })
})

describe("GET /api/users/{id}/messages", () => {
  it.live("takes any id that a user can have", () => {
    const past = new Past()
    return serving(
      past,
      Effect.gen(function* () {
        for (const userId of ["bob@example.org", "李雷", "a/b", "50%", "#", "?", "a+b", "__proto__", "😀".repeat(64)]) {
          const seq = 1 + past.count(lobby)
          past.add([entry(seq, { userId })])
          const answer = yield* ask(`/api/users/${encodeURIComponent(userId)}/messages`)
          assert.deepInclude(answer.body, { userId, count: 1 }, userId)
          assert.deepStrictEqual(seqs(answer), [seq])
        }
      })
    )
  })

  it.live("refuses an id that no user can have", () => {
    const past = new Past()
    return serving(
      past,
      Effect.gen(function* () {
        for (const id of ["a%20b", "%00", "%E2%80%8B", "x".repeat(65), "%F0%9F%98%80".repeat(65)]) {
          refused(yield* ask(`/api/users/${id}/messages`), 400, "invalid_user_id", "userId")
        }
        for (const id of ["%zz", "%E0%A4%A", "%F0%9F%98%80".repeat(1000), "a/b", ""]) {
          refused(yield* ask(`/api/users/${id}/messages`), 404, "not_found")
        }
      })
    )
  })

  it.live("has what the user said in every room", () => {
    const past = new Past()
    return serving(
      past,
      Effect.gen(function* () {
        past.add([...run(1, 3), ...run(1, 3, { roomId: "den", at: 5 }), entry(4, { userId: "bob" })])
        const { body } = yield* ask(`${USER}?limit=4`)
        const places = (body["messages"] as ReadonlyArray<Message>).map(({ roomId, seq }) => `${roomId} ${seq}`)
        assert.deepStrictEqual(places, ["den 3", "lobby 1", "lobby 2", "lobby 3"])
      })
    )
  })
})
