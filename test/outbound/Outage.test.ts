import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { Outage } from "../../src/outbound/Outage.ts"
import { Lines } from "./Lines.ts"

describe("Outage", () => {
  it.effect("says once that something is away, once that it is back, and how often it failed", () => {
    const lines = new Lines()
    return Effect.gen(function* () {
      const outage = new Outage("the hook", "hook.example")
      yield* outage.worked()
      assert.deepStrictEqual(lines.all, [])
      for (const why of ["timeout", "ECONNRESET", "status 500"]) yield* outage.failed(why)
      yield* TestClock.adjust("1 hour")
      yield* outage.failed("timeout")
      yield* outage.worked()
      yield* outage.worked()
      assert.strictEqual(lines.all.length, 2)
      assert.match(lines.all[0]!, /^Warn .*the hook does not answer as it should.*hook\.example.*timeout/s)
      assert.match(lines.all[1]!, /^Info .*the hook answers again.*4/s)
    }).pipe(Effect.provide(lines.layer))
  })

  it.effect("says no more than that in a minute, and leaves out no failure from its count", () => {
    const lines = new Lines()
    return Effect.gen(function* () {
      const outage = new Outage("the hook", "hook.example")
      for (let n = 0; n < 50; n++) {
        yield* outage.failed("timeout")
        yield* outage.worked()
      }
      assert.strictEqual(lines.all.length, 2)
      yield* TestClock.adjust("1 minute")
      yield* outage.failed("timeout")
      assert.strictEqual(lines.all.length, 3)
      assert.match(lines.all[2]!, /"failuresSince":\s*49|failuresSince.*49/s)
    }).pipe(Effect.provide(lines.layer))
  })
})
