/** Families as OTLP's `MetricsData`, counted from the start of the process. */
import * as OtlpResource from "effect/observability/OtlpResource"
import type { MetricsData } from "effect/observability/OtlpMetrics"
import {
  type Distribution,
  type Labels,
  type MetricFamily,
  type Quantiles,
  type Reading,
  unitOf
} from "./MetricFamily.ts"

/** Who the figures are of, and the times they span in Unix nanoseconds. */
export interface OtlpFrame {
  readonly resource: OtlpResource.Resource
  readonly scope: { readonly name: string; readonly version: string }
  readonly startedAt: bigint
  readonly now: bigint
}

/** UCUM. Counts have none: receivers would turn the usual `1` into a suffix `_ratio`. */
const UCUM = { seconds: "s", bytes: "By", count: "" } as const
/** AGGREGATION_TEMPORALITY_CUMULATIVE */
const CUMULATIVE = 2

type Metric = MetricsData["resourceMetrics"][number]["scopeMetrics"][number]["metrics"][number]

/** What every point of one export says: its labels, and when. */
type Point = (labels: Labels) => {
  attributes: Array<OtlpResource.KeyValue>
  startTimeUnixNano: string
  timeUnixNano: string
}

const number =
  (point: Point, exact: boolean) =>
  ({ labels, value }: Reading) => ({
    ...point(labels),
    ...(exact && Number.isSafeInteger(value) ? { asInt: value } : { asDouble: value })
  })

const distribution =
  (point: Point) =>
  ({ bounds, counts, labels, sum }: Distribution) => ({
    ...point(labels),
    count: counts.reduce((all, count) => all + count, 0),
    sum,
    bucketCounts: [...counts],
    explicitBounds: [...bounds]
  })

const quantiles =
  (point: Point) =>
  ({ count, labels, quantiles, sum }: Quantiles) => ({
    ...point(labels),
    count,
    sum,
    quantileValues: quantiles.map(([quantile, value]) => ({ quantile, value }))
  })

const metric = (family: MetricFamily, point: Point): Metric => {
  const { help: description, name } = family
  const unit = unitOf(name)
  const described = { name, description, unit: UCUM[unit] }
  if (family.type === "histogram") {
    const dataPoints = family.samples.map(distribution(point))
    return { ...described, histogram: { aggregationTemporality: CUMULATIVE, dataPoints } }
  }
  if (family.type === "summary") return { ...described, summary: { dataPoints: family.samples.map(quantiles(point)) } }
  const dataPoints = family.samples.map(number(point, unit !== "seconds"))
  return family.type === "counter"
    ? { ...described, sum: { aggregationTemporality: CUMULATIVE, isMonotonic: true, dataPoints } }
    : { ...described, gauge: { dataPoints } }
}

export const otlpMetrics = (
  families: Iterable<MetricFamily>,
  { now, resource, scope, startedAt }: OtlpFrame
): MetricsData => {
  const point: Point = (labels) => ({
    attributes: OtlpResource.entriesToAttributes(Object.entries(labels)),
    startTimeUnixNano: String(startedAt),
    timeUnixNano: String(now)
  })
  const metrics = Array.from(families, (family) => metric(family, point))
  return { resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics }] }] }
}
