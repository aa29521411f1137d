import * as OtlpResource from "effect/observability/OtlpResource"
import { assert, describe, it } from "@effect/vitest"
import { plain } from "../../src/observability/MetricFamily.ts"
import { otlpMetrics } from "../../src/observability/otlpMetrics.ts"

const frame = {
  resource: OtlpResource.make({ serviceName: "chat" }),
  scope: { name: "hubbub", version: "1" },
  startedAt: 1_000_000_000n,
  now: 2_000_000_001n
}
const times = { startTimeUnixNano: "1000000000", timeUnixNano: "2000000001" }

describe("families as OTLP", () => {
  it("are sums, gauges, histograms and summaries, counted from the start", () => {
    const [of] = otlpMetrics(
      [
        plain("counter", "messages_total", "Messages.", 3),
        plain("counter", "cpu_seconds_total", "Time.", 2),
        {
          name: "waiting_bytes",
          help: "Waiting.",
          type: "gauge",
          samples: [{ labels: { where: "journal" }, value: 17 }]
        },
        {
          name: "took_seconds",
          help: "How long.",
          type: "histogram",
          samples: [{ labels: {}, bounds: [0.1, 1], counts: [2, 0, 5], sum: 61.5 }]
        },
        {
          name: "lag_seconds",
          help: "Lag.",
          type: "summary",
          samples: [{ labels: {}, quantiles: [[0.99, 0.02]], count: 4, sum: 1 }]
        }
      ],
      frame
    ).resourceMetrics
    assert.deepEqual(of?.resource, frame.resource)
    assert.deepEqual(of?.scopeMetrics[0]?.scope, frame.scope)
    assert.deepEqual(of?.scopeMetrics[0]?.metrics, [
      {
        name: "messages_total",
        description: "Messages.",
        unit: "",
        sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: [{ attributes: [], ...times, asInt: 3 }] }
      },
      {
        name: "cpu_seconds_total",
        description: "Time.",
        unit: "s",
        sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: [{ attributes: [], ...times, asDouble: 2 }] }
      },
      {
        name: "waiting_bytes",
        description: "Waiting.",
        unit: "By",
        gauge: {
          dataPoints: [{ attributes: [{ key: "where", value: { stringValue: "journal" } }], ...times, asInt: 17 }]
        }
      },
      {
        name: "took_seconds",
        description: "How long.",
        unit: "s",
        histogram: {
          aggregationTemporality: 2,
          dataPoints: [
            { attributes: [], ...times, count: 7, sum: 61.5, bucketCounts: [2, 0, 5], explicitBounds: [0.1, 1] }
          ]
        }
      },
      {
        name: "lag_seconds",
        description: "Lag.",
        unit: "s",
        summary: {
          dataPoints: [
            { attributes: [], ...times, count: 4, sum: 1, quantileValues: [{ quantile: 0.99, value: 0.02 }] }
          ]
        }
      }
    ])
  })
})
