import { useScope } from "./Scope.ts"
import styles from "./Choice.module.css"

/** By days or by weeks, for all that is told by either. */
export const UnitChoice = ({ what }: { readonly what: string }) => {
  const { go, view } = useScope()
  return (
    <select
      className={styles["choice"]}
      aria-label={`${what} by`}
      value={view.unit}
      onChange={(event) => go({ unit: event.target.value === "week" ? "week" : "day" })}
    >
      <option value="day">by day</option>
      <option value="week">by week</option>
    </select>
  )
}
