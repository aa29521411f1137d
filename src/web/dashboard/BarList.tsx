/** Names, each with a bar as long as its number is large. */
import type { ReactNode } from "react"
import styles from "./BarList.module.css"
import { brief, exact, type Unit } from "./Numeral.ts"

interface Bar {
  readonly key: string
  readonly label: ReactNode
  readonly value: number
  /** Beside the number. */
  readonly aside?: string | undefined
}

interface BarListProps {
  readonly bars: ReadonlyArray<Bar>
  readonly unit: Unit
  readonly label: string
  /** What the longest may be; the largest number, without it. */
  readonly most?: number
}

export const BarList = ({ bars, label, most, unit }: BarListProps) => {
  const largest = most ?? Math.max(...bars.map(({ value }) => value), 0)
  return (
    <ul className={styles["bars"]} aria-label={label}>
      {bars.map(({ aside, key, label, value }) => (
        <li key={key}>
          <span className={styles["label"]} dir="auto">
            {label}
          </span>
          <span className={styles["number"]}>
            <data value={String(value)} title={exact(value)} dir="ltr">
              {brief(value, unit)}
            </data>
            {aside === undefined ? null : <small dir="ltr">{aside}</small>}
          </span>
          <span aria-hidden="true" className={styles["track"]}>
            <span style={{ inlineSize: `${largest === 0 ? 0 : (value / largest) * 100}%` }} />
          </span>
        </li>
      ))}
    </ul>
  )
}
