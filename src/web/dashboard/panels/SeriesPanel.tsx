/** One or more figures over time. */
import type { ReactNode } from "react"
import type { Definition } from "../About.tsx"
import { Chart } from "../Chart.tsx"
import { definitions } from "../definitions.ts"
import { isEmpty, lineOf, slotsOf } from "../Lines.ts"
import type { Unit } from "../Numeral.ts"
import { type Drawn, Panel } from "../Panel.tsx"
import { bucketNames } from "../Period.ts"
import { type Question, timeseries, type Told } from "../Question.ts"
import { useScope } from "../Scope.ts"
import { TILED } from "./tiled.ts"
import { seriesSheet } from "../Sheet.ts"

interface Metric {
  /** As the server calls it. */
  readonly name: string
  readonly label: string
}

interface SeriesPanelProps {
  readonly id: string
  readonly title: string
  readonly about: ReadonlyArray<Definition>
  readonly metrics: ReadonlyArray<Metric>
  readonly unit: Unit
  readonly span: 4 | 6 | 8 | 12
  readonly bars?: boolean
  /** What the figure of the whole window is: "In all", "Largest". */
  readonly totalLabel: string
  readonly room?: string | undefined
  readonly nothing?: string
  readonly controls?: ReactNode
}

export const SeriesPanel = (props: SeriesPanelProps) => {
  const { about, bars = false, controls, id, metrics, nothing, room, span, title, totalLabel, unit } = props
  const { period, tz, view } = useScope()
  const questions: Record<string, Question<Told>> = {}
  for (const { name } of metrics) {
    const compare = view.compare || (room === undefined && TILED.has(name))
    questions[name] = timeseries(name, { period, tz, room, compare })
  }

  const draw = (answers: Record<string, Told>): Drawn => {
    const told = metrics.flatMap(({ label, name }) => {
      const series = answers[name]
      return series === undefined ? [] : [{ label, name, kind: unit, series }]
    })
    const first = told[0]?.series
    if (first === undefined) throw new Error("A panel has no figures")
    const lines = told.map(({ label, series }) => lineOf(label, series, view.compare))
    const totals = told.map(({ series: { previous, total } }) => ({
      value: total,
      before: view.compare ? previous?.total : undefined
    }))
    return {
      envelope: first,
      detail: bucketNames[first.bucket],
      ...(first.bucket === "1m" ? { toldBy: "minutes" } : {}),
      note: first.coarse ?? (view.compare ? first.alone : undefined),
      sheet: seriesSheet(told, view.compare),
      empty: isEmpty(lines),
      drawing: (
        <Chart
          label={`${title}, ${bucketNames[first.bucket]}. Every value is in the table.`}
          lines={lines}
          slots={slotsOf(first.points)}
          unit={unit}
          bars={bars}
          totals={totals}
          totalLabel={totalLabel}
        />
      )
    }
  }

  return (
    <Panel
      id={id}
      title={title}
      about={[...about, definitions.complete, ...(view.compare ? [definitions.previous] : [])]}
      questions={questions}
      draw={draw}
      span={span}
      {...(nothing === undefined ? {} : { nothing })}
      controls={controls}
    />
  )
}
