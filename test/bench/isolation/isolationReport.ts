/** What healthy clients noticed of attacks, and what is left of them, as tables. */
import { waitNote } from "../report.ts"
import { figure, percent, table } from "../table.ts"
import type { IsolationRow } from "./IsolationRow.ts"

const mebibytes = (bytes: number): string => figure(bytes / 2 ** 20)

/** Shares of the time above which the clients' own core may have made latencies longer than they were. */
const muchWaiting = 0.05
const busyGenerator = 0.85

const notesOn = (row: IsolationRow): string => {
  const waited = waitNote(row.serverWait)
  return [
    row.generatorBusy > busyGenerator ? `GENERATOR ${percent(row.generatorBusy)} BUSY` : undefined,
    row.generatorWait > muchWaiting ? `generator waited ${percent(row.generatorWait)} for its core` : undefined,
    waited === undefined ? undefined : `server ${waited}`,
    row.overloaded > 0 ? `${row.overloaded} messages refused` : undefined,
    row.closed > 0 ? `${row.closed} healthy clients closed` : undefined,
    row.faults > 0 ? `FAULTS ${row.faults}` : undefined
  ]
    .filter((note) => note !== undefined)
    .join("; ")
}

const told = (perSecond: number): string => (perSecond > 0 ? figure(Math.round(perSecond)) : "–")

/** "" when nothing was measured. */
export const isolationReport = (rows: ReadonlyArray<IsolationRow>): string => {
  if (rows.length === 0) return ""
  let before = ""
  const lines = rows.map((row) => {
    const shown = row.crowd === before ? "" : row.crowd
    before = row.crowd
    return [
      shown,
      row.attack,
      `${figure(row.calmP50)} / ${figure(row.calmP99)}`,
      `${figure(row.attackedP50)} / ${figure(row.attackedP99)}`,
      Number.isFinite(row.ratio) ? `${row.ratio.toFixed(1)} ×` : "nothing arrived",
      [row.before, row.during, row.after].map(({ resident }) => mebibytes(resident)).join(" · "),
      [row.before, row.after].map(({ held }) => mebibytes(held)).join(" · "),
      [row.before, row.during, row.after].map(({ descriptors }) => String(descriptors)).join(" · "),
      percent(row.serverBusy),
      percent(row.generatorBusy),
      percent(row.attackersBusy),
      told(row.frames),
      told(row.entered),
      told(row.refused),
      notesOn(row)
    ]
  })
  const head = [
    "case",
    "attack",
    "calm p50 / p99 ms",
    "attacked p50 / p99 ms",
    "p99",
    "RSS MiB",
    "held MiB",
    "descriptors",
    "server CPU",
    "generator CPU",
    "attackers CPU",
    "frames sent/s",
    "entered/s",
    "refused/s",
    "notes"
  ]
  return [
    "isolation",
    table(head, lines, 2),
    "RSS and descriptors are before · at most during · after; RSS before and after, and what is held, once garbage is collected.",
    "Attackers have the generator's core when the generator does not want it."
  ].join("\n")
}
