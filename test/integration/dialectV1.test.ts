/** The control frames of `hubbub.v1`: acknowledgements, several rooms, resuming, presence, typing. */
import { randomUUID } from "node:crypto"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { ChatClient, type Frame } from "../support/ChatClient.ts"
import { ServerProcess } from "../support/ServerProcess.ts"

let server: ServerProcess

beforeAll(async () => {
  server = await ServerProcess.start({ ROOMS_PER_CONNECTION: "3" })
})
afterAll(async () => {
  assert.strictEqual(await server.stop(), 0)
})

/** Someone who is in no room yet. */
const arrive = (userId: string) => ChatClient.v1(server, { userId, username: userId.toUpperCase() })

/** Someone in a room. */
const join = async (userId: string, roomId: string, fields: Readonly<Record<string, unknown>> = {}) => {
  const client = await arrive(userId)
  return { client, subscribed: await client.ask({ type: "subscribe", roomId, ...fields }) }
}

const contents = (messages: unknown) => (messages as ReadonlyArray<Frame>).map(({ content }) => content)

/** Puts messages `m1` to `m<count>` into a room. */
const fill = async (roomId: string, count: number) => {
  const { client, subscribed } = await join(`filler.${roomId}`, roomId)
  for (let n = 1; n <= count; n++) await client.ask({ type: "chat", roomId, content: `m${n}` })
  return { filler: client, epoch: Number(subscribed["epoch"]) }
}

const members = (frame: Frame, field: string) =>
  (frame[field] as ReadonlyArray<{ readonly userId: string }>).map(({ userId }) => userId)

describe("welcome", () => {
  it("comes first and states who one is and what is allowed", async () => {
    const client = await arrive("ann")
    const welcome = await client.next("welcome")
    assert.strictEqual(client.received[0], welcome)
    assert.deepInclude(welcome, { userId: "ann", username: "ANN", role: "user" })
    assert.isNotEmpty(welcome["connectionId"])
    assert.closeTo(Date.parse(String(welcome["serverTime"])), Date.now(), 5000)
    assert.deepInclude(welcome["limits"], {
      frameBytes: 16_384,
      contentCodePoints: 1000,
      usernameCodePoints: 50,
      messagesPerSecond: 5,
      messageBurst: 10,
      joinsPerSecond: 5,
      rooms: 3,
      historyPage: 200,
      pingIntervalMs: 25_000
    })
  })

  it("comes before the answer to a room in the query, and in no room without one", async () => {
    const client = await ChatClient.v1(server, { userId: "bea", username: "Bea", room: "door" })
    const subscribed = await client.next("subscribed")
    assert.deepInclude(subscribed, { roomId: "door", seq: 0, recovered: false, messages: [] })
    assert.strictEqual(client.received[0]?.type, "welcome")
    const other = await arrive("cid")
    assert.deepInclude(await other.ask({ type: "presence", roomId: "global" }), { code: "not_subscribed" })
  })
})

describe("chat", () => {
  it("is acknowledged with its place, and reaches everyone there, the sender too", async () => {
    const [{ client: ann, subscribed }, { client: bob }] = [await join("ann.ack", "ack"), await join("bob.ack", "ack")]
    const messageId = randomUUID()
    const ack = await ann.ask({ type: "chat", roomId: "ack", content: "hello", messageId })
    assert.deepInclude(ack, { type: "ack", roomId: "ack", messageId, seq: 1, epoch: subscribed["epoch"] })
    assert.notProperty(ack, "duplicate")
    const message = await bob.next("chat")
    assert.deepEqual(message, {
      type: "chat",
      messageId,
      roomId: "ack",
      seq: 1,
      userId: "ann.ack",
      username: "ANN.ACK",
      content: "hello",
      timestamp: ack["timestamp"]
    })
    assert.deepEqual(await ann.next("chat"), message)
  })

  it("gets a UUID of the server where it has none", async () => {
    const { client } = await join("ann.uuid", "uuid")
    const ack = await client.ask({ type: "chat", roomId: "uuid", content: "x" })
    assert.match(String(ack["messageId"]), /^[0-9a-f-]{36}$/)
    assert.strictEqual((await client.next("chat"))["messageId"], ack["messageId"])
  })

  it("echoes a ref that is a number or a text, and gives none where there was none", async () => {
    const { client } = await join("ann.ref", "ref")
    client.send({ type: "chat", roomId: "ref", content: "number", ref: 7 })
    assert.strictEqual((await client.next("ack"))["ref"], 7)
    client.send({ type: "chat", roomId: "ref", content: "none" })
    assert.notProperty(await client.next("ack"), "ref")
    client.send({ type: "chat", roomId: "ref", content: "", ref: "bad" })
    assert.deepInclude(await client.next("error"), { ref: "bad", code: "empty_content", field: "content" })
  })

  it("carries replyTo", async () => {
    const { client } = await join("ann.reply", "reply")
    const { messageId } = await client.ask({ type: "chat", roomId: "reply", content: "question" })
    await client.ask({ type: "chat", roomId: "reply", content: "answer", replyTo: messageId })
    assert.strictEqual((await client.next({ type: "chat", content: "answer" }))["replyTo"], messageId)
  })

  it("is dated by the server alone", async () => {
    // B1
    const { client } = await join("ann.time", "time")
    const times: Array<number> = []
    for (const timestamp of [new Date(Date.now() + 5 * 3_600_000).toISOString(), "1970-01-01T00:00:00.000Z"]) {
      const ack = await client.ask({ type: "chat", roomId: "time", content: timestamp, timestamp })
      assert.strictEqual((await client.next({ type: "chat", content: timestamp }))["timestamp"], ack["timestamp"])
      times.push(Date.parse(String(ack["timestamp"])))
    }
    assert.closeTo(times[0]!, Date.now(), 5000)
    assert.isAtLeast(times[1]!, times[0]!)
  })
})

describe("retries", () => {
  it("are answered as the first send was, and heard once", async () => {
    // A16
    const [{ client: ann }, { client: bob }] = [await join("ann.retry", "retry"), await join("bob.retry", "retry")]
    const send = { type: "chat", roomId: "retry", content: "once", messageId: randomUUID() }
    const first = await ann.ask(send)
    const second = await ann.ask(send)
    assert.deepEqual(second, { ...first, ref: second["ref"], duplicate: true })
    const again = await join("ann.retry", "retry")
    const third = await again.client.ask(send)
    assert.deepEqual(third, { ...first, ref: third["ref"], duplicate: true })
    await bob.say("end", { roomId: "retry" })
    assert.deepEqual(bob.heard, ["once", "end"])
  })

  it("with other text are a conflict, and nothing is kept of them", async () => {
    // A17, F39
    const [{ client: ann }, { client: bob }] = [await join("ann.conf", "conflict"), await join("bob.conf", "conflict")]
    const messageId = randomUUID()
    await ann.ask({ type: "chat", roomId: "conflict", content: "first", messageId })
    const conflict = await ann.ask({ type: "chat", roomId: "conflict", content: "second", messageId })
    assert.deepInclude(conflict, { type: "error", code: "idempotency_conflict" })
    await bob.say("end", { roomId: "conflict" })
    assert.deepEqual(bob.heard, ["first", "end"])
  })

  it("under an id that another user took are a message of their own", async () => {
    const [{ client: ann }, { client: bob }] = [await join("ann.two", "two"), await join("bob.two", "two")]
    const messageId = randomUUID()
    const first = await ann.ask({ type: "chat", roomId: "two", content: "mine", messageId })
    const second = await bob.ask({ type: "chat", roomId: "two", content: "mine", messageId })
    assert.deepEqual([first["seq"], second["seq"]], [1, 2])
    assert.notProperty(second, "duplicate")
  })

  it("of one message, ten at once over several connections, are one message with ten acks of one place", async () => {
    // A16, P4
    const watcher = await join("watcher", "concurrent")
    const tabs = await Promise.all(Array.from({ length: 5 }, () => join("ann.ten", "concurrent")))
    const send = { type: "chat", roomId: "concurrent", content: "ten times", messageId: randomUUID() }
    const acks = await Promise.all([...tabs, ...tabs].map(({ client }) => client.ask(send)))
    assert.isTrue(acks.every(({ type }) => type === "ack"))
    assert.deepEqual(new Set(acks.map(({ seq }) => seq)), new Set([1]))
    assert.deepEqual(new Set(acks.map(({ timestamp }) => timestamp)).size, 1)
    assert.lengthOf(
      acks.filter(({ duplicate }) => duplicate === true),
      9
    )
    await watcher.client.say("end", { roomId: "concurrent" })
    assert.deepEqual(watcher.client.heard, ["ten times", "end"])
  })

  it("are not seen in two texts that are the same under different ids", async () => {
    // A19
    const { client } = await join("ann.same", "same")
    const acks = await Promise.all(
      [1, 2].map(() => client.ask({ type: "chat", roomId: "same", content: "hi", messageId: randomUUID() }))
    )
    assert.sameMembers(
      acks.map(({ seq }) => seq),
      [1, 2]
    )
  })
})

describe("rooms", () => {
  it("can be several on one connection, which hears each of them by name", async () => {
    const { client: ann } = await join("ann.rooms", "north")
    await ann.ask({ type: "subscribe", roomId: "south" })
    const [{ client: bob }, { client: cid }] = [await join("bob.rooms", "north"), await join("cid.rooms", "south")]
    await bob.ask({ type: "chat", roomId: "north", content: "from north" })
    await cid.ask({ type: "chat", roomId: "south", content: "from south" })
    assert.strictEqual((await ann.next({ type: "chat", content: "from north" }))["roomId"], "north")
    assert.strictEqual((await ann.next({ type: "chat", content: "from south" }))["roomId"], "south")
    await bob.say("end", { roomId: "north" })
    assert.deepEqual(bob.heard, ["from north", "end"])
  })

  it("are not heard any more after unsubscribe", async () => {
    const { client: ann, subscribed } = await join("ann.un", "un")
    const { client: bob } = await join("bob.un", "un")
    await bob.ask({ type: "chat", roomId: "un", content: "before" })
    await ann.next({ type: "chat", content: "before" })
    assert.deepInclude(await ann.ask({ type: "unsubscribe", roomId: "un" }), { type: "unsubscribed", roomId: "un" })
    await bob.say("meanwhile", { roomId: "un" })
    const after = { epoch: subscribed["epoch"], seq: 1 }
    const back = await ann.ask({ type: "subscribe", roomId: "un", after })
    assert.deepEqual(contents(back["messages"]), ["meanwhile"])
    assert.deepEqual(ann.heard, ["before"])
  })

  it("may be three here, and a fourth is refused until one is left", async () => {
    const client = await arrive("ann.many")
    for (const roomId of ["many1", "many2", "many3"]) {
      assert.strictEqual((await client.ask({ type: "subscribe", roomId })).type, "subscribed")
    }
    const fourth = await client.ask({ type: "subscribe", roomId: "many4" })
    assert.deepInclude(fourth, { type: "error", code: "too_many_rooms" })
    assert.strictEqual((await client.ask({ type: "subscribe", roomId: "many1" })).type, "subscribed")
    await client.ask({ type: "unsubscribe", roomId: "many1" })
    assert.strictEqual((await client.ask({ type: "subscribe", roomId: "many4" })).type, "subscribed")
  })

  it("must have been joined before anything is done in them", async () => {
    const client = await arrive("ann.out")
    for (const frame of [
      { type: "chat", content: "x" },
      { type: "typing", active: true },
      { type: "presence" },
      { type: "unsubscribe" }
    ]) {
      const answer = await client.ask({ ...frame, roomId: "elsewhere" })
      assert.deepInclude(answer, { type: "error", code: "not_subscribed", field: "roomId" }, frame.type)
    }
    // a room that is not named is `global`
    assert.deepInclude(await client.ask({ type: "chat", content: "x" }), { code: "not_subscribed" })
  })

  it("are refused where the name is against the grammar, in every frame", async () => {
    const client = await arrive("ann.grammar")
    for (const frame of [
      { type: "chat", content: "x" },
      { type: "subscribe" },
      { type: "unsubscribe" },
      { type: "typing", active: true },
      { type: "presence" }
    ]) {
      for (const roomId of ["Lobby", "a#b", "", null]) {
        const answer = await client.ask({ ...frame, roomId })
        assert.deepInclude(answer, { type: "error", code: "invalid_room", field: "roomId" }, frame.type)
      }
    }
  })
})

describe("resuming", () => {
  it("after a cut line gives everything that was missed, in order, and goes on live", async () => {
    // A1
    const { client: ann, subscribed } = await join("ann.res", "resume")
    assert.deepInclude(subscribed, { seq: 0, recovered: false, messages: [] })
    const { filler } = await fill("resume", 1)
    const last = await ann.next("chat")
    await ann.cut()
    for (const content of ["missed 1", "missed 2", "missed 3"]) {
      await filler.ask({ type: "chat", roomId: "resume", content })
    }
    const after = { epoch: subscribed["epoch"], seq: last["seq"] }
    const { client, subscribed: resumed } = await join("ann.res", "resume", { after })
    assert.deepInclude(resumed, { recovered: true, epoch: after.epoch, seq: 4 })
    assert.deepEqual(contents(resumed["messages"]), ["missed 1", "missed 2", "missed 3"])
    assert.deepEqual(
      (resumed["messages"] as ReadonlyArray<Frame>).map(({ seq }) => seq),
      [2, 3, 4]
    )
    assert.strictEqual((await filler.ask({ type: "chat", roomId: "resume", content: "live" }))["seq"], 5)
    assert.strictEqual((await client.next("chat"))["seq"], 5)
    assert.deepEqual(client.heard, ["live"])
  })

  it("from the top recovers with nothing", async () => {
    // A2
    const { epoch } = await fill("top", 2)
    const { subscribed } = await join("ann.top", "top", { after: { epoch, seq: 2 } })
    assert.deepInclude(subscribed, { recovered: true, seq: 2, messages: [] })
  })

  it("from before the first message gives them all", async () => {
    const { epoch } = await fill("zero", 3)
    const { subscribed } = await join("ann.zero", "zero", { after: { epoch, seq: 0 }, history: 1 })
    assert.isTrue(subscribed["recovered"])
    assert.deepEqual(contents(subscribed["messages"]), ["m1", "m2", "m3"])
  })

  it("in another epoch starts afresh", async () => {
    // A14
    const { epoch } = await fill("epoch", 3)
    const { subscribed } = await join("ann.epoch", "epoch", { after: { epoch: epoch + 1, seq: 2 }, history: 2 })
    assert.deepInclude(subscribed, { recovered: false, epoch, seq: 3 })
    assert.deepEqual(contents(subscribed["messages"]), ["m2", "m3"])
  })

  it("from beyond the top starts afresh", async () => {
    const { epoch } = await fill("beyond", 2)
    const { subscribed } = await join("ann.beyond", "beyond", { after: { epoch, seq: 3 } })
    assert.deepInclude(subscribed, { recovered: false, epoch, seq: 2 })
    assert.deepEqual(contents(subscribed["messages"]), ["m1", "m2"])
  })

  it("refuses a position that is none", async () => {
    const client = await arrive("ann.none")
    for (const after of [5, { seq: 1 }, { epoch: 1, seq: -1 }, { epoch: 1, seq: 1.5 }, { epoch: "1", seq: 1 }]) {
      const answer = await client.ask({ type: "subscribe", roomId: "none", after })
      assert.deepInclude(answer, { type: "error", code: "invalid_frame" })
    }
  })

  it("of a room in memory works after everyone has left", async () => {
    const { epoch, filler } = await fill("empty", 2)
    await filler.close()
    const { subscribed } = await join("ann.empty", "empty", { after: { epoch, seq: 1 } })
    assert.isTrue(subscribed["recovered"])
    assert.deepEqual(contents(subscribed["messages"]), ["m2"])
  })

  it("gives the history a fresh start asks for", async () => {
    await fill("page", 3)
    for (const [history, expected] of [
      [0, []],
      [2, ["m2", "m3"]],
      [200, ["m1", "m2", "m3"]]
    ] as const) {
      const { subscribed } = await join("ann.page", "page", { history })
      assert.deepEqual(contents(subscribed["messages"]), [...expected])
    }
    const client = await arrive("ann.page")
    const over = await client.ask({ type: "subscribe", roomId: "page", history: 201 })
    assert.deepInclude(over, { type: "error", code: "invalid_frame", field: "history" })
  })
})

describe("presence", () => {
  it("lists users once, however many connections they have", async () => {
    const { client: ann } = await join("ann.list", "list")
    await join("bob.list", "list")
    const { subscribed } = await join("bob.list", "list")
    assert.strictEqual(subscribed["members"], 2)
    const presence = await ann.ask({ type: "presence", roomId: "list" })
    assert.deepInclude(presence, { type: "presence", roomId: "list", members: 2 })
    assert.deepEqual(presence["users"], [
      { userId: "ann.list", username: "ANN.LIST" },
      { userId: "bob.list", username: "BOB.LIST" }
    ])
  })

  it("tells who came and went under versions that grow by one", async () => {
    const { client: ann, subscribed } = await join("ann.diff", "diff")
    const { client: bob } = await join("bob.diff", "diff")
    const came = await ann.next(
      (frame) => frame.type === "presence_diff" && members(frame, "joined").includes("bob.diff")
    )
    assert.deepInclude(came, { roomId: "diff", members: 2, left: [] })
    await bob.close()
    const went = await ann.next(
      (frame) => frame.type === "presence_diff" && members(frame, "left").includes("bob.diff")
    )
    assert.deepInclude(went, { roomId: "diff", members: 1, joined: [] })
    const versions = ann.all("presence_diff").map(({ version }) => Number(version))
    assert.deepEqual(
      versions,
      versions.map((_, i) => Number(subscribed["presenceVersion"]) + 1 + i)
    )
    const presence = await ann.ask({ type: "presence", roomId: "diff" })
    assert.deepInclude(presence, { version: went["version"], members: 1 })
    assert.isEmpty(ann.all("join"))
    assert.isEmpty(ann.all("leave"))
  })

  it("is told to plain clients as join and leave of the same room", async () => {
    const plain = await ChatClient.plain(server, { userId: "plain.mix", username: "Plain", room: "mixed" })
    const { client } = await join("ann.mix", "mixed")
    await plain.next({ type: "join", userId: "ann.mix" })
    await client.ask({ type: "unsubscribe", roomId: "mixed" })
    await plain.next({ type: "leave", userId: "ann.mix" })
    assert.isTrue(plain.received.every(({ type }) => type === "join" || type === "leave"))
  })
})

describe("typing", () => {
  it("reaches the others but not the typist, nor plain clients, and ends with the message", async () => {
    const { client: ann } = await join("ann.type", "type")
    const [{ client: tab }, { client: bob }] = [await join("ann.type", "type"), await join("bob.type", "type")]
    const plain = await ChatClient.plain(server, { userId: "plain.type", username: "Plain", room: "type" })
    ann.send({ type: "typing", roomId: "type", active: true })
    const started = await bob.next("typing")
    assert.deepInclude(started, { roomId: "type", userId: "ann.type", username: "ANN.TYPE", active: true })
    await ann.ask({ type: "chat", roomId: "type", content: "done" })
    assert.deepInclude(await bob.next("typing"), { userId: "ann.type", active: false })
    await bob.say("end", { roomId: "type" })
    await Promise.all([ann, tab, plain].map((client) => client.next({ type: "chat", content: "end" })))
    for (const client of [ann, tab, plain]) assert.isEmpty(client.all("typing"))
  })

  it("ends when the typist says so, and when they leave", async () => {
    const [{ client: ann }, { client: bob }] = [await join("ann.stop", "stop"), await join("bob.stop", "stop")]
    ann.send({ type: "typing", roomId: "stop", active: true })
    await bob.next({ type: "typing", active: true })
    ann.send({ type: "typing", roomId: "stop", active: false })
    await bob.next({ type: "typing", active: false })
    ann.send({ type: "typing", roomId: "stop", active: true })
    await bob.next({ type: "typing", active: true })
    await ann.cut()
    await bob.next({ type: "typing", active: false })
  })

  it("lapses by itself after six seconds", async () => {
    const [{ client: ann }, { client: bob }] = [await join("ann.lapse", "lapse"), await join("bob.lapse", "lapse")]
    ann.send({ type: "typing", roomId: "lapse", active: true })
    await bob.next({ type: "typing", active: true })
    const since = performance.now()
    assert.deepInclude(await bob.next("typing", 9000), { userId: "ann.lapse", active: false })
    assert.isAtLeast(performance.now() - since, 5500)
  })
})

describe("other frames", () => {
  it("answers ping with pong", async () => {
    const client = await arrive("ann.ping")
    assert.deepInclude(await client.ask({ type: "ping" }), { type: "pong" })
    client.send({ type: "ping" })
    assert.deepEqual(await client.next("pong"), { type: "pong" })
  })

  it("answers refresh with not_supported", async () => {
    const client = await arrive("ann.refresh")
    assert.deepInclude(await client.ask({ type: "refresh", token: "abc" }), {
      type: "error",
      code: "not_supported",
      field: "type"
    })
    assert.deepInclude(await client.ask({ type: "ping" }), { type: "pong" })
  })

  it("keeps the ref of a frame that is refused", async () => {
    const client = await arrive("ann.refused")
    assert.deepInclude(await client.ask({ type: "shout" }), { code: "forbidden_type", field: "type" })
    assert.deepInclude(await client.ask({ type: "join", roomId: "x" }), { code: "forbidden_type", field: "type" })
    assert.deepInclude(await client.ask({ type: "typing", roomId: "x", active: "yes" }), { code: "invalid_frame" })
    client.send({ type: "ping", ref: { a: 1 } })
    assert.notProperty(await client.next({ type: "error", code: "invalid_frame" }), "ref")
  })
})
