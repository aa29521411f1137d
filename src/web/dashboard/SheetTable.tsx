/** A sheet as a table: every digit, every moment, with what each column is. */
import { follow } from "../Route.ts"
import styles from "./SheetTable.module.css"
import { shownDate, shownTime } from "./Moment.ts"
import { exact } from "./Numeral.ts"
import { useScope } from "./Scope.ts"
import type { Cell, Column, Sheet } from "./Sheet.ts"
import { addressOf } from "./View.ts"

const NUMBERS = new Set(["count", "number", "share", "milliseconds", "seconds"])

const Shown = ({ cell, kind }: { readonly cell: Cell; readonly kind: Column["kind"] }) => {
  const { tz, view } = useScope()
  if (cell === null) {
    return (
      <span className={styles["none"]} title="no value">
        –
      </span>
    )
  }
  if (typeof cell === "number")
    return (
      <data value={String(cell)} dir="ltr">
        {exact(cell)}
      </data>
    )
  if (typeof cell === "boolean") return kind === "partial" ? (cell ? "not yet" : "yes") : String(cell)
  switch (kind) {
    case "moment":
      return (
        <time dateTime={cell} title={cell} dir="ltr">
          {shownTime(cell, "full", tz)}
        </time>
      )
    case "date":
      return (
        <time dateTime={cell} title={cell} dir="ltr">
          {shownDate(cell)}
        </time>
      )
    case "room":
    case "user":
      return (
        <a href={addressOf({ ...view, place: { of: kind, id: cell }, tables: [] })} onClick={follow}>
          <bdi>{cell}</bdi>
        </a>
      )
    default:
      return <bdi>{cell}</bdi>
  }
}

export const SheetTable = ({ sheet: { columns, rows }, title }: { readonly sheet: Sheet; readonly title: string }) => (
  <div className={styles["scroll"]} role="region" tabIndex={0} aria-label={`${title}, as a table`}>
    <table className={styles["table"]}>
      <caption>{title}</caption>
      <thead>
        <tr>
          {columns.map(({ kind, label, name }) => (
            <th key={name} scope="col" data-number={NUMBERS.has(kind)}>
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, at) => (
          <tr key={at}>
            {columns.map(({ kind, name }, i) => {
              const cell = row[i] ?? null
              const shown = <Shown cell={cell} kind={kind} />
              return i === 0 ? (
                <th key={name} scope="row" data-number={NUMBERS.has(kind)}>
                  {shown}
                </th>
              ) : (
                <td key={name} data-number={NUMBERS.has(kind)}>
                  {shown}
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
