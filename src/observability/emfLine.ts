/**
 * Figures of one stretch of time in CloudWatch's embedded metric format: a JSON object on one line, from which CloudWatch Logs makes
 * metrics. The only dimension is the service, so samples of a family are added up.
 */
import { type Distribution, type MetricFamily, unitOf } from "./MetricFamily.ts"

export interface EmfOptions {
  /** Value of the dimension `service`. */
  readonly service: string
  readonly version: string
  /** Unix milliseconds of the end of the stretch. */
  readonly at: number
}

/** CloudWatch takes no more in one directive. */
const DIRECTIVE = 100
const UNITS = { seconds: "Seconds", bytes: "Bytes", count: "Count" } as const
const PERCENTILES = [50, 99] as const

type Figure = readonly [name: string, unit: (typeof UNITS)[keyof typeof UNITS], value: number]

/** Samples of a histogram added up, bucket by bucket. */
const merged = (
  samples: ReadonlyArray<Distribution>
): { bounds: ReadonlyArray<number>; counts: ReadonlyArray<number> } => {
  const { bounds = [], counts = [] } = samples[0] ?? {}
  return { bounds, counts: counts.map((_, i) => samples.reduce((all, sample) => all + (sample.counts[i] ?? 0), 0)) }
}

/** The value that a share of all lies under, drawn evenly within its bucket; the last bound stands for all above it. */
const quantileOf = (bounds: ReadonlyArray<number>, counts: ReadonlyArray<number>, share: number): number => {
  const rank = share * counts.reduce((all, count) => all + count, 0)
  let under = 0
  for (const [index, bound] of bounds.entries()) {
    const count = counts[index] ?? 0
    const from = bounds[index - 1] ?? 0
    if (count > 0 && under + count >= rank) return from + ((bound - from) * (rank - under)) / count
    under += count
  }
  return bounds.at(-1) ?? 0
}

/** A counter that is less than before has begun anew. */
const grown = (now: number, before: number): number => (now < before ? now : now - before)

const total = (family: MetricFamily | undefined): number =>
  family?.type === "counter" ? family.samples.reduce((all, { value }) => all + value, 0) : 0

function* figures(family: MetricFamily, before: MetricFamily | undefined): Iterable<Figure> {
  const { name } = family
  const unit = UNITS[unitOf(name)]
  // what never changes is no metric
  if (name.endsWith("_info") || name === "process_start_time_seconds") return
  switch (family.type) {
    case "counter":
      yield [name, unit, grown(total(family), total(before))]
      return
    case "gauge":
      if (family.samples.length > 0) yield [name, unit, family.samples.reduce((all, { value }) => all + value, 0)]
      return
    case "summary":
      for (const { quantiles } of family.samples.slice(0, 1)) {
        for (const [quantile, value] of quantiles) {
          yield [`${name}_${quantile === 1 ? "max" : `p${quantile * 100}`}`, unit, value]
        }
      }
      return
    case "histogram": {
      const { bounds, counts } = merged(family.samples)
      const earlier = before?.type === "histogram" ? merged(before.samples).counts : []
      const news = counts.map((count, i) => grown(count, earlier[i] ?? 0))
      const count = news.reduce((all, one) => all + one, 0)
      yield [`${name}_count`, "Count", count]
      if (count === 0) return
      for (const percent of PERCENTILES) yield [`${name}_p${percent}`, unit, quantileOf(bounds, news, percent / 100)]
    }
  }
}

/** `before`: the families as they were at the start of the stretch, from which the growth of counters is told. */
export const emfLine = (
  now: ReadonlyArray<MetricFamily>,
  before: ReadonlyArray<MetricFamily>,
  { at, service, version }: EmfOptions
): string => {
  const earlier = new Map(before.map((family) => [family.name, family]))
  const told = now
    .flatMap((family) => Array.from(figures(family, earlier.get(family.name))))
    .filter(([, , value]) => Number.isFinite(value))
  const directives = []
  for (let from = 0; from < told.length; from += DIRECTIVE) {
    directives.push({
      Namespace: "Hubbub",
      Dimensions: [["service"]],
      Metrics: told.slice(from, from + DIRECTIVE).map(([Name, Unit]) => ({ Name, Unit }))
    })
  }
  return JSON.stringify({
    _aws: { Timestamp: at, CloudWatchMetrics: directives },
    service,
    version,
    ...Object.fromEntries(told.map(([name, , value]) => [name, value]))
  })
}
