/** Up to where the store has everything, in a file of two slots written in turn: one of them is whole whenever the process dies. */
import { closeSync, constants, fdatasyncSync, openSync, readFileSync, writeSync } from "node:fs"
import { join } from "node:path"
import { crc32 } from "node:zlib"
import { errorCode } from "./errorCode.ts"

/** u32 CRC-32 of the rest · u32 0 · f64 times written · f64 LSN. */
const SLOT_BYTES = 24
/** Each in a sector of its own. */
const APART = 512

interface Slot {
  readonly count: number
  readonly lsn: number
}

const decode = (bytes: Buffer, at: number): Slot | undefined => {
  if (bytes.length < at + SLOT_BYTES) return undefined
  if (crc32(bytes.subarray(at + 4, at + SLOT_BYTES)) !== bytes.readUInt32LE(at)) return undefined
  return { count: bytes.readDoubleLE(at + 8), lsn: bytes.readDoubleLE(at + 16) }
}

const newest = (directory: string): Slot => {
  try {
    const bytes = readFileSync(join(directory, "drained"))
    const slots = [decode(bytes, 0), decode(bytes, APART)].filter((slot) => slot !== undefined)
    return slots.reduce((a, b) => (b.count > a.count ? b : a), { count: 0, lsn: 0 })
  } catch (error) {
    if (errorCode(error) === "ENOENT") return { count: 0, lsn: 0 }
    throw error
  }
}

/** What the file in a journal's directory says; 0 where it says nothing, which only means that the store is given entries again. */
export const readWatermark = (directory: string): number => newest(directory).lsn

export class Watermark {
  private readonly fd: number
  private count: number
  private readonly slot = Buffer.alloc(SLOT_BYTES)

  /** Opens the file for writing; makes it where it is missing. */
  constructor(directory: string) {
    this.count = newest(directory).count
    this.fd = openSync(join(directory, "drained"), constants.O_RDWR | constants.O_CREAT, 0o600)
  }

  /** Safe against the death of the process, not of the machine. */
  write(lsn: number): void {
    const { slot } = this
    slot.writeDoubleLE(++this.count, 8)
    slot.writeDoubleLE(lsn, 16)
    slot.writeUInt32LE(crc32(slot.subarray(4)), 0)
    writeSync(this.fd, slot, 0, SLOT_BYTES, this.count % 2 === 0 ? 0 : APART)
  }

  sync(): void {
    fdatasyncSync(this.fd)
  }

  close(): void {
    closeSync(this.fd)
  }
}
