import type { EngagedDay, Engagement, Envelope } from "../Answer.ts"
import { Chart } from "../Chart.tsx"
import { definitions } from "../definitions.ts"
import { Facts } from "../Facts.tsx"
import type { Slot } from "../Lines.ts"
import { Panel } from "../Panel.tsx"
import { report } from "../Question.ts"
import { useScope } from "../Scope.ts"
import { type Cell, openFrom } from "../Sheet.ts"
import type { Zone } from "../../../domain/Zone.ts"

const DAY = 86_400_000

/** Whole local days. */
const slotsOf = (days: ReadonlyArray<EngagedDay>, zone: Zone): ReadonlyArray<Slot> => {
  const starts = days.map(({ date }) => zone.dayStart(Date.parse(`${date}T00:00:00Z`) / DAY) ?? 0)
  return days.map(({ date, partial }, i) => {
    const start = starts[i] ?? 0
    const next = starts[i + 1] ?? zone.dayStart(Date.parse(`${date}T00:00:00Z`) / DAY + 1) ?? start + DAY
    return { start: start / 1000, end: next / 1000, partial }
  })
}

export const EngagementPanel = () => {
  const { period, tz, zone } = useScope()
  return (
    <Panel<{ readonly engagement: Envelope & Engagement }>
      id="engagement"
      title="Daily, weekly and monthly users"
      about={[definitions.engaged, definitions.dau, definitions.stickiness, definitions.lurkers]}
      questions={{ engagement: report("engagement", { period, tz }) }}
      span={6}
      height={290}
      nothing="Nobody was engaged in this period"
      draw={({ engagement }) => ({
        envelope: engagement,
        detail: "per whole day",
        sheet: {
          columns: [
            { name: "date", label: "Day", kind: "date" },
            { name: "dau", label: "Daily", kind: "count" },
            { name: "wau", label: "Weekly", kind: "count" },
            { name: "mau", label: "Monthly", kind: "count" },
            { name: "partial", label: "Complete", kind: "partial" }
          ],
          rows: engagement.days.map(({ date, dau, mau, partial, wau }): Array<Cell> => [date, dau, wau, mau, partial]),
          openFrom: openFrom(
            slotsOf(engagement.days, zone).map(({ end }) => end * 1000),
            engagement
          )
        },
        empty: engagement.days.every(({ dau, mau }) => dau === 0 && (mau ?? 0) === 0),
        drawing: (
          <>
            <Chart
              label="Daily, weekly and monthly engaged users. Every value is in the table."
              unit="count"
              slots={slotsOf(engagement.days, zone)}
              lines={[
                { label: "Daily", values: engagement.days.map(({ dau }) => dau) },
                { label: "Weekly", values: engagement.days.map(({ wau }) => wau) },
                { label: "Monthly", values: engagement.days.map(({ mau }) => mau) }
              ]}
            />
            <Facts
              facts={[
                { name: "stickiness", label: "Stickiness", value: engagement.stickiness, kind: "share" },
                { name: "lurkerRatio", label: "Lurkers", value: engagement.lurkerRatio, kind: "share" }
              ]}
            />
          </>
        )
      })}
    />
  )
}
