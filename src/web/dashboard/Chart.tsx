/** Figures over time. What is pointed at is read from the legend, on all charts at once; what is drawn up becomes the period that is shown. */
import { useEffect, useMemo, useRef, useState } from "react"
import { useReadable } from "../Cell.ts"
import styles from "./Chart.module.css"
import { lookOf } from "./Dashes.ts"
import { type Drawn, Drawing, type Layout } from "./Drawing.tsx"
import { Legend, type Total } from "./Legend.tsx"
import { type Line, placeOf, type Slot, slotAt, spanName, touched } from "./Lines.ts"
import { exact, type Unit } from "./Numeral.ts"
import { linear, yScaleOf } from "./Scale.ts"
import { useScope } from "./Scope.ts"
import { ticksOf } from "./Ticks.ts"
import { type Size, useSize } from "./useSize.ts"

interface ChartProps {
  /** What it is of, for those who do not see it. */
  readonly label: string
  readonly lines: ReadonlyArray<Line>
  readonly slots: ReadonlyArray<Slot>
  readonly unit: Unit
  readonly bars?: boolean
  /** Figures of all of the time, in the order of the lines. */
  readonly totals?: ReadonlyArray<Total>
  /** What the totals are: the sum, the largest. */
  readonly totalLabel?: string
}

const MARGIN = { top: 10, end: 10, bottom: 26, start: 58 }
/** That a label of the time axis needs. */
const LABEL = 76
/** That one has to draw over to mean it. */
const DRAG = 6

const useLayout = ({ lines, slots, unit }: Omit<Drawn, "bars">, { height, width }: Size): Layout => {
  const { tz, zone } = useScope()
  return useMemo(() => {
    const [left, right] = [MARGIN.start, Math.max(MARGIN.start + 10, width - MARGIN.end)]
    const bottom = height - MARGIN.bottom
    const [from, to] = [slots[0]?.start ?? 0, slots.at(-1)?.end ?? 1]
    const largest = Math.max(
      0,
      ...lines.flatMap(({ before = [], values }) => [...values, ...before].map((value) => value ?? 0))
    )
    const yScale = yScaleOf(largest, 4, unit)
    return {
      x: linear(from, to, left, right),
      y: linear(0, yScale.top, bottom, MARGIN.top),
      yScale,
      ticks: ticksOf({
        from: from * 1000,
        to: to * 1000,
        most: Math.floor((right - left) / LABEL),
        // the first and the last bucket may be cut
        least: Math.max(0, ...slots.map(({ end, start }) => end - start)) * 1000,
        zone,
        tz
      }),
      left,
      right,
      bottom
    }
  }, [lines, slots, unit, width, height, zone, tz])
}

export const Chart = ({ bars = false, label, lines, slots, totalLabel, totals, unit }: ChartProps) => {
  const { go, pointer, tz, zone } = useScope()
  const frame = useRef<HTMLDivElement>(null)
  const size = useSize(frame)
  const layout = useLayout({ lines, slots, unit }, size)
  const index = slotAt(slots, useReadable(pointer))
  const slot = index === undefined ? undefined : slots[index]
  /** Pixels between which is drawn. */
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number }>()
  const { bottom, left, right, x, y } = layout

  // what was pointed at on a chart that is gone is not pointed at any more
  useEffect(() => () => pointer.set(undefined), [pointer])

  const pixelOf = (event: React.PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect()
    return Math.min(Math.max(event.clientX - box.left, left), right)
  }
  const timeOf = (place: number) => linear(left, right, slots[0]?.start ?? 0, slots.at(-1)?.end ?? 1)(place)
  const point = (at: number | undefined) => pointer.set(at === undefined ? undefined : slots[at]?.start)

  const moved = (event: React.PointerEvent) => {
    const place = pixelOf(event)
    point(slotAt(slots, timeOf(place)))
    if (drag !== undefined) setDrag({ ...drag, to: place })
  }
  const pressed = (event: React.PointerEvent) => {
    // a finger scrolls the page
    if (event.button !== 0 || event.pointerType === "touch") return
    event.currentTarget.setPointerCapture(event.pointerId)
    setDrag({ from: pixelOf(event), to: pixelOf(event) })
  }
  const released = () => {
    setDrag(undefined)
    if (drag === undefined || Math.abs(drag.to - drag.from) < DRAG) return
    const found = touched(slots, timeOf(Math.min(drag.from, drag.to)), timeOf(Math.max(drag.from, drag.to)))
    if (found === undefined) return
    go({ zoom: { from: new Date(found.from).toISOString(), to: new Date(found.to).toISOString() } })
  }
  const typed = (event: React.KeyboardEvent) => {
    const last = slots.length - 1
    const to = {
      ArrowLeft: (index ?? slots.length) - 1,
      ArrowRight: (index ?? -1) + 1,
      Home: 0,
      End: last
    }[event.key]
    if (event.key === "Escape") {
      setDrag(undefined)
      point(undefined)
    }
    if (to === undefined) return
    event.preventDefault()
    point(Math.min(Math.max(0, to), last))
  }

  const said =
    slot === undefined || index === undefined
      ? "Arrow keys read the values"
      : [
          spanName(slot, zone, tz),
          ...lines.map(
            (line) => `${line.label} ${line.values[index] == null ? "no value" : exact(line.values[index])}`
          ),
          ...(slot.partial ? ["not complete"] : [])
        ].join(", ")

  return (
    <div className={styles["chart"]}>
      <Legend {...{ bars, index, lines, slots, totals, totalLabel, unit }} />
      <div
        ref={frame}
        className={styles["frame"]}
        dir="ltr"
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, slots.length - 1)}
        aria-valuenow={index ?? 0}
        aria-valuetext={said}
        onPointerMove={moved}
        onPointerDown={pressed}
        onPointerUp={released}
        onPointerCancel={() => setDrag(undefined)}
        onPointerLeave={() => point(undefined)}
        onKeyDown={typed}
        onBlur={() => point(undefined)}
      >
        <svg aria-hidden="true" width={size.width} height={size.height}>
          <Drawing {...{ bars, layout, lines, slots, unit }} />
          {slot === undefined || index === undefined ? null : (
            <g className={styles["pointer"]}>
              <line x1={x(placeOf(slot, bars))} x2={x(placeOf(slot, bars))} y1={MARGIN.top} y2={bottom} />
              {lines.map(({ label, values }, place) => {
                const value = values[index] ?? null
                return value === null ? null : (
                  <circle key={label} cx={x(placeOf(slot, bars))} cy={y(value)} r={3.5} fill={lookOf(place).colour} />
                )
              })}
            </g>
          )}
          {drag === undefined ? null : (
            <rect
              className={styles["drag"]}
              x={Math.min(drag.from, drag.to)}
              width={Math.abs(drag.to - drag.from)}
              y={MARGIN.top}
              height={bottom - MARGIN.top}
            />
          )}
        </svg>
      </div>
    </div>
  )
}
