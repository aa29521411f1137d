/**
 * Walks the WebSocket frames of one connection through chunks of any size. A frame is handed over once, as soon as its whole
 * payload, or the first `peek` bytes of a longer one, lies in one buffer; the rest of a long payload is skipped unread, and so
 * are all fragments of a message but the first.
 */
export const peek = 512

export interface FrameSink {
  /**
   * `end - start` bytes are there to read, `length` is what the frame carries, which may be the first fragment of its message. The
   * buffer is reused after the call.
   */
  frame(opcode: number, buffer: Buffer, start: number, end: number, length: number): void
}

export class MalformedFrame extends Error {
  override readonly name = "MalformedFrame"
}

const headerMax = 10
const continuation = 0
/** Opcodes from here on are of control frames, which may come between fragments and are never fragmented. */
const firstControl = 8

export class FrameWalker {
  private readonly sink: FrameSink
  private skip = 0
  private carry: Buffer | undefined
  private carried = 0
  /** Whether a message has begun of which more fragments are to come. */
  private unfinished = false

  constructor(sink: FrameSink) {
    this.sink = sink
  }

  push(chunk: Buffer, from: number, to: number): void {
    let at = from
    while (at < to) {
      if (this.skip > 0) {
        const step = Math.min(this.skip, to - at)
        this.skip -= step
        at += step
      } else if (this.carried > 0) {
        at = this.resume(chunk, at, to)
      } else {
        const next = this.walk(chunk, at, to)
        if (next === at) return this.keep(chunk, at, to)
        at = next
      }
    }
  }

  /** Hands over the frame that starts at `at` and returns where the next one starts, or `at` when more bytes are needed. */
  private walk(buffer: Buffer, at: number, to: number): number {
    if (to - at < 2) return at
    const first = buffer[at] ?? 0
    const second = buffer[at + 1] ?? 0
    if ((first & 0x70) !== 0) throw new MalformedFrame(`reserved bits set: 0x${first.toString(16)}`)
    const opcode = first & 15
    const last = first >= 0x80
    if (opcode >= firstControl && !last) throw new MalformedFrame("a control frame in fragments")
    if (opcode < firstControl && (opcode === continuation) !== this.unfinished) {
      throw new MalformedFrame(this.unfinished ? "a message within another one" : "a fragment of no message")
    }
    if (second > 127) throw new MalformedFrame("a server must not mask its frames")
    let start = at + 2
    let length = second
    if (second === 126) {
      start = at + 4
      if (to < start) return at
      length = buffer.readUInt16BE(at + 2)
    } else if (second === 127) {
      start = at + 10
      if (to < start) return at
      length = buffer.readUInt32BE(at + 2) * 4_294_967_296 + buffer.readUInt32BE(at + 6)
    }
    const end = start + (opcode === continuation ? 0 : Math.min(length, peek))
    if (to < end) return at
    if (opcode < firstControl) this.unfinished = !last
    const next = start + length
    if (next > to) this.skip = next - to
    if (opcode !== continuation) this.sink.frame(opcode, buffer, start, end, length)
    return next > to ? to : next
  }

  private keep(chunk: Buffer, at: number, to: number): void {
    this.carry ??= Buffer.allocUnsafe(headerMax + peek)
    this.carried = chunk.copy(this.carry, 0, at, to)
  }

  /** Completes the carried start of a frame with just as many bytes as a frame can need, and says how many were used. */
  private resume(chunk: Buffer, at: number, to: number): number {
    const carry = this.carry
    if (carry === undefined) return at
    const before = this.carried
    const filled = before + chunk.copy(carry, before, at, Math.min(to, at + carry.length - before))
    this.carried = 0
    const next = this.walk(carry, 0, filled)
    if (next === 0) {
      this.carried = filled
      return to
    }
    // What the walk believes is still to be skipped may already be in this chunk.
    if (this.skip > 0) {
      const consumed = filled - before
      return at + consumed
    }
    return at + next - before
  }
}
