/** What goes over a raw line: WebSocket frames with the rules left out, and what a server answers, taken apart. */

export interface Answer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** A WebSocket frame, rules optional: everything that is not said is as RFC 6455 wants it. */
export interface RawFrame {
  readonly opcode?: number
  readonly fin?: boolean
  /** The three reserved bits, RSV1 highest. */
  readonly reserved?: number
  readonly masked?: boolean
  readonly payload?: string | Buffer
  /** What the header claims, whatever the payload is. */
  readonly declared?: bigint
}

export interface ServerFrame {
  /** Whether it is the last of its message. */
  readonly fin: boolean
  readonly opcode: number
  readonly payload: Buffer
}

export const CONTINUATION = 0
export const TEXT = 1
export const BINARY = 2
export const CLOSE = 8
export const PING = 9
export const PONG = 10

const MASK = Buffer.from([1, 2, 3, 4])

const lengthBytes = (length: bigint): ReadonlyArray<number> => {
  if (length < 126n) return [Number(length)]
  const bytes = length < 65_536n ? 2 : 8
  const digits = Array.from({ length: bytes }, (_, i) => Number((length >> BigInt(8 * (bytes - 1 - i))) & 0xffn))
  return [bytes === 2 ? 126 : 127, ...digits]
}

export const rawFrame = (frame: RawFrame): Buffer => {
  const { declared, fin = true, masked = true, opcode = TEXT, reserved = 0 } = frame
  const { payload: given = "" } = frame
  const payload = typeof given === "string" ? Buffer.from(given) : given
  const [first = 0, ...rest] = lengthBytes(declared ?? BigInt(payload.length))
  const header = Buffer.from([(fin ? 0x80 : 0) | (reserved << 4) | opcode, (masked ? 0x80 : 0) | first, ...rest])
  if (!masked) return Buffer.concat([header, payload])
  return Buffer.concat([header, MASK, Buffer.from(payload.map((byte, i) => byte ^ MASK[i & 3]!))])
}

/** One HTTP answer at the start of `bytes`, once all of it is there. */
export const parseAnswer = (bytes: Buffer): { readonly answer: Answer; readonly length: number } | undefined => {
  const end = bytes.indexOf("\r\n\r\n")
  if (end < 0) return undefined
  const [statusLine = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n")
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(":")
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    })
  )
  const length = end + 4 + Number(headers.get("content-length") ?? 0)
  if (bytes.length < length) return undefined
  const answer = { status: Number(statusLine.split(" ")[1]), headers, body: bytes.toString("utf8", end + 4, length) }
  return { answer, length }
}

/** One unmasked frame at the start of `bytes`, once all of it is there. */
export const parseFrame = (bytes: Buffer): { readonly frame: ServerFrame; readonly length: number } | undefined => {
  if (bytes.length < 2) return undefined
  const short = bytes[1]! & 0x7f
  const start = short < 126 ? 2 : short === 126 ? 4 : 10
  if (bytes.length < start) return undefined
  const size = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  if (bytes.length < start + size) return undefined
  const frame = {
    fin: (bytes[0]! & 0x80) !== 0,
    opcode: bytes[0]! & 0x0f,
    payload: bytes.subarray(start, start + size)
  }
  return { frame, length: start + size }
}
