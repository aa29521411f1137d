/** How much others may notice of an attack, and what may be left of it. */
import type { Goal } from "../goals.ts"
import { figure } from "../table.ts"
import type { IsolationRow } from "./IsolationRow.ts"

const mostRatio = 3
/** Share by which memory may differ afterwards. */
const mostLeft = 0.1

const judged = (goal: string, measured: string, value: number, met: boolean): Goal =>
  Number.isNaN(value) ? { goal, measured: "not measured", met: null } : { goal, measured, met }

const mebibytes = (bytes: number): string => figure(bytes / 2 ** 20)

export const isolationGoals = (rows: ReadonlyArray<IsolationRow>): ReadonlyArray<Goal> => {
  if (rows.length === 0) {
    return [{ goal: `p99 under attack ≤ ${mostRatio} × without`, measured: "not measured", met: null }]
  }
  const overloaded = rows.reduce((sum, row) => sum + row.overloaded, 0)
  const faults = rows.reduce((sum, row) => sum + row.faults + row.closed, 0)
  const lasting = rows.filter(({ after, before }) => after.descriptors > before.descriptors)
  return [
    ...rows.map(({ attack, attackedP99, calmP99, crowd, ratio }) =>
      judged(
        `${crowd}, ${attack}: p99 ≤ ${mostRatio} × without`,
        Number.isFinite(ratio)
          ? `${ratio.toFixed(1)} × (${figure(attackedP99)} against ${figure(calmP99)} ms)`
          : `nothing arrived (against ${figure(calmP99)} ms)`,
        ratio,
        ratio <= mostRatio
      )
    ),
    ...rows.map(({ after, attack, before, crowd }) => {
      const change = after.resident / before.resident - 1
      return judged(
        `${crowd}, ${attack}: memory afterwards within ${mostLeft * 100} % of before`,
        `${change > 0 ? "+" : "−"}${Math.abs(change * 100).toFixed(1)} % (${mebibytes(after.resident)} after ${mebibytes(before.resident)} MiB)`,
        change,
        Math.abs(change) <= mostLeft
      )
    }),
    judged(
      "attacked or not, every message of healthy clients acknowledged once, delivered once and in order, and none of them closed",
      `${faults} faults and ${overloaded} refusals in ${rows.length} cases`,
      faults,
      faults + overloaded === 0
    ),
    judged(
      "no descriptor is left of an attack",
      lasting.map(({ attack }) => attack).join(", ") || "none",
      lasting.length,
      lasting.length === 0
    )
  ]
}
