/** Searches over HTTP. */
import { assert, describe, it } from "@effect/vitest"
import { get } from "node:http"
import { Effect, Fiber, Latch, Schema } from "effect"
import { RoomId } from "../../src/domain/RoomId.ts"
import { Message } from "../../src/domain/Message.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { NodeServer } from "../../src/http/NodeServer.ts"
import { PrivateRooms } from "../../src/private/PrivateRooms.ts"
import { entry, run } from "../contract/messageEntry.ts"
import { Past } from "../support/Past.ts"
import { type Answer, ask, web } from "../support/Web.ts"

const lobby = RoomId.make("lobby")
const isMessage = Schema.is(Message)
const SEARCH = "/api/rooms/lobby/search"

const seqs = ({ body }: Answer) => (body["messages"] as ReadonlyArray<{ readonly seq: number }>).map(({ seq }) => seq)

const refused = (answer: Answer, status: number, code: string, field?: string) => {
  assert.strictEqual(answer.status, status, answer.text)
  assert.deepInclude(answer.body, { status, code, ...(field === undefined ? {} : { field }) })
}

/** The status of an answer to a request from this address. */
const askFrom = Effect.fnUntraced(function* (localAddress: string, path: string) {
  const port = (yield* NodeServer).port()
  return yield* Effect.callback<number | undefined>((resume) => {
    const request = get({ host: "127.0.0.1", port, path, localAddress }, (response) => {
      response.resume()
      resume(Effect.succeed(response.statusCode))
    })
    request.on("error", (error) => resume(Effect.die(error)))
  })
})

describe("GET /api/rooms/{id}/search", () => {
  it.live("gives pages of what it finds, newest first, and places to look around", () => {
    const past = new Past()
    return Effect.gen(function* () {
      past.add(run(1, 90).map(({ seq }) => (seq % 3 === 0 ? entry(seq, { content: 'a "heron" \\ 語' }) : entry(seq))))
      yield* past.cut(lobby, 50)
      const first = yield* ask(`${SEARCH}?q=her&limit=20`)
      assert.strictEqual(first.status, 200)
      assert.deepStrictEqual(Object.keys(first.body), ["roomId", "count", "messages", "places", "hasMore", "before"])
      assert.deepInclude(first.body, { roomId: "lobby", count: 20, hasMore: true })
      assert.deepStrictEqual(
        seqs(first),
        Array.from({ length: 20 }, (_, i) => 90 - 3 * i)
      )
      assert.isTrue((first.body["messages"] as ReadonlyArray<unknown>).every((one) => isMessage(one)))
      const second = yield* ask(`${SEARCH}?q=%E8%AA%9E%20HERON&before=${String(first.body["before"])}`)
      assert.deepStrictEqual(
        seqs(second),
        Array.from({ length: 10 }, (_, i) => 30 - 3 * i)
      )
      assert.deepInclude(second.body, { count: 10, hasMore: false, before: null })
      const [place] = second.body["places"] as ReadonlyArray<string>
      assert.deepStrictEqual(seqs(yield* ask(`/api/rooms/lobby/messages?limit=3&around=${place}`)), [29, 30, 31])
      // a page of history leads into the search as well
      const page = yield* ask("/api/rooms/lobby/messages?limit=50")
      assert.deepStrictEqual(seqs(yield* ask(`${SEARCH}?q=heron&limit=1&before=${String(page.body["before"])}`)), [39])
      assert.deepInclude((yield* ask("/api/rooms/nowhere/search?q=a")).body, { count: 0, hasMore: false, before: null })
    }).pipe(Effect.provide(web(past.layer)))
  })

  it.live("refuses what is no search, and says which part is wrong without saying it again", () => {
    const past = new Past()
    return Effect.gen(function* () {
      for (const query of ["", "?q=", "?q=%20-", "?q=a&q=b", `?q=${"secret".repeat(40)}`, "?q=a+b+c+d+e+f+g+h+i+j+k"]) {
        const answer = yield* ask(`${SEARCH}${query}`)
        refused(answer, 400, "invalid_query", "q")
        assert.notInclude(answer.text, "secret")
      }
      refused(yield* ask(`${SEARCH}?q=a&limit=201`), 400, "invalid_limit", "limit")
      refused(yield* ask(`${SEARCH}?q=a&before=7`), 400, "invalid_cursor", "before")
      past.add(run(1, 90, { roomId: "den" }))
      const den = yield* ask("/api/rooms/den/messages")
      refused(yield* ask(`${SEARCH}?q=a&before=${String(den.body["before"])}`), 400, "invalid_cursor", "before")
      refused(yield* ask("/api/rooms/No/search?q=a"), 400, "invalid_room", "roomId")
      refused(yield* ask(`${SEARCH}?q=a`, { method: "POST" }), 405, "method_not_allowed")
    }).pipe(Effect.provide(web(past.layer)))
  })

  it.live(
    "gives nothing of a group to who was taken out of it while it was under way, nor does a page of history",
    () => {
      const past = new Past()
      return Effect.gen(function* () {
        const rooms = (yield* PrivateRooms)!
        const [alice, bob] = [UserId.make("alice"), UserId.make("bob")]
        const { roomId } = yield* rooms.group(alice, undefined, [bob])
        past.add(run(1, 20, { roomId }))
        yield* past.cut(roomId, 1)
        const room = `/api/rooms/${roomId}`
        assert.strictEqual(seqs(yield* ask(`${room}/messages?userId=bob`)).length, 20)
        const [begun, gate] = [yield* Latch.make(), yield* Latch.make()]
        past.beforeLog = Effect.andThen(begun.open, gate.await)
        const found = yield* Effect.forkChild(ask(`${room}/search?q=m&userId=bob`))
        yield* begun.await
        yield* begun.close
        const page = yield* Effect.forkChild(ask(`${room}/messages?userId=bob`))
        yield* begun.await
        yield* rooms.remove(alice, roomId, bob)
        yield* gate.open
        assert.deepInclude((yield* Fiber.join(found)).body, { roomId, count: 0, messages: [], hasMore: false })
        assert.deepInclude((yield* Fiber.join(page)).body, { roomId, count: 0, messages: [], hasMore: false })
      }).pipe(Effect.provide(web(past.layer)))
    }
  )

  it.live("has two under way at most for each address, where nobody says who they are", () => {
    const past = new Past()
    return Effect.gen(function* () {
      past.add(run(1, 20))
      yield* past.cut(lobby, 1)
      const gate = yield* Latch.make()
      past.beforeLog = gate.await
      yield* ask("/health")
      const asked = []
      for (const address of ["127.0.0.1", "127.0.0.2"]) {
        const three = yield* Effect.forEach([1, 2, 3], () => Effect.forkChild(askFrom(address, `${SEARCH}?q=m`)))
        // the others wait for the gate
        assert.strictEqual(yield* Effect.raceAllFirst(three.map((fiber) => Fiber.join(fiber))), 503)
        asked.push(...three)
      }
      yield* gate.open
      const statuses = yield* Effect.forEach(asked, (fiber) => Fiber.join(fiber))
      assert.deepStrictEqual(
        statuses.toSorted((a = 0, b = 0) => a - b),
        [200, 200, 200, 200, 503, 503]
      )
    }).pipe(Effect.provide(web(past.layer)))
  })
})
