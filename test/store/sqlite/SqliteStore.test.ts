import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { existsSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import type { Worker } from "node:worker_threads"
import { Effect, Exit, Fiber, Layer, Logger, Schedule } from "effect"
import { TestClock } from "effect/testing"
import { Supervisor } from "../../../src/actor/Supervisor.ts"
import { MessageStore } from "../../../src/store/MessageStore.ts"
import { layer } from "../../../src/store/sqlite/SqliteStore.ts"
import { entry, run } from "../../contract/messageEntry.ts"
import { messageStoreContract } from "../../contract/messageStore.ts"
import { directory, kept, newFile, put, upTo, using } from "./sqliteArchive.ts"

messageStoreContract(
  "sqlite",
  Layer.unwrap(Effect.map(newFile, (file) => layer({ file }))).pipe(Layer.provide(Supervisor.layer), Layer.orDie)
)

describe("sqlite store", () => {
  it.live("refuses what it cannot keep, with nothing of that batch, and goes on", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      yield* using(
        { file },
        Effect.gen(function* () {
          for (const at of [Number.NaN, 1.5]) {
            const refusal = yield* Effect.flip(put([entry(1), { ...entry(2), at }, entry(3)]))
            assert.strictEqual(refusal._tag, "EntriesRefused")
            assert.notInclude(refusal.message, "message 2")
          }
          yield* put(run(1, 3))
          assert.deepStrictEqual(yield* kept, [1, 2, 3])
        })
      )
    })
  )

  it.live("is unavailable while another process holds the file, for writing only, and available after", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      yield* using(
        { file, busyMs: 10 },
        Effect.gen(function* () {
          yield* put(run(1, 10))
          const other = new DatabaseSync(file)
          other.exec("BEGIN IMMEDIATE")
          const failure = yield* Effect.flip(put(run(11, 20)))
          assert.strictEqual(failure._tag, "StoreUnavailable")
          assert.include(failure.message, "database is locked")
          assert.deepStrictEqual(yield* kept, upTo(10))
          other.exec("ROLLBACK")
          other.close()
          yield* put(run(11, 20))
          assert.deepStrictEqual(yield* kept, upTo(20))
        })
      )
    })
  )

  it.effect("is unavailable when it is too slow, and callers who give up do not hold up later ones", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      yield* using(
        { file, busyMs: 60_000 },
        Effect.gen(function* () {
          yield* put(run(1, 10))
          const other = new DatabaseSync(file)
          other.exec("BEGIN IMMEDIATE")
          const waiting = yield* Effect.forEach(upTo(20), (i) =>
            Effect.forkChild(put([entry(100 + i)]), { startImmediately: true })
          )
          yield* Fiber.interruptAll(waiting.slice(0, 10))
          const checking = yield* Effect.forkChild(Effect.flip(MessageStore.use((store) => store.check)), {
            startImmediately: true
          })
          assert.deepStrictEqual(yield* kept, upTo(10))
          yield* TestClock.adjust("5 seconds")
          for (const exit of yield* Fiber.awaitAll(waiting.slice(10))) assert.isTrue(Exit.isFailure(exit))
          assert.include((yield* Fiber.join(checking)).message, "did not answer in 5000 ms")
          other.exec("ROLLBACK")
          other.close()
          yield* put(run(11, 20))
          yield* MessageStore.use((store) => store.check)
          const seqs = yield* kept
          assert.deepStrictEqual(seqs.slice(0, 20), upTo(20))
          // only what was already with the thread is written although its caller has given up
          assert.isAtMost(seqs.length, 22)
        })
      )
    })
  )

  it.live("starts a thread again that died, fails what it had in hand, and serves on", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      const threads: Array<Worker> = []
      const collect = (thread: Worker) => threads.push(thread)
      yield* Effect.acquireRelease(
        Effect.sync(() => process.on("worker", collect)),
        () => Effect.sync(() => process.off("worker", collect))
      )
      yield* using(
        { file, busyMs: 60_000 },
        Effect.gen(function* () {
          yield* put(run(1, 10))
          assert.lengthOf(threads, 2)
          const [writer, reader] = threads
          const asked = yield* Effect.forEach(upTo(20), () =>
            Effect.forkChild(Effect.exit(kept), { startImmediately: true })
          )
          yield* Effect.promise(async () => reader?.terminate())
          for (const fiber of asked) {
            const exit = yield* Fiber.join(fiber)
            if (Exit.isSuccess(exit)) assert.deepStrictEqual(exit.value, upTo(10))
            else assert.include(String(exit.cause), "the sqlite reader thread ended with code 1")
          }
          yield* put(run(11, 20))
          assert.deepStrictEqual(yield* kept.pipe(Effect.retry(Schedule.spaced("5 millis"))), upTo(20))
          yield* Effect.promise(async () => writer?.terminate())
          assert.strictEqual((yield* Effect.flip(put(run(21, 30))))._tag, "StoreUnavailable")
          yield* put(run(21, 30)).pipe(Effect.retry(Schedule.spaced("5 millis")))
          yield* MessageStore.use((store) => store.check)
          assert.deepStrictEqual(yield* kept, upTo(30))
          assert.strictEqual((yield* Supervisor).crashes(), 2)
          assert.lengthOf(threads, 4)
        })
      )
      assert.isFalse(existsSync(`${file}-wal`))
    }).pipe(Effect.provide(Logger.layer([])))
  )

  it.live("is unavailable while the disk is full, keeps what it had, and goes on when there is space", (context) =>
    Effect.gen(function* () {
      const path = yield* directory
      const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", path], { encoding: "utf8" })
      if (mounted.status !== 0) {
        context.skip(`no small file system to fill: ${mounted.stderr || String(mounted.error)}`)
      }
      yield* Effect.addFinalizer(() => Effect.sync(() => spawnSync("umount", [path])))
      const file = join(path, "hubbub.db")
      writeFileSync(join(path, "ballast"), Buffer.alloc(2 ** 21))
      yield* using(
        { file },
        Effect.gen(function* () {
          let full = 0
          const fill = Effect.gen(function* () {
            for (;;) {
              yield* put(run(full + 1, full + 100))
              full += 100
            }
          })
          const failure = yield* Effect.flip(fill)
          assert.strictEqual(failure._tag, "StoreUnavailable")
          assert.include(failure.message, "full")
          assert.isAbove(full, 0)
          assert.deepStrictEqual(yield* kept, upTo(full))
          rmSync(join(path, "ballast"))
          yield* put(run(full + 1, full + 100))
          assert.deepStrictEqual(yield* kept, upTo(full + 100))
        })
      )
      assert.isAbove((yield* using({ file }, kept)).length, 100)
    })
  )
})
