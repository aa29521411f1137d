/** Which line is what, and what it says: of all of the time, or of the bucket that is pointed at. */
import { BEFORE_DASH, lookOf, OPEN_DASH } from "./Dashes.ts"
import styles from "./Legend.module.css"
import { type Line, type Slot, spanName } from "./Lines.ts"
import { brief, exact, type Unit } from "./Numeral.ts"
import { useScope } from "./Scope.ts"

/** A figure of all of the time, and of the period before if that is told. */
export interface Total {
  readonly value: number | null
  readonly before: number | null | undefined
}

interface LegendProps {
  readonly lines: ReadonlyArray<Line>
  readonly slots: ReadonlyArray<Slot>
  /** Of the bucket that is pointed at. */
  readonly index: number | undefined
  readonly bars: boolean
  readonly unit: Unit
  readonly totals: ReadonlyArray<Total> | undefined
  readonly totalLabel: string | undefined
}

const Sample = ({ bar, place }: { readonly bar: boolean; readonly place: number }) => {
  const { colour, dash } = lookOf(place)
  return (
    <svg aria-hidden="true" width="24" height="12" viewBox="0 0 24 12">
      {bar ? (
        <rect x="6" y="1" width="12" height="10" rx="1" fill={colour} />
      ) : (
        <line x1="0" y1="6" x2="24" y2="6" stroke={colour} strokeWidth="2.5" strokeDasharray={dash} />
      )}
    </svg>
  )
}

const Before = ({ colour }: { readonly colour: string }) => (
  <li>
    <svg aria-hidden="true" width="24" height="12" viewBox="0 0 24 12">
      <line
        x1="1"
        y1="6"
        x2="23"
        y2="6"
        stroke={colour}
        strokeWidth="2"
        strokeLinecap="round"
        strokeDasharray={BEFORE_DASH}
      />
    </svg>
    period before
  </li>
)

/** What is not over yet. */
const Open = ({ bar }: { readonly bar: boolean }) => (
  <li>
    <svg aria-hidden="true" width="24" height="12" viewBox="0 0 24 12" stroke="var(--series-1)">
      {bar ? (
        <rect x="6.5" y="1.5" width="11" height="9" fill="var(--series-1)" fillOpacity="0.3" strokeDasharray="3 2" />
      ) : (
        <>
          <line x1="0" y1="6" x2="16" y2="6" strokeWidth="2" strokeDasharray={OPEN_DASH} opacity="0.75" />
          <circle cx="19" cy="6" r="3" fill="none" strokeWidth="1.5" />
        </>
      )}
    </svg>
    not complete
  </li>
)

interface ValueProps {
  readonly value: number | null | undefined
  readonly unit: Unit
  /** Every digit. */
  readonly precise: boolean
}

const Value = ({ precise, unit, value }: ValueProps) => {
  if (value === undefined) return null
  if (value === null)
    return (
      <b title="no value" dir="ltr">
        –
      </b>
    )
  return (
    <b title={exact(value)} dir="ltr">
      {precise ? exact(value) : brief(value, unit)}
    </b>
  )
}

export const Legend = ({ bars, index, lines, slots, totalLabel, totals, unit }: LegendProps) => {
  const { tz, zone } = useScope()
  const slot = index === undefined ? undefined : slots[index]
  const valueOf = (line: Line, i: number): Partial<Total> =>
    index === undefined
      ? (totals?.[i] ?? {})
      : {
          value: line.values[index] ?? null,
          before: line.before === undefined ? undefined : (line.before[index] ?? null)
        }
  return (
    <ul className={styles["legend"]}>
      {lines.map((line, i) => {
        const { before, value } = valueOf(line, i)
        return (
          <li key={line.label}>
            <Sample bar={bars && i === 0} place={i} />
            <span dir="auto">{line.label}</span>
            <Value value={value} unit={unit} precise={index !== undefined} />
            {before === undefined ? null : (
              <span>
                before <Value value={before} unit={unit} precise={index !== undefined} />
              </span>
            )}
          </li>
        )
      })}
      {lines.some(({ before }) => before !== undefined) ? <Before colour={lookOf(bars ? 1 : 0).colour} /> : null}
      {slots.some(({ partial }) => partial) || lines.some(({ cut = [] }) => cut.includes(true)) ? (
        <Open bar={bars} />
      ) : null}
      <li className={styles["when"]}>
        <span dir="auto">{slot === undefined ? (totalLabel ?? "") : spanName(slot, zone, tz)}</span>
      </li>
    </ul>
  )
}
