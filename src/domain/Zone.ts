/**
 * Local time in an IANA zone, for figures by local hour, day and week. Local time is kept on the grid of UTC quarters that rollups have: an
 * offset is rounded to 15 minutes, and a change of it holds from the first quarter that begins with it. Since 1980 every offset is such a
 * multiple, and since 2012 every change but one (Antarctica/Casey, October 2022) falls on a quarter.
 */
import { ZoneOffsets } from "./ZoneOffsets.ts"

const MINUTE = 60_000
const QUARTER = 15 * MINUTE
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Zones kept ready; making one costs 0.1 ms, and whoever asks names it. */
const KEPT = 64

/** A half-open span, in milliseconds since 1970. */
export interface Bucket {
  readonly start: number
  readonly end: number
}

export type BucketSize = "1m" | "15m" | "1h" | "1d"

/**
 * Instants are milliseconds since 1970 (UTC), local days are numbers of the calendar date counted from 1970-01-01. An instant that a `Date`
 * cannot hold throws a `RangeError`.
 */
export class Zone {
  private static readonly kept = new Map<string, Zone>()
  private readonly offsets: ZoneOffsets

  private constructor(offsets: ZoneOffsets) {
    this.offsets = offsets
  }

  /** The zone of a name, canonical or linked, as `Intl` takes it (in any case; offsets such as `+05:30` too); nothing for other names. */
  static of(name: string): Zone | undefined {
    const key = name.toLowerCase()
    const known = Zone.kept.get(key)
    if (known !== undefined) return known
    const offsets = ZoneOffsets.of(name)
    if (offsets === undefined) return undefined
    const zone = new Zone(offsets)
    for (const oldest of Zone.kept.keys()) {
      if (Zone.kept.size < KEPT) break
      Zone.kept.delete(oldest)
    }
    Zone.kept.set(key, zone)
    return zone
  }

  /** Milliseconds to add to an instant for local time. */
  offsetAt(ms: number): number {
    return this.offsets.at(ms)
  }

  localDay(ms: number): number {
    return Math.floor((ms + this.offsetAt(ms)) / DAY)
  }

  /** Hour of the local clock, 0 to 23. */
  hour(ms: number): number {
    return Math.floor((ms + this.offsetAt(ms)) / HOUR) - this.localDay(ms) * 24
  }

  /** Day of the local week, 0 (Monday) to 6 (Sunday). */
  weekday(ms: number): number {
    return weekdayOf(this.localDay(ms))
  }

  /** The local day of the Monday on or before a local day. */
  weekStart(localDay: number): number {
    return localDay - weekdayOf(localDay)
  }

  /** `YYYY-MM-DD`. */
  dateOf(localDay: number): string {
    return new Date(localDay * DAY).toISOString().slice(0, -14)
  }

  /** Local time with its offset, such as `2026-03-29T03:00:00.000+02:00`. */
  iso(ms: number): string {
    const offset = this.offsetAt(ms)
    const minutes = Math.abs(offset) / MINUTE
    const sign = offset < 0 ? "-" : "+"
    return `${new Date(ms + offset).toISOString().slice(0, -1)}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
  }

  /** The first instant of a local date, which is not midnight where a change skips it; nothing for a date that the zone skipped. */
  dayStart(localDay: number): number | undefined {
    // no offset reaches a day, so local dates lie within the UTC days from the one before to the one after
    let from = (localDay - 1) * DAY
    const last = (localDay + 2) * DAY
    while (from < last) {
      const end = Math.min(this.offsets.nextChange(from), last)
      const midnight = localDay * DAY - this.offsetAt(from)
      const start = Math.max(from, midnight)
      if (start < Math.min(end, midnight + DAY)) return start
      from = end
    }
    return undefined
  }

  /**
   * The buckets that cover `[from, to)`, in order, without gap or overlap; the first and the last are whole buckets, so they may reach
   * beyond. Minutes and quarters are those of UTC. Hours begin where the local clock shows a full hour and wherever the offset changes, so
   * an hour that is repeated is two buckets, and a change by 30 minutes makes one of 30. A day lasts from its first instant to that of the
   * next date there is. How many there are is for the caller to bound.
   */
  buckets(from: number, to: number, size: BucketSize): Array<Bucket> {
    if (size === "1d") return this.days(from, to)
    if (size === "1h") return this.hours(from, to)
    return evenly(from, to, size === "15m" ? QUARTER : MINUTE)
  }

  private hours(from: number, to: number): Array<Bucket> {
    const buckets: Array<Bucket> = []
    for (let at = from; at < to; at = buckets[buckets.length - 1]!.end) {
      const offset = this.offsetAt(at)
      const full = Math.floor((at + offset) / HOUR) * HOUR - offset
      const end = Math.min(full + HOUR, this.offsets.nextChange(at))
      // every bucket but the first starts where the one before ended
      const start = buckets.length === 0 ? Math.max(full, this.offsets.lastChange(at)) : at
      buckets.push({ start, end })
    }
    return buckets
  }

  private days(from: number, to: number): Array<Bucket> {
    const buckets: Array<Bucket> = []
    if (!(from < to)) return buckets
    let day = this.localDay(from)
    let start = this.dayStart(day)
    while (start !== undefined && start < to) {
      let end: number | undefined
      do end = this.dayStart(++day)
      while (end === undefined)
      // where a clock goes back over midnight, an instant of the old date lies in the new day
      if (end > from) buckets.push({ start, end })
      start = end
    }
    return buckets
  }
}

const two = (part: number) => String(part).padStart(2, "0")

/** 1970-01-01 was a Thursday. */
const weekdayOf = (localDay: number) => (((localDay + 3) % 7) + 7) % 7

const evenly = (from: number, to: number, step: number): Array<Bucket> => {
  const buckets: Array<Bucket> = []
  if (!(from < to)) return buckets
  for (let start = Math.floor(from / step) * step; start < to; start += step) buckets.push({ start, end: start + step })
  return buckets
}
