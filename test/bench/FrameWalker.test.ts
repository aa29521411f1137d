import { assert, describe, it } from "@effect/vitest"
import { FrameWalker, MalformedFrame, peek } from "./FrameWalker.ts"

const frame = (opcode: number, payload: Buffer): Buffer => {
  const { length } = payload
  if (length < 126) return Buffer.concat([Buffer.from([0x80 | opcode, length]), payload])
  const header = Buffer.alloc(length < 65_536 ? 4 : 10)
  header[0] = 0x80 | opcode
  header[1] = length < 65_536 ? 126 : 127
  if (length < 65_536) header.writeUInt16BE(length, 2)
  else header.writeUInt32BE(length, 6)
  return Buffer.concat([header, payload])
}

/** A message in fragments. */
const fragments = (opcode: number, payloads: ReadonlyArray<Buffer>): ReadonlyArray<Buffer> =>
  payloads.map((payload, index) => {
    const bytes = frame(index === 0 ? opcode : 0, payload)
    if (index < payloads.length - 1) bytes[0]! &= 0x7f
    return bytes
  })

const letters = (length: number): Buffer => Buffer.from(Array.from({ length }, (_, at) => 97 + (at % 26)))

const seenBy = (chunks: ReadonlyArray<Buffer>): Array<string> => {
  const seen: Array<string> = []
  const walker = new FrameWalker({
    frame: (opcode, buffer, start, end, length) => {
      seen.push(`${opcode}:${length}:${buffer.toString("latin1", start, end)}`)
    }
  })
  for (const chunk of chunks) walker.push(chunk, 0, chunk.length)
  return seen
}

const split = (bytes: Buffer, size: number): Array<Buffer> =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size))

const expected = (opcode: number, payload: Buffer): string =>
  `${opcode}:${payload.length}:${payload.toString("latin1", 0, peek)}`

describe("FrameWalker", () => {
  const lengths = [0, 1, 125, 126, peek - 1, peek, peek + 1, 65_535, 65_536]

  it("hands over every length once, with its start to read", () => {
    const payloads = lengths.map(letters)
    const stream = Buffer.concat(payloads.map((payload) => frame(1, payload)))
    assert.deepStrictEqual(
      seenBy([stream]),
      payloads.map((payload) => expected(1, payload))
    )
  })

  it("finds the same frames wherever a stream is cut in two", () => {
    const payloads = [letters(3), letters(126), letters(0), letters(peek + 40), letters(125)]
    const stream = Buffer.concat(payloads.map((payload) => frame(1, payload)))
    const whole = payloads.map((payload) => expected(1, payload))
    for (let cut = 1; cut < stream.length; cut++) {
      assert.deepStrictEqual(seenBy([stream.subarray(0, cut), stream.subarray(cut)]), whole, `cut at ${cut}`)
    }
  })

  it("finds the same frames in chunks of any size, from single bytes up", () => {
    const payloads = [...lengths.map(letters), letters(200), letters(200)]
    const stream = Buffer.concat(payloads.map((payload) => frame(1, payload)))
    const whole = payloads.map((payload) => expected(1, payload))
    for (const size of [1, 2, 3, 7, 125, 126, 511, 512, 513, 1460, 65_536]) {
      assert.deepStrictEqual(seenBy(split(stream, size)), whole, `chunks of ${size}`)
    }
  })

  it("sees pings and closes between messages", () => {
    const stream = Buffer.concat([
      frame(1, letters(300)),
      frame(9, letters(4)),
      frame(1, letters(5)),
      frame(8, letters(2))
    ])
    for (const size of [1, 5, 306, stream.length]) {
      assert.deepStrictEqual(
        seenBy(split(stream, size)).map((seen) => seen.split(":").slice(0, 2).join(":")),
        ["1:300", "9:4", "1:5", "8:2"]
      )
    }
  })

  it("hands over the start of a message in fragments once, with pings between them, wherever the stream is cut", () => {
    const [first, second, third] = fragments(1, [letters(70_000), letters(600), letters(3)])
    const stream = Buffer.concat([
      frame(1, letters(40)),
      first!,
      frame(9, letters(4)),
      second!,
      frame(9, letters(0)),
      third!,
      ...fragments(1, [letters(peek + 1), Buffer.alloc(0)]),
      frame(1, letters(200))
    ])
    const whole = [
      expected(1, letters(40)),
      expected(1, letters(70_000)),
      expected(9, letters(4)),
      expected(9, letters(0)),
      expected(1, letters(peek + 1)),
      expected(1, letters(200))
    ]
    for (const size of [1, 2, 7, 125, 512, 513, 1460, 65_536, stream.length]) {
      assert.deepStrictEqual(seenBy(split(stream, size)), whole, `chunks of ${size}`)
    }
  })

  it("walks only the given part of a buffer", () => {
    const seen: Array<number> = []
    const walker = new FrameWalker({ frame: (_opcode, _buffer, _start, _end, length) => void seen.push(length) })
    const one = frame(1, letters(10))
    walker.push(Buffer.concat([Buffer.from([0xff, 0xff]), one, Buffer.from([0xff])]), 2, 2 + one.length)
    assert.deepStrictEqual(seen, [10])
  })

  it("refuses fragments of no message, messages within others, fragmented pings, reserved bits and masked frames", () => {
    for (const head of [
      [0x00, 0],
      [0x80, 0],
      [0x01, 0, 0x81, 0],
      [0x09, 0],
      [0x80 | 0x40 | 1, 0],
      [0x81, 0x80]
    ]) {
      assert.throws(() => seenBy([Buffer.from(head)]), MalformedFrame)
    }
  })
})
