/** How far users have read, on a server as it is run: on several devices, in private rooms, over restarts. */
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { hourLong, SECRET } from "../identity/minted.ts"
import { ChatClient, type Frame } from "../support/ChatClient.ts"
import { type Env, eventually, ServerProcess, temporaryDirectory } from "../support/ServerProcess.ts"

const unlimited = { RATE_LIMIT_PER_SEC: "0", JOIN_LIMIT_PER_SEC: "0", NEW_ROOMS_PER_MIN: "0", ABUSE_REFUSALS: "0" }

let server: ServerProcess

const start = (env: Env = {}) => ServerProcess.start({ ...unlimited, DRAIN_WINDOW_MS: "100", ...env })

beforeAll(async () => {
  server = await start()
})
afterAll(async () => {
  assert.strictEqual(await server.stop(), 0)
})

const arrive = async (userId: string, on = server) => {
  const client = await ChatClient.v1(on, { userId, username: userId })
  await client.next("welcome")
  return client
}

/** Enters a room, and answers the marker that follows. */
const enter = async (client: ChatClient, roomId: string) => {
  await client.ask({ type: "subscribe", roomId, history: 0 })
  return client.next({ type: "read", roomId })
}

const say = (client: ChatClient, roomId: string, content: string) => client.ask({ type: "chat", roomId, content })

/** A marker and what is beyond it, without its epoch. */
const counts = ({ mentions, seq, unread, upTo }: Frame) => ({
  seq,
  unread,
  mentions,
  upTo: (upTo as { readonly seq: number }).seq
})

/** How far ann has read, as the database has it. */
const kept = (dataDir: string): unknown => {
  const database = new DatabaseSync(join(dataDir, "hubbub.db"), { readOnly: true })
  try {
    const row = database.prepare("SELECT value FROM records WHERE pk = 'reading:ann'").get()
    return row === undefined ? undefined : JSON.parse(String(row["value"])).seq
  } finally {
    database.close()
  }
}

const roomsOf = ({ rooms }: Frame) => rooms as ReadonlyArray<Frame>

describe("a read marker", () => {
  // I1
  it("is one over all devices: own messages and deleted ones do not count, and it never goes back", async () => {
    const [a, b, bob] = [await arrive("i1"), await arrive("i1"), await arrive("i1-bob")]
    assert.deepStrictEqual(counts(await enter(a, "i1-room")), { seq: 0, unread: 0, mentions: 0, upTo: 0 })
    await enter(bob, "i1-room")
    for (const text of ["one", "two", "three"]) await say(bob, "i1-room", text)
    await say(a, "i1-room", "mine")
    // b comes later, and is where a is
    assert.deepStrictEqual(counts(await enter(b, "i1-room")), { seq: 0, unread: 3, mentions: 0, upTo: 4 })
    const began = performance.now()
    const read = await b.ask({ type: "read", roomId: "i1-room", seq: 2 })
    assert.deepStrictEqual(counts(read), { seq: 2, unread: 1, mentions: 0, upTo: 4 })
    const told = await a.next({ type: "read", seq: 2 })
    assert.isBelow(performance.now() - began, 1000)
    assert.isUndefined(told["ref"])
    const { ref: _, ...same } = read
    assert.deepStrictEqual({ ...told }, same)
    const third = (await bob.ask({ type: "history", roomId: "i1-room" }))["messages"] as ReadonlyArray<Frame>
    await bob.ask({ type: "delete", roomId: "i1-room", messageId: third[2]!["messageId"] })
    const again = await b.ask({ type: "read", roomId: "i1-room", seq: 1 })
    assert.deepStrictEqual(counts(again), { seq: 2, unread: 0, mentions: 0, upTo: 4 })
    // a backward one is no news for the others
    await say(bob, "i1-room", "four")
    await b.ask({ type: "read", roomId: "i1-room", seq: 5 })
    await a.next({ type: "read", seq: 5 })
    assert.lengthOf(a.all({ type: "read", roomId: "i1-room" }), 3)
    const error = await b.ask({ type: "read", roomId: "i1-room", seq: 6 })
    assert.deepInclude(error, { type: "error", code: "invalid_frame", field: "seq" })
  })

  it("follows `subscribed`, and is told to connections that are in no room", async () => {
    const [client, idle] = [await arrive("follows"), await arrive("follows")]
    const plain = await ChatClient.plain(server, { userId: "follows", username: "follows", room: "follows-room" })
    await enter(client, "follows-room")
    const order = client.received.map(({ type }) => type)
    assert.isAbove(order.indexOf("read"), order.indexOf("subscribed"))
    await say(client, "follows-room", "hello")
    await client.ask({ type: "read", roomId: "follows-room", seq: 1 })
    await idle.next({ type: "read", roomId: "follows-room", seq: 1 })
    await plain.next({ type: "chat", content: "hello" })
    assert.isEmpty(plain.all("read"))
  })

  it("is nobody's where nobody has a name, and no one's where they were never", async () => {
    const nobody = await ChatClient.v1(server)
    await nobody.next("welcome")
    await nobody.ask({ type: "subscribe", roomId: "nobody-room" })
    for (const frame of [
      { type: "read", roomId: "nobody-room", seq: 0 },
      { type: "unread" },
      { type: "forget", roomId: "nobody-room" }
    ]) {
      assert.deepInclude(await nobody.ask(frame), { type: "error", code: "forbidden" })
    }
    const ann = await arrive("never-ann")
    assert.deepInclude(await ann.ask({ type: "read", roomId: "nobody-room", seq: 0 }), { code: "not_subscribed" })
    assert.deepStrictEqual(roomsOf(await ann.ask({ type: "unread" })), [])
    assert.isEmpty(nobody.all("read"))
  })

  it("waits in a room of two for who was offline when they were written to first", async () => {
    const bob = await arrive("first-bob")
    const { roomId } = await bob.ask({ type: "direct", to: "first-ann", content: "are you there?" })
    await bob.ask({ type: "direct", to: "first-ann", content: "@first-ann?" })
    const ann = await arrive("first-ann")
    const [room, ...others] = roomsOf(await ann.ask({ type: "unread" }))
    assert.isEmpty(others)
    assert.deepInclude(room, { roomId, unread: 2, mentions: 1 })
    assert.deepStrictEqual(counts(await enter(ann, String(roomId))), { seq: 0, unread: 2, mentions: 1, upTo: 2 })
    await ann.ask({ type: "read", roomId, seq: 2 })
    // a stranger learns nothing of it
    const eve = await arrive("first-eve")
    assert.deepInclude(await eve.ask({ type: "read", roomId, seq: 1 }), { type: "error", code: "forbidden_room" })
    assert.deepStrictEqual(roomsOf(await eve.ask({ type: "unread" })), [])
  })

  it("begins for who is taken into a group where they were taken in, and is no more once they are out", async () => {
    const [ann, bob] = [await arrive("group-ann"), await arrive("group-bob")]
    const { roomId } = await ann.ask({ type: "group" })
    await enter(ann, String(roomId))
    await say(ann, String(roomId), "before")
    await ann.ask({ type: "invite", roomId, userId: "group-bob" })
    await bob.next("invited")
    await say(ann, String(roomId), "after")
    assert.deepInclude(roomsOf(await bob.ask({ type: "unread" }))[0], { roomId, seq: 1, unread: 1 })
    await ann.ask({ type: "remove", roomId, userId: "group-bob" })
    await bob.next("unsubscribed")
    assert.deepStrictEqual(roomsOf(await bob.ask({ type: "unread" })), [])
    assert.deepInclude(await bob.ask({ type: "read", roomId, seq: 2 }), { type: "error", code: "forbidden_room" })
  })
})

describe("the rooms that one reads", () => {
  it("come with the newest word first, and go when they are forgotten, on every device", async () => {
    const [ann, phone, bob] = [await arrive("list-ann"), await arrive("list-ann"), await arrive("list-bob")]
    for (const roomId of ["list-a", "list-b", "list-c"]) {
      await enter(ann, roomId)
      await enter(bob, roomId)
    }
    await say(bob, "list-b", "first")
    await say(bob, "list-a", "second")
    const listed = await ann.ask({ type: "unread" })
    assert.isFalse(listed["hasMore"])
    assert.deepStrictEqual(
      roomsOf(listed).map(({ roomId, unread }) => [roomId, unread]),
      [
        ["list-a", 1],
        ["list-b", 1],
        ["list-c", 0]
      ]
    )
    assert.deepInclude(await ann.ask({ type: "forget", roomId: "list-a" }), { type: "forgotten", roomId: "list-a" })
    await phone.next({ type: "forgotten", roomId: "list-a" })
    const left = async () => roomsOf(await ann.ask({ type: "unread" })).map(({ roomId }) => roomId)
    assert.deepStrictEqual(await left(), ["list-b", "list-c"])
    // it is still subscribed to, but reading on does not bring it back
    await say(bob, "list-a", "third")
    assert.deepInclude(await ann.ask({ type: "read", roomId: "list-a", seq: 2 }), { code: "not_subscribed" })
    assert.deepStrictEqual(await left(), ["list-b", "list-c"])
    assert.deepStrictEqual(counts(await enter(ann, "list-a")), { seq: 2, unread: 0, mentions: 0, upTo: 2 })
    assert.deepStrictEqual(await left(), ["list-a", "list-b", "list-c"])
  })

  it("come back in private when something new is said there", async () => {
    const [ann, bob] = [await arrive("back-ann"), await arrive("back-bob")]
    const { roomId } = await bob.ask({ type: "direct", to: "back-ann", content: "hi" })
    await ann.next({ type: "read", roomId })
    await ann.ask({ type: "unsubscribe", roomId })
    await ann.ask({ type: "forget", roomId })
    assert.deepStrictEqual(roomsOf(await ann.ask({ type: "unread" })), [])
    await ann.cut()
    await bob.ask({ type: "direct", to: "back-ann", content: "hello?" })
    const again = await arrive("back-ann")
    assert.deepInclude(roomsOf(await again.ask({ type: "unread" }))[0], { roomId, unread: 1 })
  })
})

describe("markers where tokens are on", () => {
  it("are told only to connections whose token is for the room, and listed only to those", async () => {
    const guarded = await start({ AUTH_SECRET: SECRET })
    const connect = async (name: string, claims = {}) => {
      const client = await ChatClient.v1(guarded, { token: await hourLong(name, claims) })
      await client.next("welcome")
      return client
    }
    const [whole, limited, bob] = [
      await connect("ann"),
      await connect("ann", { rooms: ["open-*"] }),
      await connect("bob")
    ]
    for (const roomId of ["closed-room", "open-room"]) {
      await enter(whole, roomId)
      await enter(bob, roomId)
      await say(bob, roomId, "hello")
      await whole.ask({ type: "read", roomId, seq: 1 })
    }
    const { roomId } = await bob.ask({ type: "direct", to: "ann", content: "psst" })
    await whole.next({ type: "read", roomId })
    await whole.ask({ type: "read", roomId, seq: 1 })
    await limited.next({ type: "read", roomId: "open-room" })
    assert.deepStrictEqual(
      roomsOf(await limited.ask({ type: "unread" })).map((room) => room["roomId"]),
      ["open-room"]
    )
    assert.lengthOf(roomsOf(await whole.ask({ type: "unread" })), 3)
    for (const type of ["read", "forget"]) {
      const error = await limited.ask({ type, roomId: "closed-room", seq: 1 })
      assert.deepInclude(error, { type: "error", code: "forbidden_room" })
    }
    await whole.ask({ type: "forget", roomId: "closed-room" })
    await whole.ask({ type: "forget", roomId: "open-room" })
    await limited.next({ type: "forgotten", roomId: "open-room" })
    assert.isEmpty(
      limited.received.filter(
        (frame) => frame["roomId"] !== undefined && frame["roomId"] !== "open-room" && frame.type !== "error"
      )
    )
    assert.strictEqual(await guarded.stop(), 0)
  })
})

describe("markers of a server that starts again", () => {
  it.each(["SIGTERM", "SIGKILL"] as const)("are as they were before %s, but for the last second", async (signal) => {
    const env = { DATA_DIR: temporaryDirectory() }
    const first = await start(env)
    const [ann, bob] = [await arrive("ann", first), await arrive("bob", first)]
    await enter(ann, "lobby")
    await enter(bob, "lobby")
    for (const text of ["one", "two", "@ann three"]) await say(bob, "lobby", text)
    await ann.ask({ type: "read", roomId: "lobby", seq: 1 })
    // of a kill the last second may be lost, so the store has to have it
    if (signal === "SIGKILL")
      await eventually(
        async () => kept(env.DATA_DIR),
        (seq) => seq === 1
      )
    if (signal === "SIGTERM") assert.strictEqual(await first.stop(), 0)
    else {
      first.signal("SIGKILL")
      await first.exit()
    }
    const second = await start(env)
    const again = await arrive("ann", second)
    assert.deepStrictEqual(
      roomsOf(await again.ask({ type: "unread" })).map((room) => counts(room)),
      [{ seq: 1, unread: 2, mentions: 1, upTo: 3 }]
    )
    assert.deepStrictEqual(counts(await enter(again, "lobby")), { seq: 1, unread: 2, mentions: 1, upTo: 3 })
    assert.strictEqual(await second.stop(), 0)
  })
})
