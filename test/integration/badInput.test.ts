/** Text a client should not send: each gets its own answer, the connection lives, and nobody else notices. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { ChatClient } from "../support/ChatClient.ts"
import { RawSocket } from "../support/RawSocket.ts"
import { ServerProcess } from "../support/ServerProcess.ts"

let server: ServerProcess
/** The same with limits that are soon reached and slowly regained. */
let strict: ServerProcess

beforeAll(async () => {
  const [loose, tight] = await Promise.all([
    ServerProcess.start(),
    ServerProcess.start({ RATE_LIMIT_PER_SEC: "0.01", JOIN_LIMIT_PER_SEC: "0.01", ABUSE_REFUSALS: "5" })
  ])
  server = loose
  strict = tight
})
afterAll(async () => {
  assert.deepEqual(await Promise.all([server.stop(), strict.stop()]), [0, 0])
})

let people = 0

const join = (to: ServerProcess, room: string) => {
  const n = ++people
  return ChatClient.plain(to, { userId: `user${n}`, username: `User ${n}`, room, history: 0 })
}

const chat = (content: unknown, fields: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({ type: "chat", content, ...fields })

const padded = (bytes: number) => chat("x").padEnd(bytes, " ")

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth)

interface Refused {
  readonly what: string
  readonly text: string
  readonly code: string
  readonly field?: string
}

const refused: ReadonlyArray<Refused> = [
  { what: "text that is not JSON", text: "hello", code: "invalid_frame" },
  { what: "nothing at all", text: "", code: "invalid_frame" },
  { what: "half an object", text: '{"type":"chat","content":"x"', code: "invalid_frame" },
  { what: "an array", text: '[{"type":"chat","content":"x"}]', code: "invalid_frame" },
  { what: "null", text: "null", code: "invalid_frame" },
  { what: "a number", text: "42", code: "invalid_frame" },
  { what: "a string", text: '"hello"', code: "invalid_frame" },
  // T28
  { what: "8,000 nested arrays", text: nested(8000), code: "invalid_frame" },
  {
    what: "content of 8,000 nested arrays",
    text: `{"type":"chat","content":${nested(8000)}}`,
    code: "invalid_frame"
  },
  { what: "no type", text: '{"content":"x"}', code: "invalid_frame", field: "type" },
  { what: "a type that is no text", text: '{"type":1,"content":"x"}', code: "invalid_frame", field: "type" },
  { what: "an unknown type", text: '{"type":"shout","content":"x"}', code: "forbidden_type", field: "type" },
  { what: "a type named like a property of objects", text: '{"type":"constructor"}', code: "forbidden_type" },
  { what: "a join", text: '{"type":"join","content":"x"}', code: "forbidden_type", field: "type" },
  { what: "a leave", text: '{"type":"leave","content":"x"}', code: "forbidden_type", field: "type" },
  { what: "a frame of the other dialect", text: '{"type":"subscribe","roomId":"x"}', code: "forbidden_type" },
  { what: "no content", text: '{"type":"chat"}', code: "empty_content", field: "content" },
  { what: "empty content", text: chat(""), code: "empty_content", field: "content" },
  { what: "white space", text: chat(" \t\n\u00a0\u3000 "), code: "empty_content", field: "content" },
  // G3
  {
    what: "invisible characters",
    text: chat(" \u200b\u2060\ufeff\u00ad\u180e "),
    code: "empty_content",
    field: "content"
  },
  { what: "1,001 letters", text: chat("a".repeat(1001)), code: "content_too_long", field: "content" },
  // G1
  { what: "1,001 thumbs up", text: chat("👍".repeat(1001)), code: "content_too_long", field: "content" },
  { what: "143 families of 7 code points", text: chat("👩‍👩‍👧‍👦".repeat(143)), code: "content_too_long", field: "content" },
  // T17, G2
  {
    what: "a lone surrogate",
    text: '{"type":"chat","content":"a\\ud800b"}',
    code: "invalid_content",
    field: "content"
  },
  { what: "a NUL", text: chat("a\u0000b"), code: "invalid_content", field: "content" },
  { what: "an escape sequence", text: chat("\u001b[31mred"), code: "invalid_content", field: "content" },
  { what: "a bidirectional override", text: chat("abc\u202edef"), code: "invalid_content", field: "content" },
  // T30
  { what: "content that is an object", text: chat({ $ne: 1 }), code: "invalid_content", field: "content" },
  { what: "content that is a number", text: chat(5), code: "invalid_content", field: "content" },
  { what: "content that is null", text: chat(null), code: "invalid_content", field: "content" },
  {
    what: "a messageId that is no UUID",
    text: chat("x", { messageId: "1" }),
    code: "invalid_frame",
    field: "messageId"
  },
  {
    what: "a messageId that is a number",
    text: '{"type":"chat","content":"x","messageId":1e400}',
    code: "invalid_frame",
    field: "messageId"
  },
  { what: "a replyTo that is no UUID", text: chat("x", { replyTo: "y" }), code: "invalid_frame", field: "replyTo" },
  // T37
  ...["Lobby", "", "a/b", "../x", "R#x#B#1", "-x", "é", "a".repeat(65), " x", "x\n", 5, { $gt: "" }].map((roomId) => ({
    what: `roomId ${JSON.stringify(roomId).slice(0, 12)}`,
    text: chat("x", { roomId }),
    code: "invalid_room",
    field: "roomId"
  }))
]

describe("a frame that is refused", () => {
  it.for(refused)("answers $what with $code", async ({ code, field, text }) => {
    const room = `refused-${++people}`
    const [sender, other] = await Promise.all([join(server, room), join(server, room)])
    sender.send(text)
    const error = await sender.next("error")
    assert.strictEqual(error["code"], code)
    assert.isNotEmpty(error["message"])
    if (field !== undefined) assert.strictEqual(error["field"], field)
    other.send({ type: "chat", content: "unharmed" })
    await sender.next({ type: "chat", content: "unharmed" })
    await sender.say("still here")
    await other.next({ type: "chat", content: "still here" })
    assert.deepEqual(other.heard, ["unharmed", "still here"])
    assert.isEmpty(other.all("error"))
  })

  it("states how long a text is that is too long", async () => {
    const sender = await join(server, "too-long")
    sender.send(chat("👍".repeat(1001)))
    const { message } = await sender.next("error")
    assert.include(String(message), "1001")
    assert.include(String(message), "1000")
  })

  it("does not repeat what was sent", async () => {
    const sender = await join(server, "echo")
    sender.send(chat({ secret: "xyzzy" }))
    sender.send("xyzzy")
    for (const error of await sender.take(2, "error")) assert.notInclude(JSON.stringify(error), "xyzzy")
  })

  it("refuses a message to a room the sender is not in", async () => {
    const [sender, other] = await Promise.all([join(server, "mine"), join(server, "theirs")])
    sender.send(chat("let me in", { roomId: "theirs" }))
    assert.deepInclude(await sender.next("error"), { code: "not_subscribed", field: "roomId" })
    await other.say("private")
    assert.deepEqual(other.heard, ["private"])
  })

  it("survives deep nesting beside what it needs, up to 32 levels", async () => {
    // T28
    const sender = await join(server, "deep")
    sender.send(`{"type":"chat","content":"deep","extra":${nested(31)}}`)
    assert.notProperty(await sender.next({ type: "chat", content: "deep" }), "extra")
    sender.send(`{"type":"chat","content":"deeper","extra":${nested(32)}}`)
    assert.strictEqual((await sender.next("error"))["code"], "invalid_frame")
    await sender.say("still here")
  })
})

describe("limits", () => {
  it("refuses the eleventh message at once and says when to try again", async () => {
    const [sender, other] = await Promise.all([join(strict, "rate"), join(strict, "rate")])
    for (let n = 1; n <= 11; n++) sender.send(chat(`message ${n}`))
    const error = await sender.next("error")
    assert.strictEqual(error["code"], "rate_limited")
    assert.isAbove(Number(error["retryAfterMs"]), 0)
    await other.say("unharmed")
    await sender.next({ type: "chat", content: "unharmed" })
    assert.deepEqual(other.heard, [...Array.from({ length: 10 }, (_, i) => `message ${i + 1}`), "unharmed"])
  })

  it("counts a user's messages over all their connections, also after a reconnect", async () => {
    // H3
    const query = { userId: "many", username: "Many", room: "tabs", history: 0 }
    const [first, second] = await Promise.all([ChatClient.plain(strict, query), ChatClient.plain(strict, query)])
    for (let n = 1; n <= 5; n++) {
      await first.say(`first ${n}`)
      await second.say(`second ${n}`)
    }
    second.send(chat("too many"))
    assert.strictEqual((await second.next("error"))["code"], "rate_limited")
    await Promise.all([first.close(), second.close()])
    const third = await ChatClient.plain(strict, query)
    third.send(chat("as another"))
    assert.strictEqual((await third.next("error"))["code"], "rate_limited")
  })

  it("gives anonymous connections a limit each", async () => {
    const [one, two] = await Promise.all([
      ChatClient.plain(strict, { room: "nameless" }),
      ChatClient.plain(strict, { room: "nameless" })
    ])
    for (let n = 1; n <= 11; n++) one.send(chat(`message ${n}`))
    assert.strictEqual((await one.next("error"))["code"], "rate_limited")
    await two.say("mine is another")
  })

  it("answers the repeat of an accepted message even if the limit would refuse it", async () => {
    // A16, P4
    const sender = await ChatClient.v1(strict, { userId: "retry", username: "Retry", room: "retry" })
    const messageId = "7f9c24e8-3b12-4c5e-8f00-000000000001"
    const first = await sender.ask({ type: "chat", roomId: "retry", content: "once", messageId })
    for (let n = 2; n <= 10; n++) await sender.ask({ type: "chat", roomId: "retry", content: `message ${n}` })
    const over = await sender.ask({ type: "chat", roomId: "retry", content: "one more" })
    assert.deepInclude(over, { type: "error", code: "rate_limited" })
    assert.isAbove(Number(over["retryAfterMs"]), 0)
    const again = await sender.ask({ type: "chat", roomId: "retry", content: "once", messageId })
    assert.deepInclude(again, { type: "ack", messageId, seq: first["seq"], duplicate: true })
  })

  it("refuses joins beyond the burst", async () => {
    const client = await ChatClient.v1(strict, { userId: "hopper", username: "Hopper" })
    for (let n = 1; n <= 20; n++) {
      assert.strictEqual((await client.ask({ type: "subscribe", roomId: `hop${n}` })).type, "subscribed")
    }
    const over = await client.ask({ type: "subscribe", roomId: "hop21" })
    assert.deepInclude(over, { type: "error", code: "rate_limited" })
    assert.isAbove(Number(over["retryAfterMs"]), 0)
  })

  it("closes a client as abuse that goes on regardless, and nobody else", async () => {
    const [sender, other] = await Promise.all([join(strict, "abuse"), join(strict, "abuse")])
    for (let n = 1; n <= 5; n++) sender.send("not JSON")
    await sender.take(5, "error")
    assert.isTrue(sender.isOpen)
    sender.send("not JSON")
    assert.deepEqual(await sender.ended(), { code: 4503, reason: "abuse" })
    await other.say("peace")
    assert.isEmpty(other.all("error"))
  })
})

describe("a flood", () => {
  it("of messages ends its own connection as abuse, and others chat on", async () => {
    // F51
    const [sender, other] = await Promise.all([join(server, "flood"), join(server, "flood")])
    for (let n = 1; n <= 5000; n++) sender.send(chat(`message ${n}`))
    assert.strictEqual((await sender.ended()).code, 4503)
    await other.say("unharmed")
    const flooded = other.heard.filter((content) => content !== "unharmed")
    assert.deepEqual(
      flooded,
      Array.from({ length: flooded.length }, (_, i) => `message ${i + 1}`)
    )
    assert.isBelow(flooded.length, 100)
  })
})

describe("the size of a frame", () => {
  it("accepts 16 KiB to the byte", async () => {
    const sender = await join(server, "size")
    sender.send(padded(16_384))
    assert.strictEqual((await sender.next("chat")).content, "x")
  })

  it.for([16_385, 17 * 1024])("closes 1009 at %i bytes, and nobody else", async (bytes) => {
    // D8
    const [sender, other] = await Promise.all([join(server, "size"), join(server, "size")])
    sender.send(padded(bytes))
    assert.strictEqual((await sender.ended()).code, 1009)
    await other.say("unharmed")
    assert.deepEqual(other.heard, ["unharmed"])
  })

  it("closes 1003 on a binary frame, and nobody else", async () => {
    // T19
    const [sender, other] = await Promise.all([join(server, "binary"), join(server, "binary")])
    sender.send(Buffer.from(chat("binary")))
    assert.strictEqual((await sender.ended()).code, 1003)
    await other.say("unharmed")
    assert.deepEqual(other.heard, ["unharmed"])
  })
})

describe("a query that is refused", () => {
  const cases: ReadonlyArray<{ readonly what: string; readonly query: string; readonly field: string }> = [
    { what: "a name of 51 characters", query: `username=${"a".repeat(51)}`, field: "username" },
    { what: "a name of 51 thumbs up", query: `username=${encodeURIComponent("👍".repeat(51))}`, field: "username" },
    { what: "an empty name", query: "username=", field: "username" },
    { what: "a name of spaces", query: "username=%20%20", field: "username" },
    // T26, T32
    { what: "a name with a line feed", query: "username=admin%0AINFO%20ok", field: "username" },
    { what: "a name with an escape sequence", query: "username=%1b%5b31mred", field: "username" },
    { what: "a name with a line separator", query: "username=a%E2%80%A8b", field: "username" },
    { what: "a name with a zero-width space", query: "username=ad%E2%80%8Bmin", field: "username" },
    { what: "a name with a bidirectional override", query: "username=%E2%80%AEnimda", field: "username" },
    { what: "a name with a byte order mark", query: "username=%EF%BB%BFadmin", field: "username" },
    { what: "a name with a soft hyphen", query: "username=ad%C2%ADmin", field: "username" },
    { what: "a name with a tag character", query: "username=admin%F3%A0%81%81", field: "username" },
    { what: "a name with a NUL", query: "username=a%00b", field: "username" },
    { what: "a room in capitals", query: "room=Lobby", field: "room" },
    { what: "an empty room", query: "room=", field: "room" },
    { what: "a room that climbs", query: "room=..%2Fx", field: "room" },
    { what: "a room of 65 characters", query: `room=${"a".repeat(65)}`, field: "room" },
    { what: "a history below 0", query: "history=-1", field: "history" },
    { what: "a history above 200", query: "history=201", field: "history" },
    { what: "a history that is no number", query: "history=many", field: "history" },
    { what: "a userId with a space", query: "userId=a%20b", field: "userId" },
    { what: "an empty userId", query: "userId=", field: "userId" }
  ]

  it.for(cases)("answers $what with 400 naming $field, before the upgrade", async ({ field, query }) => {
    const { answer } = await RawSocket.upgrade(server, `/ws?${query}`)
    assert.strictEqual(answer.status, 400)
    assert.include(answer.headers.get("content-type"), "application/problem+json")
    assert.deepInclude(JSON.parse(answer.body), { status: 400, field })
  })

  it("allows a name of 50 thumbs up", async () => {
    const username = "👍".repeat(50)
    const client = await ChatClient.plain(server, { userId: "thumbs", username, room: "thumbs" })
    assert.strictEqual((await client.say("50 fit")).username, username)
  })
})
