/** A line above the text that says what is the matter, with how long it lasts. Read aloud once, not with every second that passes. */
import type { ReactNode } from "react"
import { Icon, type IconName } from "../ui/Icon.tsx"
import { remaining, remainingWords } from "./remaining.ts"
import { useNow } from "./useNow.ts"
import styles from "./Composer.module.css"

interface NoteProps {
  readonly text: string
  readonly icon?: IconName
  /** When it is over, in milliseconds since 1970. */
  readonly until?: number | undefined
  /** Somebody's words. */
  readonly reason?: string | undefined
  readonly kind?: "info" | "warn"
  /** What can be done about it. */
  readonly children?: ReactNode
}

export const Note = ({ children, icon = "clock", kind = "info", reason, text, until }: NoteProps) => {
  const now = useNow(until)
  const left = until === undefined ? 0 : until - now
  return (
    <div className={styles["note"]} data-kind={kind}>
      <Icon name={icon} size={18} />
      <span className={styles["noteText"]}>
        {text}
        {reason === undefined ? null : (
          <>
            {" "}
            Reason: <bdi>{reason}</bdi>
          </>
        )}
      </span>
      {left > 0 ? (
        <span className={styles["left"]} role="timer" aria-live="off" aria-label={`${remainingWords(left)} left`}>
          {remaining(left)}
        </span>
      ) : null}
      {children}
    </div>
  )
}
