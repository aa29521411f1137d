import { assert, describe, it } from "@effect/vitest"
import { Console, Effect, Exit, Layer, Scope } from "effect"
import { TestClock } from "effect/testing"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import * as EmfReport from "../../src/observability/EmfReport.ts"
import { plain } from "../../src/observability/MetricFamily.ts"
import { Vitals } from "../../src/observability/Vitals.ts"
import { checkEmf } from "./checkEmf.ts"

describe("the report for CloudWatch", () => {
  it.effect("is a line a minute, and one of what is left on a stop; no message is told twice or never", () => {
    const lines: Array<string> = []
    const capturing: Console.Console = { ...console, log: (line: string) => lines.push(line) }
    return Effect.gen(function* () {
      const vitals = yield* Vitals
      let messages = 100
      yield* vitals.register(() => [plain("counter", "chat_messages_total", "Messages.", messages)])
      const scope = yield* Scope.make()
      yield* Layer.buildWithScope(EmfReport.layer({ service: "chat" }), scope)
      yield* TestClock.adjust("59 seconds")
      assert.isEmpty(lines)
      messages = 130
      yield* TestClock.adjust("1 second")
      assert.lengthOf(lines, 1)
      messages = 131
      yield* TestClock.adjust("2 minutes")
      messages = 140
      yield* TestClock.adjust("20 seconds")
      yield* Scope.close(scope, Exit.void)
      const reports = lines.map(checkEmf)
      assert.deepEqual(
        reports.map(({ at, root }) => [at, root["chat_messages_total"], root["service"]]),
        [
          [60_000, 30, "chat"],
          [120_000, 1, "chat"],
          [180_000, 0, "chat"],
          [200_000, 9, "chat"]
        ]
      )
    }).pipe(
      Effect.provideService(Console.Console, capturing),
      Effect.provide(Layer.mergeAll(Vitals.layer, Supervisor.layer))
    )
  })
})
