/** Figures as rows and columns: what a panel shows as a table and gives as a file, to the digit as the server told it. */
import { type Cell, csv } from "../../domain/Table.ts"
import type { Envelope, Timeseries } from "./Answer.ts"

export type { Cell }

export type Kind =
  | "moment"
  | "date"
  | "text"
  | "count"
  | "number"
  | "share"
  | "milliseconds"
  | "seconds"
  /** Whether a bucket is not complete: not yet, or cut. */
  | "partial"
  | "room"
  | "user"

/** `name` in files, `label` for readers. */
export interface Column {
  readonly name: string
  readonly label: string
  readonly kind: Kind
  /** Whether it is of times that are over, whatever the row is of. */
  readonly past?: boolean
}

export interface Sheet {
  readonly columns: ReadonlyArray<Column>
  readonly rows: ReadonlyArray<ReadonlyArray<Cell>>
  /** The first row whose time is not over, if there is one: what is not complete before it will never be. */
  readonly openFrom?: number | undefined
}

/** Which is the first that is not over. `ends`: milliseconds since 1970, in order; `computedAt`: up to when figures are complete. */
export const openFrom = (ends: ReadonlyArray<number>, { computedAt }: Pick<Envelope, "computedAt">) => {
  const found = ends.findIndex((end) => end > Date.parse(computedAt))
  return found < 0 ? undefined : found
}

/** A figure beside others of other kinds, one a row. */
export interface Fact {
  readonly name: string
  readonly label: string
  readonly value: Cell
  readonly kind: Kind
  /** Is in the table, and drawn in another way than as a number. */
  readonly aside?: boolean
}

/** By the names that the server's answers have, too. */
export const factSheet = (facts: ReadonlyArray<Fact>): Sheet => ({
  columns: [
    { name: "label", label: "Figure", kind: "text" },
    { name: "value", label: "Value", kind: "number" },
    { name: "figure", label: "Name in answers", kind: "text" }
  ],
  rows: facts.map(({ label, name, value }) => [label, value, name])
})

interface Told {
  readonly name: string
  readonly label: string
  readonly kind: Kind
  readonly series: Timeseries
}

/** Several figures over the same buckets. With a period before, its buckets stand beside those of the present one, first beside first. */
export const seriesSheet = (told: ReadonlyArray<Told>, previous: boolean): Sheet => {
  const first = told[0]?.series
  const before = previous ? (first?.previous?.points ?? []) : []
  const length = Math.max(first?.points.length ?? 0, before.length)
  const columns: Array<Column> = [
    { name: "start", label: "From", kind: "moment" },
    { name: "end", label: "To", kind: "moment" },
    ...told.map(({ kind, label, name }) => ({ name, label, kind })),
    { name: "partial", label: "Complete", kind: "partial" }
  ]
  if (before.length > 0) {
    columns.push({ name: "previousStart", label: "From, period before", kind: "moment" })
    for (const { kind, label, name } of told) {
      columns.push({ name: `previous.${name}`, label: `${label}, period before`, kind })
    }
    columns.push({ name: "previousPartial", label: "Complete, period before", kind: "partial", past: true })
  }
  const rows = Array.from({ length }, (_, i): Array<Cell> => {
    const point = first?.points[i]
    const row: Array<Cell> = [
      point?.start ?? null,
      point?.end ?? null,
      ...told.map(({ series }) => series.points[i]?.value ?? null),
      point?.partial ?? null
    ]
    if (before.length > 0) {
      row.push(
        before[i]?.start ?? null,
        ...told.map(({ series }) => series.previous?.points[i]?.value ?? null),
        before[i]?.partial ?? null
      )
    }
    return row
  })
  const ends = first?.points.map(({ end }) => Date.parse(end)) ?? []
  return { columns, rows, openFrom: first && openFrom(ends, first) }
}

/** With what the numbers mean and how far they go in every row: each can be read without the page. */
export const csvOf = ({ columns, rows }: Sheet, { computedAt, definitions, tz }: Envelope): string =>
  csv({
    columns: [...columns.map(({ name }) => name), "tz", "definitions", "computedAt"],
    rows: rows.map((row) => [...row, tz, definitions, computedAt])
  })

export const jsonOf = (title: string, { columns, rows }: Sheet, envelope: Envelope): string => {
  const { computedAt, definitions, from, to, tz } = envelope
  const named = rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i] ?? null])))
  return `${JSON.stringify({ title, definitions, computedAt, tz, from, to, rows: named }, undefined, 2)}\n`
}

/** `hubbub-messages-2026-03-29-2026-04-05.csv`: by the local dates of the window. */
export const fileName = (id: string, { from, to }: Envelope, extension: string): string =>
  `hubbub-${id}-${from.slice(0, 10)}-${to.slice(0, 10)}.${extension}`
