import { useState } from "react"
import { Button } from "../ui/Button.tsx"
import { useScope } from "./Scope.ts"
import styles from "./Toolbar.module.css"
import { momentOf, wallTime } from "./WallClock.ts"

/** From and to, as the clock of the zone shows them. */
export const CustomRange = ({ onDone }: { readonly onDone: () => void }) => {
  const { go, period, tz, zone } = useScope()
  const [from, setFrom] = useState(() => wallTime(period.from, zone))
  const [to, setTo] = useState(() => wallTime(period.to, zone))
  const [first, last] = [momentOf(from, zone), momentOf(to, zone)]
  const problem =
    first === undefined || last === undefined
      ? "Give both times."
      : first >= last
        ? "The first time must be before the last."
        : undefined

  return (
    <form
      className={styles["custom"]}
      onSubmit={(event) => {
        event.preventDefault()
        if (first === undefined || last === undefined || problem !== undefined) return
        const range = { from: new Date(first).toISOString(), to: new Date(last).toISOString() }
        go({ range, zoom: undefined })
        onDone()
      }}
    >
      <label>
        <span>From</span>
        <input type="datetime-local" required value={from} onChange={(event) => setFrom(event.target.value)} />
      </label>
      <label>
        <span>To</span>
        <input type="datetime-local" required value={to} onChange={(event) => setTo(event.target.value)} />
      </label>
      <Button type="submit" kind="primary" disabled={problem !== undefined}>
        Show
      </Button>
      <span className={styles["status"]} role="status">
        {problem ?? `Times in ${tz}`}
      </span>
    </form>
  )
}
