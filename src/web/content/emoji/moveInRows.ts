/** Where an arrow leads in rows of equal length but for the last of each group. */

export interface Spot {
  readonly row: number
  readonly column: number
}

/** `lengths` of the rows from the first to the last. Stays where it is where there is nothing in that direction. */
export const moveInRows = (lengths: ReadonlyArray<number>, { column, row }: Spot, key: string): Spot | undefined => {
  const lengthOf = (index: number) => lengths[index] ?? 0
  const inRow = (index: number, at: number): Spot => ({ row: index, column: Math.min(at, lengthOf(index) - 1) })
  switch (key) {
    case "ArrowRight":
      if (column + 1 < lengthOf(row)) return { row, column: column + 1 }
      return row + 1 < lengths.length ? { row: row + 1, column: 0 } : { row, column }
    case "ArrowLeft":
      if (column > 0) return { row, column: column - 1 }
      return row > 0 ? inRow(row - 1, Infinity) : { row, column }
    case "ArrowDown":
      return row + 1 < lengths.length ? inRow(row + 1, column) : { row, column }
    case "ArrowUp":
      return row > 0 ? inRow(row - 1, column) : { row, column }
    case "PageDown":
      return inRow(Math.min(lengths.length - 1, row + 5), column)
    case "PageUp":
      return inRow(Math.max(0, row - 5), column)
    case "Home":
      return { row, column: 0 }
    case "End":
      return inRow(row, Infinity)
    default:
      return undefined
  }
}
