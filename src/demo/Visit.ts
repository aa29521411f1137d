/** When a person connects on one of their days, for how long, and how each connection ends. */
import { closeReasons } from "../domain/CloseReason.ts"
import type { Dice } from "./Dice.ts"
import { instantOf } from "./HomeZone.ts"
import type { Person } from "./Person.ts"
import { isWeekend, timeOfDay } from "./Rhythm.ts"

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** One connection: open from `at` until `until` (milliseconds since 1970), then closed with `code`. */
export interface Visit {
  readonly person: Person
  readonly at: number
  readonly until: number
  readonly code: number
  /** Share of the person's talk that goes through this connection; little in a tab left open beside another. */
  readonly attention: number
  /** The connection that takes up this one after it was lost. */
  readonly next?: Visit
}

/** 1001 a tab was closed; 1005 and 1006 are what a server notes where there was no code or no close frame. */
const ends = [closeReasons.goingAway.code, closeReasons.normal.code, 1005, 1006, closeReasons.heartbeat.code] as const
const endShares = [50, 34, 5, 8, 3]
const losses = [1006, 1006, closeReasons.heartbeat.code, closeReasons.restart.code, closeReasons.slow.code] as const

const lengthOf = (dice: Dice): number => {
  const kind = dice.roll()
  if (kind < 0.08) return dice.between(0.3, 9.6) * SECOND
  if (kind < 0.14) return dice.between(5, 15) * HOUR
  return Math.min(9 * HOUR, Math.max(12 * SECOND, dice.logNormal(15 * MINUTE, 1.1)))
}

/** One connection, or two where the first is lost on the way. */
const visit = (dice: Dice, person: Person, from: number, length: number, attention: number): Visit => {
  const at = Math.floor(from)
  const until = Math.floor(from + length)
  const whole = { person, at, until, code: ends[dice.weighted(endShares)]!, attention }
  if (length < 2 * MINUTE || !dice.chance(0.13)) return whole
  const lost = Math.floor(dice.between(at + 30 * SECOND, until - 30 * SECOND))
  const back = Math.floor(lost + Math.max(SECOND, dice.logNormal(9 * SECOND, 1.2)))
  const taken = back + SECOND < until ? { next: { ...whole, at: back } } : {}
  return { ...whole, until: lost, code: dice.pick(losses), ...taken }
}

const isAbout = (person: Person, day: number): boolean =>
  person.spells.some(({ from, until }) => day >= from && day < until)

/**
 * The visits that `person` begins on a local day (a day number since 1970-01-01), in no particular order. Some overlap as tabs do,
 * some follow one another within half an hour. `start` is when the days of the person's spells begin to count.
 */
export const visitsOf = (dice: Dice, person: Person, day: number, start: number): ReadonlyArray<Visit> => {
  const frequency = person.frequency * (isWeekend(day) ? 0.7 : 1)
  if (!isAbout(person, day - start / DAY + 0.999) || !dice.chance(frequency)) return []
  const visits: Array<Visit> = []
  for (let count = 1 + dice.count(person.visits - 1); count > 0; count--) {
    let from = instantOf(person.zone, day * DAY + timeOfDay(dice, day))
    let length = lengthOf(dice)
    visits.push(visit(dice, person, from, length, 1))
    if (length > MINUTE && dice.chance(0.18)) {
      const later = from + length * dice.between(0.05, 0.8)
      visits.push(visit(dice, person, later, Math.min(6 * HOUR, length * dice.between(0.2, 1.4)), 0.2))
    }
    while (dice.chance(0.22)) {
      from += length + dice.between(1, 29) * MINUTE
      length = lengthOf(dice) / 2
      visits.push(visit(dice, person, from, length, 1))
    }
  }
  return visits.filter(({ at }) => isAbout(person, (at - start) / DAY))
}

/** The connection of a bot: about a week long, ended by a restart. */
export const botVisit = (dice: Dice, person: Person, from: number): Visit => ({
  person,
  at: Math.floor(from),
  until: Math.floor(from + dice.between(6, 9) * DAY),
  code: closeReasons.goingAway.code,
  attention: 1
})
