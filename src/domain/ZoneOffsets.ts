/**
 * The UTC offset of a zone at any instant, on the grid of UTC quarters. `Intl` is asked at the ends of a UTC day only, and by bisection
 * within a day whose ends differ: no zone has changed twice within six days since 1970, so a day has at most one change.
 */

const QUARTER = 15 * 60_000
const DAY = 24 * 60 * 60_000

/** Days kept at most, about two centuries; a forgotten one costs two questions. */
const KEPT_DAYS = 73_000

/** A UTC day: its offset, and the instant from which another one holds (`Infinity` if none). */
interface Offsets {
  readonly offset: number
  readonly change: number
  readonly changed: number
}

export class ZoneOffsets {
  private readonly format: Intl.DateTimeFormat
  private readonly days = new Map<number, Offsets>()

  private constructor(format: Intl.DateTimeFormat) {
    this.format = format
  }

  /** Nothing for a name that `Intl` does not know. */
  static of(name: string): ZoneOffsets | undefined {
    try {
      return new ZoneOffsets(new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" }))
    } catch (error) {
      if (error instanceof RangeError) return undefined
      throw error
    }
  }

  /** Milliseconds that local time is ahead of UTC, a multiple of 15 minutes. */
  at(ms: number): number {
    const day = this.day(Math.floor(ms / DAY))
    return ms < day.change ? day.offset : day.changed
  }

  /** The first change of the offset after an instant, if it comes within a day; else an instant at least a day later. */
  nextChange(ms: number): number {
    const number = Math.floor(ms / DAY)
    const today = this.day(number).change
    if (ms < today && today !== Infinity) return today
    const tomorrow = this.day(number + 1).change
    return tomorrow === Infinity ? (number + 2) * DAY : tomorrow
  }

  /** The last change at or before an instant, if it came within a day; else an instant at least a day earlier. */
  lastChange(ms: number): number {
    const number = Math.floor(ms / DAY)
    const today = this.day(number).change
    if (today <= ms) return today
    const yesterday = this.day(number - 1).change
    return yesterday === Infinity ? (number - 1) * DAY : yesterday
  }

  private day(number: number): Offsets {
    const known = this.days.get(number)
    if (known !== undefined) return known
    const start = number * DAY
    const end = start + DAY
    const offset = this.ask(start)
    const changed = this.ask(end)
    let change = Infinity
    if (offset !== changed) {
      let before = start
      change = end
      while (change - before > QUARTER) {
        const middle = Math.floor((before + change) / 2 / QUARTER) * QUARTER
        if (this.ask(middle) === offset) before = middle
        else change = middle
      }
    }
    const made = { offset, change, changed }
    if (this.days.size >= KEPT_DAYS) this.days.clear()
    this.days.set(number, made)
    return made
  }

  /** What `Intl` says, such as `1/1/1970, GMT-00:44:30`, with nothing after `GMT` for none, rounded to the quarter. */
  private ask(ms: number): number {
    const [, sign, hours, minutes, seconds = "0"] = OFFSET.exec(this.format.format(ms)) ?? []
    if (sign === undefined) return 0
    const offset = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
    // adding 0 makes -0 a plain 0
    return Math.round((sign === "-" ? -offset : offset) / QUARTER) * QUARTER + 0
  }
}

const OFFSET = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/
