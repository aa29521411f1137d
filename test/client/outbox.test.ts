/** What is said and not acknowledged yet. */
import { assert, describe, it } from "@effect/vitest"
import { HubbubError, type Row } from "../../src/client/index.ts"
import { lettersOf } from "../../src/client/Letters.ts"
import { contents, joined } from "./Site.ts"

const ROOM = "lobby"

/** What every row has. */
const ROW = ["key", "status", "type", "timestamp", "roomId", "messageId", "userId", "username", "content"]

const inRoom = async (options: Parameters<typeof joined>[0] = {}) => {
  const place = await joined(options, ROOM)
  const room = place.client.room(ROOM)
  const rows = (): ReadonlyArray<Row> => room.getSnapshot().messages
  const chats = () => place.server.lines.flatMap(({ received }) => received.filter(({ type }) => type === "chat"))
  return { ...place, room, rows, chats }
}

const errorOf = async (promise: Promise<unknown>): Promise<HubbubError> => {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason
  )
  assert.instanceOf(error, HubbubError)
  return error
}

describe("a message", () => {
  it("is in the list at once, and stays the same row when it is kept", async () => {
    const { clock, room, rows } = await inRoom()
    const sent = room.send("hello")
    const pending = rows()[0]
    assert.deepInclude({ ...pending }, { type: "chat", content: "hello", status: "pending", userId: "ann" })
    assert.sameMembers(Object.keys(pending ?? {}), [...ROW, "replyTo", "mentions"])
    await clock.advance(10)
    const ack = await sent
    assert.deepInclude({ ...ack }, { roomId: ROOM, seq: 1, epoch: 1, messageId: pending?.messageId ?? "" })
    assert.lengthOf(rows(), 1)
    assert.deepInclude({ ...rows()[0] }, { key: pending?.key ?? "", status: "sent", at: { epoch: 1, seq: 1 } })
  })

  it("says what it answers and whom it speaks to, also when it is said again", async () => {
    const place = await inRoom()
    const replyTo = crypto.randomUUID()
    refuseOnce(place, "slow_mode", 5000)
    const options = { replyTo, mentions: ["bob"] }
    await errorOf(Promise.all([place.room.send("hi", options), place.clock.advance(10)]))
    assert.deepInclude({ ...place.rows()[0] }, { status: "failed", ...options })
    void place.room.retry(place.rows()[0]?.messageId ?? "")
    await place.clock.advance(10)
    assert.deepInclude({ ...place.rows()[0] }, { status: "sent", ...options })
    assert.deepInclude({ ...place.server.room(ROOM).log[0]?.message }, options)
    void place.client.direct("bob", "psst", options)
    await place.clock.advance(10)
    assert.deepInclude(place.server.line.received.at(-1), { type: "direct", to: "bob", content: "psst", ...options })
  })

  it("of the same text as another is another message", async () => {
    // A19
    const { chats, clock, room, rows } = await inRoom()
    void room.send("hi")
    void room.send("hi")
    await clock.advance(10)
    assert.lengthOf(rows(), 2)
    assert.strictEqual(new Set(chats().map(({ messageId }) => messageId)).size, 2)
  })

  it("of the same id is the same message, and another text under it a conflict", async () => {
    // A16, A17
    const { chats, clock, room, rows, server } = await inRoom()
    server.up = false
    server.restart(1006)
    await clock.advance(10)
    const messageId = crypto.randomUUID().toUpperCase()
    const [first, again] = [room.send("hi", { messageId }), room.send("hi", { messageId })]
    assert.strictEqual((await errorOf(room.send("ho", { messageId }))).code, "idempotency_conflict")
    server.up = true
    await clock.advance(60_000)
    assert.deepEqual(await first, await again)
    assert.lengthOf(rows(), 1)
    assert.lengthOf(chats(), 1)
  })

  it("waits while there is no connection, in order, and as many as may", async () => {
    const { client, clock, room, server } = await inRoom({ outboxMax: 3 })
    server.up = false
    server.restart(1006)
    await clock.advance(10)
    for (const text of ["one", "two", "three"]) void room.send(text)
    assert.strictEqual((await errorOf(room.send("four"))).code, "outbox_full")
    assert.strictEqual(client.getSnapshot().queued, 3)
    assert.deepEqual(contents(client, ROOM), ["one", "two", "three"])
    server.up = true
    await clock.advance(60_000)
    assert.deepEqual(
      server.room(ROOM).log.map(({ message }) => message.content),
      ["one", "two", "three"]
    )
    assert.strictEqual(client.getSnapshot().queued, 0)
  })

  it("that waited sets one timer for when it may leave, in however many rooms others wait as well", async () => {
    const { client, clock, server } = await inRoom()
    server.limits = { ...server.limits, messagesPerSecond: 5, messageBurst: 10 }
    server.up = false
    server.restart(1006)
    await clock.advance(10)
    const rooms = ["one", "two", "three"].map((roomId) => client.room(roomId))
    const all = Promise.all(rooms.flatMap((room) => Array.from({ length: 8 }, (_, n) => room.send(`m${n}`))))
    server.up = true
    let most = 0
    for (let ms = 0; ms < 20_000; ms += 50) {
      await clock.advance(50)
      most = Math.max(most, clock.waiting)
    }
    assert.lengthOf(await all, 24)
    // each that is under way has one of its own, and each room asks who is there
    assert.isBelow(most, 60)
  })

  it("that waited finds less than the whole burst left, as others took of it", async () => {
    const { clock, room, server } = await inRoom()
    server.limits = { ...server.limits, messagesPerSecond: 5, messageBurst: 10 }
    server.up = false
    server.restart(1006)
    await clock.advance(10)
    const all = Promise.all(Array.from({ length: 20 }, (_, n) => room.send(`m${n}`)))
    // what else was asked, and a line that was slower at first
    let tokens = 7
    let at = clock.now()
    server.troubles = {
      ...server.troubles,
      refusal: ({ type }) => {
        if (type !== "chat") return undefined
        tokens = Math.min(7, tokens + ((clock.now() - at) / 1000) * 5)
        at = clock.now()
        return tokens-- >= 0.99 ? undefined : { code: "rate_limited", retryAfterMs: 200 }
      }
    }
    server.up = true
    await clock.advance(60_000)
    assert.lengthOf(await all, 20)
  })

  it("is reacted to once its room is there again, however the line was when one did", async () => {
    const { clock, room, rows, server } = await inRoom()
    void room.send("hi")
    await clock.advance(10)
    server.restart(1006)
    await clock.advance(10)
    const reacted = room.react(rows()[0]?.messageId ?? "", "👍")
    await clock.advance(5000)
    assert.strictEqual((await reacted).seq, 1)
    assert.deepStrictEqual(rows()[0]?.reactions, { "👍": ["ann"] })
  })

  it("is reacted to in one room whatever another one waits for", async () => {
    const { client, clock, server } = await joined({}, "one", "two")
    for (const roomId of ["one", "two"]) void client.room(roomId).send("hi")
    await clock.advance(100)
    server.troubles = {
      ...server.troubles,
      refusal: ({ roomId, type }) =>
        type === "subscribe" && roomId === "one" ? { code: "overloaded", retryAfterMs: 60_000 } : undefined
    }
    server.restart(1006)
    await clock.advance(5000)
    const react = (roomId: string) => {
      const room = client.room(roomId)
      return room.react(room.getSnapshot().messages[0]!, "👍")
    }
    const [one, two] = [errorOf(react("one")), react("two")]
    await clock.advance(100)
    assert.strictEqual((await two).seq, 1)
    await clock.advance(10_000)
    assert.strictEqual((await one).code, "timeout")
  })

  it("that waited leaves at a rate that makes no whole milliseconds, too", async () => {
    const { clock, room, server } = await inRoom()
    server.limits = { ...server.limits, messagesPerSecond: 3, messageBurst: 6 }
    server.up = false
    server.restart(1006)
    await clock.advance(10)
    const all = Promise.all(Array.from({ length: 20 }, (_, n) => room.send(`m${n}`)))
    server.up = true
    await clock.advance(60_000)
    assert.lengthOf(await all, 20)
  })

  it("that waits to be tried again leaves no timer behind where the client is closed", async () => {
    const place = await inRoom()
    refuseOnce(place, "slow_mode", 120_000)
    const sent = errorOf(place.room.send("hi", { retry: true }))
    await place.clock.advance(100)
    void place.client.close()
    await place.clock.advance(2000)
    assert.strictEqual((await sent).code, "closed")
    assert.strictEqual(place.clock.waiting, 0)
  })

  it("that waited leaves no faster than the server takes it", async () => {
    const { clock, room, server } = await inRoom()
    server.limits = { ...server.limits, messagesPerSecond: 5, messageBurst: 10 }
    server.up = false
    server.restart(1006)
    await clock.advance(10)
    const all = Promise.all(Array.from({ length: 30 }, (_, n) => room.send(`m${n}`)))
    let tokens = 10
    let at = clock.now()
    server.troubles = {
      ...server.troubles,
      refusal: ({ type }) => {
        if (type !== "chat") return undefined
        tokens = Math.min(10, tokens + ((clock.now() - at) / 1000) * 5)
        at = clock.now()
        return tokens-- >= 0.99 ? undefined : { code: "rate_limited", retryAfterMs: 200 }
      }
    }
    server.up = true
    await clock.advance(60_000)
    assert.lengthOf(await all, 30)
  })

  it("is sent again under its id where its ack was lost, and is one message", async () => {
    const { chats, clock, room, rows, server } = await inRoom()
    let cut = true
    server.troubles = {
      ...server.troubles,
      cutsAfter: ({ type }) => {
        if (type !== "chat" || !cut) return false
        cut = false
        return true
      }
    }
    const sent = room.send("once")
    await clock.advance(5000)
    assert.strictEqual((await sent).duplicate, true)
    assert.lengthOf(chats(), 2)
    assert.lengthOf(server.room(ROOM).log, 1)
    assert.lengthOf(rows(), 1)
  })

  it("whose ack does not come makes the client look after its line, and stays pending", async () => {
    const { clock, room, rows, server } = await inRoom()
    const { line } = server
    line.dead = true
    const sent = room.send("into the void", { timeoutMs: 5000 })
    await clock.advance(5000)
    assert.strictEqual((await errorOf(sent)).code, "timeout")
    assert.strictEqual(rows()[0]?.status, "pending")
    // asked after 10 s, and left 3 s later
    await clock.advance(9500)
    assert.deepInclude({ ...rows()[0] }, { content: "into the void", status: "sent" })
  })

  it("is taken back by its signal as long as it has not left", async () => {
    const { clock, room, rows, server } = await inRoom()
    const stop = new AbortController()
    server.up = false
    server.restart(1006)
    await clock.advance(10)
    const sent = room.send("never mind", { signal: stop.signal })
    stop.abort(new Error("changed my mind"))
    assert.strictEqual(
      await sent.then(
        () => "sent",
        (reason: unknown) => String(reason)
      ),
      "Error: changed my mind"
    )
    assert.deepEqual(rows(), [])
    server.up = true
    await clock.advance(60_000)
    assert.lengthOf(server.room(ROOM).log, 0)
  })

  it("that is too large for a frame is refused here", async () => {
    const { chats, room } = await inRoom()
    assert.strictEqual((await errorOf(room.send("x".repeat(20_000)))).code, "content_too_long")
    assert.deepEqual(chats(), [])
  })
})

const refuseOnce = (place: Awaited<ReturnType<typeof inRoom>>, code: "slow_mode" | "muted", retryAfterMs?: number) => {
  let times = 1
  place.server.troubles = {
    ...place.server.troubles,
    refusal: ({ type }) =>
      type === "chat" && times-- > 0 ? { code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) } : undefined
  }
}

describe("a refusal", () => {
  it("fails the row, which is retried under its id or discarded", async () => {
    const place = await inRoom()
    refuseOnce(place, "slow_mode", 5000)
    const error = await errorOf(Promise.all([place.room.send("too soon"), place.clock.advance(10)]))
    assert.deepInclude(error, { code: "slow_mode", retryAfterMs: 5000 })
    const [failed] = place.rows()
    assert.deepInclude({ ...failed }, { status: "failed", error })
    const retried = place.room.retry(failed?.messageId ?? "")
    assert.strictEqual(place.rows()[0]?.status, "pending")
    await place.clock.advance(10)
    assert.strictEqual((await retried).messageId, failed?.messageId)
    refuseOnce(place, "muted")
    await errorOf(Promise.all([place.room.send("not heard"), place.clock.advance(10)]))
    place.room.discard(place.rows().at(-1)?.messageId ?? "")
    assert.deepEqual(contents(place.client, ROOM), ["too soon"])
    assert.strictEqual((await errorOf(place.room.retry("gone"))).code, "not_found")
  })

  it("is waited out where that was asked for, and what follows does not overtake it", async () => {
    const place = await inRoom()
    refuseOnce(place, "slow_mode", 5000)
    const [one, two] = [place.room.send("one", { retry: true }), place.room.send("two")]
    await place.clock.advance(4900)
    assert.lengthOf(place.chats(), 1)
    await place.clock.advance(200)
    assert.deepEqual([(await one).seq, (await two).seq], [1, 2])
  })
})

describe("rejections that nobody looks at", () => {
  it("are not the process's business", async () => {
    const place = await inRoom()
    const unhandled: Array<unknown> = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on("unhandledRejection", note)
    place.server.troubles = { ...place.server.troubles, refusal: () => ({ code: "internal" }) }
    void place.room.send("x")
    void place.room.read(5)
    void place.room.loadOlder()
    void place.room.edit("m", "x")
    const letters = lettersOf(place.client)
    void letters.conversations()
    void letters.blocks()
    void letters.quit("group:1")
    void place.client.room("other").join()
    await place.clock.advance(1000)
    place.server.restart(4500)
    void place.client.direct("bob", "x")
    await place.clock.advance(30_000)
    process.off("unhandledRejection", note)
    assert.deepEqual(unhandled, [])
  })
})
