/** WebSocket framing of server text (RFC 6455 section 5.2, unmasked), done once per message. */

/** First byte of a frame: a text, or more of one; FIN is set in the last frame of a message. */
const TEXT = 0x01
const CONTINUATION = 0x00
const FIN = 0x80

/** Offset of the payload in a frame made here. */
export const payloadOffset = (frame: Buffer): number => {
  const length = frame[1]!
  return length < 126 ? 2 : length === 126 ? 4 : 10
}

/** The text a whole frame carries. */
export const framePayload = (frame: Buffer): string => frame.toString("utf8", payloadOffset(frame))

/** A frame with this many bytes of payload, of which only the header is written and `allocated` have room. */
const begin = (first: number, length: number, allocated: number): Buffer => {
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(header + allocated)
  frame[0] = first
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
  const frame = begin(FIN | TEXT, length, length)
  frame.write(text, frame.length - length, "utf8")
  return frame
}

/** One frame of a payload in parts, which are copied together. */
export const joinedFrame = (payload: ReadonlyArray<Buffer>, length: number): Buffer =>
  Buffer.concat([begin(FIN | TEXT, length, 0), ...payload])

/** Header of one fragment of a text message (section 5.4), for `length` bytes of payload. */
export const fragmentHeader = (length: number, first: boolean, last: boolean): Buffer =>
  begin((last ? FIN : 0) | (first ? TEXT : CONTINUATION), length, 0)
