/** The times of figures as a table. */
import type { FigureTimes } from "./figureTimes.ts"
import { waitNote } from "./report.ts"
import { grouped } from "./Session.ts"
import { figure, table } from "./table.ts"

/** "" when nothing was measured. */
export const analyticsReport = (found: FigureTimes | undefined): string => {
  if (found === undefined) return ""
  const { days, events, messages, times, users, wait } = found
  const name = `${grouped(users)} users × ${days} days, SQLite`
  const lines = times.map(({ bytes, max, median, name: figureName }, index) => [
    index === 0 ? name : "",
    figureName,
    figure(median),
    figure(max),
    figure(bytes / 1024)
  ])
  const note = waitNote(wait)
  const filled = `${grouped(events)} events, ${grouped(messages)} messages of them${note === undefined ? "" : ` (the server ${note})`}.`
  return `figures\n${table(["case", "figure", "p50 ms", "max ms", "KiB"], lines, 2)}\n${filled}`
}
