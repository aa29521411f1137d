import { assert, describe, it } from "@effect/vitest"
import { mark } from "../Stamp.ts"
import { type Burst, chatBurst, fragmentBurst, pingBurst } from "./Burst.ts"

interface Frame {
  readonly fin: boolean
  readonly opcode: number
  readonly payload: string
}

/** The masked frames of a burst; none is longer than 65,535 bytes. */
const framesOf = ({ bytes }: Burst): ReadonlyArray<Frame> => {
  const frames: Array<Frame> = []
  let at = 0
  while (at < bytes.length) {
    const short = bytes.readUInt8(at + 1) & 0x7f
    const length = short === 126 ? bytes.readUInt16BE(at + 2) : short
    const maskAt = at + (short === 126 ? 4 : 2)
    const key = bytes.subarray(maskAt, maskAt + 4)
    const payload = bytes.subarray(maskAt + 4, maskAt + 4 + length).map((byte, index) => byte ^ (key[index & 3] ?? 0))
    const first = bytes.readUInt8(at)
    frames.push({ fin: first >= 0x80, opcode: first & 15, payload: Buffer.from(payload).toString() })
    at = maskAt + 4 + length
  }
  return frames
}

describe("bursts", () => {
  it("are as many frames as they say, all of them whole", () => {
    for (const burst of [fragmentBurst(), pingBurst(), chatBurst(200)]) {
      assert.strictEqual(framesOf(burst).length, burst.frames)
    }
  })

  it("of fragments are messages in as many pieces as are allowed, of one byte each", () => {
    const frames = framesOf(fragmentBurst())
    const message = frames.slice(0, 64)
    assert.deepStrictEqual(JSON.parse(message.map(({ payload }) => payload).join("")), { type: "ping" })
    assert.isTrue(frames.every(({ payload }) => payload.length === 1))
    assert.deepStrictEqual(
      message.map(({ opcode }) => opcode),
      [1, ...Array.from({ length: 63 }, () => 0)]
    )
    assert.deepStrictEqual(
      message.flatMap(({ fin }, index) => (fin ? [index] : [])),
      [63]
    )
    assert.strictEqual(frames.length % 64, 0)
  })

  it("of chat have no mark, by which messages that are measured are known", () => {
    const [first] = framesOf(chatBurst(200))
    assert.isFalse(first?.payload.includes(String.fromCharCode(mark)))
    const { content, type } = JSON.parse(first?.payload ?? "{}")
    assert.strictEqual(type, "chat")
    assert.strictEqual(content.length, 200)
  })
})
