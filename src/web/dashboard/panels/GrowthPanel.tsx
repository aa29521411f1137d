import type { Envelope, Growth } from "../Answer.ts"
import { Chart } from "../Chart.tsx"
import { definitions } from "../definitions.ts"
import type { Slot } from "../Lines.ts"
import { Panel } from "../Panel.tsx"
import { report } from "../Question.ts"
import { useScope } from "../Scope.ts"
import { type Cell, openFrom } from "../Sheet.ts"
import { UnitChoice } from "../UnitChoice.tsx"
import type { Zone } from "../../../domain/Zone.ts"

const KINDS = [
  ["new", "New"],
  ["retained", "Retained"],
  ["resurrected", "Back"],
  ["churned", "Gone"]
] as const

/** Periods follow upon each other; where the last ends is told by the calendar. */
const slotsOf = ({ periods }: Growth, unit: "day" | "week", zone: Zone): ReadonlyArray<Slot> =>
  periods.map(({ partial, start }, i) => {
    const at = Date.parse(start)
    const after = zone.localDay(at) + (unit === "week" ? 7 : 1)
    const end = periods[i + 1]?.start
    return {
      start: at / 1000,
      end: (end === undefined ? (zone.dayStart(after) ?? at) : Date.parse(end)) / 1000,
      partial
    }
  })

export const GrowthPanel = () => {
  const { period, tz, view, zone } = useScope()
  return (
    <Panel<{ readonly growth: Envelope & Growth }>
      id="growth"
      title="New, returning and gone"
      about={[definitions.growth]}
      questions={{ growth: report("growth", { period, tz }, { unit: view.unit }) }}
      span={8}
      controls={<UnitChoice what="New, returning and gone" />}
      nothing="Nobody was engaged in this period"
      draw={({ growth }) => ({
        envelope: growth,
        detail: `per ${view.unit}`,
        sheet: {
          columns: [
            { name: "start", label: "From", kind: "moment" },
            ...KINDS.map(([name, label]) => ({ name, label, kind: "count" as const })),
            { name: "activated", label: "New and activated", kind: "count" },
            { name: "partial", label: "Complete", kind: "partial" }
          ],
          rows: growth.periods.map((one): Array<Cell> => [
            one.start,
            ...KINDS.map(([name]) => one[name]),
            one.activated,
            one.partial
          ]),
          openFrom: openFrom(
            slotsOf(growth, view.unit, zone).map(({ end }) => end * 1000),
            growth
          )
        },
        empty: growth.periods.every((one) => one.new + one.retained + one.resurrected + (one.churned ?? 0) === 0),
        drawing: (
          <Chart
            label="New, retained, returning and lost people. Every value is in the table."
            unit="count"
            slots={slotsOf(growth, view.unit, zone)}
            lines={KINDS.map(([name, label]) => ({
              label,
              values: growth.periods.map((one) => one[name])
            }))}
          />
        )
      })}
    />
  )
}
