/** A room in the list, with what can be done about it. */
import { memo } from "react"
import { follow, roomPath } from "../Route.ts"
import { Menu, type MenuItem } from "../ui/Menu.tsx"
import { notify } from "../ui/Notices.tsx"
import { Badge } from "./Badge.tsx"
import type { ListedRoom } from "./ChatContext.ts"
import { useHall } from "./HallContext.ts"
import type { OpenDialog } from "./OpenDialog.ts"
import { RoomSign } from "./RoomSign.tsx"
import styles from "./Sidebar.module.css"

interface RoomLinkProps {
  readonly room: ListedRoom
  readonly current: boolean
  /** Whether the tab key comes here; arrows go to the others. */
  readonly entry: boolean
  readonly onFollow: () => void
}

const copyLink = async (roomId: string) => {
  try {
    await navigator.clipboard.writeText(new URL(roomPath(roomId), location.href).href)
    notify("Link copied.")
  } catch {
    notify("The browser did not let the link be copied.", { kind: "error" })
  }
}

const itemsOf = ({ kind, peerId, roomId }: ListedRoom, open: (dialog: OpenDialog) => void): ReadonlyArray<MenuItem> => [
  { label: "Notifications…", icon: "bell", onSelect: () => open({ kind: "alerting", roomId }) },
  ...(kind === "group"
    ? [{ label: "People…", icon: "users", onSelect: () => open({ kind: "people", roomId }) } as const]
    : []),
  ...(kind === "public" ? [{ label: "Copy link", icon: "link", onSelect: () => void copyLink(roomId) } as const] : []),
  ...(kind === "direct"
    ? peerId === undefined
      ? []
      : [
          {
            label: "Block…",
            icon: "block",
            danger: true,
            onSelect: () => open({ kind: "block", userId: peerId })
          } as const
        ]
    : [{ label: "Leave…", icon: "signOut", danger: true, onSelect: () => open({ kind: "leave", roomId }) } as const])
]

export const RoomLink = memo(({ current, entry, onFollow, room }: RoomLinkProps) => {
  const hall = useHall()
  const { kind, mentions, muted, name, peerId, roomId, unread } = room
  return (
    <li className={styles["room"]} data-current={current} data-unread={unread > 0 && !muted} data-muted={muted}>
      <a
        href={roomPath(roomId)}
        aria-current={current ? "page" : undefined}
        data-room={roomId}
        data-entry={entry ? "" : undefined}
        tabIndex={entry ? 0 : -1}
        className={styles["link"]}
        onClick={(event) => {
          follow(event)
          if (event.defaultPrevented) onFollow()
        }}
      >
        <RoomSign kind={kind} name={name} peerId={peerId} />
        <bdi className={styles["name"]}>{name}</bdi>
        {muted ? <span className="unseen">, muted</span> : null}
        <Badge unread={unread} mentions={mentions} muted={muted} />
      </a>
      <span className={styles["more"]}>
        <Menu
          icon="more"
          label={`Options for ${name}`}
          small
          button={{ tabIndex: entry ? 0 : -1 }}
          items={itemsOf(room, hall.dialog.set)}
        />
      </span>
    </li>
  )
})
