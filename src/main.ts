/** Runs what the command line asks for, and turns how it ended into an exit code. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Context, Effect, Exit, Layer, type Runtime } from "effect"
import { Supervisor } from "./actor/Supervisor.ts"
import { loadConfig } from "./AppConfig.ts"
import { runCommand } from "./cli/command.ts"
import * as loggers from "./observability/loggers.ts"
import { server } from "./Server.ts"

/** Exit code of a process that a second signal ended (128 + SIGTERM's or SIGINT's number). */
const FORCED = { SIGINT: 130, SIGTERM: 143 } as const

/** Serves until told to stop; fails when the start or a part of the server does. */
const serve = Effect.gen(function* () {
  const config = yield* loadConfig
  const run = Effect.scoped(
    Effect.gen(function* () {
      const context = yield* Layer.build(server(config))
      return yield* Context.get(context, Supervisor).failure
    })
  ).pipe(Effect.onInterrupt(() => Effect.logInfo("stopped")))
  return yield* Effect.provide(run, loggers.layer({ level: config.logLevel, format: config.logFormat }))
})

/** The first signal drains, which `runMain` starts; the second ends at once. */
const endOnSecondSignal = Effect.sync(() => {
  let signals = 0
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (++signals > 1) process.exit(FORCED[signal])
    })
  }
})

/** A signal is a normal stop; an operator's mistake is one line, without a stack. */
const teardown: Runtime.Teardown = (exit, onExit) => {
  if (Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause)) return onExit(0)
  const failure = exit.cause.reasons.find((reason) => reason._tag === "Fail")?.error
  const text = failure instanceof Error ? failure.message : Cause.pretty(exit.cause)
  process.stderr.write(`hubbub: ${text}\n`, () => onExit(1))
}

endOnSecondSignal.pipe(
  Effect.andThen(runCommand(serve, process.argv.slice(2))),
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain({ teardown, disableErrorReporting: true })
)
