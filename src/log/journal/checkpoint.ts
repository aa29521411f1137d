/**
 * What the segments alone do not tell: the run of the machine, whether the last stop was clean, and the rooms whose segments are gone.
 * Text, one line a room; the last line carries a CRC-32 of all before it.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs"
import { type FileHandle, open, rename } from "node:fs/promises"
import { join } from "node:path"
import { crc32 } from "node:zlib"
import { RoomId } from "../../domain/RoomId.ts"
import { errorCode, isFull } from "./errorCode.ts"
import { syncDirectory, syncDirectoryNow } from "./syncDirectory.ts"

/** A room in the present epoch. */
export interface RoomState {
  /** Position of the newest message, 0 before the first. */
  head: number
  /** Its time, ms since 1970. */
  at: number
  /** The highest position that the store has. */
  drained: number
}

export interface CheckpointHead {
  readonly epoch: number
  readonly bootId: string
  /** Whether the journal was closed in order, with everything on the disk. */
  readonly clean: boolean
  /** LSN of the oldest segment that is kept; it may start earlier still, never later. */
  readonly first: number
  /** LSN of the newest segment; there may be newer ones, never none. */
  readonly active: number
  /** LSN after the newest record; there may be more, never less. */
  readonly end: number
  /** The highest revision of a change in what was deleted; there may be higher ones. */
  readonly revision: number
}

export interface Checkpoint extends CheckpointHead {
  readonly rooms: Map<RoomId, RoomState>
}

const NAME = "hubbub-checkpoint"
const VERSION = 1
/** Rooms written at a time, so that a hundred thousand of them do not hold up the hub. */
const SLICE = 500
/** Set aside, because a full disk is freed by deleting segments, and nothing is deleted before a checkpoint is written. */
const RESERVE_BYTES = 64 * 1024

/** Rooms that come or move while this is being written may be in it as they were or as they are. */
function* encode(head: CheckpointHead, rooms: ReadonlyMap<RoomId, RoomState>): Generator<string> {
  const { active, bootId, clean, end, epoch, first, revision } = head
  let piece = `${NAME} ${VERSION}\n${JSON.stringify({ epoch, bootId, clean, first, active, end, revision })}\n`
  let crc = 0
  let lines = 0
  for (const [roomId, room] of rooms) {
    piece += `${roomId} ${room.head} ${room.at} ${room.drained}\n`
    if (++lines % SLICE !== 0) continue
    crc = crc32(piece, crc)
    yield piece
    piece = ""
  }
  yield `${piece}end ${crc32(piece, crc)}\n`
}

const parseHead = (line: string): CheckpointHead | undefined => {
  const head: unknown = JSON.parse(line)
  if (typeof head !== "object" || head === null) return undefined
  // written before there were changes it has no revision
  const { active, bootId, clean, end, epoch, first, revision = 0 } = head as Record<string, unknown>
  return typeof epoch === "number" &&
    typeof bootId === "string" &&
    typeof clean === "boolean" &&
    typeof first === "number" &&
    typeof active === "number" &&
    typeof end === "number" &&
    typeof revision === "number"
    ? { epoch, bootId, clean, first, active, end, revision }
    : undefined
}

const decode = (text: string): Checkpoint | "damaged" | "newer" => {
  const lines = text.split("\n")
  const [name, version] = (lines[0] ?? "").split(" ")
  if (name === NAME && Number(version) > VERSION) return "newer"
  const end = text.lastIndexOf("end ")
  if (name !== NAME || version !== String(VERSION) || text.slice(end) !== `end ${crc32(text.slice(0, end))}\n`) {
    return "damaged"
  }
  const head = parseHead(lines[1] ?? "")
  if (head === undefined) return "damaged"
  const rooms = new Map<RoomId, RoomState>()
  for (const line of lines.slice(2, -2)) {
    const [roomId = "", ...numbers] = line.split(" ")
    const [seq = 0, at = 0, drained = 0] = numbers.map(Number)
    rooms.set(RoomId.make(roomId), { head: seq, at, drained })
  }
  return { ...head, rooms }
}

/** The checkpoint of a journal's directory; throws what reading the file throws. */
export const readCheckpoint = (directory: string): Checkpoint | "none" | "damaged" | "newer" => {
  try {
    return decode(readFileSync(join(directory, "checkpoint"), "utf8"))
  } catch (error) {
    if (errorCode(error) === "ENOENT") return "none"
    throw error
  }
}

/** Writes the checkpoint through to the disk, now. */
export const writeCheckpointNow = (
  directory: string,
  head: CheckpointHead,
  rooms: ReadonlyMap<RoomId, RoomState>
): void => {
  const temporary = join(directory, "checkpoint.new")
  const write = () => {
    const fd = openSync(temporary, "w", 0o600)
    try {
      for (const piece of encode(head, rooms)) {
        const bytes = Buffer.from(piece)
        let written = 0
        while (written < bytes.length) written += writeSync(fd, bytes, written)
      }
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  }
  try {
    write()
  } catch (error) {
    if (!isFull(error)) throw error
    rmSync(join(directory, "reserve"), { force: true })
    write()
  }
  renameSync(temporary, join(directory, "checkpoint"))
  syncDirectoryNow(directory)
}

const writePieces = async (file: FileHandle, head: CheckpointHead, rooms: ReadonlyMap<RoomId, RoomState>) => {
  try {
    for (const piece of encode(head, rooms)) await file.writeFile(piece)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The same beside the hub's work. */
export const writeCheckpoint = async (
  directory: string,
  head: CheckpointHead,
  rooms: ReadonlyMap<RoomId, RoomState>
): Promise<void> => {
  const temporary = join(directory, "checkpoint.new")
  const write = async () => writePieces(await open(temporary, "w"), head, rooms)
  try {
    await write()
  } catch (error) {
    if (!isFull(error)) throw error
    rmSync(join(directory, "reserve"), { force: true })
    await write()
  }
  await rename(temporary, join(directory, "checkpoint"))
  await syncDirectory(directory)
}

/** Sets the space aside again; not having it is no failure, only less safe. */
export const keepReserve = (directory: string): void => {
  const path = join(directory, "reserve")
  let fd: number | undefined
  try {
    fd = openSync(path, "wx", 0o600)
    if (writeSync(fd, Buffer.alloc(RESERVE_BYTES)) < RESERVE_BYTES) rmSync(path)
  } catch (error) {
    if (errorCode(error) !== "EEXIST") rmSync(path, { force: true })
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}
