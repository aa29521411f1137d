/** What it may cost to keep users in bounds, by windows that were measured in turn. */
import type { Goal } from "../goals.ts"
import { compared, ratioOf } from "../pairs.ts"
import type { PhaseResult } from "../Phase.ts"
import type { Row } from "../Row.ts"
import { type Guarding, guardingNames } from "../Session.ts"
import { figure } from "../table.ts"

const mostCost = 1.1

const judged = (goal: string, measured: string, value: number, met: boolean | null): Goal =>
  Number.isNaN(value) ? { goal, measured: "not measured", met: null } : { goal, measured, met }

export const limitsGoals = (rows: ReadonlyArray<Row>): ReadonlyArray<Goal> => {
  const own = rows.filter(({ scenario }) => scenario === "limits")
  const roundsOf = (name: string, guarding: Guarding): ReadonlyArray<PhaseResult> =>
    own.find((row) => row.name === name && row.part === guarding)?.rounds ?? []
  const against = (name: string, pick: (result: PhaseResult) => number) =>
    compared(roundsOf(name, "on").map(pick), roundsOf(name, "off").map(pick))
  const costs = guardingNames.flatMap((name) => {
    const cpu = against(name, ({ deliveries, serverCpu }) => (serverCpu ?? Number.NaN) / deliveries)
    const rate = against(name, ({ perSecond }) => perSecond)
    return [
      judged(
        `${name}: CPU per delivery with everything on ≤ ${mostCost} × with everything off`,
        `${ratioOf(cpu)} (${figure(cpu.on)} against ${figure(cpu.off)} µs)`,
        cpu.ratio,
        cpu.ratio <= mostCost
      ),
      judged(
        `${name}: deliveries/s with everything on ≥ 1 ÷ ${mostCost} × with everything off`,
        `${ratioOf(rate)} (${figure(Math.round(rate.on))} against ${figure(Math.round(rate.off))})`,
        rate.ratio,
        rate.ratio >= 1 / mostCost
      )
    ]
  })
  const faults = own.flatMap((row) => Object.values(row.faults)).reduce((sum, count) => sum + count, 0)
  const unrefreshed = guardingNames.flatMap((name) => roundsOf(name, "on")).filter(({ refreshed }) => refreshed === 0)
  return [
    ...costs,
    judged(
      "every message delivered once and in order, guarded or not, and tokens renewed in every guarded window",
      `${faults} faults in ${own.length} cases, ${unrefreshed.length} windows without`,
      own.length === 0 ? Number.NaN : faults,
      faults + unrefreshed.length === 0
    )
  ]
}
