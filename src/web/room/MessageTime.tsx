/** The time of day of a message, with all of it for who points at it or has it read aloud. */
import { clockTime, fullTime } from "./Moment.ts"
import styles from "./MessageTime.module.css"

interface MessageTimeProps {
  readonly id?: string
  readonly timestamp: string
  /** Shown only where the row is pointed at, and not read aloud. */
  readonly quiet?: boolean
}

export const MessageTime = ({ id, quiet = false, timestamp }: MessageTimeProps) => {
  const whole = fullTime(timestamp)
  if (quiet) {
    return (
      <time dir="auto" dateTime={timestamp} title={whole} className={styles["quiet"]} aria-hidden="true">
        {clockTime(timestamp)}
      </time>
    )
  }
  return (
    <time id={id} dir="auto" dateTime={timestamp} title={whole} className={styles["time"]}>
      <span aria-hidden="true">{clockTime(timestamp)}</span>
      <span className="unseen">{whole}</span>
    </time>
  )
}
