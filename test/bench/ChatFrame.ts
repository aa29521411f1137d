/** The one chat frame of a run, masked once; sending copies it and writes sender and number into the copy, and into its `ref` if it has one. */
import { clientFrame, mask, opcodes } from "./clientFrame.ts"
import type { Dialect } from "./Dialect.ts"
import { blankContent, mark, refLength, stampLength, writeRef, writeStamp } from "./Stamp.ts"

const refField = '"ref":"'

export class ChatFrame {
  private readonly template: Buffer
  /** Where the payload begins, and where in it the stamp and the ref are; -1 without a ref. */
  private readonly start: number
  private readonly stampOffset: number
  private readonly refOffset: number

  constructor(dialect: Dialect, contentBytes: number) {
    const payload = Buffer.from(dialect.chat(blankContent(contentBytes)))
    this.template = clientFrame(opcodes.text, payload)
    this.start = this.template.length - payload.length
    this.stampOffset = payload.indexOf(mark)
    const ref = payload.indexOf(refField)
    this.refOffset = ref < 0 ? -1 : ref + refField.length
  }

  of(sender: number, number: number): Buffer {
    const frame = Buffer.allocUnsafe(this.template.length)
    this.template.copy(frame)
    const stampAt = this.start + this.stampOffset
    writeStamp(frame, stampAt, sender, number)
    mask(frame, stampAt, stampAt + stampLength, this.stampOffset)
    if (this.refOffset < 0) return frame
    const refAt = this.start + this.refOffset
    writeRef(frame, refAt, sender, number)
    mask(frame, refAt, refAt + refLength, this.refOffset)
    return frame
  }
}
