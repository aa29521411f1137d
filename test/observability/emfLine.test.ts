import { assert, describe, it } from "@effect/vitest"
import { emfLine } from "../../src/observability/emfLine.ts"
import { type MetricFamily, plain } from "../../src/observability/MetricFamily.ts"
import { checkEmf } from "./checkEmf.ts"

const options = { service: "chat", version: "1.2.3", at: 1_795_000_000_123 }
const told = (now: ReadonlyArray<MetricFamily>, before: ReadonlyArray<MetricFamily> = []) =>
  checkEmf(emfLine(now, before, options))

const ended = (normal: number, slow: number): MetricFamily => ({
  name: "chat_disconnects_total",
  help: "Ended.",
  type: "counter",
  samples: [
    { labels: { code: "1000" }, value: normal },
    { labels: { code: "4001" }, value: slow }
  ]
})

const took = (...counts: ReadonlyArray<number>): MetricFamily => ({
  name: "took_seconds",
  help: "How long.",
  type: "histogram",
  samples: [{ labels: {}, bounds: [0.1, 1, 10], counts, sum: 1 }]
})

describe("a line for CloudWatch", () => {
  it("is in its format, with the service as the only dimension", () => {
    const { at, directives, root } = told([plain("gauge", "chat_rooms", "Rooms.", 4)])
    assert.strictEqual(at, options.at)
    assert.deepEqual(directives, [
      { Namespace: "Hubbub", Dimensions: [["service"]], Metrics: [{ Name: "chat_rooms", Unit: "Count" }] }
    ])
    assert.deepInclude(root, { service: "chat", version: "1.2.3", chat_rooms: 4 })
  })

  it("tells by how much counters have grown, all their series together", () => {
    const { root } = told([ended(10, 5)], [ended(7, 1)])
    assert.strictEqual(root["chat_disconnects_total"], 7)
    assert.strictEqual(told([ended(10, 5)]).root["chat_disconnects_total"], 15)
  })

  it("takes a counter that fell for one that began anew", () => {
    assert.strictEqual(told([ended(2, 1)], [ended(70, 10)]).root["chat_disconnects_total"], 3)
  })

  it("tells count and percentiles of what a histogram got since the line before", () => {
    const { root, units } = told([took(1000, 50, 50, 1)], [took(1000, 0, 0, 1)])
    assert.strictEqual(root["took_seconds_count"], 100)
    assert.closeTo(Number(root["took_seconds_p50"]), 1, 1e-9)
    assert.closeTo(Number(root["took_seconds_p99"]), 9.82, 1e-9)
    assert.strictEqual(units.get("took_seconds_p50"), "Seconds")
    // beyond the last bound nothing is known but that
    assert.strictEqual(told([took(0, 0, 0, 3)]).root["took_seconds_p50"], 10)
  })

  it("has no percentiles of nothing", () => {
    const { root, units } = told([took(5, 5, 5, 5)], [took(5, 5, 5, 5)])
    assert.strictEqual(root["took_seconds_count"], 0)
    assert.isFalse(units.has("took_seconds_p50"))
    assert.notProperty(root, "took_seconds_p50")
  })

  it("names the quantiles of a summary", () => {
    const lag: MetricFamily = {
      name: "lag_seconds",
      help: "Lag.",
      type: "summary",
      samples: [
        {
          labels: {},
          quantiles: [
            [0.5, 0.001],
            [0.99, 0.02],
            [1, 0.3]
          ],
          count: 4,
          sum: 1
        }
      ]
    }
    const { root } = told([lag])
    assert.deepInclude(root, { lag_seconds_p50: 0.001, lag_seconds_p99: 0.02, lag_seconds_max: 0.3 })
  })

  it("leaves out what is no number, what has no sample and what never changes", () => {
    const { units } = told([
      plain("gauge", "chat_rooms", "Rooms.", 1),
      plain("gauge", "some_bytes", "Bytes.", NaN),
      plain("gauge", "chat_build_info", "Build.", 1),
      plain("gauge", "process_start_time_seconds", "Start.", 1),
      { name: "chat_analytics_computed_at_seconds", help: "When.", type: "gauge", samples: [] }
    ])
    assert.deepEqual(Array.from(units.keys()), ["chat_rooms"])
  })

  it("goes on in another directive where one is full", () => {
    const many = Array.from({ length: 250 }, (_, n) => plain("gauge", `gauge_${n}`, "Some.", n))
    const { directives, units } = told(many)
    assert.deepEqual(
      directives.map(({ Metrics }) => Metrics.length),
      [100, 100, 50]
    )
    assert.strictEqual(units.size, 250)
  })
})
