/**
 * One file of the journal, named by the position (LSN) of its first byte. It is only ever appended to, and unlinked when it goes; who
 * reads it then keeps reading.
 *
 * Header, little endian: magic · u32 version · u32 0 · f64 epoch at its start · f64 LSN of its first byte · u32 0 · u32 CRC-32 of these.
 */
import { close } from "node:fs"
import { crc32 } from "node:zlib"
import { SegmentIndex } from "./SegmentIndex.ts"

/** Bytes before the first record. */
export const HEADER_BYTES = 40
const MAGIC = Buffer.from("HUBBUBJL", "latin1")
const VERSION = 1

const NAME = /^[0-9a-f]{16}\.log$/

/** The file name of the segment that starts at an LSN. */
export const segmentName = (start: number): string => `${start.toString(16).padStart(16, "0")}.log`

/** The LSN a file name stands for, unless it is no segment's. */
export const segmentStart = (name: string): number | undefined =>
  NAME.test(name) ? Number.parseInt(name.slice(0, 16), 16) : undefined

export const encodeHeader = (epoch: number, start: number): Buffer => {
  const header = Buffer.alloc(HEADER_BYTES)
  MAGIC.copy(header)
  header.writeUInt32LE(VERSION, 8)
  header.writeDoubleLE(epoch, 16)
  header.writeDoubleLE(start, 24)
  header.writeUInt32LE(crc32(header.subarray(0, HEADER_BYTES - 4)), HEADER_BYTES - 4)
  return header
}

/** The header of a file, or why there is none. The version is looked at first: a newer one may have laid out the rest anew. */
export const decodeHeader = (
  header: Buffer
): { readonly epoch: number; readonly start: number } | "damaged" | "newer" => {
  if (header.length < 12 || !header.subarray(0, MAGIC.length).equals(MAGIC)) return "damaged"
  if (header.readUInt32LE(8) > VERSION) return "newer"
  if (header.length < HEADER_BYTES) return "damaged"
  const crc = header.readUInt32LE(HEADER_BYTES - 4)
  if (crc32(header.subarray(0, HEADER_BYTES - 4)) !== crc || header.readUInt32LE(8) !== VERSION) return "damaged"
  return { epoch: header.readDoubleLE(16), start: header.readDoubleLE(24) }
}

export class Segment {
  readonly path: string
  /** LSN of the first byte. */
  readonly start: number
  readonly fd: number
  /** Bytes of header and whole records; the file has no others, unless a failed append could not be taken back. */
  size: number
  /** Bytes known to be on the disk. */
  synced = 0
  readonly index = new SegmentIndex()
  private users = 0
  private closing = false

  constructor(path: string, start: number, fd: number, size: number) {
    this.path = path
    this.start = start
    this.fd = fd
    this.size = size
  }

  /** LSN after the last record. */
  get end(): number {
    return this.start + this.size
  }

  /** Keeps the file open until the matching `release`. */
  retain(): void {
    this.users++
  }

  release(): void {
    this.users--
    if (this.closing && this.users === 0) this.shut(() => {})
  }

  /** Closes the file once nobody uses it; calls back when that is done, or left to the last who does. */
  close(done: () => void = () => {}): void {
    const first = !this.closing
    this.closing = true
    if (first && this.users === 0) this.shut(done)
    else done()
  }

  /** Off this thread: closing an unlinked file frees its blocks, which takes milliseconds. Nothing written depends on the outcome. */
  private shut(done: () => void): void {
    close(this.fd, () => done())
  }
}
