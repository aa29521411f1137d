/**
 * How late the event loop is with what is due. Node samples it natively, with a timer every 10 ms; no JavaScript runs for it but once a
 * window.
 */
import { type ELDHistogram, monitorEventLoopDelay } from "node:perf_hooks"
import { Effect, Layer, Schedule } from "effect"
import { supervise } from "../actor/supervise.ts"
import type { MetricFamily, Quantiles } from "./MetricFamily.ts"
import { Vitals } from "./Vitals.ts"

/** Milliseconds between two samples. */
const RESOLUTION_MS = 10
/** Milliseconds that the quantiles look back over. A minute of calm must not hide under a day of it. */
const WINDOW_MS = 15_000
/** 1 is the longest. */
const QUANTILES = [0.5, 0.9, 0.99, 1] as const

/** A sample is the time between two firings of the timer, so its own interval has to come off. */
const lag = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1000)

export class EventLoopLag {
  private readonly histogram: ELDHistogram
  /** Of the windows that are over. */
  private count = 0
  private sum = 0
  private window: Quantiles["quantiles"] = []
  private told = 0

  constructor(histogram: ELDHistogram) {
    this.histogram = histogram
  }

  /** Begins a new window; readers go on seeing the one that is over. */
  turn(): void {
    this.window = this.quantiles()
    this.count += this.histogram.count
    this.sum += this.summed()
    this.histogram.reset()
  }

  read(): MetricFamily {
    // a timer may also fire a little early, and a sum must not fall
    this.told = Math.max(this.told, this.sum + this.summed())
    return {
      name: "nodejs_eventloop_lag_seconds",
      help: "How late the event loop is: quantiles of the last 15 seconds, 1 is the longest.",
      type: "summary",
      samples: [
        {
          labels: {},
          quantiles: this.window.length > 0 ? this.window : this.quantiles(),
          count: this.count + this.histogram.count,
          sum: this.told
        }
      ]
    }
  }

  private quantiles(): Quantiles["quantiles"] {
    if (this.histogram.count === 0) return []
    return QUANTILES.map((quantile) => [quantile, lag(this.histogram.percentile(quantile * 100))])
  }

  /** The mean of nothing is not a number. */
  private summed(): number {
    const { count, mean } = this.histogram
    return count === 0 ? 0 : lag(mean) * count
  }

  /** Watches while the scope is open. */
  static readonly layer = Layer.effectDiscard(
    Effect.gen(function* () {
      const vitals = yield* Vitals
      const histogram = yield* Effect.acquireRelease(
        Effect.sync(() => {
          const made = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
          made.enable()
          return made
        }),
        (made) => Effect.sync(() => made.disable())
      )
      const watch = new EventLoopLag(histogram)
      yield* vitals.register(() => [watch.read()])
      yield* Effect.sync(() => watch.turn()).pipe(
        Effect.schedule(Schedule.fixed(WINDOW_MS)),
        Effect.andThen(Effect.never),
        supervise("event loop lag")
      )
    })
  )
}
