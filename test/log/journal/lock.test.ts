/** Of all processes that want a data directory one has it, until it ends in whatever way. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface, type Interface } from "node:readline"
import { refusal, say, start, temporaryDirectory } from "./fixture.ts"

/** Tries to open the directory at every line it is given, keeps what it gets, and says how it went. */
const OPENER = (directory: string) => `
  import { Effect, Exit, Scope } from "effect"
  import { createInterface } from "node:readline"
  import { open } from ${JSON.stringify(new URL("../../../src/log/journal/Journal.ts", import.meta.url).href)}
  const options = { directory: ${JSON.stringify(directory)}, segmentBytes: 1000, maxBacklogBytes: 1000000 }
  const scope = Scope.makeUnsafe()
  const attempt = open(options, () => {}).pipe(
    Effect.provideService(Scope.Scope, scope),
    Effect.match({ onFailure: ({ message }) => message, onSuccess: () => "opened" })
  )
  console.log("ready")
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === "open") console.log(await Effect.runPromise(attempt))
    if (line === "close") await Effect.runPromise(Scope.close(scope, Exit.void)).then(() => console.log("closed"))
  }
`

class Opener {
  readonly process: ChildProcess
  private readonly lines: AsyncIterator<string>

  constructor(directory: string) {
    this.process = spawn(process.execPath, ["--input-type=module", "-e", OPENER(directory)], {
      cwd: import.meta.dirname,
      stdio: ["pipe", "pipe", "inherit"]
    })
    const lines: Interface = createInterface({ input: this.process.stdout! })
    this.lines = lines[Symbol.asyncIterator]()
  }

  readonly line = Effect.promise(async () => String((await this.lines.next()).value))

  ask(command: "open" | "close") {
    return Effect.andThen(
      Effect.sync(() => this.process.stdin!.write(`${command}\n`)),
      this.line
    )
  }

  readonly kill = Effect.promise(async () => {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return
    const gone = once(this.process, "exit")
    this.process.kill("SIGKILL")
    await gone
  })
}

const openers = (directory: string, count: number) =>
  Effect.forEach(
    Array.from({ length: count }),
    () =>
      Effect.gen(function* () {
        const opener = yield* Effect.acquireRelease(
          Effect.sync(() => new Opener(directory)),
          ({ kill }) => kill
        )
        assert.strictEqual(yield* opener.line, "ready")
        return opener
      }),
    { concurrency: "unbounded" }
  )

describe("the lock of a data directory", () => {
  it.effect("refuses a second opener, and says which process has it and what to do", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const { journal, stop } = yield* start(directory)
      const expected = `DATA_DIR ${directory} is in use by process ${process.pid}; stop it or choose another DATA_DIR`
      assert.strictEqual(yield* refusal(directory), expected)
      // and the refusal took nothing from the one that has it
      assert.strictEqual(yield* refusal(directory), expected)
      say(journal, ["red"])
      yield* stop
      const { seen } = yield* start(directory)
      assert.strictEqual(seen.length, 1)
    })
  )

  it.effect("is not held by a process that is gone, nor by another one that was given its number", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      for (const left of ["999999999 1\n", `${process.ppid} 1\n`, `${process.pid} 1\n`, "nonsense", ""]) {
        writeFileSync(join(directory, "lock"), left)
        const { stop } = yield* start(directory)
        assert.match(readFileSync(join(directory, "lock"), "utf8"), new RegExp(`^${process.pid} `))
        yield* stop
      }
    })
  )

  it.effect("is not said to be held by a process that only has the number of an earlier holder", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      yield* start(directory)
      for (const left of [`${process.ppid} 1\n`, "999999999 1\n", "nonsense"]) {
        writeFileSync(join(directory, "lock"), left)
        assert.match(yield* refusal(directory), /is in use by another process, perhaps in another container;/)
      }
    })
  )

  it.live(
    "goes to exactly one of eight processes that want it at once, and after its death to one of the others",
    () =>
      Effect.gen(function* () {
        const directory = yield* temporaryDirectory
        let waiting = yield* openers(directory, 8)
        for (let round = 0; round < 5; round++) {
          const answers = yield* Effect.forEach(waiting, (opener) => opener.ask("open"), { concurrency: "unbounded" })
          const winners = waiting.filter((_, i) => answers[i] === "opened")
          assert.strictEqual(winners.length, 1, answers.join("\n"))
          const [winner] = winners
          waiting = waiting.filter((opener) => opener !== winner)
          for (const answer of answers) {
            if (answer !== "opened") assert.match(answer, /is in use by (process \d+|another process)/)
          }
          // when all is settled everyone is told who has it
          const message = yield* waiting[0]!.ask("open")
          assert.include(message, `is in use by process ${winner!.process.pid};`)
          if (round % 2 === 0) yield* winner!.kill
          else assert.strictEqual(yield* winner!.ask("close"), "closed")
        }
      }),
    120_000
  )
})
