/** The server as it is, but it dies of SIGKILL at the n-th passage of a named point: `node server.ts <point> <n>`. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Context, Effect, Layer } from "effect"
import { FaultPoint } from "../../src/actor/FaultPoint.ts"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { loadConfig } from "../../src/AppConfig.ts"
import * as loggers from "../../src/observability/loggers.ts"
import { server } from "../../src/Server.ts"

const [point, passage] = process.argv.slice(2)
let passed = 0

/** A signal that a process sends itself arrives before the call returns, so nothing runs after the point. */
const deadly = (name: string) =>
  Effect.sync(() => {
    if (name === point && ++passed === Number(passage)) process.kill(process.pid, "SIGKILL")
  })

const serve = Effect.gen(function* () {
  const config = yield* loadConfig
  const run = Effect.scoped(
    Effect.gen(function* () {
      const context = yield* Layer.build(server(config))
      return yield* Context.get(context, Supervisor).failure
    })
  )
  return yield* Effect.provide(run, loggers.layer({ level: config.logLevel, format: config.logFormat }))
})

serve.pipe(Effect.provideService(FaultPoint, deadly), NodeRuntime.runMain())
