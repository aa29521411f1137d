/**
 * One text message for one client that may be too large to be sent at a stroke. It leaves in fragments (RFC 6455 section 5.4): pings, pongs
 * and a close go between them, and a client on a slow line shows that it takes them. What it is made of is never copied, unless all of it
 * fits into one fragment: many clients may be sent the same past.
 */
import type { Frames } from "./Mailbox.ts"
import { fragmentHeader, joinedFrame } from "./textFrame.ts"

/**
 * Bytes of payload in one fragment, and up to which an answer is one frame. What a stall and a close wait for, so rather small; 28 MiB cost
 * 48 ms of processor time over loopback, against 61 in halves of this and 19 in one piece.
 */
export const FRAGMENT_BYTES = 131_072

export class LongAnswer {
  /** Called when the client has been sent all of it, or is gone. */
  readonly taken: (() => void) | undefined
  /** Bytes of payload that have not left yet. */
  left: number
  private readonly parts: ReadonlyArray<Buffer>
  /** Where the next fragment begins: a part, and an offset in it. */
  private part = 0
  private offset = 0
  private begun = false

  /** `parts` are the payload, `length` bytes in all. */
  constructor(parts: ReadonlyArray<Buffer>, length: number, taken: (() => void) | undefined) {
    this.parts = parts
    this.left = length
    this.taken = taken
  }

  /** Whether some of it has left and some has not: nothing but control frames may come in between. */
  get underWay(): boolean {
    return this.begun && this.left > 0
  }

  /** The next fragment, header and all; where everything fits into one, a frame. */
  next(): Frames {
    const first = !this.begun
    this.begun = true
    const length = Math.min(this.left, FRAGMENT_BYTES)
    this.left -= length
    const last = this.left === 0
    if (first && last) return joinedFrame(this.parts, length)
    return [fragmentHeader(length, first, last), ...this.cut(length)]
  }

  /** Views of the next `length` bytes. */
  private cut(length: number): ReadonlyArray<Buffer> {
    const views: Array<Buffer> = []
    let wanted = length
    while (wanted > 0) {
      const part = this.parts[this.part]!
      const view = part.subarray(this.offset, this.offset + wanted)
      if (view.length > 0) views.push(view)
      wanted -= view.length
      this.offset += view.length
      if (this.offset < part.length) continue
      this.part++
      this.offset = 0
    }
    return views
  }
}
