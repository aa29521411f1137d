/** Frames as a client sends them: final, masked, with a key that is not zero so that the server has its work to do. */
const key = Buffer.from([0x37, 0xfa, 0x21, 0x3d])

export const opcodes = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

const headerOf = (opcode: number, length: number): Buffer => {
  if (length > 65_535) throw new RangeError("the load generator sends small frames only")
  const header =
    length < 126
      ? Buffer.from([0x80 | opcode, 0x80 | length])
      : Buffer.from([0x80 | opcode, 0x80 | 126, length >>> 8, length & 255])
  return Buffer.concat([header, key])
}

/** Applies the mask to bytes whose first one is `offset` bytes into the payload; doing it twice undoes it. */
export const mask = (bytes: Buffer, from: number, to: number, offset: number): void => {
  for (let at = from; at < to; at++) bytes[at] = (bytes[at] ?? 0) ^ (key[(at - from + offset) & 3] ?? 0)
}

export const clientFrame = (opcode: number, payload: Buffer): Buffer => {
  const header = headerOf(opcode, payload.length)
  const frame = Buffer.concat([header, payload])
  mask(frame, header.length, frame.length, 0)
  return frame
}
