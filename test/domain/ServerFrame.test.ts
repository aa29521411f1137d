import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { Message } from "../../src/domain/Message.ts"
import { refusal } from "../../src/domain/ProtocolError.ts"
import { encodeServerFrame, errorFrame, type ServerFrame, serverFrames } from "../../src/domain/ServerFrame.ts"
import { serverSamples } from "./samples.ts"
import "./seed.ts"

describe("ServerFrame", () => {
  for (const [type, schema, frames] of serverSamples) {
    const codec = schema as unknown as Schema.Codec<ServerFrame, unknown>
    const decode = Schema.decodeUnknownSync(codec)
    const encode = Schema.encodeSync(codec)

    it.prop(`carries ${type} as text and back`, { frame: frames }, ({ frame }) => {
      const made = decode(frame)
      const text = encodeServerFrame(made)
      assert.deepStrictEqual(JSON.parse(text), JSON.parse(JSON.stringify(frame)))
      // the text is what the schema would have written
      assert.deepStrictEqual(JSON.parse(text), JSON.parse(JSON.stringify(encode(made))))
      assert.deepStrictEqual(encodeServerFrame(decode(JSON.parse(text))), text)
    })
  }

  it("tells every frame by its type, under the name it is listed by", () => {
    for (const [type, schema] of Object.entries(serverFrames)) {
      assert.strictEqual(schema.fields.type.literal, type)
    }
  })

  it("keeps a text on one line, whatever it says", () => {
    const text = encodeServerFrame({ type: "error", code: "invalid_frame", message: "a\nb\r\u0000c" })
    assert.notMatch(text, /[\p{Cc}]/u)
  })

  it("answers a refusal with all it knows and nothing it does not", () => {
    assert.deepStrictEqual(errorFrame(refusal("rate_limited", "too many", undefined, 200), 7), {
      type: "error",
      ref: 7,
      code: "rate_limited",
      message: "too many",
      retryAfterMs: 200
    })
    assert.deepStrictEqual(errorFrame(refusal("invalid_room", "no", "roomId"), undefined), {
      type: "error",
      code: "invalid_room",
      message: "no",
      field: "roomId"
    })
  })
})

describe("Message", () => {
  const isMessage = Schema.is(Message)
  const message = {
    messageId: "550e8400-e29b-41d4-a716-446655440000",
    roomId: "global",
    seq: 42,
    type: "chat",
    userId: "user123",
    username: "Alice",
    content: "Hello world",
    timestamp: "2025-12-30T10:30:00.000Z"
  }

  it("has the shape the protocol shows", () => assert.isTrue(isMessage(message)))

  it.each(Object.keys(message))("needs its %s", (field) => {
    const { [field]: _, ...rest } = message as Record<string, unknown>
    assert.isFalse(isMessage(rest))
  })

  it.each([
    ["timestamp", "2025-12-30T10:30:00Z"],
    ["timestamp", "2025-12-30T11:30:00.000+01:00"],
    ["timestamp", 1767090600000],
    ["seq", -1],
    ["seq", 1.5],
    ["seq", 2 ** 53],
    ["type", "join"],
    ["content", ""],
    ["roomId", "Global"],
    ["userId", ""]
  ])("refuses %s %j", (field, value) => assert.isFalse(isMessage({ ...message, [field]: value })))
})
