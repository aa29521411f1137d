import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { UserId } from "../../src/domain/UserId.ts"
import { Username } from "../../src/domain/Username.ts"
import { Presence, PRESENCE_DIFF_MAX, PRESENCE_WINDOW_MS } from "../../src/hub/Presence.ts"
import { TYPING_LAPSE_MS } from "../../src/hub/Typing.ts"
import { configuration, connect, engineLayer, settle } from "../support/Engine.ts"
import type { FakeSocket } from "../support/FakeSocket.ts"

const user = (n: number) => UserId.make(`user${n}`)
const name = (n: number) => Username.make(`User ${n}`)

describe("presence", () => {
  // C3
  it("counts several connections of one user as one member, who leaves with the last", () => {
    const presence = new Presence()
    presence.join(user(1), name(1))
    presence.join(user(1), name(1))
    assert.deepStrictEqual(presence.diff(0)?.joined, [{ userId: user(1), username: name(1) }])
    presence.leave(user(1))
    assert.isFalse(presence.changed)
    assert.strictEqual(presence.size, 1)
    presence.leave(user(1))
    assert.deepStrictEqual(presence.diff(PRESENCE_WINDOW_MS)?.left, [{ userId: user(1), username: name(1) }])
    assert.strictEqual(presence.size, 0)
  })

  it("says nothing of someone who leaves and returns within a window", () => {
    const presence = new Presence()
    presence.join(user(1), name(1))
    presence.diff(0)
    presence.leave(user(1))
    presence.join(user(1), name(1))
    assert.isFalse(presence.changed)
    assert.isUndefined(presence.diff(PRESENCE_WINDOW_MS * 2))
  })

  it("tells of someone who came and went within a window if a list or a count had them meanwhile", () => {
    for (const show of [(presence: Presence) => presence.list().length, (presence: Presence) => presence.count()]) {
      const presence = new Presence()
      presence.join(user(0), name(0))
      presence.diff(0)
      presence.join(user(1), name(1))
      assert.strictEqual(show(presence), 2)
      presence.leave(user(1))
      const { left, members } = presence.diff(PRESENCE_WINDOW_MS)!
      assert.deepStrictEqual([members, left], [1, [{ userId: user(1), username: name(1) }]])
      presence.leave(user(0))
      assert.strictEqual(show(presence), 0)
      presence.join(user(0), name(0))
      assert.deepStrictEqual(presence.diff(PRESENCE_WINDOW_MS * 2)?.joined, [{ userId: user(0), username: name(0) }])
    }
  })

  it("tells of someone who was shown to some and is here in the end, however often they came and went", () => {
    const presence = new Presence()
    presence.join(user(1), name(1))
    presence.count()
    presence.leave(user(1))
    presence.join(user(1), name(1))
    assert.deepStrictEqual(presence.diff(0)?.joined, [{ userId: user(1), username: name(1) }])
  })

  // C10, T54
  it("makes at most one diff a window, and names at most so many people in it", () => {
    const presence = new Presence()
    presence.join(user(0), name(0))
    assert.strictEqual(presence.diff(0)?.version, 1)
    for (let i = 1; i <= 2000; i++) presence.join(user(i), name(i))
    assert.isUndefined(presence.diff(PRESENCE_WINDOW_MS - 1))
    const diff = presence.diff(PRESENCE_WINDOW_MS)
    assert.deepStrictEqual(diff, { version: 2, members: 2001, joined: [], left: [], truncated: true })
    for (let i = 1; i <= PRESENCE_DIFF_MAX; i++) presence.leave(user(i))
    const next = presence.diff(PRESENCE_WINDOW_MS * 2)
    assert.strictEqual(next?.left.length, PRESENCE_DIFF_MAX)
    assert.strictEqual(next?.truncated, false)
  })

  const config = configuration()

  it.effect("tells plain clients by join and leave, and hubbub.v1 by versioned diffs", () =>
    Effect.gen(function* () {
      const plain = yield* connect(config, "plain", { dialect: "plain", room: "lobby", username: "Paula" })
      const rich = yield* connect(config, "rich", { room: "lobby", username: "Richard" })
      yield* TestClock.adjust(1000)
      const joined = yield* plain.until("join", ({ userId }) => userId === "rich")
      assert.strictEqual(joined["username"], "Richard")
      assert.strictEqual(joined["roomId"], "lobby")
      assert.isUndefined(joined["seq"])
      plain.leave()
      yield* TestClock.adjust(1000)
      const diff = yield* rich.until("presence_diff", ({ left }) => (left as ReadonlyArray<unknown>).length === 1)
      assert.deepStrictEqual(diff["left"], [{ userId: "plain", username: "Paula" }])
      assert.strictEqual(diff["members"], 1)
      assert.isEmpty(rich.of("join"))
      const versions = rich.of("presence_diff").map(({ version }) => Number(version))
      assert.deepStrictEqual(
        versions,
        versions.toSorted((a, b) => a - b)
      )
    }).pipe(Effect.provide(engineLayer(config)))
  )

  it.effect("lists the members with the version that diffs count on from", () =>
    Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      yield* connect(config, "bob", { room: "lobby" })
      yield* connect(config, "bob", { room: "lobby" })
      yield* TestClock.adjust(2000)
      yield* settle
      alice.say({ type: "presence", roomId: "lobby", ref: "list" })
      const list = yield* alice.until("presence")
      assert.strictEqual(list["ref"], "list")
      assert.deepStrictEqual(list["users"], [
        { userId: "alice", username: "alice" },
        { userId: "bob", username: "bob" }
      ])
      assert.strictEqual(list["version"], alice.of("presence_diff").at(-1)?.["version"])
    }).pipe(Effect.provide(engineLayer(config)))
  )

  // C9
  it.effect("is silent where it is switched off", () => {
    const silent = configuration({ presence: false })
    return Effect.gen(function* () {
      const alice = yield* connect(silent, "alice", { dialect: "plain", room: "lobby" })
      yield* connect(silent, "bob", { room: "lobby" })
      yield* TestClock.adjust("10 seconds")
      yield* settle
      assert.isEmpty(alice.frames)
    }).pipe(Effect.provide(engineLayer(silent)))
  })
})

/** What a client was told of others' typing, in order. */
const states = (socket: FakeSocket) => socket.of("typing").map(({ active }) => active)

/** Says in one go that they type and do not, `times` over. */
const toggle = (socket: FakeSocket, times: number) => {
  const frames = [true, false].map((active) => JSON.stringify({ type: "typing", roomId: "lobby", active }))
  socket.sayText(...Array.from({ length: times }, () => frames).flat())
}

describe("typing", () => {
  const config = configuration()

  it.effect("reaches the others, not the typist, and lapses by itself", () =>
    Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const tab = yield* connect(config, "alice", { room: "lobby" })
      const bob = yield* connect(config, "bob", { room: "lobby" })
      alice.say({ type: "typing", roomId: "lobby", active: true })
      yield* settle
      yield* TestClock.adjust(250)
      yield* bob.until("typing", ({ active, userId }) => active === true && userId === "alice")
      yield* TestClock.adjust(TYPING_LAPSE_MS - 500)
      yield* settle
      assert.strictEqual(bob.of("typing").length, 1)
      yield* TestClock.adjust(750)
      yield* bob.until("typing", ({ active }) => active === false)
      assert.isEmpty([...alice.of("typing"), ...tab.of("typing")])
    }).pipe(Effect.provide(engineLayer(config)))
  )

  it.effect("is kept up by repeating it, and told once", () =>
    Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const bob = yield* connect(config, "bob", { room: "lobby" })
      for (let i = 0; i < 5; i++) {
        alice.say({ type: "typing", roomId: "lobby", active: true })
        yield* settle
        yield* TestClock.adjust(4000)
        yield* settle
      }
      assert.strictEqual(bob.of("typing").length, 1)
    }).pipe(Effect.provide(engineLayer(config)))
  )

  it.effect("ends with the message that was typed, and with leaving", () =>
    Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const carol = yield* connect(config, "carol", { room: "lobby" })
      const bob = yield* connect(config, "bob", { room: "lobby" })
      for (const socket of [alice, carol]) socket.say({ type: "typing", roomId: "lobby", active: true })
      yield* settle
      yield* TestClock.adjust(250)
      yield* bob.when(() => bob.of("typing").length === 2)
      yield* TestClock.adjust("1 second")
      alice.say({ type: "chat", roomId: "lobby", content: "done" })
      yield* bob.until("typing", ({ active, userId }) => active === false && userId === "alice")
      carol.leave()
      yield* settle
      yield* TestClock.adjust(250)
      yield* bob.until("typing", ({ active, userId }) => active === false && userId === "carol")
    }).pipe(Effect.provide(engineLayer(config)))
  )

  it.effect(
    "that is begun and ended thousands of times is told once a second, however often messages are flushed",
    () =>
      Effect.gen(function* () {
        const alice = yield* connect(config, "alice", { room: "lobby" })
        const bob = yield* connect(config, "bob", { room: "lobby" })
        const carol = yield* connect(config, "carol", { room: "lobby" })
        for (let tenth = 0; tenth < 30; tenth++) {
          toggle(alice, 100)
          alice.say({ type: "typing", roomId: "lobby", active: tenth % 2 === 0 })
          yield* settle
          carol.say({ type: "chat", roomId: "lobby", content: `message ${tenth}` })
          yield* settle
          yield* TestClock.adjust(100)
          yield* settle
        }
        assert.lengthOf(bob.of("chat"), 30)
        // at the beginning, and whenever a second was over
        assert.lengthOf(bob.of("typing"), 4)
        assert.deepStrictEqual(states(carol), states(bob))
        yield* TestClock.adjust("1 second")
        yield* settle
        // what it came to in the end is told all the same
        assert.strictEqual(states(bob).at(-1), false)
      }).pipe(Effect.provide(engineLayer(config)))
  )

  it.effect("that was begun and ended before anybody was told is not told at all", () =>
    Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const bob = yield* connect(config, "bob", { room: "lobby" })
      yield* TestClock.adjust(10)
      toggle(alice, 3)
      yield* settle
      yield* TestClock.adjust("2 seconds")
      yield* settle
      assert.isEmpty(bob.of("typing"))
    }).pipe(Effect.provide(engineLayer(config)))
  )

  it.effect("that ends within its first second ends on the tick when that is over, also for a message", () =>
    Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      const carol = yield* connect(config, "carol", { room: "lobby" })
      const bob = yield* connect(config, "bob", { room: "lobby" })
      yield* TestClock.adjust(10)
      for (const socket of [alice, carol]) socket.say({ type: "typing", roomId: "lobby", active: true })
      yield* settle
      yield* TestClock.adjust(240)
      yield* settle
      assert.lengthOf(bob.of("typing"), 2)
      alice.say({ type: "typing", roomId: "lobby", active: false })
      carol.say({ type: "chat", roomId: "lobby", content: "done" })
      yield* bob.until("chat")
      yield* TestClock.adjust(999)
      yield* settle
      assert.lengthOf(bob.of("typing"), 2)
      yield* TestClock.adjust(1)
      yield* settle
      assert.deepStrictEqual(states(bob), [true, true, false, false])
    }).pipe(Effect.provide(engineLayer(config)))
  )

  it.effect("of one who went unheard is told to who comes into the empty room", () =>
    Effect.gen(function* () {
      const alice = yield* connect(config, "alice", { room: "lobby" })
      alice.say({ type: "typing", roomId: "lobby", active: true })
      yield* settle
      yield* TestClock.adjust(250)
      alice.leave()
      yield* settle
      const again = yield* connect(config, "alice", { room: "lobby" })
      const bob = yield* connect(config, "bob", { room: "lobby" })
      again.say({ type: "typing", roomId: "lobby", active: true })
      yield* settle
      yield* TestClock.adjust(250)
      yield* settle
      assert.deepStrictEqual(states(bob), [true])
    }).pipe(Effect.provide(engineLayer(config)))
  )
})
