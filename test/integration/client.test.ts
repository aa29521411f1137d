/** The client library against the server as it is run: over real sockets, through restarts, kills and tokens that end. */
import { afterAll, assert, beforeAll, describe, it, onTestFinished } from "@effect/vitest"
import { type Client, type ClientOptions, createClient, type RoomSnapshot, type Row } from "../../src/client/index.ts"
import { figuresOf } from "../../src/client/Figures.ts"
import { lettersOf } from "../../src/client/Letters.ts"
import { loadBack } from "../../src/client/loadBack.ts"
import { search } from "../../src/client/search.ts"
import { resolve } from "node:path"
import { hourLong, minted, SECRET, second } from "../identity/minted.ts"
import { ANSWER_MS, runToEnd, ServerProcess, temporaryDirectory, within } from "../support/ServerProcess.ts"

const QUICK = { minMs: 50, maxMs: 300 }

const visit = (server: { readonly port: number }, userId: string, options: Partial<ClientOptions> = {}): Client => {
  const client = createClient({
    url: `ws://127.0.0.1:${server.port}`,
    userId,
    username: userId.toUpperCase(),
    reconnect: QUICK,
    ...options
  })
  onTestFinished(() => client.close())
  return client
}

/** Waits until what a room shows is as hoped for. */
const shows = async (client: Client, roomId: string, hoped: (room: RoomSnapshot) => boolean): Promise<RoomSnapshot> => {
  const room = client.room(roomId)
  const { promise, resolve } = Promise.withResolvers<void>()
  const look = () => {
    if (hoped(room.getSnapshot())) resolve()
  }
  const stop = room.subscribe(look)
  look()
  try {
    await within(promise, 2 * ANSWER_MS, () => `still ${JSON.stringify(room.getSnapshot()).slice(0, 1000)}`)
  } finally {
    stop()
  }
  return room.getSnapshot()
}

/** Waits for a state of the connection. */
const reaches = async (client: Client, status: string): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const look = () => {
    if (client.getSnapshot().connection.status === status) resolve()
  }
  const stop = client.subscribe(look)
  look()
  await within(promise, 2 * ANSWER_MS, () => `not ${status}: ${JSON.stringify(client.getSnapshot().connection)}`)
  stop()
}

const contents = (messages: ReadonlyArray<Row>) => messages.map(({ content }) => content)

describe("clients of one server", () => {
  let server: ServerProcess
  beforeAll(async () => {
    server = await ServerProcess.start()
  })
  afterAll(async () => {
    assert.strictEqual(await server.stop(), 0)
  })

  it("talk, see who is there and who writes, and page back", async () => {
    const [ann, bob] = [visit(server, "ann"), visit(server, "bob")]
    await Promise.all([ann.connect(), bob.connect()])
    await ann.room("talk").join()
    // known from a list before the other one comes, so that it comes and goes as a difference
    await shows(ann, "talk", ({ members }) => members.length === 1)
    await bob.room("talk").join()
    bob.room("talk").typing()
    await shows(ann, "talk", ({ typing }) => typing[0]?.userId === "bob")
    const ack = await bob.room("talk").send("hello")
    const { messages } = await shows(ann, "talk", (room) => room.messages.length === 1 && room.typing.length === 0)
    assert.deepInclude({ ...messages[0] }, { content: "hello", userId: "bob", at: { epoch: ack.epoch, seq: 1 } })
    await shows(ann, "talk", ({ members }) => members.length === 2)
    await bob.close()
    await shows(ann, "talk", ({ memberCount, members }) => memberCount === 1 && members[0]?.userId === "ann")
    const late = visit(server, "cid")
    await late.connect()
    await late.room("talk").join()
    assert.deepEqual(contents(late.room("talk").getSnapshot().messages), ["hello"])
    assert.strictEqual(await late.room("talk").loadOlder(), 0)
    assert.isFalse(late.room("talk").getSnapshot().hasOlder)
  })

  it("answer, mention and react, and find what was said long ago", async () => {
    const [ann, bob] = [visit(server, "ann.r"), visit(server, "bob.r")]
    await Promise.all([ann.connect(), bob.connect()])
    await Promise.all([ann.room("react").join(), bob.room("react").join()])
    const { messageId } = await ann.room("react").send("who comes along?")
    await bob.room("react").send("me, @ann.r", { replyTo: messageId, mentions: ["cid.r"] })
    const { messages } = await shows(ann, "react", (room) => room.messages.length === 2)
    assert.deepInclude({ ...messages[1] }, { replyTo: messageId })
    assert.sameMembers([...(messages[1]?.mentions ?? [])], ["ann.r", "cid.r"])
    await Promise.all([ann.room("react").react(messages[1]!, "👍"), bob.room("react").react(messageId, "🎉")])
    const reacted = await shows(bob, "react", (room) => room.messages.every(({ reactions }) => reactions !== undefined))
    assert.deepEqual(
      reacted.messages.map(({ reactions }) => reactions),
      [{ "🎉": ["bob.r"] }, { "👍": ["ann.r"] }]
    )
    await ann.room("react").react(messages[1]!, "👍", true)
    await bob.room("react").edit(messages[1]!, "not me")
    const changed = await shows(ann, "react", (room) => room.messages[1]?.content === "not me")
    assert.isUndefined(changed.messages[1]?.mentions)
    assert.deepEqual(changed.messages[1]?.reactions ?? {}, {})
    const found = await search(bob, "react", "COMES", { limit: 10 })
    assert.deepEqual(
      found.messages.map((message) => message.messageId),
      [messageId]
    )
    assert.isTrue(await loadBack(bob.room("react"), found.places[0]!))
  })

  it("know what is unread, on each device", async () => {
    const [ann, phone, bob] = [visit(server, "ann.u"), visit(server, "ann.u"), visit(server, "bob.u")]
    await Promise.all([ann.connect(), phone.connect(), bob.connect()])
    await Promise.all([ann, phone, bob].map((one) => one.room("unread").join()))
    await bob.room("unread").send("one")
    await bob.room("unread").send("two, @ann.u")
    const last = await bob.room("unread").send("three")
    await shows(ann, "unread", ({ mentions, unread }) => unread === 3 && mentions === 1)
    await ann.room("unread").send("mine")
    await ann.room("unread").read(last.seq - 1)
    await shows(phone, "unread", ({ mentions, unread }) => unread === 1 && mentions === 0)
    await bob.room("unread").delete(last.messageId)
    await shows(ann, "unread", ({ unread }) => unread === 0)
    await bob.room("unread").send("four")
    await shows(ann, "unread", ({ unread }) => unread === 1)
    // who left is told of the room by its mark alone
    phone.room("unread").leave()
    const heard = Promise.withResolvers<number>()
    phone.on("read", ({ seq }) => heard.resolve(seq))
    await ann.room("unread").read()
    assert.strictEqual(await within(heard.promise, ANSWER_MS, () => "nothing was heard"), 5)
    const { rooms } = await lettersOf(phone).unread()
    assert.deepEqual(
      rooms.map(({ roomId, unread }) => [roomId, unread]),
      [["unread", 0]]
    )
    const forgotten = Promise.withResolvers<string>()
    phone.on("forgotten", ({ roomId }) => forgotten.resolve(roomId))
    await ann.room("unread").forget()
    assert.strictEqual(await within(forgotten.promise, ANSWER_MS, () => "nothing was forgotten"), "unread")
    assert.isEmpty((await lettersOf(ann).unread()).rooms)
  })

  it("leave a private room for good, and are out of it", async () => {
    const [ann, bob] = [visit(server, "ann.g"), visit(server, "bob.g")]
    await Promise.all([ann.connect(), bob.connect()])
    const { roomId } = await lettersOf(ann).group({ title: "Few", invite: ["bob.g"] })
    await Promise.all([ann.room(roomId).join(), bob.room(roomId).join()])
    const [before] = await lettersOf(bob).conversations()
    assert.strictEqual(before?.roomId, roomId)
    await lettersOf(bob).quit(roomId)
    await shows(bob, roomId, ({ status }) => status === "removed")
    await shows(ann, roomId, ({ memberCount }) => memberCount === 1)
    assert.isEmpty(await lettersOf(bob).conversations())
  })

  it("are refused by name", async () => {
    const ann = visit(server, "ann.refused")
    await ann.connect()
    const error: unknown = await ann
      .room("Not A Room")
      .join()
      .catch((reason: unknown) => reason)
    assert.deepInclude(error, { code: "invalid_room", field: "roomId" })
    const empty: unknown = await ann
      .room("fine")
      .send(" ")
      .catch((reason: unknown) => reason)
    assert.deepInclude(empty, { code: "empty_content", field: "content" })
  })

  it("follow the live figures", async () => {
    const ann = visit(server, "ann.figures")
    await ann.connect()
    const live = figuresOf(ann)
    const seen = Promise.withResolvers<void>()
    const stop = live.subscribe(() => {
      const { figures } = live.getSnapshot()
      if (Number(figures?.["totalMessages"]) > 0 && Number(figures?.["uptimeSeconds"]) > 1) seen.resolve()
    })
    await ann.room("figures").send("counted")
    await within(seen.promise, ANSWER_MS, () => JSON.stringify(live.getSnapshot()))
    stop()
  })

  it("run the ten lines of the README", async () => {
    const example = resolve(import.meta.dirname, "../client/example.mjs")
    const { code, stderr, stdout } = await runToEnd([process.execPath, example, `ws://127.0.0.1:${server.port}`])
    assert.strictEqual(code, 0, stderr)
    assert.include(stdout, '"Hello!" is kept at 1\n')
  })
})

describe("a server that goes and comes back", () => {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    it(`by ${signal} in the middle of talk costs no message, and shows none twice`, async () => {
      const env = { DATA_DIR: temporaryDirectory(), DRAIN_WINDOW_MS: "200", RATE_LIMIT_PER_SEC: "0" }
      const first = await ServerProcess.start(env)
      const again = { ...env, PORT: String(first.port) }
      const [ann, bob] = [visit(first, "ann"), visit(first, "bob")]
      const heard: Array<string> = []
      bob.on("message", ({ content }) => heard.push(content))
      await Promise.all([ann.connect(), bob.connect()])
      await Promise.all([ann.room("storm").join(), bob.room("storm").join()])
      const texts = Array.from({ length: 60 }, (_, n) => `m${n}`)
      const sent = texts.slice(0, 20).map((text) => ann.room("storm").send(text))
      await sent[9]
      const gone = first.stop(signal)
      sent.push(...texts.slice(20, 40).map((text) => ann.room("storm").send(text)))
      await gone
      sent.push(...texts.slice(40).map((text) => ann.room("storm").send(text)))
      const second = await ServerProcess.start(again)
      onTestFinished(async () => {
        await second.stop("SIGKILL")
      })
      const acks = await within(Promise.all(sent), 2 * ANSWER_MS, () => JSON.stringify(ann.getSnapshot()))
      const { gap, messages } = await shows(bob, "storm", (room) => room.messages.length === texts.length)
      assert.deepEqual(contents(messages), texts)
      assert.deepEqual(heard, texts)
      assert.isUndefined(gap)
      assert.deepEqual(
        messages.map(({ at }) => at),
        acks.map(({ epoch, seq }) => ({ epoch, seq }))
      )
      const own = await shows(ann, "storm", (room) => room.messages.every(({ status }) => status === "sent"))
      assert.deepEqual(contents(own.messages), texts)
    })
  }
})

describe("tokens", () => {
  let server: ServerProcess
  beforeAll(async () => {
    server = await ServerProcess.start({ AUTH_SECRET: SECRET })
  })
  afterAll(async () => {
    assert.strictEqual(await server.stop(), 0)
  })

  it("that end are renewed in place, and else on the way back", async () => {
    let minutes = 0
    const asked: Array<boolean> = []
    const getToken = ({ fresh }: { readonly fresh: boolean }) => {
      asked.push(fresh)
      // the first is within the minute of which the server warns; what is given for it has ended once it is used
      return asked.length === 1 ? minted({ sub: "ann", exp: second() + 3 }) : hourLong("ann", { n: minutes++ })
    }
    const ann = visit(server, "ignored", { getToken })
    await ann.connect()
    await ann.room("tokens").join()
    await ann.room("tokens").send("before")
    assert.deepEqual(asked.slice(0, 2), [false, true])
    assert.strictEqual(ann.getSnapshot().welcome?.userId, "ann")
    await ann.room("tokens").send("after")
    assert.strictEqual(ann.getSnapshot().connection.status, "live")
  })

  it("that were revoked sign out, with the code and no return", async () => {
    const admin = await hourLong("root.one", { role: "admin" })
    const ann = visit(server, "ignored", { getToken: () => hourLong("revoked", { iat: second() - 5 }) })
    await ann.connect()
    const answer = await server.fetch("/api/admin/revocations", {
      method: "POST",
      headers: { Authorization: `Bearer ${admin}`, "Content-Type": "application/json" },
      body: JSON.stringify({ userId: "revoked" })
    })
    assert.isTrue(answer.ok, await answer.text())
    await reaches(ann, "signed-out")
    assert.deepInclude({ ...ann.getSnapshot().connection }, { code: 4500 })
  })

  it("that are refused at the door are asked for anew, until there is none", async () => {
    const given = ["nonsense", "nonsense", null]
    const ann = visit(server, "ignored", { getToken: () => given.shift() ?? null })
    const error: unknown = await ann.connect().catch((reason: unknown) => reason)
    assert.deepInclude(error, { code: "signed_out" })
    assert.isEmpty(given)
  })
})
