import { assert, describe, it } from "@effect/vitest"
import { FRAGMENT_BYTES, LongAnswer } from "../../src/actor/LongAnswer.ts"
import { framePayload, payloadOffset } from "../../src/actor/textFrame.ts"

const longAnswer = (parts: ReadonlyArray<Buffer>) =>
  new LongAnswer(
    parts,
    parts.reduce((bytes, { length }) => bytes + length, 0),
    undefined
  )

/** Every fragment, as the buffers it is made of. */
const fragments = (answer: LongAnswer) => {
  const all: Array<ReadonlyArray<Buffer>> = []
  do {
    const frames = answer.next()
    all.push(Buffer.isBuffer(frames) ? [frames] : frames)
  } while (answer.left > 0)
  return all
}

/** First byte and payload of a fragment. */
const parse = (fragment: ReadonlyArray<Buffer>) => {
  const bytes = Buffer.concat(fragment)
  const offset = payloadOffset(bytes)
  const claimed = offset === 2 ? bytes[1] : offset === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  assert.strictEqual(claimed, bytes.length - offset)
  return { first: bytes[0], payload: bytes.subarray(offset) }
}

describe("a long answer", () => {
  it("is one whole frame as long as it fits into one fragment", () => {
    for (const size of [0, 1, 125, 126, FRAGMENT_BYTES]) {
      const answer = longAnswer([Buffer.alloc(size, "x")])
      const frame = answer.next()
      assert.isTrue(Buffer.isBuffer(frame))
      assert.strictEqual(parse([frame].flat()).first, 0x81)
      assert.strictEqual(framePayload(Buffer.concat([frame].flat())), "x".repeat(size))
      assert.isFalse(answer.underWay)
    }
  })

  it("is a text, continuations and a last one, whatever parts it is in", () => {
    const text = Array.from({ length: 60_000 }, (_, i) => `${i}👍`).join()
    const bytes = Buffer.from(text)
    for (const cuts of [[], [1], [FRAGMENT_BYTES], [10, 10, 200_000], [FRAGMENT_BYTES - 1, FRAGMENT_BYTES * 2]]) {
      const parts = [0, ...cuts].map((from, i) => bytes.subarray(from, cuts[i] ?? bytes.length))
      const all = fragments(longAnswer(parts)).map(parse)
      assert.lengthOf(all, Math.ceil(bytes.length / FRAGMENT_BYTES))
      assert.deepStrictEqual(
        all.map(({ first }) => first),
        [0x01, ...all.slice(2).map(() => 0x00), 0x80]
      )
      assert.isTrue(all.every(({ payload }) => payload.length <= FRAGMENT_BYTES))
      assert.strictEqual(Buffer.concat(all.map(({ payload }) => payload)).toString(), text)
    }
  })

  it("copies nothing of what is shared", () => {
    const past = Buffer.alloc(FRAGMENT_BYTES * 3, "x")
    for (const [, ...views] of fragments(longAnswer([Buffer.from("{"), past, Buffer.from("}")]))) {
      for (const view of views) assert.isTrue(view.length === 1 || view.buffer === past.buffer)
    }
  })
})
