/** How strongly cells of a map or triangle are coloured: five steps, so that each can be told from the next and what is written on it read. */

export type Level = 0 | 1 | 2 | 3 | 4 | 5

const LEVELS: ReadonlyArray<Level> = [0, 1, 2, 3, 4, 5]

/** 0 for nothing, else by fifths of the largest. */
export const levelOf = (value: number, largest: number): Level => {
  if (value <= 0 || largest <= 0) return 0
  return LEVELS[Math.min(5, Math.max(1, Math.ceil((value / largest) * 5)))] ?? 5
}

export interface HeatCell {
  readonly weekday: number
  readonly hour: number
  readonly messages: number
  /** How many such hours the period has; none: there is nothing to tell. */
  readonly hours: number
  readonly level: Level
}

/** Rows of weekdays, Monday first, of local hours. */
export const heatCells = (
  messages: ReadonlyArray<ReadonlyArray<number>>,
  hours: ReadonlyArray<ReadonlyArray<number>>
): ReadonlyArray<ReadonlyArray<HeatCell>> => {
  const largest = Math.max(0, ...messages.flat())
  return messages.map((row, weekday) =>
    row.map((count, hour) => ({
      weekday,
      hour,
      messages: count,
      hours: hours[weekday]?.[hour] ?? 0,
      level: levelOf(count, largest)
    }))
  )
}
