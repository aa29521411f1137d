/** Bytes that an attacker writes again and again: as many whole messages as make a good write. */
import { CONTINUATION, PING, type RawFrame, rawFrame, TEXT } from "../../support/RawFrame.ts"

export interface Burst {
  readonly bytes: Buffer
  readonly frames: number
}

const burstBytes = 16_384

const repeated = (message: ReadonlyArray<RawFrame>): Burst => {
  const once = Buffer.concat(message.map(rawFrame))
  const times = Math.max(1, Math.floor(burstBytes / once.length))
  return { bytes: Buffer.concat(Array.from({ length: times }, () => once)), frames: times * message.length }
}

/** As many fragments as a message may have; one byte each, and nothing about it that would be refused. */
const fragmentsMost = 64

export const fragmentBurst = (): Burst => {
  const text = JSON.stringify({ type: "ping" }).padEnd(fragmentsMost, " ")
  return repeated(
    text.split("").map((payload, index) => ({
      opcode: index === 0 ? TEXT : CONTINUATION,
      fin: index === text.length - 1,
      payload
    }))
  )
}

export const pingBurst = (): Burst => repeated([{ opcode: PING }])

/** No mark in it: it is none of the messages that are measured. */
export const chatBurst = (contentBytes: number): Burst =>
  repeated([{ payload: JSON.stringify({ type: "chat", content: "buy now ".repeat(contentBytes / 8) }) }])
