/** WebSocket framing of server text (RFC 6455 section 5.2: unmasked, unfragmented), done once per message. */

/** Offset of the payload in a frame made by `textFrame`. */
export const payloadOffset = (frame: Buffer): number => {
  const length = frame[1]!
  return length < 126 ? 2 : length === 126 ? 4 : 10
}

/** The text a frame carries. */
export const framePayload = (frame: Buffer): string => frame.toString("utf8", payloadOffset(frame))

export const textFrame = (text: string): Buffer => {
  const length = Buffer.byteLength(text)
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(header + length)
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
  frame.write(text, header, "utf8")
  return frame
}
