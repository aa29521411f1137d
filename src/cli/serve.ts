/** `hubbub serve`. */
import * as Command from "effect/cli/Command"
import type { Effect } from "effect"
import { settings } from "../AppConfig.ts"

const variables = Object.values(settings)
  .map(({ allowed, doc, fallback, variable }) => {
    const value = fallback === "" ? variable : `${variable}=${fallback}`
    return `  ${value}\n      ${doc} (${allowed})`
  })
  .join("\n")

/** `run` is what it does. */
export const serveCommand = <E, R>(run: Effect.Effect<void, E, R>) =>
  Command.make("serve", {}, () => run).pipe(
    Command.withShortDescription("Run the chat server until it is told to stop"),
    Command.withDescription(
      "Run the chat server until it is told to stop. SIGTERM or Ctrl-C drains it: clients are told and sent away over a few " +
        `seconds; a second signal ends it at once.\n\nConfigured by environment variables (also read from .env), with their defaults:\n${variables}`
    )
  )
