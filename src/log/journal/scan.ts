/** Walks a segment's file from front to back while nobody writes to it. */
import { fstatSync, readSync } from "node:fs"
import { announcedSize, findFrame, FRAME_BYTES, frameSize, SHORT } from "./record.ts"

const CHUNK_BYTES = 1024 * 1024

/** Reads up to `length` bytes; fewer only at the end of the file. */
export const readFully = (fd: number, buffer: Buffer, at: number, length: number, offset: number): number => {
  let read = 0
  while (read < length) {
    const got = readSync(fd, buffer, at + read, length - read, offset + read)
    if (got === 0) break
    read += got
  }
  return read
}

/**
 * Calls `visit` for each whole frame from `offset` on, with the bytes it lies in, its place there, its size and its offset in the file.
 * Returns the offset after the last of them: the file's size, or where the first damage is.
 */
export const scanFrames = (
  fd: number,
  offset: number,
  visit: (bytes: Buffer, at: number, size: number, offset: number) => void
): number => {
  const total = fstatSync(fd).size
  let bytes = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(total - offset, 1)))
  let base = offset
  while (base < total) {
    const length = readFully(fd, bytes, 0, Math.min(bytes.length, total - base), base)
    let at = 0
    let size = frameSize(bytes, at, length)
    while (size > 0) {
      visit(bytes, at, size, base + at)
      at += size
      size = frameSize(bytes, at, length)
    }
    if (size !== SHORT) return base + at
    if (at === 0) {
      // one frame larger than the buffer, or the torn end of the file
      const needed = announcedSize(bytes, 0, length)
      if (needed > total - base || needed <= bytes.length) return base
      bytes = Buffer.allocUnsafe(needed)
    }
    base += at
  }
  return base
}

/** Whether the file ends within the frame that begins at `offset`, as it does where a write was broken off. */
export const isUnfinished = (fd: number, offset: number): boolean => {
  const head = Buffer.alloc(FRAME_BYTES)
  const read = readFully(fd, head, 0, FRAME_BYTES, offset)
  return frameSize(head, 0, read) === SHORT && announcedSize(head, 0, read) > fstatSync(fd).size - offset
}

/** Whether a whole frame begins anywhere at or after `offset`. */
export const hasFrame = (fd: number, offset: number): boolean => {
  const length = Math.max(fstatSync(fd).size - offset, 0)
  const rest = Buffer.allocUnsafe(length)
  return findFrame(rest.subarray(0, readFully(fd, rest, 0, length, offset)), 0) >= 0
}
