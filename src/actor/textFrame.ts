/** WebSocket framing of server text (RFC 6455 section 5.2: unmasked, unfragmented), done once per message. */

/** Offset of the payload in a frame made by `textFrame`. */
export const payloadOffset = (frame: Buffer): number => {
  const length = frame[1]!
  return length < 126 ? 2 : length === 126 ? 4 : 10
}

/** The text a frame carries. */
export const framePayload = (frame: Buffer): string => frame.toString("utf8", payloadOffset(frame))

/** A frame with this many bytes of payload, of which only the header is written. */
const begin = (length: number, allocated: number): Buffer => {
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(header + allocated)
  frame[0] = 0x81
  if (header === 2) frame[1] = length
  else if (header === 4) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeUInt32BE(Math.floor(length / 2 ** 32), 2)
    frame.writeUInt32BE(length % 2 ** 32, 6)
  }
  return frame
}

export const textFrame = (text: string): Buffer => {
  const length = Buffer.byteLength(text)
  const frame = begin(length, length)
  frame.write(text, frame.length - length, "utf8")
  return frame
}

/** Bytes up to which a frame is copied together to be one write. */
const LARGE_BYTES = 65_536

/** One frame of a payload in parts; a large one stays in parts, so that it is not copied for each of the many clients it is sent to. */
export const partedFrame = (payload: ReadonlyArray<Buffer>): Buffer | ReadonlyArray<Buffer> => {
  let length = 0
  for (const part of payload) length += part.length
  const parts = [begin(length, 0), ...payload]
  return length > LARGE_BYTES ? parts : Buffer.concat(parts)
}
