/** A disk of one megabyte: what does not fit is refused as a whole, and nothing that was kept is lost for it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, statSync, truncateSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestContext } from "vitest"
import { RoomId } from "../../../src/domain/RoomId.ts"
import type { JournalRecord } from "../../../src/log/journal/Journal.ts"
import { JournalFull } from "../../../src/log/journal/JournalFailed.ts"
import { crashCopy, drainAll, messages, refusal, say, segmentsIn, start, undrained } from "./fixture.ts"

const red = RoomId.make("red")

/** A file system of its own, or why this machine lets nobody make one. */
const smallDisk = (ctx: TestContext) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const path = mkdtempSync(join(tmpdir(), "hubbub-disk-"))
      const { error, stderr, status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", path], {
        encoding: "utf8"
      })
      if (status === 0) return path
      rmSync(path, { recursive: true })
      return ctx.skip(`no small disk can be mounted here: ${error?.message ?? stderr.trim()}`)
    }),
    (path) =>
      Effect.sync(() => {
        spawnSync("umount", ["-l", path])
        rmSync(path, { recursive: true })
      })
  )

/** Takes all the space that is left, but for so many bytes. */
const fill = (disk: string, leave = 0) => {
  const path = join(disk, "filler")
  const fd = openSync(path, "w")
  let size = 0
  try {
    while (true) size += writeSync(fd, Buffer.alloc(4096, 1))
  } catch {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  if (leave > 0) truncateSync(path, size - leave)
  return () => rmSync(path)
}

/** Appends until the disk is full; returns what was kept. */
const appendUntilFull = (journal: Parameters<typeof say>[0], content: string) => {
  const said: Array<JournalRecord> = []
  while (true) {
    try {
      said.push(...say(journal, ["red", "green", "red"], content))
    } catch (error) {
      assert.instanceOf(error, JournalFull)
      assert.strictEqual(error.code, "ENOSPC")
      return said
    }
  }
}

const attemptToSay = (journal: Parameters<typeof say>[0]) => {
  try {
    return say(journal, ["red"], "x".repeat(50_000))
  } catch (error) {
    assert.instanceOf(error, JournalFull)
    return undefined
  }
}

/** Asks at every turn of the event loop. */
const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((next) => setImmediate(next))
}

const sizeOf = (directory: string) => statSync(join(directory, "journal", segmentsIn(directory).at(-1)!)).size

describe("the journal on a full disk", () => {
  it.effect("refuses a batch of which only a part fits, and takes it back from the file", (ctx) =>
    Effect.gen(function* () {
      const disk = yield* smallDisk(ctx)
      const { journal } = yield* start(disk, { segmentBytes: 2 ** 26 })
      const said = say(journal, ["red"])
      fill(disk, 128 * 1024)
      const { lsn } = journal
      const batch = messages(journal, Array<string>(300).fill("red"), "x".repeat(1000))
      for (let i = 0; i < 3; i++) {
        assert.throws(() => journal.append(batch), JournalFull)
        assert.strictEqual(journal.lsn, lsn)
        assert.strictEqual(sizeOf(disk), lsn)
        assert.strictEqual(journal.rooms.get(red)?.head, 1)
      }
      // a smaller one fits
      said.push(...say(journal, ["red", "red"]))
      assert.deepStrictEqual((yield* start(yield* crashCopy(disk))).seen, said)
      assert.deepStrictEqual(yield* undrained(journal), said)
    })
  )

  for (const segmentBytes of [2 ** 26, 10_000]) {
    it.effect(`goes on by itself when space returns (segments of ${segmentBytes} bytes)`, (ctx) =>
      Effect.gen(function* () {
        const disk = yield* smallDisk(ctx)
        const { journal, stop } = yield* start(disk, { segmentBytes })
        const said = say(journal, ["red", "green"])
        const free = fill(disk, 100 * 1024)
        said.push(...appendUntilFull(journal, "x".repeat(700)))
        assert.isAbove(said.length, 50)
        assert.throws(() => say(journal, Array<string>(20).fill("red"), "x".repeat(700)), JournalFull)
        // while it is full, all that was kept is there for everyone
        assert.deepStrictEqual(yield* undrained(journal), said)
        assert.deepStrictEqual((yield* start(yield* crashCopy(disk))).seen, said)
        free()
        for (let i = 0; i < 50; i++) said.push(...say(journal, ["red", "red"], "y".repeat(500)))
        assert.deepStrictEqual(yield* undrained(journal), said)
        yield* journal.sync
        yield* stop
        assert.deepStrictEqual((yield* start(disk, { segmentBytes })).seen, said)
      })
    )

    it.effect(`frees the space itself once the store has what filled it (segments of ${segmentBytes} bytes)`, (ctx) =>
      Effect.gen(function* () {
        const disk = yield* smallDisk(ctx)
        const { journal, stop } = yield* start(disk, { segmentBytes })
        for (let i = 0; i < 3; i++) {
          assert.isAbove(appendUntilFull(journal, "x".repeat(5000)).length, 50)
          yield* drainAll(journal)
          assert.strictEqual(segmentsIn(disk).length, 1)
          assert.strictEqual(journal.backlog, 0)
          assert.isUndefined(journal.oldestUndrained)
          const { journal: copy } = yield* start(yield* crashCopy(disk))
          assert.deepStrictEqual(copy.rooms, journal.rooms)
          assert.strictEqual(copy.backlog, 0)
        }
        const said = say(journal, ["red"])
        assert.deepStrictEqual(yield* undrained(journal), said)
        yield* stop
        assert.deepStrictEqual((yield* start(disk, { segmentBytes })).seen, said)
      })
    )
  }

  it.effect("frees the space of a file that the store has all of already", (ctx) =>
    Effect.gen(function* () {
      const disk = yield* smallDisk(ctx)
      const { journal } = yield* start(disk, { segmentBytes: 2 ** 26 })
      for (let i = 0; i < 3; i++) {
        let refused = false
        while (!refused) {
          const said = attemptToSay(journal)
          refused = said === undefined
          yield* drainAll(journal)
        }
        yield* Effect.promise(() => until(() => attemptToSay(journal) !== undefined))
      }
    })
  )

  it.effect("cannot be opened where there is no space to begin", (ctx) =>
    Effect.gen(function* () {
      const disk = yield* smallDisk(ctx)
      const free = fill(disk)
      const directory = join(disk, "data")
      assert.match(yield* refusal(directory), /^DATA_DIR .* has no space left.*; free some and start again$/)
      free()
      const { journal } = yield* start(directory)
      say(journal, ["red"])
    })
  )
})
