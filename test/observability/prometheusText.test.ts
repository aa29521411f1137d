import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import type { MetricFamily } from "../../src/observability/MetricFamily.ts"
import { PROMETHEUS_TEXT, prometheusText } from "../../src/observability/prometheusText.ts"
import { parsePrometheus, valueIn } from "./parsePrometheus.ts"

const gauge = (help: string, label: string, value: number): MetricFamily => ({
  name: "some_gauge",
  help,
  type: "gauge",
  samples: [{ labels: { label }, value }]
})

describe("the text for Prometheus", () => {
  it("has help, type and a line for each series", () => {
    const text = prometheusText([
      {
        name: "chat_disconnects_total",
        help: "Connections that ended.",
        type: "counter",
        samples: [
          { labels: { code: "1000" }, value: 3 },
          { labels: { code: "other" }, value: 0 }
        ]
      },
      { name: "chat_rooms", help: "Rooms.", type: "gauge", samples: [{ labels: {}, value: 0.5 }] }
    ])
    assert.strictEqual(
      text,
      `# HELP chat_disconnects_total Connections that ended.
# TYPE chat_disconnects_total counter
chat_disconnects_total{code="1000"} 3
chat_disconnects_total{code="other"} 0
# HELP chat_rooms Rooms.
# TYPE chat_rooms gauge
chat_rooms 0.5
`
    )
    assert.match(PROMETHEUS_TEXT, /^text\/plain; version=0\.0\.4/)
  })

  it("adds up the buckets of a histogram, the last of which has everything", () => {
    const text = prometheusText([
      {
        name: "took_seconds",
        help: "How long.",
        type: "histogram",
        samples: [{ labels: { op: "put" }, bounds: [0.1, 1], counts: [2, 0, 5], sum: 61.5 }]
      }
    ])
    assert.strictEqual(
      text,
      `# HELP took_seconds How long.
# TYPE took_seconds histogram
took_seconds_bucket{op="put",le="0.1"} 2
took_seconds_bucket{op="put",le="1"} 2
took_seconds_bucket{op="put",le="+Inf"} 7
took_seconds_sum{op="put"} 61.5
took_seconds_count{op="put"} 7
`
    )
  })

  it("gives the quantiles of a summary beside its sum and count", () => {
    const families = parsePrometheus(
      prometheusText([
        {
          name: "lag_seconds",
          help: "Lag.",
          type: "summary",
          samples: [
            {
              labels: {},
              quantiles: [
                [0.99, 0.02],
                [1, 0.5]
              ],
              count: 4,
              sum: 1
            }
          ]
        }
      ])
    )
    assert.strictEqual(valueIn(families, "lag_seconds", { quantile: "0.99" }), 0.02)
    assert.strictEqual(valueIn(families, "lag_seconds", { quantile: "1" }), 0.5)
    assert.strictEqual(valueIn(families, "lag_seconds_count"), 4)
  })

  it("writes what is no finite number as Prometheus does", () => {
    const written = [Infinity, -Infinity, NaN].map((value) =>
      prometheusText([gauge("x", "y", value)])
        .split(" ")
        .at(-1)
    )
    assert.deepEqual(written, ["+Inf\n", "-Inf\n", "NaN\n"])
  })

  it.effect.prop(
    "is read back as it was meant, whatever help and labels hold",
    { help: Schema.String, label: Schema.String, value: Schema.Finite },
    ({ help, label, value }) =>
      Effect.sync(() => {
        // lines end at line feeds; other line ends are text like any other
        const [family] = parsePrometheus(prometheusText([gauge(help, label, value)]))
        assert.strictEqual(family?.help, help)
        assert.deepEqual(family?.samples[0]?.labels, { label })
        assert.strictEqual(family?.samples[0]?.value, value === 0 ? 0 : value)
      })
  )
})
