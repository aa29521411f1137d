/** The segments of a journal in the order of their positions, each beginning where the one before ends. The last is written to. */
import { closeSync, fdatasync, fdatasyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs"
import { unlink } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { encodeHeader, HEADER_BYTES, Segment, segmentName } from "./Segment.ts"
import { syncDirectory } from "./syncDirectory.ts"

const toDisk = promisify(fdatasync)

/** Writes all of the bytes at an offset, or throws. */
export const writeFully = (fd: number, bytes: Buffer, length: number, offset: number): void => {
  let written = 0
  // a disk that fills up writes what still fits and only says so the next time
  while (written < length) {
    const count = writeSync(fd, bytes, written, length - written, offset + written)
    if (count === 0) throw new Error("the disk took none of the bytes")
    written += count
  }
}

export class Chain {
  readonly directory: string
  /** Never empty. */
  readonly segments: Array<Segment>
  /** The next segment's file, not yet named since its position is not known. */
  private spare: number | undefined
  /** Whether a file was named since the directory was last written through. */
  private renamed = true

  constructor(directory: string, segments: Array<Segment>) {
    this.directory = directory
    this.segments = segments
  }

  get first(): Segment {
    return this.segments[0]!
  }

  get active(): Segment {
    return this.segments[this.segments.length - 1]!
  }

  /** Where the record at or after an LSN begins: past the header, and past the end of a segment in the next one. */
  place(lsn: number): { readonly segment: Segment; readonly offset: number } {
    let low = 0
    let high = this.segments.length - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.segments[middle]!.end <= lsn) low = middle + 1
      else high = middle
    }
    const segment = this.segments[low]!
    return { segment, offset: Math.max(lsn - segment.start, HEADER_BYTES) }
  }

  /** The one way to name a place where two LSNs, before a header and after it, mean the same. */
  normal(lsn: number): number {
    const { offset, segment } = this.place(lsn)
    return segment.start + offset
  }

  /** Makes the file of the next segment with space for its header, so that beginning it is quick even when the disk is full. */
  prepare(): void {
    if (this.spare !== undefined) return
    const fd = openSync(this.sparePath, "w+", 0o600)
    try {
      writeFully(fd, Buffer.alloc(HEADER_BYTES), HEADER_BYTES, 0)
      this.spare = fd
    } finally {
      if (this.spare === undefined) closeSync(fd)
    }
  }

  /** Begins the next segment. Where this throws, the chain is as it was. */
  rotate(epoch: number, onRotate?: () => void): void {
    this.prepare()
    const fd = this.spare!
    const start = this.active.end
    const path = join(this.directory, segmentName(start))
    // before the name, so that what is named has its header
    writeFully(fd, encodeHeader(epoch, start), HEADER_BYTES, 0)
    renameSync(this.sparePath, path)
    this.spare = undefined
    this.renamed = true
    onRotate?.()
    this.segments.push(new Segment(path, start, fd, HEADER_BYTES))
  }

  /** Has the disk take all that is written by now; returns the LSN up to which it did. */
  async sync(): Promise<number> {
    const { active } = this
    const { end } = active
    const sizes = this.segments
      .filter(({ size, synced }) => synced < size)
      .map((segment) => [segment, segment.size] as const)
    for (const [segment, size] of sizes) {
      segment.retain()
      try {
        await toDisk(segment.fd)
        segment.synced = size
      } finally {
        segment.release()
      }
    }
    if (this.renamed) {
      this.renamed = false
      await syncDirectory(this.directory)
    }
    return end
  }

  /** The same, now. */
  syncNow(): void {
    for (const segment of this.segments) {
      if (segment.synced >= segment.size) continue
      fdatasyncSync(segment.fd)
      segment.synced = segment.size
    }
  }

  /** Deletes the oldest segment's file, and frees its space unless someone still reads it. */
  async dropFirst(): Promise<void> {
    const { first } = this
    await unlink(first.path)
    this.segments.shift()
    await new Promise<void>((done) => first.close(done))
  }

  close(): void {
    for (const segment of this.segments) segment.close()
    if (this.spare === undefined) return
    closeSync(this.spare)
    this.spare = undefined
    rmSync(this.sparePath, { force: true })
  }

  private get sparePath(): string {
    return join(this.directory, "next")
  }
}
