/** Times as they are written, always of the zone that is shown. */

type Style = "time" | "seconds" | "day" | "minute" | "short" | "full" | "weekday" | "zone"

const STYLES: Record<Style, Intl.DateTimeFormatOptions> = {
  time: { hour: "2-digit", minute: "2-digit" },
  seconds: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
  day: { day: "numeric", month: "short" },
  minute: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
  short: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZoneName: "shortOffset" },
  full: {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "shortOffset"
  },
  weekday: { weekday: "short" },
  zone: { timeZoneName: "shortOffset" }
}

const formats = new Map<string, Intl.DateTimeFormat>()

const formatOf = (style: Style, tz: string): Intl.DateTimeFormat => {
  const key = `${style} ${tz}`
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(undefined, { ...STYLES[style], timeZone: tz })
    formats.set(key, format)
  }
  return format
}

/** `at`: milliseconds since 1970, or an instant as text. */
export const shownTime = (at: number | string, style: Exclude<Style, "weekday" | "zone">, tz: string): string =>
  formatOf(style, tz).format(typeof at === "number" ? at : Date.parse(at))

const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g

/** A text of the server, which writes instants in UTC. */
export const withTimesShown = (text: string, tz: string): string =>
  text.replace(INSTANT, (at) => shownTime(at, "full", tz))

/** `2026-03-29` as a date. */
export const shownDate = (date: string): string => formatOf("day", "UTC").format(Date.parse(`${date}T00:00:00Z`))

/** Monday first. 2024-01-01 was one. */
export const WEEKDAYS: ReadonlyArray<string> = Array.from({ length: 7 }, (_, day) =>
  formatOf("weekday", "UTC").format(Date.UTC(2024, 0, 1 + day))
)

/** `GMT+5:30`. */
export const offsetName = (at: number, tz: string): string =>
  formatOf("zone", tz)
    .formatToParts(at)
    .find(({ type }) => type === "timeZoneName")?.value ?? tz

/**
 * From the beginning of a bucket to its end, in milliseconds since 1970: `25 Oct, 21:00 – 22:00`, and of whole days `25 Oct`. Where the
 * clock is put between them the offsets are said, too: else an hour that comes twice would read the same.
 */
export const shownSpan = (start: number, end: number, days: boolean, tz: string): string => {
  if (days) return formatOf("day", tz).formatRange(start, end - 1)
  const [before, after] = [offsetName(start, tz), offsetName(end, tz)]
  if (before === after) return formatOf("minute", tz).formatRange(start, end)
  return `${shownTime(start, "minute", tz)} ${before} – ${shownTime(end, "time", tz)} ${after}`
}
