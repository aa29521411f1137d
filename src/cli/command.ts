/** The command line: what commands there are. */
import * as Command from "effect/cli/Command"
import type { Effect } from "effect"
import { version } from "../version.ts"
import { exportCommand } from "./analyticsExport.ts"
import { rebuildCommand } from "./analyticsRebuild.ts"
import { demoCommand } from "./demo.ts"
import { serveCommand } from "./serve.ts"
import { tokenCommand } from "./token.ts"

/** Parses `args` and runs what they name. `serve` is what `hubbub serve` does. */
export const runCommand = <E, R>(serve: Effect.Effect<void, E, R>, args: ReadonlyArray<string>) => {
  const analytics = Command.make("analytics").pipe(
    Command.withDescription("Work on the figures of a server."),
    Command.withSubcommands([rebuildCommand, exportCommand])
  )
  const root = Command.make("hubbub").pipe(
    Command.withDescription("A chat engine with analytics built in."),
    Command.withSubcommands([serveCommand(serve), demoCommand, analytics, tokenCommand])
  )
  return Command.runWith(root, { version })(args)
}
