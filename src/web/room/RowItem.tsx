/** What the list shows at one place: a message, the day it begins, or the line above what is new. */
import type { ComponentProps } from "react"
import type { Item } from "./Listing.ts"
import { MessageRow } from "./MessageRow.tsx"
import { dayName } from "./Moment.ts"
import styles from "./RowItem.module.css"

type RowItemProps = Omit<ComponentProps<typeof MessageRow>, "row" | "head"> & { readonly item: Item }

export const RowItem = ({ item, ...rest }: RowItemProps) => {
  switch (item.kind) {
    case "day":
      return (
        <p className={styles["day"]}>
          <time dateTime={item.timestamp}>{dayName(item.timestamp)}</time>
        </p>
      )
    case "new":
      return <p className={styles["new"]}>New messages</p>
    default:
      return <MessageRow row={item.row} head={item.head} {...rest} />
  }
}
