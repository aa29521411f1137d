/** Words about the connection, once it has been away for a moment; and what the user can do about it. */
import { useEffect, useState } from "react"
import type { ConnectionState } from "../../client/index.ts"
import { useReadable } from "../Cell.ts"
import { Button } from "../ui/Button.tsx"
import { Icon, type IconName } from "../ui/Icon.tsx"
import styles from "./Connection.module.css"
import { useHall } from "./HallContext.ts"
import { useSeconds } from "./Seconds.ts"
import { signedOutText } from "./signedOutText.ts"

/** Milliseconds that nobody needs to know of. */
const PATIENCE_MS = 1500

/** The state, but for what is over soon: live until then. */
const usePatient = (state: ConnectionState): ConnectionState => {
  const isAway = state.status !== "live" && state.status !== "signed-out"
  const [patient, setPatient] = useState(true)
  useEffect(() => {
    setPatient(true)
    if (!isAway) return undefined
    const timer = setTimeout(() => setPatient(false), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [isAway])
  return isAway && patient ? { status: "live" } : state
}

interface Words {
  readonly kind: "warn" | "danger"
  readonly icon: IconName
  /** Read aloud when it changes. */
  readonly text: string
  /** Shown only: it changes all the time. */
  readonly detail?: string
  readonly action?: { readonly label: string; readonly run: () => void }
}

const waiting = (queued: number): string =>
  queued === 0 ? "" : queued === 1 ? " 1 message will be sent then." : ` ${queued} messages will be sent then.`

const useWords = (): Words | undefined => {
  const { client, draining } = useHall()
  const { connection, queued } = useReadable(client)
  const isDraining = useReadable(draining)
  const state = usePatient(connection)
  const seconds = useSeconds(state.status === "reconnecting" ? state.at : undefined)
  const again = { label: "Connect", run: () => void client.connect().catch(() => undefined) }
  const retry = { label: "Retry now", run: () => client.retryNow() }
  switch (state.status) {
    case "live":
      return isDraining && connection.status === "live"
        ? { kind: "warn", icon: "refresh", text: "The server is restarting. You will be reconnected in a moment." }
        : undefined
    case "connecting":
      return { kind: "warn", icon: "refresh", text: `Connecting…${waiting(queued)}` }
    case "reconnecting": {
      const detail = seconds > 0 ? `Reconnecting in ${seconds} s.` : "Reconnecting…"
      const text = isDraining ? "The server is restarting." : "The connection was lost."
      return { kind: "warn", icon: "warning", text, detail: `${detail}${waiting(queued)}`, action: retry }
    }
    case "offline":
      return {
        kind: "warn",
        icon: "warning",
        text: `You are offline. You will be reconnected when the network is back.${waiting(queued)}`,
        action: retry
      }
    case "disconnected":
      return { kind: "danger", icon: "warning", text: "You are not connected.", action: again }
    default:
      return { kind: "danger", icon: "warning", text: signedOutText(state.code), action: again }
  }
}

export const Connection = () => {
  const words = useWords()
  return (
    <div className={styles["place"]} data-shown={words !== undefined}>
      <div role="status" className={words === undefined ? "unseen" : styles["banner"]} data-kind={words?.kind}>
        {words === undefined ? null : (
          <>
            <Icon name={words.icon} size={18} />
            <span className={styles["text"]}>
              {words.text} <span aria-hidden="true">{words.detail}</span>
            </span>
          </>
        )}
      </div>
      {words?.action === undefined ? null : (
        <Button className={styles["action"]} onClick={words.action.run}>
          {words.action.label}
        </Button>
      )}
    </div>
  )
}
