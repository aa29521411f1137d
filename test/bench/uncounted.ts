/**
 * Hubbub, counting nothing: what tells it of events talks to a wall. Started as `src/cli/hubbub.mjs` is, to be measured beside it; figures of
 * such a server are empty.
 */
import { Clock, Effect, Layer } from "effect"
import { Aggregator } from "../../src/analytics/Aggregator.ts"
import { Analytics } from "../../src/analytics/Analytics.ts"

const counting = Analytics.layer

/** Takes the place of `Analytics.layer`, of which it keeps the snapshot of a server that nothing happens on. */
const silent = Layer.effect(
  Analytics,
  Effect.gen(function* () {
    const { restored, snapshot, uptimeSeconds } = yield* Analytics
    const clock = yield* Clock.Clock
    return Analytics.of({
      record: () => {},
      said: () => {},
      snapshot,
      uptimeSeconds,
      aggregator: new Aggregator(clock.currentTimeMillisUnsafe()),
      restored
    })
  })
).pipe(Layer.provide(counting))

// before anything that is made of it is put together
if (!Reflect.defineProperty(Analytics, "layer", { value: silent })) throw new Error("analytics cannot be replaced")
await import("../../src/main.ts")
