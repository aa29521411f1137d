/** A window onto a history: the facts, the stretch that is asked for, and the local clock it is read by. */
import type { Facts } from "./Facts.ts"
import { type BucketSize, LocalTime, type Stretch } from "./LocalTime.ts"
import { engaged } from "./people.ts"

const MINUTE = 60_000

/** `from` and `to` are milliseconds since 1970, `to` is not in the window any more. */
export interface Asked {
  readonly from: number
  readonly to: number
  readonly tz: string
}

export interface Bucket extends Stretch {
  readonly partial: boolean
}

/** What is worked out once for each zone, since every report needs it. */
export class Zoned {
  readonly local: LocalTime
  private readonly facts: Facts
  private readonly days = new Map<number, ReadonlySet<string>>()

  constructor(facts: Facts, tz: string) {
    this.facts = facts
    this.local = new LocalTime(tz)
  }

  /** Who was engaged on a local day. */
  engagedOn(day: number): ReadonlySet<string> {
    const known = this.days.get(day)
    if (known !== undefined) return known
    const users = engaged(this.facts, { from: this.local.dayStart(day), to: this.local.dayStart(day + 1) })
    this.days.set(day, users)
    return users
  }
}

export class View implements Stretch {
  readonly facts: Facts
  readonly zoned: Zoned
  readonly local: LocalTime
  readonly from: number
  readonly to: number
  readonly computedAt: number

  /** The window is moved outwards to whole minutes if buckets are minutes, and to whole quarters of an hour otherwise. */
  constructor(facts: Facts, zoned: Zoned, { from, to }: Omit<Asked, "tz">, size?: BucketSize) {
    const step = size === "1m" ? MINUTE : 15 * MINUTE
    this.facts = facts
    this.zoned = zoned
    this.local = zoned.local
    this.computedAt = facts.computedAt
    this.from = Math.floor(from / step) * step
    this.to = Math.ceil(to / step) * step
  }

  /** The buckets of the window, the first and the last cut by it, without those that begin later than anything is known of. */
  buckets(size: BucketSize): ReadonlyArray<Bucket> {
    return this.local
      .buckets(this, size)
      .map(({ from, to }) => ({
        from: Math.max(from, this.from),
        to: Math.min(to, this.to),
        partial: from < this.from || to > this.to || to > this.computedAt
      }))
      .filter(({ from }) => from <= this.computedAt)
  }

  /** The local days that overlap the window and have begun. */
  days(): ReadonlyArray<number> {
    return this.local.days(this).filter((day) => this.local.dayStart(day) <= this.computedAt)
  }
}
