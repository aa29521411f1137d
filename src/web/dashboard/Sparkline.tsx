/** The course of a figure, without scale or words: what stands beside says them. */
import styles from "./Sparkline.module.css"

interface SparklineProps {
  readonly values: ReadonlyArray<number | null>
  /** Whether the last of them may still grow. */
  readonly open: boolean
}

const WIDTH = 100
const HEIGHT = 28

/** A path of what lies between two places, with a gap where there is no value. */
const pathOf = (values: ReadonlyArray<number | null>, from: number, to: number): string => {
  const largest = Math.max(...values.map((value) => value ?? 0), 0)
  const x = (i: number) => ((i / Math.max(1, values.length - 1)) * WIDTH).toFixed(1)
  const y = (value: number) => (HEIGHT - 2 - (largest === 0 ? 0 : value / largest) * (HEIGHT - 4)).toFixed(1)
  let path = ""
  let drawing = false
  for (let i = Math.max(0, from); i <= to; i++) {
    const value = values[i] ?? null
    if (value !== null) path += `${drawing ? "L" : "M"}${x(i)} ${y(value)}`
    // a value on its own is a dot
    if (value !== null && !drawing && (i === to || (values[i + 1] ?? null) === null)) path += "h.01"
    drawing = value !== null
  }
  return path
}

export const Sparkline = ({ open, values }: SparklineProps) => {
  const last = values.length - 1
  return (
    <svg
      aria-hidden="true"
      className={styles["spark"]}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      fill="none"
    >
      <path d={pathOf(values, 0, open ? last - 1 : last)} />
      {open ? <path className={styles["open"]} d={pathOf(values, last - 1, last)} /> : null}
    </svg>
  )
}
