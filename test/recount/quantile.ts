/** Percentiles by sorting. */

/** The smallest of the values that at least `percent` % of them do not exceed; null of none. */
export const quantile = (values: ReadonlyArray<number>, percent: number): number | null =>
  Float64Array.from(values).sort()[Math.max(1, Math.ceil((percent * values.length) / 100)) - 1] ?? null

/** null where there is nothing to divide by. */
export const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)
