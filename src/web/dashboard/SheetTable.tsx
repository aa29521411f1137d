/** A sheet as a table: every digit, every moment, with what each column is. */
import { useMedia } from "../chat/Media.ts"
import { follow } from "../Route.ts"
import styles from "./SheetTable.module.css"
import { shownDate, shownTime } from "./Moment.ts"
import { exact } from "./Numeral.ts"
import { useScope } from "./Scope.ts"
import type { Cell, Column, Sheet } from "./Sheet.ts"
import { addressOf } from "./View.ts"

const NUMBERS = new Set(["count", "number", "share", "milliseconds", "seconds"])

/** Where there is no room for a date in full, nor for an end that is the next beginning. */
const NARROW = "(max-width: 43.99rem)"

/** The offset of the first moment of a row. */
const offsetOf = (row: ReadonlyArray<Cell> = []): string => String(row[0]).slice(-6)

interface ShownProps {
  readonly cell: Cell
  readonly kind: Column["kind"]
  readonly moments: "minute" | "short" | "full"
  /** Whether what it is of may still become complete. */
  readonly open: boolean
}

const Shown = ({ cell, kind, moments, open }: ShownProps) => {
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
  if (typeof cell === "boolean") return kind === "partial" ? (cell ? (open ? "not yet" : "no") : "yes") : String(cell)
  switch (kind) {
    case "moment":
      return (
        <time dateTime={cell} title={cell} dir="ltr">
          {shownTime(cell, moments, tz)}
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

export const SheetTable = ({ sheet, title }: { readonly sheet: Sheet; readonly title: string }) => {
  const { columns, openFrom = Infinity, rows } = sheet
  const narrow = useMedia(NARROW)
  // where the clock is put, an hour that comes twice would read the same without its offset
  const brief = offsetOf(rows[0]) === offsetOf(rows.at(-1)) ? "minute" : "short"
  const shown = [...columns.entries()].filter(([, { name }]) => !narrow || name !== "end")
  return (
    <div className={styles["scroll"]} role="region" tabIndex={0} aria-label={`${title}, as a table`}>
      <table className={styles["table"]}>
        <caption>{title}</caption>
        <thead>
          <tr>
            {shown.map(([, { kind, label, name }]) => (
              <th key={name} scope="col" data-number={NUMBERS.has(kind)}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              {shown.map(([i, { kind, name, past = false }]) => {
                const open = !past && at >= openFrom
                const cell = <Shown cell={row[i] ?? null} kind={kind} moments={narrow ? brief : "full"} open={open} />
                return i === 0 ? (
                  <th key={name} scope="row" data-number={NUMBERS.has(kind)}>
                    {cell}
                  </th>
                ) : (
                  <td key={name} data-number={NUMBERS.has(kind)}>
                    {cell}
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
