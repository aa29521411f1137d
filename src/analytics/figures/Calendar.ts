/** Local days or weeks as periods that can be counted: each has a key, the number of its local day or of its Monday. */
import type { Zone } from "../../domain/Zone.ts"
import type { Window } from "./Window.ts"
import { wholeBuckets } from "./Window.ts"

export type PeriodUnit = "day" | "week"

export class Calendar {
  private readonly zone: Zone
  private readonly step: 1 | 7
  /** Keys by UTC quarter: users do the same quarters, and a lookup costs a tenth of telling the day. */
  private readonly keys = new Map<number, number>()

  constructor(zone: Zone, unit: PeriodUnit) {
    this.zone = zone
    this.step = unit === "day" ? 1 : 7
  }

  /** Key of the period that a moment, in milliseconds since 1970, lies in. */
  at(ms: number): number {
    const day = this.zone.localDay(ms)
    return this.step === 1 ? day : this.zone.weekStart(day)
  }

  /** Key of the period that a UTC quarter (quarters of an hour since 1970) lies in. */
  ofQuarter(quarter: number): number {
    const known = this.keys.get(quarter)
    if (known !== undefined) return known
    const key = this.at(quarter * 900_000)
    this.keys.set(quarter, key)
    return key
  }

  /** First moment of a period. */
  start(key: number): number {
    // a day that the zone skipped begins where the next one does, and so does a week whose Monday it skipped
    for (let day = key; ; day++) {
      const start = this.zone.dayStart(day)
      if (start !== undefined) return start
    }
  }

  end(key: number): number {
    return this.start(key + this.step)
  }

  next(key: number): number {
    return this.neighbour(key, this.step)
  }

  previous(key: number): number {
    return this.neighbour(key, -this.step)
  }

  /** Keys of the periods that overlap a window, but for those that begin after everything that was counted. */
  overlapping(window: Window): ReadonlyArray<number> {
    return Array.from(new Set(wholeBuckets(window, "1d").map(({ start }) => this.at(start))))
  }

  private neighbour(key: number, step: number): number {
    let other = key + step
    if (this.step === 1) while (this.zone.dayStart(other) === undefined) other += step
    return other
  }
}
