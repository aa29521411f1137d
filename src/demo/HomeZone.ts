/**
 * Where the people of a made-up history live. The rules of summer time are written out here, as they stand since 2022, because the
 * zone data of two machines may differ; figures are computed with the machine's own.
 */

const MINUTE = 60_000
const DAY = 86_400_000

interface Summer {
  readonly from: number
  readonly until: number
}

interface Rule {
  readonly standard: number
  /** The hour of summer time in a year, in UTC; none where clocks do not change. */
  readonly summer?: (year: number, standard: number) => Summer
}

/** The `nth` Sunday of a month (0 = January) at 00:00 UTC; 0 is the last one of the month before. */
const sunday = (year: number, month: number, nth: number): number => {
  const first = Date.UTC(year, month, 1)
  // 1970-01-01 was a Thursday
  const weekday = (first / DAY + 4) % 7
  return first + (((7 - weekday) % 7) + 7 * (nth - 1)) * DAY
}

const european = (year: number): Summer => ({
  from: sunday(year, 3, 0) + 60 * MINUTE,
  until: sunday(year, 10, 0) + 60 * MINUTE
})

/** Clocks change at two in the morning, local time. */
const american = (year: number, standard: number): Summer => ({
  from: sunday(year, 2, 2) + 120 * MINUTE - standard,
  until: sunday(year, 10, 1) + 60 * MINUTE - standard
})

const rules = {
  "Europe/Berlin": { standard: 60 * MINUTE, summer: european },
  "America/New_York": { standard: -300 * MINUTE, summer: american },
  "America/St_Johns": { standard: -210 * MINUTE, summer: american },
  "Asia/Kolkata": { standard: 330 * MINUTE },
  "Pacific/Apia": { standard: 780 * MINUTE },
  UTC: { standard: 0 }
} satisfies Record<string, Rule>

export type HomeZone = keyof typeof rules

const ruleOf = (zone: HomeZone): Rule => rules[zone]

const summers = new Map<HomeZone, Map<number, Summer>>()

/** Milliseconds to add to `at` (UTC) for the local time of `zone`. */
export const offsetAt = (zone: HomeZone, at: number): number => {
  const { standard, summer } = ruleOf(zone)
  if (summer === undefined) return standard
  let years = summers.get(zone)
  if (years === undefined) summers.set(zone, (years = new Map()))
  const year = new Date(at).getUTCFullYear()
  let span = years.get(year)
  if (span === undefined) years.set(year, (span = summer(year, standard)))
  return at >= span.from && at < span.until ? standard + 60 * MINUTE : standard
}

/** The instant of a local time, given as if it were UTC. One that the clocks skip is read as an hour later, of two alike the second is taken. */
export const instantOf = (zone: HomeZone, local: number): number => {
  const winter = local - ruleOf(zone).standard
  const offset = offsetAt(zone, winter)
  const at = local - offset
  return offsetAt(zone, at) === offset ? at : winter
}
