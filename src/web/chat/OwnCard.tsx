/** Who one is here, whether one is connected, and what there is to set. */
import { useSyncExternalStore } from "react"
import type { ConnectionState } from "../../client/index.ts"
import { useReadable } from "../Cell.ts"
import type { Session } from "../session/Session.ts"
import { Avatar } from "../ui/Avatar.tsx"
import { Menu } from "../ui/Menu.tsx"
import { useHall } from "./HallContext.ts"
import { leave } from "./leaving.ts"
import styles from "./Sidebar.module.css"

const words: { readonly [K in ConnectionState["status"]]: string } = {
  live: "Online",
  connecting: "Connecting…",
  reconnecting: "Reconnecting…",
  offline: "Offline",
  disconnected: "Not connected",
  "signed-out": "Not connected"
}

export const OwnCard = ({ session }: { readonly session: Session }) => {
  const { client, dialog } = useHall()
  const welcome = useSyncExternalStore(client.subscribe, () => client.getSnapshot().welcome)
  const status = useSyncExternalStore(client.subscribe, () => client.getSnapshot().connection.status)
  const { config } = useReadable(session)
  const isOpen = config?.auth.mode === "open"
  const name = welcome?.username ?? "You"
  return (
    <div className={styles["own"]}>
      <Avatar userId={welcome?.userId ?? ""} name={name} />
      <div className={styles["who"]}>
        <bdi className={styles["me"]} title={welcome?.userId}>
          {name}
        </bdi>
        <span className={styles["status"]} data-live={status === "live"}>
          {words[status]}
        </span>
      </div>
      <Menu
        icon="settings"
        label="Settings and account"
        items={[
          { label: "Settings…", icon: "settings", onSelect: () => dialog.set({ kind: "settings" }) },
          { label: "Keyboard shortcuts…", icon: "help", onSelect: () => dialog.set({ kind: "help" }) },
          { label: "Blocked people…", icon: "block", onSelect: () => dialog.set({ kind: "blocked" }) },
          {
            label: isOpen ? "Sign out…" : "Sign out",
            icon: "signOut",
            danger: true,
            onSelect: () => (isOpen ? dialog.set({ kind: "signOut" }) : leave(session))
          }
        ]}
      />
    </div>
  )
}
