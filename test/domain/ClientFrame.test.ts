import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { type ClientFrame, clientFrames, decodeClientFrame, type Refused } from "../../src/domain/ClientFrame.ts"
import { ErrorCode } from "../../src/domain/ProtocolError.ts"
import { clientSamples } from "./samples.ts"
import { anyText, loneHigh, thumb } from "./texts.ts"
import "./seed.ts"

const id = "550e8400-e29b-41d4-a716-446655440000"
const isCode = Schema.is(ErrorCode)

/** A frame of each type with every field it can have. */
const whole: Record<string, Record<string, unknown>> = {
  chat: { roomId: "global", content: "hi", messageId: id, replyTo: id, mentions: ["bob"] },
  system: { roomId: "global", content: "hi", messageId: id, replyTo: id, mentions: ["bob"] },
  direct: { to: "bob", content: "hi", messageId: id, replyTo: id, mentions: ["bob"] },
  edit: { roomId: "global", messageId: id, content: "hi", mentions: ["bob"], at: { epoch: 1, seq: 2 } },
  delete: { roomId: "global", messageId: id, at: { epoch: 1, seq: 2 } },
  react: { roomId: "global", messageId: id, emoji: thumb, remove: true, at: { epoch: 1, seq: 2 } },
  subscribe: { roomId: "global", after: { epoch: 1, seq: 2 }, history: 3 },
  unsubscribe: { roomId: "global" },
  history: { roomId: "global", before: 1, after: 2, around: 3, limit: 4 },
  typing: { roomId: "global", active: false },
  read: { roomId: "global", seq: 5, epoch: 1 },
  unread: {},
  forget: { roomId: "global" },
  search: { roomId: "global", text: "hello wor", before: { epoch: 1, seq: 2 }, limit: 4 },
  presence: { roomId: "global" },
  moderate: { action: "mute", userId: "bob", roomId: "global", seconds: 60, reason: "shouting" },
  group: { title: "Book club", invite: ["bob"] },
  invite: { roomId: "group:a", userId: "bob" },
  remove: { roomId: "group:a", userId: "bob" },
  quit: { roomId: "group:a" },
  block: { userId: "bob" },
  unblock: { userId: "bob" },
  blocks: {},
  conversations: {},
  refresh: { token: "abc" },
  ping: {}
}

const decode = (value: unknown, dialect: "plain" | "hubbub.v1" = "hubbub.v1") =>
  decodeClientFrame(typeof value === "string" ? value : JSON.stringify(value), dialect)

interface Answer {
  readonly code: string
  readonly field: unknown
  readonly ref: unknown
  readonly message: string
}

const accepted = (result: Result.Result<ClientFrame, Refused>): Record<string, unknown> => {
  if (Result.isFailure(result)) assert.fail(`${result.failure.error.code}: ${result.failure.error.message}`)
  return result.success
}

const refused = (result: Result.Result<ClientFrame, Refused>): Answer => {
  if (Result.isSuccess(result)) assert.fail(`accepted ${JSON.stringify(result.success)}`)
  const { error, ref } = result.failure
  return { code: error.code, field: error.field, message: error.message, ref }
}

/** Text of an object whose field is written as it stands, for what `JSON.stringify` cannot write. */
const withRaw = (fields: Record<string, unknown>, name: string, raw: string): string => {
  const { [name]: _, ...rest } = fields
  return JSON.stringify(rest).replace(
    /\}$/,
    `${Object.keys(rest).length === 0 ? "" : ","}${JSON.stringify(name)}:${raw}}`
  )
}

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth)

describe("what a client may send", () => {
  it("has an example of every type here", () => assert.sameMembers(Object.keys(whole), Object.keys(clientFrames)))

  for (const [type, , frames] of clientSamples) {
    it.prop(`reads ${type} as it was written`, { frame: frames }, ({ frame }) => {
      const text = JSON.stringify(frame)
      const read = accepted(decode(text))
      assert.deepStrictEqual(read, JSON.parse(text))
      assert.deepStrictEqual(accepted(decode(JSON.stringify(read))), read)
    })

    it(`reads ${type} with every field, with a ref that is a number or a text`, () => {
      for (const ref of [0, -7, 2 ** 40, "", "r-1", "x".repeat(64)]) {
        const frame = { type, ref, ...whole[type] }
        assert.deepStrictEqual(accepted(decode(frame)), frame)
      }
    })
  }

  it("reads a text's line ends as line feeds before it counts", () =>
    assert.propertyVal(
      accepted(decode({ type: "chat", content: "x".repeat(998) + "\r\n\r\n" })),
      "content",
      "x".repeat(998) + "\n\n"
    ))

  it("reads a place in history as a seq or as a position", () => {
    const frame = { type: "history", roomId: "a", before: 5, after: { epoch: 1, seq: 5 }, limit: 1 }
    assert.deepStrictEqual(accepted(decode(frame)), frame)
  })

  it.each([
    { limit: 0 },
    { limit: 201 },
    { before: -1 },
    { before: 0.5 },
    { after: { seq: 1 } },
    { after: { epoch: -1, seq: 1 } },
    { around: "5" },
    { around: null },
    { around: [1, 2] }
  ])("refuses a page of history of %j, by the name of what is wrong", (fields) => {
    const { code, field } = refused(decode({ type: "history", roomId: "a", ...fields }))
    assert.strictEqual(code, "invalid_frame")
    assert.strictEqual(String(field).split(".")[0], Object.keys(fields)[0])
  })

  // B1, H4, T36
  it("ignores who, when and where in the log a client claims to be", () => {
    const claims = {
      userId: "admin",
      username: "Admin",
      seq: 1,
      epoch: 9,
      timestamp: "1970-01-01T00:00:00.000Z",
      role: "admin",
      from: "bob"
    }
    assert.deepStrictEqual(accepted(decode({ type: "chat", content: "hi", ...claims }, "plain")), {
      type: "chat",
      content: "hi"
    })
  })

  // T27
  it.each([
    `{"type":"chat","content":"hi","__proto__":{"admin":true}}`,
    `{"type":"chat","content":"hi","constructor":{"prototype":{"admin":true}}}`,
    `{"type":"subscribe","roomId":"a","after":{"epoch":1,"seq":1,"__proto__":{"admin":1}}}`
  ])("refuses %s, which would reach a prototype, and says so", (text) => {
    const answer = refused(decode(text))
    assert.deepInclude(answer, { code: "invalid_frame", field: undefined, ref: undefined })
    assert.match(answer.message, /^the frame has the key "(__proto__|constructor)"$/)
    assert.notProperty({}, "admin")
  })

  it("refuses a frame that says something twice, whichever of the two it means", () => {
    const { code, message } = refused(decode(`{"type":"chat","content":"hi","type":"system"}`))
    assert.strictEqual(code, "invalid_frame")
    assert.strictEqual(message, 'the frame has the key "type" twice')
  })

  it("does not take a type from a prototype", () => {
    assert.strictEqual(refused(decode(`{"__proto__":{"type":"ping"}}`)).code, "invalid_frame")
    for (const type of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      assert.strictEqual(refused(decode({ type })).code, "forbidden_type")
    }
  })

  it("lets a plain client say chat and system, and nothing else", () => {
    for (const [type, fields] of Object.entries(whole)) {
      const result = decode({ type, ref: 1, ...fields }, "plain")
      if (type === "chat" || type === "system") assert.strictEqual(accepted(result).type, type)
      else assert.deepInclude(refused(result), { code: "forbidden_type", field: "type", ref: 1 })
    }
  })
})

describe("what a client may not send", () => {
  it.each([
    ["nothing", ""],
    ["words", "hello"],
    ["half an object", '{"type":"chat"'],
    ["two objects", '{"type":"ping"}{"type":"ping"}'],
    ["a number JSON does not have", '{"type":"chat","content":NaN}'],
    ["an array", '[{"type":"ping"}]'],
    ["null", "null"],
    ["a text", '"ping"'],
    ["a number", "1e400"],
    // T28
    ["8,000 brackets that close nothing", "[".repeat(8000)],
    ["8,000 arrays in one another", nested(8000)],
    ["8,000 arrays and no end", "[".repeat(8000) + "1"],
    ["2,500 objects in one another", '{"a":'.repeat(2500) + "1" + "}".repeat(2500)],
    ["a frame with 8,000 arrays in a field nobody knows", `{"type":"ping","extra":${nested(8000)}}`],
    ["a frame with 8,000 arrays for its content", `{"type":"chat","content":${nested(8000)}}`]
  ])("answers invalid_frame without a field to %s", (_name, text) =>
    assert.deepInclude(refused(decode(text)), { code: "invalid_frame", field: undefined, ref: undefined })
  )

  it.each([
    ["no type", {}, "invalid_frame", "type"],
    ["a type that is no text", { type: 1 }, "invalid_frame", "type"],
    ["a type that is an object", { type: { $ne: "chat" } }, "invalid_frame", "type"],
    ["a type nobody knows", { type: "shout" }, "forbidden_type", "type"],
    ["join, which the server says", { type: "join", content: "hi" }, "forbidden_type", "type"],
    ["leave, which the server says", { type: "leave", content: "hi" }, "forbidden_type", "type"],
    ["ack, which the server says", { type: "ack" }, "forbidden_type", "type"],
    ["a type in capitals", { type: "Chat", content: "hi" }, "forbidden_type", "type"],
    ["chat without content", { type: "chat" }, "empty_content", "content"],
    ["chat with empty content", { type: "chat", content: "" }, "empty_content", "content"],
    // G3
    ["chat with invisible content", { type: "chat", content: " \u200b\u200b " }, "empty_content", "content"],
    // G1
    ["chat of 1,001 code points", { type: "chat", content: thumb.repeat(1001) }, "content_too_long", "content"],
    // G2, T17
    ["chat with a lone surrogate", { type: "chat", content: `a${loneHigh}b` }, "invalid_content", "content"],
    ["chat with NUL", { type: "chat", content: "a\u0000b" }, "invalid_content", "content"],
    ["chat with an override", { type: "chat", content: "a\u202eb" }, "invalid_content", "content"],
    // T30
    ["chat with a query as content", { type: "chat", content: { $ne: 1 } }, "invalid_content", "content"],
    ["chat with null as content", { type: "chat", content: null }, "invalid_content", "content"],
    ["chat with a list as content", { type: "chat", content: ["hi"] }, "invalid_content", "content"],
    ["edit without content", { type: "edit", roomId: "a", messageId: id }, "empty_content", "content"],
    ["direct with empty content", { type: "direct", to: "bob", content: " " }, "empty_content", "content"],
    // T37
    ["a room with a path", { type: "subscribe", roomId: "../x" }, "invalid_room", "roomId"],
    ["a room with a key separator", { type: "chat", roomId: "r#x", content: "hi" }, "invalid_room", "roomId"],
    ["a room of 65 characters", { type: "subscribe", roomId: "r".repeat(65) }, "invalid_room", "roomId"],
    ["a room that is a number", { type: "subscribe", roomId: 1 }, "invalid_room", "roomId"],
    ["no room where one is needed", { type: "subscribe" }, "invalid_room", "roomId"],
    ["a messageId that is no UUID", { type: "chat", content: "hi", messageId: "1" }, "invalid_frame", "messageId"],
    ["a replyTo that is no UUID", { type: "chat", content: "hi", replyTo: "1" }, "invalid_frame", "replyTo"],
    ["a user with a line feed", { type: "direct", to: "a\nb", content: "hi" }, "invalid_user_id", "to"],
    ["nobody to write to", { type: "direct", content: "hi" }, "invalid_user_id", "to"],
    ["a negative history", { type: "subscribe", roomId: "a", history: -1 }, "invalid_frame", "history"],
    ["a history of 201", { type: "subscribe", roomId: "a", history: 201 }, "invalid_frame", "history"],
    ["half a message of history", { type: "subscribe", roomId: "a", history: 1.5 }, "invalid_frame", "history"],
    [
      "a position without an epoch",
      { type: "subscribe", roomId: "a", after: { seq: 1 } },
      "invalid_frame",
      "after.epoch"
    ],
    [
      "a negative position",
      { type: "subscribe", roomId: "a", after: { epoch: 1, seq: -1 } },
      "invalid_frame",
      "after.seq"
    ],
    ["a position beyond all", { type: "read", roomId: "a", seq: 2 ** 53 }, "invalid_frame", "seq"],
    ["a page of 201", { type: "history", roomId: "a", limit: 201 }, "invalid_frame", "limit"],
    ["a text for a truth", { type: "typing", roomId: "a", active: "true" }, "invalid_frame", "active"],
    ["an empty emoji", { type: "react", roomId: "a", messageId: id, emoji: "" }, "invalid_frame", "emoji"],
    ["an empty token", { type: "refresh", token: "" }, "invalid_frame", "token"]
  ] as const)("answers %s with its code, its field and the ref", (_name, frame, code, field) => {
    for (const ref of ["r-1", 7, undefined]) {
      const answer = refused(decode({ ...frame, ref }))
      assert.deepInclude(answer, { code, field, ref })
      assert.isBelow(answer.message.length, 300)
    }
  })

  // T30
  it.each([
    ["history", `{"type":"subscribe","roomId":"a","history":1e400}`],
    ["before", `{"type":"history","roomId":"a","before":-1e400}`],
    ["limit", `{"type":"history","roomId":"a","limit":1e400}`],
    ["seq", `{"type":"read","roomId":"a","seq":1e400}`],
    ["after.seq", `{"type":"subscribe","roomId":"a","after":{"epoch":1,"seq":1e400}}`],
    ["ref", `{"type":"ping","ref":1e400}`]
  ])("refuses a number beyond all as %s", (field, text) => {
    const answer = refused(decode(text))
    assert.deepInclude(answer, { code: "invalid_frame", ref: undefined })
    assert.strictEqual(String(answer.field).split(".")[0], field.split(".")[0])
  })

  it.each([
    ["an object", {}],
    ["null", null],
    ["a fraction", 1.5],
    ["65 characters", "x".repeat(65)],
    ["a list", [1]],
    ["a truth", true]
  ])("refuses a ref that is %s and does not echo it", (_name, ref) => {
    assert.deepInclude(refused(decode({ type: "ping", ref })), { code: "invalid_frame", field: "ref", ref: undefined })
    assert.deepInclude(refused(decode({ type: "nope", ref })), { code: "forbidden_type", ref: undefined })
  })

  it("echoes a type it does not know no further than 32 characters", () => {
    const { message } = refused(decode({ type: `"${"x".repeat(16_000)}` }))
    assert.isBelow(message.length, 400)
  })

  // T28, T30
  it("answers every field of every frame, set to anything, in few words", () => {
    const values = [
      nested(31),
      '{"a":'.repeat(31) + "1" + "}".repeat(31),
      JSON.stringify("x".repeat(16_000)),
      "1e400",
      "-1e400",
      "-0",
      "1e-400",
      "9007199254740993",
      "null",
      "{}",
      "[]",
      '{"$ne":1}',
      '{"length":1}',
      "true",
      '"\\ud800"'
    ]
    for (const [type, fields] of Object.entries(whole)) {
      for (const name of ["type", "ref", ...Object.keys(fields)]) {
        for (const value of values) {
          const result = decode(withRaw({ type, ref: 1, ...fields }, name, value))
          if (Result.isSuccess(result)) continue
          const { code, field, message } = refused(result)
          assert.isTrue(isCode(code))
          assert.strictEqual(String(field).split(".")[0], name)
          assert.isBelow(message.length, 300)
        }
      }
    }
  })

  it.prop("never throws, whatever the text", { text: anyText }, ({ text }) => {
    for (const dialect of ["plain", "hubbub.v1"] as const) {
      assert.isTrue(Result.isFailure(decodeClientFrame(text, dialect)))
      const said = decodeClientFrame(JSON.stringify({ type: "chat", content: text, ref: text }), dialect)
      assert.isTrue(Result.isSuccess(said) || isCode(said.failure.error.code))
    }
  })

  it.prop(
    "never throws, whatever the JSON, and echoes a ref that it read",
    {
      type: Schema.Literals([...Object.keys(clientFrames), "join", "__proto__"]),
      rest: Schema.Record(
        Schema.Literals(["roomId", "content", "messageId", "to", "after", "history", "seq", "token", "toString"]),
        Schema.Json
      )
    },
    ({ rest, type }) => {
      const result = decode({ ...rest, type, ref: 5 })
      if (Result.isFailure(result)) {
        const answer = refused(result)
        // of a frame that is refused before it is read nobody knows the ref
        const read = !answer.message.startsWith("the frame has the key")
        assert.deepInclude(answer, { ref: read ? 5 : undefined })
      } else assert.deepInclude(accepted(result), { type, ref: 5 })
    }
  )
})
