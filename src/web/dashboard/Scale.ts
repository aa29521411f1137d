/** From numbers to places on a chart. */

import type { Unit } from "./Numeral.ts"

export interface YScale {
  /** What the highest place stands for. */
  readonly top: number
  /** Numbers that are marked, from 0. */
  readonly ticks: ReadonlyArray<number>
}

const STEPS = [1, 2, 5, 10]

/** The round number that is nearest above. */
const roundUp = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(value))
  return (STEPS.find((step) => step * power >= value * (1 - 1e-9)) ?? 10) * power
}

/** Seconds, which are read as minutes, hours and days. */
const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400]

const stepOf = (rough: number, unit: Unit): number => {
  if (unit === "count") return Math.max(1, roundUp(rough))
  if (unit !== "seconds" || rough < 1) return roundUp(rough)
  return SECONDS.find((step) => step >= rough) ?? 86_400 * Math.ceil(rough / 86_400)
}

/** Marks from 0 to above the largest number, `count` of them at most, at what is round in its unit. */
export const yScaleOf = (largest: number, count: number, unit: Unit): YScale => {
  const step = stepOf((largest > 0 ? largest : 1) / count, unit)
  const steps = Math.max(1, Math.ceil(largest / step - 1e-9))
  const marks = Array.from({ length: steps + 1 }, (_, i) => Number((i * step).toPrecision(12)))
  return { top: marks.at(-1) ?? 1, ticks: marks }
}

export type Place = (value: number) => number

/** Pixels by value: `from` is at `start`, `to` at `end`. */
export const linear = (from: number, to: number, start: number, end: number): Place => {
  const scale = to === from ? 0 : (end - start) / (to - from)
  return (value) => start + (value - from) * scale
}
