import { assert, describe, it } from "@effect/vitest"
import { framePayload, payloadOffset, textFrame } from "../../src/actor/textFrame.ts"
import { anyText, family, loneHigh, thumb } from "../domain/texts.ts"
import "../domain/seed.ts"

/** Reads a server's frame by the letter of RFC 6455 section 5.2. */
const parse = (frame: Buffer) => {
  const [first, second] = [frame[0]!, frame[1]!]
  const short = second & 0x7f
  const [length, offset] =
    short < 126 ? [short, 2] : short === 126 ? [frame.readUInt16BE(2), 4] : [Number(frame.readBigUInt64BE(2)), 10]
  return {
    final: (first & 0x80) !== 0,
    reserved: first & 0x70,
    opcode: first & 0x0f,
    masked: (second & 0x80) !== 0,
    length,
    offset,
    payload: frame.subarray(offset)
  }
}

describe("textFrame", () => {
  it.prop("frames any text whole and unmasked", { text: anyText }, ({ text }) => {
    const { payload, ...head } = parse(textFrame(text))
    assert.deepInclude(head, { final: true, reserved: 0, opcode: 1, masked: false, length: payload.length })
    assert.deepStrictEqual(payload.toString("hex"), Buffer.from(text, "utf8").toString("hex"))
    assert.strictEqual(framePayload(textFrame(text)), text.toWellFormed())
  })

  it.each([
    [0, 2],
    [1, 2],
    [125, 2],
    [126, 4],
    [127, 4],
    [65_535, 4],
    [65_536, 10],
    [1_000_000, 10]
  ])("writes the shortest header for %i bytes", (bytes, header) => {
    const text = "x".repeat(bytes)
    const frame = textFrame(text)
    const { length, offset } = parse(frame)
    assert.deepStrictEqual([length, offset, frame.length], [bytes, header, header + bytes])
    assert.strictEqual(payloadOffset(frame), header)
    assert.strictEqual(framePayload(frame), text)
  })

  it("counts bytes, not characters", () => {
    for (const text of [thumb.repeat(32), family.repeat(6), loneHigh.repeat(42), "é".repeat(63)]) {
      const { length, payload } = parse(textFrame(text))
      assert.strictEqual(length, Buffer.byteLength(text))
      assert.strictEqual(payload.length, length)
    }
  })

  it("shares no memory with the frame before it", () => {
    const first = textFrame("first")
    textFrame("other").fill(0)
    assert.strictEqual(framePayload(first), "first")
  })
})
