import type { Day, Envelope } from "../Answer.ts"
import { Chart } from "../Chart.tsx"
import { definitions, WITHHELD } from "../definitions.ts"
import type { Slot } from "../Lines.ts"
import { Panel } from "../Panel.tsx"
import type { Question } from "../Question.ts"
import { useScope } from "../Scope.ts"
import { type Cell, openFrom } from "../Sheet.ts"
import type { Zone } from "../../../domain/Zone.ts"

const DAY = 86_400_000

/** Local days from their first moment to that of the next. */
const slotsOf = (days: ReadonlyArray<Day>, zone: Zone): ReadonlyArray<Slot> =>
  days.map(({ date, partial }) => {
    const day = Date.parse(`${date}T00:00:00Z`) / DAY
    const start = zone.dayStart(day) ?? day * DAY
    return { start: start / 1000, end: (zone.dayStart(day + 1) ?? start + DAY) / 1000, partial }
  })

/** Messages by local day, of a room or a user. */
export const DaysPanel = <A extends Envelope & { readonly days: ReadonlyArray<Day>; readonly withheld?: true }>({
  question
}: {
  readonly question: Question<A>
}) => {
  const { zone } = useScope()
  return (
    <Panel<{ readonly answer: A }>
      id="days"
      title="Messages by day"
      about={[definitions.messages, definitions.complete]}
      questions={{ answer: question }}
      span={12}
      draw={({ answer }) => ({
        envelope: answer,
        detail: "per day",
        sheet: {
          columns: [
            { name: "date", label: "Day", kind: "date" },
            { name: "messages", label: "Messages", kind: "count" },
            { name: "partial", label: "Complete", kind: "partial" }
          ],
          rows: answer.days.map(({ date, messages, partial }): Array<Cell> => [date, messages, partial]),
          // the period cuts the last one
          openFrom: openFrom(
            slotsOf(answer.days, zone).map(({ end }) => Math.min(end * 1000, Date.parse(answer.to))),
            answer
          )
        },
        withheld: answer.withheld === true ? WITHHELD : undefined,
        empty: answer.days.every(({ messages }) => messages === 0),
        drawing: (
          <Chart
            label="Messages by day. Every value is in the table."
            unit="count"
            bars
            slots={slotsOf(answer.days, zone)}
            lines={[{ label: "Messages", values: answer.days.map(({ messages }) => messages) }]}
          />
        )
      })}
    />
  )
}
