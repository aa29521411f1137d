/** What durability may cost, against the medians of the same run. */
import type { Goal } from "./goals.ts"
import type { HistoryRow, Past } from "./PastRow.ts"
import type { Figures, Row } from "./Row.ts"
import { type Durability, durabilityName, durabilityRates, grouped } from "./Session.ts"
import { figure } from "./table.ts"

const maxAckRatio = 1.3
const maxAckMillis = 10
const maxReplaySeconds = 5
const maxPageMillis = 10

const judged = (goal: string, measured: string, value: number, met: boolean | null): Goal =>
  Number.isNaN(value) ? { goal, measured: "not measured", met: null } : { goal, measured, met }

const pages = (history: HistoryRow | undefined): ReadonlyArray<Goal> => {
  const goal = `p95 of a page < ${maxPageMillis} ms`
  if (history === undefined) return [judged(`history: ${goal}`, "", Number.NaN, null)]
  const name = `history of ${grouped(history.messages)}`
  return history.walks.map(({ direction, limit, p95 }) =>
    judged(`${name}, ${limit} ${direction}: ${goal}`, `${figure(p95)} ms`, p95, p95 < maxPageMillis)
  )
}

export const durabilityGoals = (rows: ReadonlyArray<Row>, { history, replay }: Past): ReadonlyArray<Goal> => {
  const own = rows.filter(({ scenario }) => scenario === "durability")
  const find = (rate: number, durability: Durability): Figures | undefined =>
    own.find(({ name, part }) => name === durabilityName(rate) && part === durability)?.median
  const against = (rate: number, pick: (figures: Figures) => number, unit: string) => {
    const of = (durability: Durability): number => {
      const figures = find(rate, durability)
      return figures === undefined ? Number.NaN : pick(figures)
    }
    const journal = of("journal")
    const memory = of("memory")
    const ratio = journal / memory
    return { ratio, measured: `${figure(ratio)} × (${figure(journal)} against ${figure(memory)} ${unit})` }
  }
  const atRate = (rate: number): ReadonlyArray<Goal> => {
    const name = durabilityName(rate)
    const ack = against(rate, ({ ackP50 }) => ackP50, "ms")
    const cpu = against(rate, ({ cpuPerMessage }) => cpuPerMessage, "µs")
    const p99 = find(rate, "journal")?.ackP99 ?? Number.NaN
    return [
      judged(
        `${name}: journal's ack p50 ≤ ${maxAckRatio} × memory's`,
        ack.measured,
        ack.ratio,
        ack.ratio <= maxAckRatio
      ),
      judged(`${name}: journal's ack p99 < ${maxAckMillis} ms`, `${figure(p99)} ms`, p99, p99 < maxAckMillis),
      judged(`${name}: journal's CPU per message beside memory's`, cpu.measured, cpu.ratio, null)
    ]
  }
  const listening = replay?.listeningSeconds ?? Number.NaN
  const opened = replay?.openSeconds ?? Number.NaN
  const faults = own.flatMap((row) => Object.values(row.faults)).reduce((sum, count) => sum + count, 0)
  const unread = (replay?.lost ?? 0) + (history?.walks ?? []).reduce((sum, walk) => sum + walk.faults, 0)
  const checked = replay !== undefined && history !== undefined
  return [
    ...durabilityRates.flatMap(atRate),
    judged(
      `a journal of ${replay === undefined ? "1,000,000" : grouped(replay.messages)}: replayed and listening in < ${maxReplaySeconds} s`,
      `${figure(listening)} s (the journal alone ${figure(opened)} s)`,
      listening,
      listening < maxReplaySeconds
    ),
    ...pages(history),
    judged(
      "every message acknowledged once, delivered once and in order",
      `${faults} faults in ${own.length} cases`,
      own.length === 0 ? Number.NaN : faults,
      faults === 0
    ),
    judged(
      "every kept message replayed, and on one page of each walk",
      `${unread} faults`,
      checked ? unread : Number.NaN,
      unread === 0
    )
  ]
}
