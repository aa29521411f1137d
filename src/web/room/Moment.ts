/** Times as they are shown: in the place and the language of who reads. */

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" })
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" })
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" })
const dayAndYear = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric"
})
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" })

/** `10:32` */
export const clockTime = (timestamp: string): string => clock.format(new Date(timestamp))

/** `Tuesday, 30 December 2025 at 10:32:05` */
export const fullTime = (timestamp: string): string => full.format(new Date(timestamp))

/** The same for all times of one local day, and no other. */
export const dayOf = (timestamp: string): number => {
  const date = new Date(timestamp)
  return (date.getFullYear() * 12 + date.getMonth()) * 31 + date.getDate()
}

const capital = (text: string) => text.charAt(0).toLocaleUpperCase() + text.slice(1)

/** `Today`, `Yesterday`, `Tuesday, 30 December`, and with the year where it is another one. */
export const dayName = (timestamp: string, now: Date = new Date()): string => {
  const date = new Date(timestamp)
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime()
  const that = new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
  // a day may have 23 or 25 hours
  const days = Math.round((that - midnight) / 86_400_000)
  if (days === 0 || days === -1) return capital(relative.format(days, "day"))
  return (date.getFullYear() === now.getFullYear() ? day : dayAndYear).format(date)
}
