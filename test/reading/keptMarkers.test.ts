import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Latch } from "effect"
import { TestClock } from "effect/testing"
import { UNREAD_MAX } from "../../src/domain/unread.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { LINGER_MS } from "../../src/reading/MarkerLedger.ts"
import { HistoryUnavailable } from "../../src/store/HistoryUnavailable.ts"
import { ROOMS_MAX } from "../../src/reading/UserMarkers.ts"
import { ann, bob, by, lobby, Site } from "./Site.ts"

const dm = RoomId.make("dm:ann-and-bob")
const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i + 1))
const end = (site: Site, roomId = lobby) => {
  const { epoch, head } = site.log.tail(roomId)
  return { epoch, seq: head }
}
const everything = () => true

/** Ann had begun to read the lobby before its present epoch, in which bob has said three things. */
const begunAnew = Effect.gen(function* () {
  const site = yield* Site.make
  const { epoch } = end(site)
  const record = JSON.stringify({ epoch: epoch - 1, seq: 1, at: 1 })
  yield* site.records.put({ pk: "reading:ann", sk: lobby, value: record })
  const { markers } = yield* site.start()
  yield* site.say(bob, numbers(3))
  return { site, markers, epoch }
})

describe("a read marker", () => {
  it.effect("begins at the end of a public room, and before everything in a private one", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const { markers } = yield* site.start()
      yield* site.say(bob, numbers(3))
      yield* site.say(bob, numbers(3), { roomId: dm })
      const there = end(site)
      assert.deepStrictEqual(yield* markers.enter(ann, lobby, there), {
        roomId: lobby,
        ...there,
        upTo: there,
        unread: 0,
        mentions: 0
      })
      assert.deepInclude(yield* markers.enter(ann, dm, end(site, dm)), { seq: 0, unread: 3, upTo: end(site, dm) })
    })
  )

  it.effect("moves forward only, and not to where nothing was said", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const { markers } = yield* site.start()
      const { epoch } = end(site)
      yield* markers.enter(ann, lobby, { epoch, seq: 0 })
      yield* site.say(bob, numbers(5))
      assert.deepInclude(yield* markers.read(by(ann), lobby, { seq: 3 }), { seq: 3, unread: 2 })
      assert.deepInclude(yield* markers.read(by(ann), lobby, { seq: 2 }), { seq: 3, unread: 2 })
      assert.deepInclude(yield* markers.read(by(ann), lobby, { epoch: epoch - 1, seq: 9 }), { seq: 3, unread: 2 })
      for (const place of [{ seq: 6 }, { epoch: epoch + 1, seq: 1 }, { seq: Number.MAX_SAFE_INTEGER }]) {
        const error = yield* Effect.flip(markers.read(by(ann), lobby, place))
        assert.deepInclude(error, { code: "invalid_frame", field: "seq" })
      }
    })
  )

  it.effect("counts what others said and is not deleted, and who names the reader, up to a bound", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const { markers } = yield* site.start()
      const { epoch } = end(site)
      yield* markers.enter(ann, lobby, { epoch, seq: 0 })
      const [first] = yield* site.say(bob, ["one", "two"], { mentions: [ann, UserId.make("cid")] })
      yield* site.say(ann, ["mine"], { mentions: [ann] })
      yield* site.say(bob, ["news"], { type: "system" })
      const read = markers.read(by(ann), lobby, { seq: 0 })
      assert.deepInclude(yield* read, { unread: 2, mentions: 2, upTo: { epoch, seq: 4 } })
      assert.strictEqual(first?._tag, "accepted")
      const stream = site.log.stream(lobby)
      const { messageId } = stream.message(1)
      const target = { roomId: lobby, epoch, seq: 1, userId: bob, messageId, at: 0, json: stream.text(1) }
      yield* site.log.amend([{ target, change: { kind: "deleted" }, by: bob }])
      assert.deepInclude(yield* read, { unread: 1, mentions: 1 })
      yield* site.say(bob, numbers(UNREAD_MAX * 3), { mentions: [ann] })
      assert.deepInclude(yield* read, { unread: UNREAD_MAX, mentions: UNREAD_MAX, upTo: end(site) })
      assert.strictEqual(site.pages, 0)
    })
  )

  it.effect("is told to the user's other connections, once for many moves, and not when it stays", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const { markers } = yield* site.start()
      const { epoch } = end(site)
      yield* markers.enter(ann, lobby, { epoch, seq: 0 })
      yield* site.say(bob, numbers(20))
      yield* Effect.forEach(numbers(20), (seq) => markers.read(by(ann, "laptop"), lobby, { seq: Number(seq) }))
      yield* TestClock.adjust("1 second")
      const reading = { roomId: lobby, epoch, seq: 20, upTo: end(site), unread: 0, mentions: 0 }
      assert.deepStrictEqual(site.take(), [{ to: "ann", but: "laptop", frame: { type: "read", ...reading } }])
      assert.deepStrictEqual(yield* markers.read(by(ann, "laptop"), lobby, { seq: 4 }), reading)
      yield* TestClock.adjust("1 second")
      assert.isEmpty(site.take())
    })
  )

  it.effect(
    "that was moved further while one move was looked into stays there, and nobody is told of the earlier place",
    () =>
      Effect.gen(function* () {
        const { epoch, markers, site } = yield* begunAnew
        const gate = yield* Latch.make()
        site.beforePage = gate.await
        const late = yield* Effect.forkChild(markers.read(by(ann), lobby, { epoch: epoch - 1, seq: 9 }))
        yield* Effect.yieldNow
        assert.deepInclude(yield* markers.read(by(ann, "laptop"), lobby, { seq: 2 }), { epoch, seq: 2, unread: 1 })
        yield* gate.open
        assert.deepInclude(yield* Fiber.join(late), { epoch, seq: 2, unread: 1 })
        yield* TestClock.adjust("2 seconds")
        const reading = { roomId: lobby, epoch, seq: 2, upTo: end(site), unread: 1, mentions: 0 }
        assert.deepStrictEqual(site.take(), [{ to: "ann", but: "laptop", frame: { type: "read", ...reading } }])
        assert.deepInclude(JSON.parse(site.puts.at(-1)?.value ?? ""), { epoch, seq: 2 })
      })
  )

  it.effect("is not moved in a room that was forgotten meanwhile, nor is anybody told that it was", () =>
    Effect.gen(function* () {
      const { epoch, markers, site } = yield* begunAnew
      const gate = yield* Latch.make()
      site.beforePage = gate.await
      const late = yield* Effect.forkChild(Effect.flip(markers.read(by(ann), lobby, { epoch: epoch - 1, seq: 9 })))
      yield* Effect.yieldNow
      yield* markers.forget(by(ann, "laptop"), lobby)
      yield* gate.open
      assert.deepInclude(yield* Fiber.join(late), { code: "not_subscribed" })
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(
        site.take().map(({ frame }) => frame.type),
        ["forgotten"]
      )
      assert.deepStrictEqual(site.removed, ["lobby"])
    })
  )

  it.effect("stays where it was when what is beyond cannot be counted, and is told of once it can", () =>
    Effect.gen(function* () {
      const { epoch, markers, site } = yield* begunAnew
      const read = markers.read(by(ann), lobby, { epoch: epoch - 1, seq: 9 })
      site.beforePage = Effect.fail(new HistoryUnavailable({ reason: "a test wants it so", retryAfterMs: 1 }))
      assert.deepInclude(yield* Effect.flip(read), { code: "unavailable" })
      assert.isEmpty(site.events)
      site.beforePage = Effect.void
      assert.deepInclude(yield* read, { epoch: epoch - 1, seq: 9, unread: 3 })
      yield* TestClock.adjust("2 seconds")
      assert.lengthOf(site.take(), 1)
    })
  )

  it.effect("makes who moves it engaged, and who comes in or moves it back not", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const { markers } = yield* site.start()
      yield* markers.enter(ann, lobby, end(site))
      yield* site.say(bob, numbers(2))
      yield* markers.read(by(ann), lobby, { seq: 2 })
      yield* markers.read(by(ann), lobby, { seq: 1 })
      assert.deepStrictEqual(site.events, [{ _tag: "readMark", roomId: lobby, userId: ann }])
    })
  )
})

describe("what is kept of read markers", () => {
  it.effect("is written once for many moves within a second, as they are by then", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const { markers } = yield* site.start()
      yield* markers.enter(ann, lobby, end(site))
      yield* site.say(bob, numbers(50))
      yield* Effect.forEach(numbers(50), (seq) => markers.read(by(ann), lobby, { seq: Number(seq) }))
      yield* TestClock.adjust(LINGER_MS - 1)
      assert.isEmpty(site.puts)
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(
        site.puts.map(({ value }) => JSON.parse(value).seq),
        [50]
      )
    })
  )

  it.effect("is written at a stop, and there for the next process", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const first = yield* site.start()
      yield* first.markers.enter(ann, lobby, end(site))
      yield* site.say(bob, numbers(3))
      yield* first.markers.read(by(ann), lobby, { seq: 2 })
      yield* first.stop
      const second = yield* site.start()
      const { rooms } = yield* second.markers.list(ann, [], everything, 100)
      assert.deepStrictEqual(
        rooms.map(({ seq, unread }) => ({ seq, unread })),
        [{ seq: 2, unread: 1 }]
      )
    })
  )

  it.effect("is tried again until a store that is away takes it, and nobody waits for that", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const { markers } = yield* site.start()
      yield* markers.enter(ann, lobby, end(site))
      yield* site.say(bob, numbers(3))
      yield* TestClock.adjust("2 seconds")
      site.away = true
      for (const seq of [1, 2, 3]) {
        assert.deepInclude(yield* markers.read(by(ann), lobby, { seq }), { seq })
        yield* TestClock.adjust("1 minute")
      }
      assert.lengthOf(site.puts, 1)
      site.away = false
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(
        site.puts.map(({ value }) => JSON.parse(value).seq),
        [0, 3]
      )
    })
  )

  it.effect("cannot be looked up while the store is away or silent, which is said soon, and can after", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const { markers } = yield* site.start()
      site.away = true
      const refused = { code: "unavailable", retryAfterMs: 1000 } as const
      assert.deepInclude(yield* Effect.flip(markers.list(ann, [], everything, 100)), refused)
      // not asked again at once
      assert.deepInclude(yield* Effect.flip(markers.list(bob, [], everything, 100)), refused)
      assert.strictEqual(site.lists, 1)
      site.away = false
      site.silent = true
      yield* TestClock.adjust("1 second")
      const asked = yield* Effect.forkChild(Effect.flip(markers.list(ann, [], everything, 100)))
      yield* TestClock.adjust("2 seconds")
      assert.deepInclude(yield* Fiber.join(asked), refused)
      site.silent = false
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* markers.list(ann, [], everything, 100), { rooms: [], more: false })
    })
  )

  it.effect("leaves memory once its user has gone and all is written", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const { markers } = yield* site.start()
      site.here.add(ann)
      yield* markers.enter(ann, lobby, end(site))
      yield* TestClock.adjust("1 minute")
      yield* markers.enter(ann, lobby, end(site))
      assert.strictEqual(site.lists, 1)
      site.here.delete(ann)
      site.away = true
      yield* site.say(bob, ["news"])
      yield* markers.read(by(ann), lobby, { seq: 1 })
      yield* TestClock.adjust("1 minute")
      site.away = false
      // what could not be written yet stayed
      assert.deepInclude(yield* markers.enter(ann, lobby, end(site)), { seq: 1 })
      assert.strictEqual(site.lists, 1)
      yield* TestClock.adjust("1 minute")
      assert.deepInclude(yield* markers.enter(ann, lobby, end(site)), { seq: 1 })
      assert.strictEqual(site.lists, 2)
    })
  )

  it.effect("is of a thousand rooms of a user at most, without the one read longest ago", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const { markers } = yield* site.start()
      const rooms = Array.from({ length: ROOMS_MAX + 1 }, (_, i) => RoomId.make(`room-${i}`))
      for (const roomId of rooms) yield* markers.enter(ann, roomId, end(site, roomId))
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(site.removed, ["room-0"])
      const { more, rooms: listed } = yield* markers.list(ann, [], everything, ROOMS_MAX)
      assert.isFalse(more)
      assert.lengthOf(listed, ROOMS_MAX)
    })
  )

  it.effect("does not begin while too many wait to be written, and does once there is room again", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const { markers } = yield* site.start()
      const rooms = Array.from({ length: ROOMS_MAX }, (_, i) => RoomId.make(`room-${i}`))
      const users = Array.from({ length: 101 }, (_, i) => UserId.make(`user-${i}`))
      site.writable = false
      for (const userId of users.slice(1))
        for (const roomId of rooms) yield* markers.enter(userId, roomId, end(site, roomId))
      const newcomer = markers.enter(users[0]!, lobby, end(site))
      const refused = { code: "overloaded", retryAfterMs: 1000 } as const
      assert.deepInclude(yield* Effect.flip(newcomer), refused)
      assert.deepInclude(yield* Effect.flip(markers.admitted(users[0]!, dm)), refused)
      // one that is there already is told as ever
      assert.deepInclude(yield* markers.enter(users[1]!, rooms[0]!, end(site, rooms[0])), { seq: 0 })
      site.writable = true
      yield* TestClock.adjust("10 seconds")
      assert.deepInclude(yield* newcomer, { seq: 0 })
    })
  )

  it.effect("of another log counts as the end of this one", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const first = yield* site.start()
      const { epoch } = end(site)
      yield* first.markers.enter(ann, lobby, { epoch, seq: 0 })
      yield* first.stop
      const [{ pk, sk } = { pk: "", sk: "" }] = site.puts
      yield* site.records.put({ pk, sk, value: JSON.stringify({ epoch: epoch + 5, seq: 99, at: 1 }) })
      const { markers } = yield* site.start()
      yield* site.say(bob, numbers(2))
      assert.deepInclude(yield* markers.enter(ann, lobby, end(site)), { epoch, seq: 2, unread: 0 })
      yield* site.say(bob, numbers(2))
      assert.deepInclude(yield* markers.read(by(ann), lobby, { seq: 3 }), { epoch, seq: 3, unread: 1 })
    })
  )
})

describe("a forgotten room", () => {
  it.effect("is read no more until its user comes in again, as for the first time", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const { markers } = yield* site.start()
      yield* markers.enter(ann, lobby, end(site))
      yield* site.say(bob, numbers(3))
      yield* markers.forget(by(ann), lobby)
      assert.deepStrictEqual(site.take(), [{ to: "ann", but: "phone", frame: { type: "forgotten", roomId: lobby } }])
      assert.deepInclude(yield* Effect.flip(markers.read(by(ann), lobby, { seq: 3 })), { code: "not_subscribed" })
      assert.isEmpty((yield* markers.list(ann, [], everything, 100)).rooms)
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(site.removed, ["lobby"])
      yield* site.say(bob, numbers(3))
      assert.deepInclude(yield* markers.enter(ann, lobby, end(site)), { seq: 6, unread: 0 })
    })
  )

  it.effect("that is private stays so over a restart, and comes back with what is said next", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const first = yield* site.start()
      yield* site.say(bob, numbers(3), { roomId: dm })
      yield* first.markers.forget(by(ann), dm)
      yield* first.stop
      const { markers } = yield* site.start()
      const listed = markers.list(ann, [dm], everything, 100)
      assert.isEmpty((yield* listed).rooms)
      yield* site.say(bob, ["again"], { roomId: dm })
      assert.deepInclude((yield* listed).rooms[0], { roomId: dm, seq: 3, unread: 1 })
      assert.deepInclude(yield* markers.enter(ann, dm, end(site, dm)), { seq: 3, unread: 1 })
    })
  )
})

describe("a crowd that comes back to one room", () => {
  it.effect("costs a look at each one's markers, and none at what is kept of the room", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const first = yield* site.start()
      const crowd = Array.from({ length: 2000 }, (_, i) => UserId.make(`user-${i}`))
      yield* site.say(bob, numbers(2000))
      yield* Effect.forEach(crowd, (userId) =>
        first.markers.enter(userId, lobby, { epoch: end(site).epoch, seq: 1900 })
      )
      yield* first.stop
      site.lists = 0
      const { markers } = yield* site.start()
      const readings = yield* Effect.forEach(crowd, (userId) => markers.enter(userId, lobby, end(site)), {
        concurrency: "unbounded"
      })
      assert.isTrue(readings.every(({ unread }) => unread === 100))
      assert.deepStrictEqual({ lists: site.lists, pages: site.pages }, { lists: 2000, pages: 0 })
    })
  )
})
