/** What Hubbub has set itself, against the medians of the same run. */
import type { Scenario } from "./Options.ts"
import type { PeerName } from "./Peer.ts"
import type { Figures, Row } from "./Row.ts"
import { fanoutName, rateName } from "./Session.ts"
import { figure } from "./table.ts"

export interface Goal {
  readonly goal: string
  readonly measured: string
  readonly met: boolean | null
}

const judged = (goal: string, measured: string, values: ReadonlyArray<number>, met: boolean): Goal =>
  values.some(Number.isNaN) ? { goal, measured: "not measured", met: null } : { goal, measured, met }

export const goals = (rows: ReadonlyArray<Row>): ReadonlyArray<Goal> => {
  const find = (scenario: Scenario, peer: PeerName, name?: string, part?: string): Figures | undefined =>
    rows.find(
      (row) =>
        row.scenario === scenario &&
        row.peer === peer &&
        (name === undefined || row.name === name) &&
        (part === undefined || row.part === part)
    )?.median
  const cpuRatio = (scenario: Scenario, name: string, least: number): Goal => {
    const own = find(scenario, "hubbub", name)?.cpuPerDelivery ?? Number.NaN
    const other = find(scenario, "socketio", name)?.cpuPerDelivery ?? Number.NaN
    const ratio = other / own
    const measured = `${figure(ratio)} × (${figure(own)} against ${figure(other)} µs)`
    return judged(`${name}: CPU per delivery ≥ ${least} × better than Socket.IO's`, measured, [ratio], ratio >= least)
  }
  const atMost = (goal: string, value: number | undefined, unit: string, most: number): Goal =>
    judged(goal, `${figure(value ?? Number.NaN)} ${unit}`, [value ?? Number.NaN], (value ?? Number.NaN) <= most)
  const own = (name: string): Figures | undefined => find("rate", "hubbub", name)
  const dense = own(rateName(1000, 50))
  const bare = find("rate", "ws", rateName(1000, 25))
  const against = (what: string, value: number | undefined, other: number | undefined): Goal =>
    judged(
      `${rateName(1000, 50)}: ${what} no worse than the bare loop's at half the rate`,
      `${figure(value ?? Number.NaN)} against ${figure(other ?? Number.NaN)} ms`,
      [value ?? Number.NaN, other ?? Number.NaN],
      (value ?? Number.NaN) <= (other ?? Number.NaN)
    )
  const connects = find("connects", "hubbub")?.perSecond ?? Number.NaN
  const otherConnects = find("connects", "socketio")?.perSecond ?? Number.NaN
  const memory = find("idle", "hubbub")?.memoryPerConnection
  const checked = rows.filter(({ peer }) => peer === "hubbub")
  const faults = checked.flatMap((row) => Object.values(row.faults)).reduce((sum, count) => sum + count, 0)
  const smallRoom = rows.find((row) => row.scenario === "mixed" && row.part === "the room of 10")
  const beside = smallRoom?.name ?? "10 beside 5,000"
  const idleName = rows.find((row) => row.scenario === "idle")?.name ?? "idle"
  return [
    cpuRatio("fanout", fanoutName(1000, 16), 10),
    cpuRatio("fanout", fanoutName(1000, 64), 30),
    cpuRatio("rate", rateName(200, 500), 1.5),
    atMost(`${rateName(200, 500)}: p99 ≤ 8 ms`, own(rateName(200, 500))?.p99, "ms", 8),
    against("p50", dense?.p50, bare?.p50),
    against("p99", dense?.p99, bare?.p99),
    atMost(`${rateName(100, 100)}: p50 ≤ 1.5 ms`, own(rateName(100, 100))?.p50, "ms", 1.5),
    atMost(`${rateName(100, 100)}: p99 ≤ 5 ms`, own(rateName(100, 100))?.p99, "ms", 5),
    atMost(
      `${beside}: the room of 10's p99 ≤ 12 ms`,
      find("mixed", "hubbub", undefined, "the room of 10")?.p99,
      "ms",
      12
    ),
    atMost(`${idleName}: ≤ 14 KiB each`, memory === undefined ? undefined : memory / 1024, "KiB", 14),
    judged(
      "connections/s ≥ 1.8 × Socket.IO's",
      `${figure(connects / otherConnects)} × (${figure(connects)} against ${figure(otherConnects)})`,
      [connects / otherConnects],
      connects / otherConnects >= 1.8
    ),
    judged(
      "no loss, no repeat, no reordering, no leak between rooms",
      `${faults} faults in ${checked.length} cases`,
      [checked.length === 0 ? Number.NaN : faults],
      faults === 0
    )
  ]
}
