/** What stands before the first message of the list: where it began, that there is more, or that some are missing. Always equally high. */
import { useState } from "react"
import type { Room, RoomSnapshot } from "../../client/index.ts"
import { kindOf } from "../chat/kindOf.ts"
import { loadBack } from "../../client/loadBack.ts"
import { problemText } from "../chat/problemText.ts"
import { Button } from "../ui/Button.tsx"
import { Icon } from "../ui/Icon.tsx"
import { notify } from "../ui/Notices.tsx"
import styles from "./ListTop.module.css"
import { RowBars } from "./RowBars.tsx"
import type { Older } from "./useOlder.ts"

interface ListTopProps {
  readonly title: string
  readonly room: Room
  readonly snapshot: RoomSnapshot
  readonly older: Older
}

/** Its height. */
export const TOP_REM = 7

const Gap = ({ room }: { readonly room: Room }) => {
  const [loading, setLoading] = useState(false)
  const load = async () => {
    const { gap } = room.getSnapshot()
    if (gap === undefined) return
    setLoading(true)
    try {
      await loadBack(room, gap)
    } catch (error) {
      notify(problemText(error), { kind: "error" })
    } finally {
      setLoading(false)
    }
  }
  return (
    <div className={styles["gap"]} role="status">
      <p dir="auto">Some messages could not be loaded.</p>
      <Button icon="refresh" disabled={loading} onClick={() => void load()}>
        {loading ? "Loading them…" : "Load them"}
      </Button>
    </div>
  )
}

export const ListTop = ({ older, room, snapshot, title }: ListTopProps) => {
  const { gap, hasOlder, messages } = snapshot
  const content = () => {
    if (gap !== undefined) return <Gap room={room} />
    if (older.status === "failed") {
      return (
        <div className={styles["gap"]} role="alert">
          <p dir="auto">Older messages could not be loaded. {problemText(older.error)}</p>
          <Button icon="refresh" onClick={older.load}>
            Try again
          </Button>
        </div>
      )
    }
    if (hasOlder) {
      return (
        <>
          <p className="unseen" role="status">
            {older.status === "loading" ? "Loading older messages" : null}
          </p>
          <RowBars count={2} />
        </>
      )
    }
    if (messages.length === 0) return null
    return (
      <p className={styles["begin"]}>
        <Icon name="chat" size={20} />
        <span dir="auto">
          This is the beginning of {kindOf(room.id) === "direct" ? "what you and " : null}
          <bdi>{title}</bdi>
          {kindOf(room.id) === "direct" ? " have written" : null}.
        </span>
      </p>
    )
  }
  return (
    <div className={styles["top"]} style={{ blockSize: `${TOP_REM}rem` }}>
      {content()}
    </div>
  )
}
