/** Where the axis of time is marked: full hours and days of the zone, however its clock is put. */
import type { Zone } from "../../domain/Zone.ts"
import { shownTime } from "./Moment.ts"

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export interface Tick {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly label: string
}

const MINUTES = [1, 2, 5, 10, 15, 30]
const HOURS = [1, 2, 3, 6, 12]
const DAYS = [1, 2, 4, 7, 14, 28, 84, 364]

/** `least`: milliseconds between two marks. */
function* choices(from: number, to: number, least: number, zone: Zone): Generator<ReadonlyArray<number>> {
  const local = (at: number) => at + zone.offsetAt(at)
  if (least < HOUR && to - from <= 2 * DAY) {
    const minutes = zone.buckets(from, to, "1m").map(({ start }) => start)
    for (const step of MINUTES) yield minutes.filter((at) => local(at) % (step * MINUTE) === 0)
  }
  if (least < 20 * HOUR && to - from <= 60 * DAY) {
    const hours = zone.buckets(from, to, "1h").map(({ start }) => start)
    for (const step of HOURS) {
      yield hours.filter((at) => local(at) % HOUR === 0 && zone.hour(at) % step === 0)
    }
  }
  const days = zone.buckets(from, to, "1d").map(({ start }) => start)
  for (const step of DAYS) {
    // from 7 days on, on Mondays
    yield days.filter((at) => (zone.localDay(at) + 3) % step === 0)
  }
}

/** Whether a day of the zone begins then. */
export const isMidnight = (at: number, zone: Zone) => zone.dayStart(zone.localDay(at)) === at

interface Asked {
  /** Half-open, milliseconds since 1970. */
  readonly from: number
  readonly to: number
  /** How many there may be. */
  readonly most: number
  /** Milliseconds of a bucket: nothing is to be told within one. */
  readonly least: number
  readonly zone: Zone
  readonly tz: string
}

export const ticksOf = ({ from, least, most, to, tz, zone }: Asked): ReadonlyArray<Tick> => {
  let found: ReadonlyArray<number> = []
  for (const all of choices(from, to, least, zone)) {
    found = all.filter((at) => at >= from && at <= to)
    if (found.length <= Math.max(1, most)) break
  }
  return found.map((at) => ({ at, label: shownTime(at, isMidnight(at, zone) ? "day" : "time", tz) }))
}
