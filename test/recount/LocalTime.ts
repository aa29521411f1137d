/**
 * The local clock of a time zone, read off what `Intl` prints for a moment. Moments are milliseconds since 1970; local days are numbered
 * from 1970-01-01. A zone is asked once for each quarter of an hour: clocks change at whole quarters.
 */

const MINUTE = 60_000
const QUARTER = 15 * MINUTE
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Half-open, milliseconds since 1970. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

export type BucketSize = "1m" | "15m" | "1h" | "1d"

export class LocalTime {
  private readonly format: Intl.DateTimeFormat
  private readonly offsets = new Map<number, number>()
  private readonly starts = new Map<number, number>()

  constructor(tz: string) {
    this.format = new Intl.DateTimeFormat("en-US", {
      timeZone: tz,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric"
    })
  }

  /** Number of the local day. */
  day(ms: number): number {
    return Math.floor((ms + this.offset(ms)) / DAY)
  }

  /** Of a local day: 0 (Monday) to 6 (Sunday); 1970-01-01 was a Thursday. */
  weekday(day: number): number {
    return (day + 3) % 7
  }

  /** 0 to 23. */
  hour(ms: number): number {
    return Math.floor((ms + this.offset(ms)) / HOUR) % 24
  }

  /** `2026-03-29` */
  date(day: number): string {
    return new Date(day * DAY).toISOString().slice(0, 10)
  }

  /** `2026-03-29T03:00:00.000+02:00` */
  iso(ms: number): string {
    const offset = this.offset(ms)
    const distance = new Date(Math.abs(offset)).toISOString().slice(11, 16)
    return `${new Date(ms + offset).toISOString().slice(0, 23)}${offset < 0 ? "-" : "+"}${distance}`
  }

  /** The first moment of a local day; of one that the zone skipped, that of the next. */
  dayStart(day: number): number {
    const known = this.starts.get(day)
    if (known !== undefined) return known
    let at = day * DAY - 15 * HOUR
    while (this.day(at) < day) at += QUARTER
    this.starts.set(day, at)
    return at
  }

  /** Whether the zone had this local day at all. */
  exists(day: number): boolean {
    return this.dayStart(day) < this.dayStart(day + 1)
  }

  /** The local day before this one. */
  dayBefore(day: number): number {
    return this.exists(day - 1) ? day - 1 : this.dayBefore(day - 1)
  }

  /** The local days that overlap a stretch. */
  days({ from, to }: Stretch): ReadonlyArray<number> {
    const days: Array<number> = []
    for (let day = this.day(from); this.dayStart(day) < to; day++) if (this.exists(day)) days.push(day)
    return days
  }

  /** The whole buckets that overlap a stretch. */
  buckets(stretch: Stretch, size: BucketSize): ReadonlyArray<Stretch> {
    if (size === "1d")
      return this.days(stretch).map((day) => ({ from: this.dayStart(day), to: this.dayStart(day + 1) }))
    const step = size === "1m" ? MINUTE : QUARTER
    const begins = size === "1h" ? (at: number) => this.beginsHour(at) : () => true
    const buckets: Array<Stretch> = []
    let from = Math.floor(stretch.from / step) * step
    while (!begins(from)) from -= step
    while (from < stretch.to) {
      let to = from + step
      while (!begins(to)) to += step
      buckets.push({ from, to })
      from = to
    }
    return buckets
  }

  /** Whether the clock shows a full hour, or was changed just now. */
  private beginsHour(at: number): boolean {
    return (at + this.offset(at)) % HOUR === 0 || this.offset(at) !== this.offset(at - QUARTER)
  }

  /** What to add to a moment to read the local time off it. */
  private offset(ms: number): number {
    const quarter = Math.floor(ms / QUARTER) * QUARTER
    const known = this.offsets.get(quarter)
    if (known !== undefined) return known
    const parts = new Map(this.format.formatToParts(quarter).map(({ type, value }) => [type, Number(value)]))
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type)!
    const local = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"))
    this.offsets.set(quarter, local - quarter)
    return local - quarter
  }
}
