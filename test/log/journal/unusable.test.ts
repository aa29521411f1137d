/** Whoever starts the server where it cannot keep anything is told so in one line. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { spawnSync } from "node:child_process"
import { chmodSync, chownSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { open } from "../../../src/log/journal/Journal.ts"
import { filesOf, refusal, say, start, temporaryDirectory } from "./fixture.ts"

/** An id that no privilege comes with. */
const NOBODY = 65534

describe("a data directory", () => {
  it.effect("that is a file, or in one, is refused", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryDirectory, "file")
      writeFileSync(file, "mine")
      for (const directory of [file, join(file, "data")]) {
        const message = yield* refusal(directory)
        assert.match(message, /^DATA_DIR .* is not a directory \((ENOTDIR|EEXIST)\); choose another DATA_DIR$/)
      }
      assert.strictEqual(filesOf(join(file, "..")).get("file")?.toString(), "mine")
    })
  )

  it.effect("that may not be written to is refused", (ctx) =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      chmodSync(directory, 0o555)
      if (process.getuid?.() !== 0) {
        assert.match(yield* refusal(directory), /cannot be written to \(EACCES\); make it writable/)
        return
      }
      // root may write anywhere, so a process of somebody else is asked
      chownSync(directory, NOBODY, NOBODY)
      const code = `
        import { Effect } from "effect"
        import { open } from ${JSON.stringify(new URL("../../../src/log/journal/Journal.ts", import.meta.url).href)}
        process.setgid(${NOBODY}), process.setuid(${NOBODY})
        const options = { directory: ${JSON.stringify(directory)}, segmentBytes: 1000, maxBacklogBytes: 1000 }
        console.log(await Effect.runPromise(Effect.scoped(Effect.flip(open(options, () => {})))).then((e) => e.message))
      `
      const { status, stderr, stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", code], {
        cwd: import.meta.dirname,
        encoding: "utf8"
      })
      if (status !== 0 && stderr.includes("EPERM")) ctx.skip("this machine lets nobody become another user")
      assert.strictEqual(stderr, "")
      assert.match(stdout, /^DATA_DIR .* cannot be written to \(EACCES\); make it writable for this user or .*\n$/)
    })
  )

  it.effect("keeps its lock free when opening it fails, and what the visitor throws is not blamed on the files", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const { journal, stop } = yield* start(directory)
      say(journal, ["red"])
      yield* stop
      const options = { directory, segmentBytes: 1000, maxBacklogBytes: 1000 }
      const exit = yield* Effect.exit(
        Effect.scoped(
          open(options, () => {
            throw new TypeError("mine")
          })
        )
      )
      assert.isTrue(Exit.hasDies(exit))
      const { seen } = yield* start(directory)
      assert.strictEqual(seen.length, 1)
    })
  )
})
