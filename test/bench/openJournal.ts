/** Process of `replay`: opens a journal as a start does, counts what it gives back, and closes it in order. */
import { Effect } from "effect"
import { type JournalOptions, open } from "../../src/log/journal/Journal.ts"
import { cpuTime } from "./ServerAccount.ts"

/** `wait` is the share of the time in which the process could have run and had no core. */
export interface JournalOpened {
  readonly messages: number
  readonly seconds: number
  readonly wait: number
}

const time = (options: JournalOptions) =>
  Effect.gen(function* () {
    let messages = 0
    const before = cpuTime(process.pid)?.waited ?? 0
    const begun = performance.now()
    yield* open(options, () => void messages++)
    const millis = performance.now() - begun
    const waited = (cpuTime(process.pid)?.waited ?? 0) - before
    return { messages, seconds: millis / 1000, wait: waited / 1000 / millis }
  })

const options: JournalOptions = JSON.parse(process.argv[2] ?? "{}")
const opened: JournalOpened = await Effect.runPromise(Effect.scoped(time(options)))
console.log(JSON.stringify(opened))
