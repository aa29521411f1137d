/** The rows about kept messages as tables. */
import type { HistoryRow, Past, ReplayRow } from "./PastRow.ts"
import { waitNote } from "./report.ts"
import { grouped } from "./Session.ts"
import { figure, table } from "./table.ts"

const replayTable = (row: ReplayRow): string => {
  const notes = (wait: number): string =>
    [waitNote(wait), row.lost > 0 ? `LOST ${row.lost}` : undefined].filter((note) => note !== undefined).join("; ")
  const name = `${grouped(row.messages)} messages in ${grouped(row.rooms)} rooms, ${figure(row.bytes / 2 ** 20)} MiB`
  const lines = [
    [name, "append, a message", `${figure(row.appendMicros)} µs`, "", ""],
    ["", "open the journal", `${figure(row.openSeconds)} s`, "", notes(row.openWait)],
    [
      "",
      "start to listening",
      `${figure(row.listeningSeconds)} s`,
      figure(row.resident / 2 ** 20),
      notes(row.listeningWait)
    ]
  ]
  return `replay\n${table(["case", "step", "time", "RSS MiB", "notes"], lines, 2)}`
}

const historyTable = (row: HistoryRow): string => {
  const name = `one room of ${grouped(row.messages)}, SQLite`
  const lines = row.walks.map((walk, index) => [
    index === 0 ? name : "",
    `${walk.limit} ${walk.direction}`,
    String(walk.pages),
    figure(walk.p50),
    figure(walk.p95),
    figure(walk.max),
    figure(walk.cpuPerPage),
    [waitNote(walk.serverWait), walk.faults > 0 ? `FAULTS ${walk.faults}` : undefined]
      .filter((note) => note !== undefined)
      .join("; ")
  ])
  const head = ["case", "limit", "pages", "p50 ms", "p95 ms", "max ms", "CPU µs/page", "notes"]
  const waited = waitNote(row.putWait)
  const filled = `Filled with ${figure(Math.round(row.rowsPerSecond))} rows/s${waited === undefined ? "" : ` (${waited})`}.`
  return `history\n${table(head, lines, 2)}\n${filled}`
}

/** "" when nothing was measured. */
export const pastReport = ({ history, replay }: Past): string =>
  [replay === undefined ? undefined : replayTable(replay), history === undefined ? undefined : historyTable(history)]
    .filter((part) => part !== undefined)
    .join("\n\n")
