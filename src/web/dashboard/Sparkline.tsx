/** The course of a figure, without scale or words: what stands beside says them. */
import styles from "./Sparkline.module.css"
import { HEIGHT, sparkPath, WIDTH } from "./sparkPath.ts"

interface SparklineProps {
  readonly values: ReadonlyArray<number | null>
  /** Whether the last of them may still grow. */
  readonly open: boolean
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
      <path d={sparkPath(values, 0, open ? last - 1 : last)} />
      {open ? <path className={styles["open"]} d={sparkPath(values, last - 1, last)} /> : null}
    </svg>
  )
}
