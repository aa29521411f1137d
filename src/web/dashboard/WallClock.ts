/** What the clock on the wall of a zone shows, as `<input type="datetime-local">` has it, and the moments it shows it at. */
import type { Zone } from "../../domain/Zone.ts"

const DAY = 86_400_000

/** `2026-03-29T03:00`. */
export const wallTime = (ms: number, zone: Zone): string => zone.iso(ms).slice(0, 16)

/**
 * The moment at which the clock shows it. One that it shows twice is the first of both; one that it skips is as much later as the clock was
 * put forward. Nothing where the text is no time.
 */
export const momentOf = (text: string, zone: Zone): number | undefined => {
  const utc = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?$/.test(text) ? Date.parse(`${text}Z`) : NaN
  if (Number.isNaN(utc)) return undefined
  const before = zone.offsetAt(utc - DAY)
  const after = zone.offsetAt(utc + DAY)
  for (const offset of [before, after]) {
    if (zone.offsetAt(utc - offset) === offset) return utc - offset
  }
  return utc - before
}
