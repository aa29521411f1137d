/** The rooms, oneself, and the ways to other places. */
import { useReadable } from "../Cell.ts"
import { follow } from "../Route.ts"
import type { Session } from "../session/Session.ts"
import { Icon } from "../ui/Icon.tsx"
import { Brand } from "./Brand.tsx"
import { useHall } from "./HallContext.ts"
import { InvitationList } from "./InvitationList.tsx"
import { COMMAND } from "./shortcuts.ts"
import { OwnCard } from "./OwnCard.tsx"
import { RoomSections } from "./RoomSections.tsx"
import styles from "./Sidebar.module.css"

interface SidebarProps {
  readonly session: Session
  readonly current: string | undefined
  /** Where there is a frame with a title around it already. */
  readonly bare?: boolean
  /** A room was chosen. */
  readonly onFollow: () => void
}

export const Sidebar = ({ bare = false, current, onFollow, session }: SidebarProps) => {
  const { dialog } = useHall()
  const { config } = useReadable(session)
  return (
    <div className={styles["sidebar"]}>
      <header className={styles["top"]} data-bare={bare}>
        {bare ? null : <Brand name={config?.name ?? "Hubbub"} />}
        <button type="button" className={styles["jump"]} onClick={() => dialog.set({ kind: "switcher" })}>
          <Icon name="search" size={16} />
          <span>Go to a room or person</span>
          <kbd aria-hidden="true">{COMMAND}K</kbd>
        </button>
      </header>
      <div className={styles["scroll"]}>
        <InvitationList onFollow={onFollow} />
        <RoomSections current={current} onFollow={onFollow} />
      </div>
      <footer className={styles["foot"]}>
        <a href="/dashboard" className={styles["link"]} onClick={follow}>
          <Icon name="chart" size={18} />
          <span className={styles["name"]}>Dashboard</span>
        </a>
        <OwnCard session={session} />
      </footer>
    </div>
  )
}
