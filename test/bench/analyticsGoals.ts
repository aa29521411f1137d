/** What counting may cost, and how long figures may take, against the medians of the same run. */
import type { FigureTimes } from "./figureTimes.ts"
import type { Goal } from "./goals.ts"
import type { Figures, Row } from "./Row.ts"
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
  const find = (name: string, counting: Counting): Figures | undefined =>
    own.find((row) => row.name === name && row.part === counting)?.median
  const against = (name: string, pick: (figures: Figures) => number) => {
    const of = (counting: Counting): number => {
      const figures = find(name, counting)
      return figures === undefined ? Number.NaN : pick(figures)
    }
    return { on: of("on"), off: of("off"), ratio: of("on") / of("off") }
  }
  const costs = countingNames.flatMap((name) => {
    const rate = against(name, ({ perSecond }) => Math.round(perSecond))
    const cpu = against(name, ({ cpuPerDelivery }) => cpuPerDelivery)
    return [
      judged(
        `${name}: deliveries/s with analytics ≥ ${leastShare} × without`,
        `${rate.ratio.toFixed(3)} × (${figure(rate.on)} against ${figure(rate.off)})`,
        rate.ratio,
        rate.ratio >= leastShare
      ),
      judged(
        `${name}: CPU per delivery with analytics beside without`,
        `${cpu.ratio.toFixed(3)} × (${figure(cpu.on)} against ${figure(cpu.off)} µs)`,
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
