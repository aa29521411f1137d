import type { Cohort, Envelope, Retention } from "../Answer.ts"
import { definitions } from "../definitions.ts"
import { levelOf } from "../Heat.ts"
import { shownDate, shownTime } from "../Moment.ts"
import { exact, share } from "../Numeral.ts"
import { Panel } from "../Panel.tsx"
import { report } from "../Question.ts"
import { useScope } from "../Scope.ts"
import type { Cell, Sheet } from "../Sheet.ts"
import { UnitChoice } from "../UnitChoice.tsx"
import styles from "./RetentionPanel.module.css"

/** A row for each cohort and period, as the server exports it. */
const retentionSheet = ({ cohorts }: Retention): Sheet => ({
  columns: [
    { name: "start", label: "First engaged", kind: "moment" },
    { name: "size", label: "People", kind: "count" },
    { name: "period", label: "Periods later", kind: "count" },
    { name: "retained", label: "Engaged again", kind: "count" },
    { name: "share", label: "Share", kind: "share" }
  ],
  rows: cohorts.flatMap(({ retained, share, size, start }) =>
    retained.map((count, period): Array<Cell> => [start, size, period, count, share[period] ?? null])
  )
})

interface TriangleProps {
  readonly cohorts: ReadonlyArray<Cohort>
  readonly unit: "day" | "week"
  readonly tz: string
}

const Triangle = ({ cohorts, tz, unit }: TriangleProps) => {
  const most = Math.max(0, ...cohorts.map(({ retained }) => retained.length))
  return (
    <div className={styles["scroll"]} role="region" tabIndex={0} aria-label="Retention by cohort">
      <table className={styles["triangle"]} dir="ltr">
        <caption className="unseen">
          Share of people engaged again, by the {unit} they were first engaged in and {unit}s later
        </caption>
        <thead>
          <tr>
            <th scope="col">First {unit}</th>
            <th scope="col">People</th>
            {Array.from({ length: most }, (_, n) => (
              <th key={n} scope="col" aria-label={`${n} ${unit}s later`}>
                {n}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cohorts.map((cohort) => (
            <tr key={cohort.start}>
              <th scope="row">
                <time dateTime={cohort.start}>{shownTime(cohort.start, "day", tz)}</time>
              </th>
              <td className={styles["size"]}>{exact(cohort.size)}</td>
              {Array.from({ length: most }, (_, n) => {
                const part = cohort.share[n] ?? null
                const count = cohort.retained[n] ?? null
                if (part === null || count === null) {
                  const why = n < cohort.retained.length && cohort.size > 0 ? "not over yet" : "nothing to tell"
                  return <td key={n} title={why} />
                }
                return (
                  <td
                    key={n}
                    data-level={levelOf(part, 1)}
                    title={`${exact(count)} of ${exact(cohort.size)} (${exact(part)}), ${n} ${unit}s after ${shownDate(cohort.start.slice(0, 10))}`}
                  >
                    {share(part).replace(/\s?%/u, "")}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export const RetentionPanel = () => {
  const { period, tz, view } = useScope()
  return (
    <Panel<{ readonly retention: Envelope & Retention }>
      id="retention"
      title="Retention"
      about={[definitions.retention]}
      questions={{ retention: report("retention", { period, tz }, { unit: view.unit }) }}
      span={12}
      height={220}
      controls={<UnitChoice what="Retention" />}
      nothing="Nobody was first engaged in this period"
      draw={({ retention }) => ({
        envelope: retention,
        detail: `per cent of those who came, ${view.unit}s later`,
        sheet: retentionSheet(retention),
        empty: retention.cohorts.every(({ size }) => size === 0),
        drawing: <Triangle cohorts={retention.cohorts} unit={view.unit} tz={tz} />
      })}
    />
  )
}
