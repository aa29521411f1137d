/** Writes to standard output, and waits until it is taken: what is piped must not be cut off by the end of the process. */
import { Effect } from "effect"
import { CommandFailed } from "./CommandFailed.ts"

export const printed = (text: string): Effect.Effect<void, CommandFailed> =>
  Effect.callback((resume) => {
    process.stdout.write(text, (error) => {
      if (error === null || error === undefined) return resume(Effect.void)
      resume(Effect.fail(new CommandFailed({ message: `the output cannot be written: ${error.message}` })))
    })
  })
