/** The day of the topmost message in view, while one goes through the list. Not read aloud: the list says it at each day's begin. */
import type { Item } from "./Listing.ts"
import { dayName } from "./Moment.ts"
import styles from "./FloatingDay.module.css"

export const FloatingDay = ({ item, shown }: { readonly item: Item | undefined; readonly shown: boolean }) => {
  if (item === undefined || item.kind === "new") return null
  const timestamp = item.kind === "day" ? item.timestamp : item.row.timestamp
  return (
    <div className={styles["float"]} data-shown={shown} aria-hidden="true">
      <span className={styles["day"]}>{dayName(timestamp)}</span>
    </div>
  )
}
