/** Rows as a file: CSV (RFC 4180) or one JSON object a line. */

export type Cell = string | number | boolean | null

/** A report's rows, each with a cell for every column. */
export interface Table {
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<Cell>>
}

const PLAIN_NUMBER = /^-?\d+(?:\.\d+)?$/
/** What a spreadsheet takes for the beginning of a formula, in either width, and what it skips before one. */
const RISKY = /^(?:\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])/
const QUOTED = /[",\r\n]/

const csvCell = (cell: Cell): string => {
  if (cell === null) return ""
  if (typeof cell !== "string") return String(cell)
  const text = RISKY.test(cell) && !PLAIN_NUMBER.test(cell) ? `'${cell}` : cell
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** With a header row; lines end with CRLF, and texts that a spreadsheet would run begin with an apostrophe. */
export const csv = ({ columns, rows }: Table): string =>
  [columns, ...rows].map((cells) => `${cells.map(csvCell).join(",")}\r\n`).join("")

export const ndjson = ({ columns, rows }: Table): string =>
  rows.map((cells) => `${JSON.stringify(Object.fromEntries(columns.map((name, i) => [name, cells[i]])))}\n`).join("")

/** A table of objects that have the same fields. */
export const tableOf = <K extends string>(
  columns: ReadonlyArray<K>,
  rows: ReadonlyArray<Readonly<Record<K, Cell>>>
): Table => ({ columns, rows: rows.map((row) => columns.map((name) => row[name])) })

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isCell = (value: unknown): value is Cell =>
  value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean"

function* leaves(prefix: string, value: unknown): Generator<readonly [string, Cell]> {
  if (isCell(value)) yield [prefix, value]
  else if (isRecord(value)) {
    for (const [name, inner] of Object.entries(value)) yield* leaves(prefix === "" ? name : `${prefix}.${name}`, inner)
  }
}

/** The figures of an answer without a list, one a row: `shares.withLink`, 0.5. */
export const figuresOf = (answer: object): Table => ({
  columns: ["figure", "value"],
  rows: Array.from(leaves("", answer))
})
