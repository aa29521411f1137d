/** A message that was found, with the words for which it was. */
import { useMemo } from "react"
import type { Message } from "../../client/index.ts"
import { Avatar } from "../ui/Avatar.tsx"
import { excerptOf } from "./highlighted.ts"
import { clockTime, dayName, fullTime } from "./Moment.ts"
import styles from "./SearchHit.module.css"

interface SearchHitProps {
  readonly message: Message
  readonly query: string
  readonly onGo: () => void
}

/** Of a message that is long, as much is shown. */
const LENGTH = 240

export const SearchHit = ({ message, onGo, query }: SearchHitProps) => {
  const { content, timestamp, userId, username } = message
  const parts = useMemo(() => excerptOf(content, query, LENGTH), [content, query])
  return (
    <button type="button" className={styles["hit"]} onClick={onGo}>
      <Avatar userId={userId} name={username} size={2} />
      <span className={styles["body"]}>
        <span className={styles["by"]}>
          <bdi className={styles["name"]}>{username}</bdi>
          <time dir="auto" dateTime={timestamp} title={fullTime(timestamp)} className={styles["time"]}>
            {dayName(timestamp)}, {clockTime(timestamp)}
          </time>
        </span>
        <span dir="auto" className={styles["text"]}>
          {parts.map(({ found, text }, index) => (found ? <mark key={index}>{text}</mark> : text))}
        </span>
      </span>
    </button>
  )
}
