export const WIDTH = 100
export const HEIGHT = 28
/** What a value on its own takes at least, so that it can be seen. */
const ALONE = 3

/** A path of what lies between two places, with a gap where there is no value. */
export const sparkPath = (values: ReadonlyArray<number | null>, from: number, to: number): string => {
  const largest = Math.max(...values.map((value) => value ?? 0), 0)
  const x = (i: number) => (i / Math.max(1, values.length - 1)) * WIDTH
  const y = (value: number) => (HEIGHT - 2 - (largest === 0 ? 0 : value / largest) * (HEIGHT - 4)).toFixed(1)
  const missing = (i: number) => (values[i] ?? null) === null
  // as long as its bucket, which where there is but one is all of the width
  const half = Math.max(ALONE, WIDTH / values.length) / (values.length === 1 ? 1 : 2)
  let path = ""
  let drawing = false
  for (let i = Math.max(0, from); i <= to; i++) {
    const value = values[i] ?? null
    if (value !== null && missing(i - 1) && missing(i + 1)) {
      path += `M${Math.max(0, x(i) - half).toFixed(1)} ${y(value)}H${Math.min(WIDTH, x(i) + half).toFixed(1)}`
    } else if (value !== null) {
      path += `${drawing ? "L" : "M"}${x(i).toFixed(1)} ${y(value)}`
      // its neighbour is drawn elsewhere
      if (!drawing && (i === to || missing(i + 1))) path += "h.01"
    }
    drawing = value !== null
  }
  return path
}
