/** What is measured, as plain data: the one shape that `/metrics`, OTLP and CloudWatch are all written from. */

/** Few and of few values each: never a user, a room or a connection. */
export type Labels = Readonly<Record<string, string>>

export interface Reading {
  readonly labels: Labels
  readonly value: number
}

/** How often a value fell into each bucket. `counts` has one more entry than `bounds`: what lies above the last one. */
export interface Distribution {
  readonly labels: Labels
  /** Upper bounds, inclusive, ascending, in the family's unit. */
  readonly bounds: ReadonlyArray<number>
  readonly counts: ReadonlyArray<number>
  readonly sum: number
}

/** Quantiles (0 to 1) of the recent past beside count and sum since the start. */
export interface Quantiles {
  readonly labels: Labels
  readonly quantiles: ReadonlyArray<readonly [quantile: number, value: number]>
  readonly count: number
  readonly sum: number
}

/**
 * Everything measured under one name. Names are Prometheus': base units, `_seconds` and `_bytes`, `_total` for counters, `_info` for a
 * constant 1 whose labels tell. `help` is one sentence for operators.
 */
export type MetricFamily = { readonly name: string; readonly help: string } & (
  | { readonly type: "counter" | "gauge"; readonly samples: ReadonlyArray<Reading> }
  | { readonly type: "histogram"; readonly samples: ReadonlyArray<Distribution> }
  | { readonly type: "summary"; readonly samples: ReadonlyArray<Quantiles> }
)

export type Unit = "seconds" | "bytes" | "count"

/** What a family counts in, which its name ends with. */
export const unitOf = (name: string): Unit => {
  const base = name.endsWith("_total") ? name.slice(0, -"_total".length) : name
  return base.endsWith("_seconds") ? "seconds" : base.endsWith("_bytes") ? "bytes" : "count"
}

/** A family with one series and no labels. */
export const plain = (type: "counter" | "gauge", name: string, help: string, value: number): MetricFamily => ({
  name,
  help,
  type,
  samples: [{ labels: {}, value }]
})
