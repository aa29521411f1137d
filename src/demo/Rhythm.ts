/** When people are about: the hours of a working day and of a day at the weekend, in their own local time. */
import type { Dice } from "./Dice.ts"
import { type HomeZone, offsetAt } from "./HomeZone.ts"

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** How many come in each local hour from midnight on: a morning, a lunch and an evening peak; one broad late one at the weekend. */
const working = [2, 1, 0.4, 0.2, 0.2, 0.5, 2, 5, 8, 6, 5, 5, 10, 9, 5, 4, 5, 7, 10, 16, 19, 17, 10, 5]
const weekend = [4, 3, 1.5, 0.6, 0.3, 0.2, 0.5, 1, 2, 4, 6, 7, 7, 6, 6, 6, 6, 7, 8, 11, 13, 13, 10, 7]

const BUSIEST = Math.max(...working)

/** Of a day number since 1970-01-01. */
export const isWeekend = (day: number): boolean => ((day % 7) + 7 + 3) % 7 > 4

/** A time of a local day at which somebody comes, in milliseconds from its midnight. */
export const timeOfDay = (dice: Dice, day: number): number =>
  Math.floor((dice.weighted(isWeekend(day) ? weekend : working) + dice.roll()) * HOUR)

/** How lively people in `zone` are at an instant, against the busiest hour of a working day: up to 1. */
export const livelinessAt = (zone: HomeZone, at: number): number => {
  const local = at + offsetAt(zone, at)
  const day = Math.floor(local / DAY)
  const hour = Math.floor((local - day * DAY) / HOUR)
  return (isWeekend(day) ? weekend : working)[hour]! / BUSIEST
}
