import { Fragment } from "react"
import type { Envelope, Heatmap } from "../Answer.ts"
import { definitions } from "../definitions.ts"
import { heatCells } from "../Heat.ts"
import { WEEKDAYS } from "../Moment.ts"
import { exact, tiny } from "../Numeral.ts"
import { Panel } from "../Panel.tsx"
import { report } from "../Question.ts"
import { useScope } from "../Scope.ts"
import type { Cell, Sheet } from "../Sheet.ts"
import styles from "./HeatmapPanel.module.css"

const hourName = (hour: number) => `${String(hour).padStart(2, "0")}:00`

/** A row for each weekday (0 is Monday) and hour, as the server exports it, with a name for the weekday. */
const heatSheet = ({ hours, messages }: Heatmap): Sheet => ({
  columns: [
    { name: "day", label: "Day", kind: "text" },
    { name: "weekday", label: "Weekday, Monday is 0", kind: "count" },
    { name: "hour", label: "Hour", kind: "count" },
    { name: "messages", label: "Messages", kind: "count" },
    { name: "hours", label: "Such hours in the period", kind: "count" }
  ],
  rows: messages.flatMap((row, weekday) =>
    row.map((count, hour): Array<Cell> => [WEEKDAYS[weekday] ?? "", weekday, hour, count, hours[weekday]?.[hour] ?? 0])
  )
})

const Map = ({ heat }: { readonly heat: Heatmap }) => (
  <div className={styles["map"]}>
    <table dir="ltr">
      <caption className="unseen">Messages by weekday and hour</caption>
      <thead>
        <tr>
          <td />
          {Array.from({ length: 24 }, (_, hour) => (
            <th key={hour} scope="col">
              <span className="unseen">{hourName(hour)}</span>
              <span aria-hidden="true">{hour % 3 === 0 ? hour : ""}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {heatCells(heat.messages, heat.hours).map((row, weekday) => (
          <tr key={weekday}>
            <th scope="row">{WEEKDAYS[weekday]}</th>
            {row.map(({ hour, hours, level, messages }) => (
              <td
                key={hour}
                data-level={hours === 0 ? "none" : level}
                title={
                  hours === 0
                    ? `${WEEKDAYS[weekday]} ${hourName(hour)}: not in this period`
                    : `${WEEKDAYS[weekday]} ${hourName(hour)}: ${exact(messages)} messages in ${hours} such ${hours === 1 ? "hour" : "hours"}`
                }
              >
                <span>{hours === 0 ? "–" : tiny(messages)}</span>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
    <p className={styles["scale"]}>
      <span>fewer</span>
      {[0, 1, 2, 3, 4, 5].map((level) => (
        <Fragment key={level}>
          <i data-level={level} />
        </Fragment>
      ))}
      <span>more</span>
      <i data-level="none" />
      <span>not in this period</span>
    </p>
  </div>
)

export const HeatmapPanel = ({ room }: { readonly room?: string }) => {
  const { period, tz } = useScope()
  return (
    <Panel<{ readonly heat: Envelope & Heatmap }>
      id="heatmap"
      title="When people talk"
      about={[definitions.heatmap]}
      questions={{ heat: report("heatmap", { period, tz }, { room }) }}
      span={8}
      height={288}
      draw={({ heat }) => ({
        envelope: heat,
        detail: `weekday and hour, ${tz}`,
        sheet: heatSheet(heat),
        empty: heat.total === 0,
        drawing: <Map heat={heat} />
      })}
    />
  )
}
