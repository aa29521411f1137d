/** How much is unread, with a sign where some of it speaks to one. */
import styles from "./Badge.module.css"

/** The server counts no further. */
const MOST = 200

interface BadgeProps {
  readonly unread: number
  readonly mentions: number
  readonly muted: boolean
}

const many = (count: number) => (count >= MOST ? `${MOST - 1}+` : String(count))

/** Nothing where nothing is unread. */
export const Badge = ({ mentions, muted, unread }: BadgeProps) => {
  if (unread === 0) return null
  const words = mentions === 0 ? `${many(unread)} unread` : `${many(unread)} unread, ${many(mentions)} mention you`
  return (
    <span className={styles["badge"]} data-kind={mentions > 0 ? "mention" : muted ? "muted" : "unread"}>
      <span aria-hidden="true" dir="ltr">
        {mentions > 0 ? `@${many(mentions)}` : many(unread)}
      </span>
      <span className="unseen">, {words}</span>
    </span>
  )
}
