import styles from "./Facts.module.css"
import { shownTime } from "./Moment.ts"
import { brief, exact, type Unit } from "./Numeral.ts"
import { useScope } from "./Scope.ts"
import type { Fact } from "./Sheet.ts"

const UNITS: ReadonlySet<string> = new Set<Unit>(["count", "number", "share", "milliseconds", "seconds"])
const isUnit = (kind: string): kind is Unit => UNITS.has(kind)

/** Names and numbers, short; the exact number where one is pointed at. */
export const Facts = ({ facts }: { readonly facts: ReadonlyArray<Fact> }) => {
  const { tz } = useScope()
  return (
    <dl className={styles["facts"]}>
      {facts.map(({ kind, label, name, value }) => (
        <div key={name}>
          <dt dir="auto">{label}</dt>
          {typeof value === "number" && isUnit(kind) ? (
            <dd title={exact(value)}>
              <data value={String(value)} dir="ltr">
                {brief(value, kind)}
              </data>
            </dd>
          ) : typeof value === "string" ? (
            <dd title={value}>
              {kind === "moment" ? <span dir="ltr">{shownTime(value, "minute", tz)}</span> : <bdi>{value}</bdi>}
            </dd>
          ) : (
            <dd title="no value">–</dd>
          )}
        </div>
      ))}
    </dl>
  )
}
