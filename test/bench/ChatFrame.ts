/** The one chat frame of a run, masked once; sending copies it and writes sender and number into the copy. */
import { clientFrame, mask, opcodes } from "./clientFrame.ts"
import type { Dialect } from "./Dialect.ts"
import { blankContent, mark, stampLength, writeStamp } from "./Stamp.ts"

export class ChatFrame {
  private readonly template: Buffer
  private readonly at: number
  private readonly offset: number

  constructor(dialect: Dialect, contentBytes: number) {
    const payload = Buffer.from(dialect.chat(blankContent(contentBytes)))
    this.template = clientFrame(opcodes.text, payload)
    this.offset = payload.indexOf(mark)
    this.at = this.template.length - payload.length + this.offset
  }

  of(sender: number, number: number): Buffer {
    const frame = Buffer.allocUnsafe(this.template.length)
    this.template.copy(frame)
    writeStamp(frame, this.at, sender, number)
    mask(frame, this.at, this.at + stampLength, this.offset)
    return frame
  }
}
