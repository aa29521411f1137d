import { browserZone } from "./browserZone.ts"
import { offsetName } from "./Moment.ts"
import { useScope } from "./Scope.ts"
import styles from "./Toolbar.module.css"

const all: ReadonlyArray<string> = Intl.supportedValuesOf("timeZone")

/** The clock that days and hours are of. */
export const ZoneChoice = () => {
  const { beat, go, tz } = useScope()
  const mine = browserZone()
  const named = new Set(["UTC", mine])
  // one zone may have several names, of which the list has one
  const others = all.includes(tz) || named.has(tz) ? all : [tz, ...all]
  return (
    <label className={styles["zone"]}>
      <span>Time zone</span>
      <select value={tz} onChange={(event) => go({ tz: event.target.value })}>
        <option value="UTC">UTC</option>
        {mine === "UTC" ? null : <option value={mine}>{`Browser: ${mine}`}</option>}
        <optgroup label="All zones">
          {others
            .filter((name) => !named.has(name))
            .map((name) => (
              <option key={name} value={name}>
                {name.replaceAll("_", " ")}
              </option>
            ))}
        </optgroup>
      </select>
      <small>{tz === "UTC" ? "" : offsetName(beat.now, tz)}</small>
    </label>
  )
}
