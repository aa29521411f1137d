/** Journals in directories of their own, and what the tests do to them. */
import { Effect, Exit, Logger, Scope } from "effect"
import { createHash, randomUUID } from "node:crypto"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { MessageId } from "../../../src/domain/MessageId.ts"
import { RoomId } from "../../../src/domain/RoomId.ts"
import { UserId } from "../../../src/domain/UserId.ts"
import { BootId } from "../../../src/log/journal/BootId.ts"
import { type Journal, type JournalOptions, type JournalRecord, open } from "../../../src/log/journal/Journal.ts"

/** Where there is a file system in memory these thousands of files need no disk. */
const ROOT = existsSync("/dev/shm") ? "/dev/shm" : tmpdir()

/** An empty directory that goes with the scope. */
export const temporaryDirectory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(ROOT, "hubbub-journal-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** A copy of what is there at this moment: what a process that dies now leaves behind. */
export const crashCopy = Effect.fnUntraced(function* (directory: string) {
  const copy = yield* temporaryDirectory
  cpSync(directory, copy, { recursive: true })
  return copy
})

/** The files of a directory by their paths in it. */
export const filesOf = (directory: string): Map<string, Buffer> => {
  const files = new Map<string, Buffer>()
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) files.set(path.slice(directory.length + 1), readFileSync(path))
  }
  return files
}

/** The same with a checksum in place of each content, to tell whether anything changed. */
export const fingerprints = (directory: string): Map<string, string> =>
  new Map([...filesOf(directory)].map(([path, bytes]) => [path, createHash("sha1").update(bytes).digest("hex")]))

/** Makes a directory have these files and no others. */
export const putFiles = (directory: string, files: ReadonlyMap<string, Buffer>): void => {
  rmSync(directory, { recursive: true, force: true })
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), bytes)
  }
}

/** Names of the segments, oldest first. */
export const segmentsIn = (directory: string): Array<string> =>
  readdirSync(join(directory, "journal"))
    .filter((name) => name.endsWith(".log"))
    .sort()

export interface Opened {
  readonly journal: Journal
  /** What was visited. */
  readonly seen: ReadonlyArray<JournalRecord>
  readonly stop: Effect.Effect<void>
}

/** Opens a journal that is closed by `stop`, or with the scope. */
export const start = Effect.fnUntraced(function* (
  directory: string,
  options: Partial<JournalOptions> & { readonly bootId?: string } = {}
) {
  const { bootId = "boot-1", ...rest } = options
  const seen: Array<JournalRecord> = []
  const scope = yield* Scope.make()
  yield* Effect.addFinalizer((exit) => Scope.close(scope, exit))
  const journal = yield* open(
    { directory, segmentBytes: 2048, maxBacklogBytes: 2 ** 30, ...rest },
    ({ record }) => void seen.push(record)
  ).pipe(Effect.provideService(BootId, bootId), Scope.provide(scope))
  return { journal, seen, stop: Scope.close(scope, Exit.void) } satisfies Opened
})

/** The message of the refusal to open. */
export const refusal = (directory: string, options: Partial<JournalOptions> & { readonly bootId?: string } = {}) =>
  Effect.map(Effect.flip(Effect.scoped(start(directory, options))), ({ message }) => message)

/** The next messages of these rooms, one for each name. */
export const messages = (
  journal: Journal,
  rooms: ReadonlyArray<string>,
  content: string = "hello"
): Array<JournalRecord> => {
  const heads = new Map<string, number>()
  return rooms.map((room) => {
    const roomId = RoomId.make(room)
    const seq = (heads.get(room) ?? journal.rooms.get(roomId)?.head ?? 0) + 1
    heads.set(room, seq)
    const messageId = MessageId.make(randomUUID())
    return {
      epoch: journal.epoch,
      seq,
      at: 1_000_000 + seq,
      roomId,
      userId: UserId.make("zoë"),
      messageId,
      json: JSON.stringify({ messageId, roomId, seq, content })
    }
  })
}

/** Appends the next messages of these rooms and returns them. */
export const say = (journal: Journal, rooms: ReadonlyArray<string>, content?: string): Array<JournalRecord> => {
  const batch = messages(journal, rooms, content)
  journal.append(batch)
  return batch
}

/** Everything the store does not have. */
export const undrained = Effect.fnUntraced(function* (journal: Journal) {
  const all: Array<JournalRecord> = []
  let at = journal.drained
  while (true) {
    const { next, records } = yield* journal.tail(at, 3, 1000)
    if (records.length === 0) return all
    all.push(...records)
    at = next
  }
})

/** Has the store take everything there is. */
export const drainAll = Effect.fnUntraced(function* (journal: Journal) {
  while (true) {
    const { next, records } = yield* journal.tail(journal.drained, 25, 2 ** 20)
    if (records.length === 0) return
    yield* journal.drain(next, records)
  }
})

/** Keeps what is logged instead of showing it. */
export const keepLogs = (lines: Array<string>) =>
  Logger.layer([Logger.make(({ message }) => void lines.push(JSON.stringify(message)))])
