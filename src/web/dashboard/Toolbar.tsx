/** Of when figures are, and by which clock; how often they are asked for anew. */
import { useRef, useState } from "react"
import { useReadable } from "../Cell.ts"
import { Button, IconButton } from "../ui/Button.tsx"
import { CustomRange } from "./CustomRange.tsx"
import { shownTime } from "./Moment.ts"
import { bucketNames, isOpen, rangeNames } from "./Period.ts"
import { useScope } from "./Scope.ts"
import styles from "./Toolbar.module.css"
import { RANGES, REFRESHES } from "./View.ts"
import { ZoneChoice } from "./ZoneChoice.tsx"

const every = (seconds: number): string => {
  if (seconds === 0) return "Off"
  if (seconds < 60) return `Every ${seconds} s`
  return seconds === 60 ? "Every minute" : `Every ${seconds / 60} min`
}

const Ranges = () => {
  const { go, view } = useScope()
  const custom = typeof view.range !== "string"
  const [open, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  return (
    <>
      <div className={styles["ranges"]} role="group" aria-label="Period">
        {RANGES.map((range) => (
          <button
            key={range}
            type="button"
            title={`The last ${rangeNames[range]}${range === "15m" || range === "1h" ? ", from a full quarter of an hour on" : ""}`}
            aria-pressed={view.range === range}
            onClick={() => {
              setOpen(false)
              go({ range, zoom: undefined })
            }}
          >
            {range}
          </button>
        ))}
        <button ref={button} type="button" aria-pressed={custom} aria-expanded={open} onClick={() => setOpen(!open)}>
          Custom
        </button>
      </div>
      {open ? (
        <CustomRange
          onDone={() => {
            setOpen(false)
            button.current?.focus()
          }}
        />
      ) : null}
    </>
  )
}

const Refreshing = ({ onRefresh }: { readonly onRefresh: () => void }) => {
  const { answers, beat, go, period, tz, view } = useScope()
  const outcome = useReadable(answers.outcome)
  const status = () => {
    if (view.refresh === 0) return "Not refreshing by itself"
    if (beat.paused) return "Paused while the page is hidden"
    if (!isOpen(period, beat.now)) return "The period is over"
    if (outcome.status === "asking") return "Refreshing …"
    const at = shownTime(beat.now, "seconds", tz)
    if (outcome.status === "answered") return `Refreshed at ${at}`
    return `Not refreshed at ${at}: ${outcome.failure.title.toLowerCase()}`
  }
  return (
    <div className={styles["refreshing"]}>
      <label>
        <span>Refresh</span>
        <select
          value={view.refresh}
          onChange={(event) => {
            const refresh = REFRESHES.find((seconds) => String(seconds) === event.target.value)
            if (refresh !== undefined) go({ refresh })
          }}
        >
          {REFRESHES.map((seconds) => (
            <option key={seconds} value={seconds}>
              {every(seconds)}
            </option>
          ))}
        </select>
      </label>
      <IconButton icon="refresh" label="Refresh now" onClick={onRefresh} />
      <span className={styles["status"]}>{status()}</span>
    </div>
  )
}

const Print = () => {
  const { printing } = useScope()
  const preparing = useReadable(printing)
  return (
    <Button
      title="Print all of the page, what was not seen yet as well"
      aria-disabled={preparing}
      onClick={() => void printing.begin()}
    >
      {preparing ? "Preparing …" : "Print"}
    </Button>
  )
}

export const Toolbar = ({ onRefresh }: { readonly onRefresh: () => void }) => {
  const { go, period, tz, view } = useScope()
  return (
    <div className={styles["toolbar"]} role="region" aria-label="Period and time zone">
      <Ranges />
      <ZoneChoice />
      <label className={styles["compare"]}>
        <input type="checkbox" checked={view.compare} onChange={() => go({ compare: !view.compare })} />
        Compare with the period before
      </label>
      <p className={styles["window"]}>
        <span dir="auto">
          <time dateTime={new Date(period.from).toISOString()}>{shownTime(period.from, "full", tz)}</time>
          {" – "}
          <time dateTime={new Date(period.to).toISOString()}>{shownTime(period.to, "full", tz)}</time>
          {`, ${bucketNames[period.bucket]}`}
        </span>
        {view.zoom === undefined ? null : (
          <Button icon="search" onClick={() => go({ zoom: undefined })}>
            Reset zoom
          </Button>
        )}
      </p>
      <Refreshing onRefresh={onRefresh} />
      <Print />
    </div>
  )
}
