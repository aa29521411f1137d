/** Somebody who is in the room, and what one can do about them. */
import { memo, useSyncExternalStore } from "react"
import { Avatar } from "../ui/Avatar.tsx"
import { Menu, type MenuItem } from "../ui/Menu.tsx"
import { address } from "./addressing.ts"
import type { Hall } from "./Hall.ts"
import { useHall } from "./HallContext.ts"
import styles from "./MemberPanel.module.css"
import { mayModerate } from "./mayModerate.ts"

interface MemberItemProps {
  readonly userId: string
  readonly username: string
  readonly roomId: string
  readonly isSelf: boolean
  /** Whether the tab key comes here. */
  readonly entry: boolean
}

const itemsOf = (hall: Hall, { isSelf, roomId, userId, username }: MemberItemProps, moderates: boolean) => {
  if (isSelf) return []
  const items: Array<MenuItem> = [
    { label: "Message", icon: "chat", onSelect: () => hall.openDirect(userId) },
    { label: "Mention", icon: "at", onSelect: () => address(roomId, { userId, name: username }) },
    { label: "Block…", icon: "block", danger: true, onSelect: () => hall.dialog.set({ kind: "block", userId }) }
  ]
  if (moderates) {
    items.push({
      label: "Moderate…",
      icon: "shield",
      danger: true,
      onSelect: () => hall.dialog.set({ kind: "moderate", userId, roomId })
    })
  }
  return items
}

export const MemberItem = memo((props: MemberItemProps) => {
  const hall = useHall()
  const { client } = hall
  const moderates = useSyncExternalStore(client.subscribe, () => mayModerate(client))
  const { entry, isSelf, userId, username } = props
  const shown = (
    <>
      <Avatar userId={userId} name={username} size={1.75} />
      <bdi className={styles["name"]} title={userId}>
        {username}
      </bdi>
      {isSelf ? <span className={styles["you"]}>you</span> : null}
    </>
  )
  return (
    <li>
      {isSelf ? (
        <div
          className={styles["member"]}
          data-member={userId}
          data-entry={entry ? "" : undefined}
          tabIndex={entry ? 0 : -1}
        >
          {shown}
        </div>
      ) : (
        <Menu
          icon="more"
          label={`Options for ${username}`}
          items={itemsOf(hall, props, moderates)}
          button={{
            children: shown,
            className: styles["member"],
            tabIndex: entry ? 0 : -1,
            "data-member": userId,
            "data-entry": entry ? "" : undefined
          }}
        />
      )}
    </li>
  )
})
