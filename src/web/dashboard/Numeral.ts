/** Numbers as they are written: exactly, or short where the exact one stands beside. */

const exactly = new Intl.NumberFormat(undefined, { maximumFractionDigits: 20 })
const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 4 })
const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 })
const finePercent = new Intl.NumberFormat(undefined, {
  style: "percent",
  maximumFractionDigits: 3,
  roundingMode: "trunc"
})
const smallPercent = new Intl.NumberFormat(undefined, { style: "percent", maximumSignificantDigits: 1 })
const fewDigits = new Intl.NumberFormat(undefined, { notation: "compact", maximumSignificantDigits: 4 })
const twoDigits = new Intl.NumberFormat(undefined, { notation: "compact", maximumSignificantDigits: 2 })
const change = new Intl.NumberFormat(undefined, {
  style: "percent",
  maximumFractionDigits: 0,
  signDisplay: "exceptZero"
})

/** Every digit there is. From the shortest text that names the number, since its binary expansion goes on for longer. */
export const exact = (value: number): string => {
  const text = String(value)
  return /^-?\d+(?:\.\d+)?$/.test(text) ? exactly.format(text as `${number}`) : text
}

const inUnit = (value: number, unit: string) => `${short.format(value)} ${unit}`

/** `45 s`, `12 min`, `3 h 20 min`. */
export const duration = (seconds: number): string => {
  if (seconds < 120) return inUnit(seconds, "s")
  const minutes = Math.round(seconds / 60)
  if (minutes < 120) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return inUnit(hours / 24, "days")
}

export const share = (value: number): string => {
  // what is not all must not look like it
  const fine = value > 0.99 && value < 1
  // nor what is not nothing
  if (value > 0 && value < 0.0005) return smallPercent.format(value)
  return (fine ? finePercent : percent).format(value)
}

export type Unit = "count" | "number" | "share" | "milliseconds" | "seconds"

const FORMATS: Record<Unit, (value: number) => string> = {
  count: whole.format,
  number: short.format,
  share,
  milliseconds: (value) => (value >= 10_000 ? inUnit(value / 1000, "s") : inUnit(value, "ms")),
  seconds: duration
}

/** What there is no number of is a dash. */
export const brief = (value: number | null, unit: Unit): string => (value === null ? "–" : FORMATS[unit](value))

/** In a place that has no room for more than seven characters, such as beside an axis: `1.728M`. */
export const narrow = (value: number | null, unit: Unit): string => {
  if (value === null || value < 1_000) return brief(value, unit)
  if (unit === "milliseconds") return inUnit(value / 1000, "s")
  return value >= 1_000_000 && (unit === "count" || unit === "number") ? fewDigits.format(value) : brief(value, unit)
}

/** A count in a place for four characters: `12K`. */
export const tiny = (value: number): string => (value < 10_000 ? String(value) : twoDigits.format(value))

/** How a number changed from one period to the next; nothing where there is none to compare with. */
export interface Delta {
  readonly direction: "up" | "down" | "same"
  readonly text: string
}

export const deltaOf = (value: number | null, before: number | null | undefined): Delta | undefined => {
  if (value === null || before === null || before === undefined) return undefined
  if (value === before) return { direction: "same", text: "the same" }
  const direction = value > before ? "up" : "down"
  if (before === 0) return { direction, text: "from none" }
  const by = (value - before) / Math.abs(before)
  if (Math.abs(by) < 0.005) return { direction, text: direction === "up" ? "under +1 %" : "under −1 %" }
  return { direction, text: change.format(by) }
}
