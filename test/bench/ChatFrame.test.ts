import { assert, describe, it } from "@effect/vitest"
import { ChatFrame } from "./ChatFrame.ts"
import { mask } from "./clientFrame.ts"
import { dialects } from "./Dialect.ts"
import { blankContent, mark, readNumber, readSender } from "./Stamp.ts"

describe("ChatFrame", () => {
  it("carries sender and number through the mask, in content of the size asked for", () => {
    const chat = new ChatFrame(dialects.plain, 200)
    for (const [sender, number] of [
      [0, 0],
      [31, 32],
      [12_345, 987_654_321],
      [2 ** 20 - 1, 2 ** 30 - 1]
    ] as const) {
      const frame = chat.of(sender, number)
      mask(frame, 8, frame.length, 0)
      const payload = frame.subarray(8)
      const parsed: { readonly type: string; readonly content: string } = JSON.parse(payload.toString())
      assert.strictEqual(parsed.type, "chat")
      assert.strictEqual(parsed.content.length, 200)
      const at = payload.indexOf(mark)
      assert.strictEqual(readSender(payload, at), sender)
      assert.strictEqual(readNumber(payload, at), number)
    }
  })

  it("carries them again as the ref, where an acknowledgement is read back to be of that message", () => {
    const chat = new ChatFrame(dialects.v1, 200)
    for (const [sender, number] of [
      [0, 0],
      [49, 31],
      [2 ** 20 - 1, 2 ** 30 - 1]
    ] as const) {
      const frame = chat.of(sender, number)
      mask(frame, 8, frame.length, 0)
      const payload = frame.subarray(8)
      const parsed: { readonly content: string; readonly ref: string } = JSON.parse(payload.toString())
      assert.strictEqual(readNumber(payload, payload.indexOf(mark)), number)
      assert.strictEqual(parsed.content.length, 200)
      const ack = JSON.stringify({ type: "ack", ref: parsed.ref, roomId: "r", seq: 1 })
      assert.deepStrictEqual(dialects.v1.control(ack), { type: "ack", sender, number })
    }
  })

  it("has one mark in its content, at the start", () => {
    assert.strictEqual(blankContent(200).lastIndexOf("~"), 0)
    assert.strictEqual(blankContent(200).length, 200)
  })
})
