/** The rows of a scenario as a table, with a note on whatever makes a row less than it seems. */
import type { Scenario } from "./Options.ts"
import { figure, percent, table } from "./table.ts"
import type { Faults, Row } from "./Row.ts"

/** From here on a row may tell about the load generator instead of the server. */
const busyGenerator = 0.85

/** Something else ran on the server's core: latencies and rates are worse than they would be on a quiet machine. */
const busyNeighbour = 0.05

/** What to say of a server that could have run and had no core for this share of the time; nothing where it is small. */
export const waitNote = (share: number): string | undefined =>
  share > busyNeighbour ? `waited ${percent(share)} of the time for its core` : undefined

const faultsIn = (faults: Faults): ReadonlyArray<string> =>
  Object.entries(faults)
    .filter(([, count]) => count > 0)
    .map(([fault, count]) => `${fault.toUpperCase()} ${count}`)

const notesOn = (row: Row): string => {
  const { median, faults } = row
  const notes: Array<string> = []
  if (median.generatorBusy > busyGenerator) notes.push(`GENERATOR ${percent(median.generatorBusy)} BUSY`)
  const waited = waitNote(median.serverWait)
  if (waited !== undefined) notes.push(waited)
  if (median.shareOfOffered < 0.97) notes.push(`overloaded: ${percent(median.shareOfOffered)} of what was offered`)
  if (median.sendLag > 1) notes.push(`sent up to ${figure(median.sendLag)} ms late (p99)`)
  notes.push(...faultsIn(faults))
  if (row.scenario === "idle") notes.push(`${row.pings} pings answered`)
  return notes.join("; ")
}

interface Column {
  readonly title: string
  readonly cell: (row: Row) => string
}

const rate = (title: string): Column => ({ title, cell: ({ median }) => figure(Math.round(median.perSecond)) })
const serverBusy: Column = { title: "server CPU", cell: ({ median }) => percent(median.serverBusy) }
const generatorBusy: Column = { title: "generator CPU", cell: ({ median }) => percent(median.generatorBusy) }
const notes: Column = { title: "notes", cell: notesOn }
const cpu: Column = { title: "CPU µs/delivery", cell: ({ median }) => figure(median.cpuPerDelivery) }

const traffic: ReadonlyArray<Column> = [
  rate("deliveries/s"),
  cpu,
  { title: "p50 ms", cell: ({ median }) => figure(median.p50) },
  { title: "p95 ms", cell: ({ median }) => figure(median.p95) },
  { title: "p99 ms", cell: ({ median }) => figure(median.p99) },
  serverBusy,
  generatorBusy,
  notes
]

const columns: Record<Scenario, ReadonlyArray<Column>> = {
  generator: [
    rate("frames/s"),
    { title: "frames/s at 100 %", cell: ({ median }) => figure(Math.round(median.perSecond / median.generatorBusy)) },
    serverBusy,
    generatorBusy,
    { title: "notes", cell: ({ faults }) => faultsIn(faults).join("; ") }
  ],
  fanout: traffic,
  rate: traffic,
  rooms: traffic,
  mixed: traffic,
  analytics: traffic,
  isolation: traffic,
  limits: traffic,
  durability: [
    rate("deliveries/s"),
    { title: "CPU µs/message", cell: ({ median }) => figure(median.cpuPerMessage) },
    { title: "ack p50 ms", cell: ({ median }) => figure(median.ackP50) },
    { title: "ack p99 ms", cell: ({ median }) => figure(median.ackP99) },
    { title: "p50 ms", cell: ({ median }) => figure(median.p50) },
    { title: "p99 ms", cell: ({ median }) => figure(median.p99) },
    { title: "RSS MiB", cell: ({ median }) => figure(median.resident / 2 ** 20) },
    serverBusy,
    generatorBusy,
    notes
  ],
  idle: [
    { title: "KiB/connection", cell: ({ median }) => figure(median.memoryPerConnection / 1024) },
    serverBusy,
    generatorBusy,
    notes
  ],
  connects: [rate("connections/s"), { ...cpu, title: "CPU µs/connection" }, serverBusy, generatorBusy, notes]
}

export const report = (scenario: Scenario, rows: ReadonlyArray<Row>): string => {
  const cells = columns[scenario]
  let before = ""
  const lines = rows.map((row) => {
    const name = row.part === undefined ? row.name : `${row.name}: ${row.part}`
    const shown = name === before ? "" : name
    before = name
    return [shown, row.peer, ...cells.map(({ cell }) => cell(row))]
  })
  return `${scenario}\n${table(["case", "peer", ...cells.map(({ title }) => title)], lines, 2)}`
}
