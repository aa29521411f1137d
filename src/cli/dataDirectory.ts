/** The data directory, opened by a command as a server opens it: never beside one, and with everything in the store before it is used. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import * as Flag from "effect/cli/Flag"
import { type Clock, Clock as Clocks, Context, Effect, Layer, Logger, Option, References } from "effect"
import { Supervisor } from "../actor/Supervisor.ts"
import { type Configuration, loadConfig } from "../AppConfig.ts"
import { Vitals } from "../observability/Vitals.ts"
import { persistence } from "../Persistence.ts"
import { Storage } from "../store/Storage.ts"
import { CommandFailed } from "./CommandFailed.ts"

/** Milliseconds between two looks at what the store has yet to take. */
const LOOK_MS = 20

/** The option that stands before `DATA_DIR`. */
export const dataDir = Flag.String("data-dir").pipe(
  Flag.withMetavar("directory"),
  Flag.withDescription("Data directory, instead of DATA_DIR"),
  Flag.optional
)

/** What a server would be started with. */
export const configured = Effect.fnUntraced(function* (given: Option.Option<string>) {
  const config = yield* loadConfig
  return { ...config, dataDir: Option.getOrElse(given, () => config.dataDir) } satisfies Configuration
})

/** Standard output is for what a command answers. */
const warnings = Layer.mergeAll(
  Logger.layer([Logger.withConsoleError(Logger.formatLogFmt)]),
  Layer.succeed(References.MinimumLogLevel, "Warn")
)

export interface Opening {
  /** Whether there has to be something already. */
  readonly existing: boolean
  /** What everything below tells the time by, where it is not the real one. */
  readonly clock?: Clock.Clock
}

/** Runs `use` with what a server keeps. */
export const withData = <A, E, R>(config: Configuration, { clock, existing }: Opening, use: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    if (config.durability === "memory") {
      return yield* new CommandFailed({
        message: "DURABILITY=memory keeps nothing on disk; there is nothing to work on"
      })
    }
    if (existing && !existsSync(join(config.dataDir, "journal"))) {
      return yield* new CommandFailed({
        message: `DATA_DIR ${config.dataDir} has no data; give the one of your server`
      })
    }
    const layers = persistence(config).pipe(Layer.provide(Vitals.layer), Layer.provideMerge(Supervisor.layer))
    const built = Layer.build(layers)
    const context = yield* clock === undefined ? built : Effect.provideService(built, Clocks.Clock, clock)
    const { failure } = Context.get(context, Supervisor)
    return yield* Effect.raceFirst(Effect.provideContext(use, context), failure)
  }).pipe(Effect.scoped, Effect.provide(warnings))

/** What the store has yet to take. */
const behind = Effect.flatMap(Storage, (storage) => {
  const status = storage.status()
  if (status?.store !== "unavailable" || status.backlogBytes === 0) return Effect.succeed(status?.backlogBytes ?? 0)
  const why = status.why ?? "no answer"
  return Effect.fail(
    new CommandFailed({
      message: `the store has yet to take ${status.backlogBytes} bytes, but does not answer: ${why}`
    })
  )
})

/** Waits until the store has everything that the journal has. */
export const drained: Effect.Effect<void, CommandFailed, Storage> = Effect.gen(function* () {
  while ((yield* behind) > 0) yield* Effect.sleep(LOOK_MS)
})
