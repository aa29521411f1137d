/** The command line: `hubbub serve`, `--help`, `--version`. */
import * as Command from "effect/cli/Command"
import type { Effect } from "effect"
import { settings } from "../AppConfig.ts"
import { version } from "../version.ts"

const variables = Object.values(settings)
  .map(({ allowed, doc, fallback, variable }) => {
    const value = fallback === "" ? variable : `${variable}=${fallback}`
    return `  ${value}\n      ${doc} (${allowed})`
  })
  .join("\n")

/** Parses `args` and runs what they name. `serve` is what `hubbub serve` does. */
export const runCommand = <E, R>(serve: Effect.Effect<void, E, R>, args: ReadonlyArray<string>) => {
  const serveCommand = Command.make("serve", {}, () => serve).pipe(
    Command.withShortDescription("Run the chat server until it is told to stop"),
    Command.withDescription(
      "Run the chat server until it is told to stop. SIGTERM or Ctrl-C drains it: clients are told and sent away over a few " +
        `seconds; a second signal ends it at once.\n\nConfigured by environment variables (also read from .env), with their defaults:\n${variables}`
    )
  )
  const root = Command.make("hubbub").pipe(
    Command.withDescription("A chat engine with analytics built in."),
    Command.withSubcommands([serveCommand])
  )
  return Command.runWith(root, { version })(args)
}
