/** The numbers that a chart draws: where there is none there is a gap, and what is not over yet is drawn apart. */
import type { Zone } from "../../domain/Zone.ts"
import type { Point, Timeseries } from "./Answer.ts"
import { shownSpan } from "./Moment.ts"
import { isMidnight } from "./Ticks.ts"

export type Values = ReadonlyArray<number | null>

/** A bucket on the axis of time; seconds since 1970, as the chart has them. */
export interface Slot {
  readonly start: number
  readonly end: number
  readonly partial: boolean
}

export interface Line {
  readonly label: string
  readonly values: Values
  /** Those of the period before, bucket beside bucket, to be laid over the present ones. */
  readonly before?: Values | undefined
  /** Whether buckets of the period before are cut by it: it ends where the present one begins, which need not be on the hour or day. */
  readonly cut?: ReadonlyArray<boolean> | undefined
}

export const slotsOf = (points: ReadonlyArray<Point>): ReadonlyArray<Slot> =>
  points.map(({ end, partial, start }) => ({ start: Date.parse(start) / 1000, end: Date.parse(end) / 1000, partial }))

/** A figure, and if it is to be compared, that of the period before. */
export const lineOf = (label: string, { points, previous }: Timeseries, compare: boolean): Line => ({
  label,
  values: points.map(({ value }) => value),
  before: compare && previous !== undefined ? points.map((_, i) => previous.points[i]?.value ?? null) : undefined,
  cut: compare ? previous?.points.map(({ partial }) => partial) : undefined
})

/** Those of buckets that are over. */
export const settled = (values: Values, slots: ReadonlyArray<Slot>): Values =>
  values.map((value, i) => (slots[i]?.partial === true ? null : value))

/** Those of buckets that are not, with their neighbours, so that a line leads there. */
export const unsettled = (values: Values, slots: ReadonlyArray<Slot>): Values => {
  const partial = (i: number) => slots[i]?.partial === true
  return values.map((value, i) => (partial(i - 1) || partial(i) || partial(i + 1) ? value : null))
}

/** Those of buckets that are not, alone. */
export const onlyOpen = (values: Values, slots: ReadonlyArray<Slot>): Values =>
  values.map((value, i) => (slots[i]?.partial === true ? value : null))

/** Which bucket a moment lies in, in seconds. */
export const slotAt = (slots: ReadonlyArray<Slot>, at: number | undefined): number | undefined => {
  if (at === undefined) return undefined
  const found = slots.findIndex(({ end, start }) => start <= at && at < end)
  return found < 0 ? undefined : found
}

/** Numbers of values that no line leads to. */
export const isolated = (values: Values): Array<number> => {
  const found: Array<number> = []
  const missing = (i: number) => values[i] === null || values[i] === undefined
  for (let i = 0; i < values.length; i++) if (!missing(i) && missing(i - 1) && missing(i + 1)) found.push(i)
  return found
}

/** Whether there is anything to draw. */
export const isEmpty = (lines: ReadonlyArray<Line>): boolean =>
  lines.every(({ before = [], values }) => [...values, ...before].every((value) => value === null || value === 0))

/** A bucket as it is told, in words. */
export const spanName = ({ end, start }: Slot, zone: Zone, tz: string): string => {
  const [from, to] = [start * 1000, end * 1000]
  return shownSpan(from, to, isMidnight(from, zone) && isMidnight(to, zone), tz)
}

/** Where a value is drawn, in seconds: a line goes through beginnings, a bar stands in the middle. */
export const placeOf = ({ end, start }: Slot, bars: boolean): number => (bars ? (start + end) / 2 : start)

/** What was drawn up from one moment to another, in seconds, as the whole buckets that it touches; milliseconds since 1970. */
export const touched = (
  slots: ReadonlyArray<Slot>,
  from: number,
  to: number
): { readonly from: number; readonly to: number } | undefined => {
  const inside = slots.filter(({ end, start }) => end > from && start < to)
  const [first, last] = [inside[0], inside.at(-1)]
  return first === undefined || last === undefined ? undefined : { from: first.start * 1000, to: last.end * 1000 }
}
