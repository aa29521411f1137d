/** What counting may cost, and how long figures may take. */
import type { FigureTimes } from "./figureTimes.ts"
import type { Goal } from "./goals.ts"
import { compared, ratioOf } from "./pairs.ts"
import type { PhaseResult } from "./Phase.ts"
import type { Row } from "./Row.ts"
import { type Counting, countingNames, grouped } from "./Session.ts"
import { figure } from "./table.ts"

const leastShare = 0.97
/** Milliseconds by figure. */
const most: Readonly<Record<string, number>> = {
  series: 50,
  heatmap: 200,
  "retention by day": 200,
  "retention by week": 200
}
const mostOthers = 300

const judged = (goal: string, measured: string, value: number, met: boolean | null): Goal =>
  Number.isNaN(value) ? { goal, measured: "not measured", met: null } : { goal, measured, met }

export const analyticsGoals = (rows: ReadonlyArray<Row>, found: FigureTimes | undefined): ReadonlyArray<Goal> => {
  const own = rows.filter(({ scenario }) => scenario === "analytics")
  const roundsOf = (name: string, counting: Counting): ReadonlyArray<PhaseResult> =>
    own.find((row) => row.name === name && row.part === counting)?.rounds ?? []
  const against = (name: string, pick: (result: PhaseResult) => number) =>
    compared(roundsOf(name, "on").map(pick), roundsOf(name, "off").map(pick))
  const costs = countingNames.flatMap((name) => {
    const rate = against(name, ({ perSecond }) => perSecond)
    const cpu = against(name, ({ deliveries, serverCpu }) => (serverCpu ?? Number.NaN) / deliveries)
    return [
      judged(
        `${name}: deliveries/s with analytics ≥ ${leastShare} × without`,
        `${ratioOf(rate)} (${figure(Math.round(rate.on))} against ${figure(Math.round(rate.off))})`,
        rate.ratio,
        rate.ratio >= leastShare
      ),
      judged(
        `${name}: CPU per delivery with analytics beside without`,
        `${ratioOf(cpu)} (${figure(cpu.on)} against ${figure(cpu.off)} µs)`,
        cpu.ratio,
        null
      )
    ]
  })
  const faults = own.flatMap((row) => Object.values(row.faults)).reduce((sum, count) => sum + count, 0)
  const times = (found?.times ?? []).map(({ median, name }) => {
    const limit = most[name] ?? mostOthers
    const size = `${grouped(found?.users ?? 0)} users × ${found?.days ?? 0} days`
    return judged(`${name} over ${size} < ${limit} ms`, `${figure(median)} ms`, median, median < limit)
  })
  return [
    ...costs,
    ...(times.length > 0 ? times : [judged("figures over HTTP", "", Number.NaN, null)]),
    judged(
      "every message delivered once and in order, counted or not",
      `${faults} faults in ${own.length} cases`,
      own.length === 0 ? Number.NaN : faults,
      faults === 0
    )
  ]
}
