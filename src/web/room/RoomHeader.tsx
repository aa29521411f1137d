/** Above the messages: what the room is called, who is there, how it may be spoken in, and what can be done with it. */
import { memo } from "react"
import type { ListedRoom } from "../chat/ChatContext.ts"
import { IconButton } from "../ui/Button.tsx"
import { Icon } from "../ui/Icon.tsx"
import { Menu } from "../ui/Menu.tsx"
import styles from "./RoomHeader.module.css"

interface RoomHeaderProps {
  readonly room: Pick<ListedRoom, "kind" | "name" | "peerId">
  readonly memberCount: number
  /** Whether the room has told how many are there. */
  readonly known: boolean
  readonly frozen: boolean
  readonly slowModeSeconds: number
  readonly membersOpen: boolean
  readonly onMenu: () => void
  readonly onMembers: () => void
  readonly onSearch: () => void
  readonly onCopyLink: () => void
}

const ICONS = { public: "hash", direct: "user", group: "lock" } as const
const KINDS = { public: "Room", direct: "Direct message with", group: "Private group" } as const

const spell = (seconds: number) => (seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`)

export const RoomHeader = memo((props: RoomHeaderProps) => {
  const { frozen, known, memberCount, membersOpen, onCopyLink, onMembers, onMenu, onSearch, room, slowModeSeconds } =
    props
  const count = `${memberCount.toLocaleString()} ${memberCount === 1 ? "person" : "people"} here`
  const people = room.kind !== "direct" ? count : memberCount > 1 ? "Here now" : "Not here now"
  return (
    <header className={styles["header"]}>
      <span className={styles["menu"]}>
        <IconButton icon="menu" label="Show rooms" onClick={onMenu} />
      </span>
      <div className={styles["title"]}>
        <h1 className={styles["name"]}>
          <Icon name={ICONS[room.kind]} size={20} />
          <span className="unseen">{KINDS[room.kind]} </span>
          <bdi>{room.name}</bdi>
        </h1>
        <p className={styles["about"]}>
          {known ? <bdi>{people}</bdi> : null}
          {frozen ? (
            <span className={styles["badge"]} title="Only moderators can write here for now.">
              <Icon name="lock" size={14} />
              Frozen
            </span>
          ) : null}
          {slowModeSeconds === 0 ? null : (
            <span
              className={styles["badge"]}
              title={`Each person can send one message every ${spell(slowModeSeconds)}.`}
            >
              <Icon name="clock" size={14} />
              <bdi>Slow mode: {spell(slowModeSeconds)}</bdi>
            </span>
          )}
        </p>
      </div>
      <IconButton icon="search" label="Search messages" onClick={onSearch} />
      <IconButton icon="users" label="Members" aria-pressed={membersOpen} onClick={onMembers} />
      <Menu
        icon="more"
        label="Room menu"
        items={[{ label: "Copy link to room", icon: "link", onSelect: onCopyLink }]}
      />
    </header>
  )
})
