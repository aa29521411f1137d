import { assert, describe, it } from "@effect/vitest"
import { dialects } from "./Dialect.ts"

describe("dialects", () => {
  it("tell the acknowledgement of a message from its refusal, by the ref that both echo", () => {
    const { v1 } = dialects
    assert.deepStrictEqual(v1.control('{"type":"ack","ref":"0001000002","roomId":"a"}'), {
      type: "ack",
      sender: 1,
      number: 2
    })
    assert.deepStrictEqual(v1.control('{"type":"error","ref":"0001000002","code":"overloaded"}'), {
      type: "refusal",
      sender: 1,
      number: 2
    })
  })

  it("take an error that is about no message for a failure", () => {
    const text = '{"type":"error","code":"invalid_token"}'
    assert.deepStrictEqual(dialects.v1.control(text), { type: "failure", text })
    assert.deepStrictEqual(dialects.plain.control(text), { type: "failure", text })
  })

  it("tell a renewed token from presence", () => {
    assert.deepStrictEqual(dialects.v1.control('{"type":"refreshed","expiresAt":"…"}'), { type: "refreshed" })
    assert.deepStrictEqual(dialects.v1.control('{"type":"presence_diff"}'), { type: "presence" })
  })
})
