import type { Envelope, Funnel } from "../Answer.ts"
import { BarList } from "../BarList.tsx"
import { definitions } from "../definitions.ts"
import { share } from "../Numeral.ts"
import { Panel } from "../Panel.tsx"
import { report } from "../Question.ts"
import { useScope } from "../Scope.ts"
import type { Cell } from "../Sheet.ts"

const NAMES: Record<Funnel["steps"][number]["step"], string> = {
  connected: "Connected for the first time",
  stayed: "Stayed 10 seconds",
  engaged: "Engaged",
  activated: "Sent a message within 24 hours",
  returned: "Returned on a later day"
}

export const FunnelPanel = () => {
  const { period, tz } = useScope()
  return (
    <Panel<{ readonly funnel: Envelope & Funnel }>
      id="funnel"
      title="Newcomers"
      about={[definitions.funnel]}
      questions={{ funnel: report("funnel", { period, tz }) }}
      span={4}
      height={220}
      nothing="Nobody connected for the first time in this period"
      draw={({ funnel }) => ({
        envelope: funnel,
        sheet: {
          columns: [
            { name: "step", label: "Step", kind: "text" },
            { name: "users", label: "People", kind: "count" },
            { name: "share", label: "Share of the first", kind: "share" }
          ],
          rows: funnel.steps.map(({ share, step, users }): Array<Cell> => [step, users, share])
        },
        empty: funnel.steps[0]?.users === 0,
        drawing: (
          <BarList
            label="Newcomers by how far they got"
            unit="count"
            bars={funnel.steps.map((step) => ({
              key: step.step,
              label: NAMES[step.step],
              value: step.users,
              aside: step.share === null ? undefined : share(step.share)
            }))}
          />
        )
      })}
    />
  )
}
