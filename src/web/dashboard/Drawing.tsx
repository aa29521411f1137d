/** The picture of a chart, without what moves on it. */
import { memo } from "react"
import styles from "./Chart.module.css"
import { BEFORE_DASH, lookOf, OPEN_DASH } from "./Dashes.ts"
import { isolated, type Line, onlyOpen, placeOf, settled, type Slot, unsettled, type Values } from "./Lines.ts"
import { narrow, type Unit } from "./Numeral.ts"
import { barPath, linePath } from "./Paths.ts"
import type { Place, YScale } from "./Scale.ts"
import type { Tick } from "./Ticks.ts"

export interface Layout {
  readonly x: Place
  readonly y: Place
  readonly yScale: YScale
  readonly ticks: ReadonlyArray<Tick>
  /** Pixels of the field that is drawn on. */
  readonly left: number
  readonly right: number
  readonly bottom: number
}

export interface Drawn {
  readonly lines: ReadonlyArray<Line>
  readonly slots: ReadonlyArray<Slot>
  readonly bars: boolean
  readonly unit: Unit
}

const Axes = ({ layout, unit }: { readonly layout: Layout; readonly unit: Unit }) => {
  const { bottom, left, right, ticks, x, y, yScale } = layout
  return (
    <g className={styles["axes"]}>
      {yScale.ticks.map((value) => (
        <g key={value}>
          <line x1={left} x2={right} y1={y(value)} y2={y(value)} />
          <text x={left - 8} y={y(value)} dy="0.32em" textAnchor="end">
            {narrow(value, unit)}
          </text>
        </g>
      ))}
      {ticks.map(({ at, label }) => {
        const place = x(at / 1000)
        // a label at an edge stays within it
        const anchor = place < left + 20 ? "start" : place > right - 20 ? "end" : "middle"
        return (
          <g key={at}>
            <line x1={place} x2={place} y1={bottom} y2={bottom + 4} />
            <text x={place} y={bottom + 17} textAnchor={anchor}>
              {label}
            </text>
          </g>
        )
      })}
    </g>
  )
}

interface TraceProps {
  readonly line: Line
  readonly place: number
  readonly slots: ReadonlyArray<Slot>
  readonly layout: Layout
}

const dots = (values: Values) => values.flatMap((value, i) => (value === null ? [] : [{ value, i }]))

/** Thinner, and with a rim so that it is seen on what it lies over. */
const Before = ({ layout: { x, y }, line: { before, cut = [] }, place, slots }: TraceProps) => {
  if (before === undefined) return null
  const path = linePath(before, slots, x, y)
  return (
    <g fill="none" strokeLinecap="round" strokeLinejoin="round" data-part="before">
      <path d={path} stroke="var(--raised)" strokeWidth={4} opacity={0.7} />
      <path d={path} stroke={lookOf(place).colour} strokeWidth={2} strokeDasharray={BEFORE_DASH} />
      {isolated(before).map((i) => (
        <circle key={i} cx={x(slots[i]?.start ?? 0)} cy={y(before[i] ?? 0)} r={2} fill={lookOf(place).colour} />
      ))}
      {dots(before.map((value, i) => (cut[i] === true ? value : null))).map(({ i, value }) => (
        <circle
          key={i}
          cx={x(slots[i]?.start ?? 0)}
          cy={y(value)}
          r={3}
          fill="var(--raised)"
          stroke={lookOf(place).colour}
          strokeWidth={1.5}
          data-part="cut"
        />
      ))}
    </g>
  )
}

const Trace = ({ layout: { x, y }, line: { values }, place, slots }: TraceProps) => {
  const { colour, dash } = lookOf(place)
  const over = settled(values, slots)
  const startOf = (i: number) => x(slots[i]?.start ?? 0)
  return (
    <g fill="none" stroke={colour} strokeLinejoin="round" strokeWidth={2}>
      <path d={linePath(over, slots, x, y)} strokeDasharray={dash} data-part="over" />
      {isolated(over).map((i) => (
        <circle key={i} cx={startOf(i)} cy={y(over[i] ?? 0)} r={2} fill={colour} />
      ))}
      <path
        d={linePath(unsettled(values, slots), slots, x, y)}
        strokeDasharray={OPEN_DASH}
        opacity={0.75}
        data-part="open"
      />
      {dots(onlyOpen(values, slots)).map(({ i, value }) => (
        <circle key={i} cx={startOf(i)} cy={y(value)} r={3} fill="var(--raised)" strokeWidth={1.5} />
      ))}
    </g>
  )
}

const Bars = ({ layout: { x, y }, line, slots }: Omit<TraceProps, "place">) => (
  <g fill={lookOf(0).colour}>
    <path d={barPath(settled(line.values, slots), slots, x, y)} data-part="over" />
    <path d={barPath(onlyOpen(line.values, slots), slots, x, y)} className={styles["open"]} data-part="open" />
  </g>
)

interface DrawingProps extends Drawn {
  readonly layout: Layout
}

export const Drawing = memo(({ bars, layout, lines, slots, unit }: DrawingProps) => (
  <>
    <Axes layout={layout} unit={unit} />
    {lines.map((line, place) =>
      bars && place === 0 ? (
        <Bars key={line.label} {...{ layout, line, slots }} />
      ) : (
        <Trace key={line.label} {...{ layout, line, place, slots }} />
      )
    )}
    {lines.map((line, place) => (
      // over bars in another colour than theirs
      <Before
        key={line.label}
        {...{ layout, line }}
        slots={bars ? slots.map((slot) => ({ ...slot, start: placeOf(slot, bars) })) : slots}
        place={bars ? place + 1 : place}
      />
    ))}
  </>
))
