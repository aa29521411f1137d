/** Who came, stayed, came back and left: growth, retention and the funnel. */
import type { Funnel } from "../../src/analytics/figures/funnel.ts"
import type { Growth } from "../../src/analytics/figures/growth.ts"
import type { Retention } from "../../src/analytics/figures/retention.ts"
import type { Facts } from "./Facts.ts"
import type { LocalTime } from "./LocalTime.ts"
import { visitors } from "./people.ts"
import { ratio } from "./quantile.ts"
import type { View } from "./View.ts"

const DAY = 86_400_000
const EVER = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }

export type Unit = "day" | "week"

/** Local days, or weeks, which are named by their Monday. */
class Periods {
  readonly local: LocalTime
  readonly unit: Unit

  constructor(local: LocalTime, unit: Unit) {
    this.local = local
    this.unit = unit
  }

  of(day: number): number {
    return this.unit === "day" ? day : day - this.local.weekday(day)
  }

  start(period: number): number {
    return this.local.dayStart(period)
  }

  end(period: number): number {
    return this.local.dayStart(period + (this.unit === "day" ? 1 : 7))
  }

  before(period: number): number {
    return this.unit === "day" ? this.local.dayBefore(period) : period - 7
  }

  after(period: number): number {
    if (this.unit === "week") return period + 7
    return this.local.exists(period + 1) ? period + 1 : this.after(period + 1)
  }

  /** Those that overlap the window, whole, and have begun. */
  overlapping(view: View): ReadonlyArray<number> {
    const all = new Set(this.local.days(view).map((day) => this.of(day)))
    return Array.from(all).filter((period) => this.start(period) <= view.computedAt)
  }
}

/** The periods in which each user was engaged. */
const engagedPeriods = ({ facts, local }: View, periods: Periods): Map<string, Set<number>> => {
  const users = new Map<string, Set<number>>()
  for (const timeline of [facts.messages, facts.reactions, facts.readMarks, facts.typing]) {
    for (const { at, userId } of timeline.all) {
      if (!facts.isUser(userId)) continue
      const known = users.get(userId) ?? new Set()
      users.set(userId, known.add(periods.of(local.day(at))))
    }
  }
  return users
}

const first = (periods: ReadonlySet<number>): number => Math.min(...periods)

/** When each user first connected. */
const arrivals = (facts: Facts): Map<string, number> => {
  const arrived = new Map<string, number>()
  for (const { at, userId } of facts.stays.all) if (!arrived.has(userId)) arrived.set(userId, at)
  return arrived
}

/** Users who sent a message in the 24 h that began when they first connected; both ends are within. */
const activatedUsers = (facts: Facts): Set<string> => {
  const arrived = arrivals(facts)
  return new Set(
    facts.messages.all
      .filter(({ at, userId }) => {
        const arrival = arrived.get(userId)
        return arrival !== undefined && at >= arrival && at - arrival <= DAY
      })
      .map(({ userId }) => userId)
  )
}

export const growth = (view: View, unit: Unit): typeof Growth.Type => {
  const { computedAt, facts, local } = view
  const periods = new Periods(local, unit)
  const users = Array.from(engagedPeriods(view, periods), ([userId, all]) => ({ userId, all, first: first(all) }))
  const activated = activatedUsers(facts)
  return {
    periods: periods.overlapping(view).map((period) => {
      const before = periods.before(period)
      const partial = periods.end(period) > computedAt
      const here = users.filter(({ all }) => all.has(period))
      const fresh = here.filter((user) => user.first === period)
      return {
        start: local.iso(periods.start(period)),
        new: fresh.length,
        activated: fresh.filter(({ userId }) => activated.has(userId)).length,
        retained: here.filter(({ all }) => all.has(before)).length,
        resurrected: here.filter((user) => !user.all.has(before) && user.first < period).length,
        churned: partial ? null : users.filter(({ all }) => all.has(before) && !all.has(period)).length,
        partial
      }
    })
  }
}

export const retention = (view: View, unit: Unit): typeof Retention.Type => {
  const { computedAt, local } = view
  const periods = new Periods(local, unit)
  const users = Array.from(engagedPeriods(view, periods).values())
  return {
    cohorts: periods.overlapping(view).map((cohort) => {
      const members = users.filter((all) => first(all) === cohort)
      const size = members.length
      const retained: Array<number | null> = [size]
      const last = unit === "day" ? 31 : 12
      for (let later = periods.after(cohort); retained.length <= last; later = periods.after(later)) {
        if (periods.start(later) > computedAt) break
        const over = periods.end(later) <= computedAt
        retained.push(over ? members.filter((all) => all.has(later)).length : null)
      }
      return {
        start: local.iso(periods.start(cohort)),
        size,
        retained,
        share: retained.map((count) => (count === null ? null : ratio(count, size)))
      }
    })
  }
}

export const funnel = (view: View): typeof Funnel.Type => {
  const { facts, local } = view
  const days = engagedPeriods(view, new Periods(local, "day"))
  const visited = visitors(facts, EVER)
  const activated = activatedUsers(facts)
  const connected = Array.from(arrivals(facts)).filter(([, at]) => at >= view.from && at < view.to)
  const stayed = connected.filter(([userId]) => visited.has(userId))
  const engaged = stayed.filter(([userId]) => days.has(userId))
  const spoke = engaged.filter(([userId]) => activated.has(userId))
  const returned = spoke.filter(([userId, at]) => Math.max(...days.get(userId)!) > local.day(at))
  const step = <S extends string>(step: S, { length }: ReadonlyArray<unknown>) => ({
    step,
    users: length,
    share: ratio(length, connected.length)
  })
  return {
    steps: [
      step("connected", connected),
      step("stayed", stayed),
      step("engaged", engaged),
      step("activated", spoke),
      step("returned", returned)
    ]
  }
}
