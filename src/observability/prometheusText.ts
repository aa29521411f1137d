/** Families in Prometheus' text format, version 0.0.4. */
import type { Distribution, Labels, MetricFamily, Quantiles } from "./MetricFamily.ts"

/** The content type that the text goes by. */
export const PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8"

const escapeHelp = (text: string) => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")
const escapeLabel = (text: string) => escapeHelp(text).replaceAll('"', '\\"')

const numeral = (value: number): string => (value === Infinity ? "+Inf" : value === -Infinity ? "-Inf" : String(value))

const line = (name: string, labels: Labels, value: number): string => {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`)
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${numeral(value)}`
}

function* distribution(name: string, { bounds, counts, labels, sum }: Distribution) {
  let count = 0
  for (const [index, inBucket] of counts.entries()) {
    count += inBucket
    yield line(`${name}_bucket`, { ...labels, le: numeral(bounds[index] ?? Infinity) }, count)
  }
  yield line(`${name}_sum`, labels, sum)
  yield line(`${name}_count`, labels, count)
}

function* quantiles(name: string, { count, labels, quantiles, sum }: Quantiles) {
  for (const [quantile, value] of quantiles) yield line(name, { ...labels, quantile: numeral(quantile) }, value)
  yield line(`${name}_sum`, labels, sum)
  yield line(`${name}_count`, labels, count)
}

function* lines(families: Iterable<MetricFamily>): Iterable<string> {
  for (const family of families) {
    const { help, name, type } = family
    yield `# HELP ${name} ${escapeHelp(help)}`
    yield `# TYPE ${name} ${type}`
    if (type === "histogram") for (const sample of family.samples) yield* distribution(name, sample)
    else if (type === "summary") for (const sample of family.samples) yield* quantiles(name, sample)
    else for (const { labels, value } of family.samples) yield line(name, labels, value)
  }
}

export const prometheusText = (families: Iterable<MetricFamily>): string =>
  Array.from(lines(families), (one) => `${one}\n`).join("")
