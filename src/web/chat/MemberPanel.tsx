/** Who is in the room right now: oneself first, then by name. */
import { type KeyboardEvent, useMemo, useState } from "react"
import type { Member, RoomSnapshot } from "../../client/index.ts"
import { useReadable } from "../Cell.ts"
import { Button, IconButton } from "../ui/Button.tsx"
import { Empty, Skeleton } from "../ui/States.tsx"
import { useHall } from "./HallContext.ts"
import { kindOf } from "./kindOf.ts"
import { matching } from "./matching.ts"
import { MemberItem } from "./MemberItem.tsx"
import styles from "./MemberPanel.module.css"

interface MemberPanelProps {
  readonly roomId: string
  /** Where there is a frame with a title around it already. */
  readonly bare?: boolean
  readonly onClose: () => void
}

/** From so many on there is a field to find one. */
const MANY = 20
/** Shown at a time; the others are to be found by name. */
const SHOWN = 200

const NOBODY: Pick<RoomSnapshot, "memberCount" | "members"> = { memberCount: 0, members: [] }

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" })

const byName = (selfId: string) => (a: Member, b: Member) =>
  Number(b.userId === selfId) - Number(a.userId === selfId) ||
  collator.compare(a.username, b.username) ||
  (a.userId < b.userId ? -1 : 1)

const move = (event: KeyboardEvent<HTMLUListElement>) => {
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-member]")]
  const at = buttons.findIndex((button) => button === document.activeElement)
  if (at < 0) return
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key]
  if (to === undefined) return
  event.preventDefault()
  buttons[Math.max(0, Math.min(buttons.length - 1, to))]?.focus()
}

export const MemberPanel = ({ bare = false, onClose, roomId }: MemberPanelProps) => {
  const hall = useHall()
  const { status, ...known } = useReadable(hall.client.room(roomId))
  const barred = status === "refused" || status === "removed"
  // as it was when one was still in there
  const { memberCount, members } = barred ? NOBODY : known
  const [query, setQuery] = useState("")
  const [focused, setFocused] = useState<string>()
  const selfId = hall.selfId()
  const sorted = useMemo(() => members.toSorted(byName(selfId)), [members, selfId])
  const found = useMemo(
    () => (query === "" ? sorted : sorted.filter(({ username }) => matching(query, username) !== undefined)),
    [sorted, query]
  )
  const shown = found.slice(0, SHOWN)
  const hidden = (query === "" ? memberCount : found.length) - shown.length
  const entry = shown.find(({ userId }) => userId === focused)?.userId ?? shown[0]?.userId

  return (
    <div className={styles["panel"]}>
      {bare ? null : (
        <header className={styles["header"]}>
          <h2>Members {barred ? null : <span className={styles["count"]}>{memberCount}</span>}</h2>
          <IconButton icon="close" label="Hide members" small onClick={onClose} />
        </header>
      )}
      {kindOf(roomId) === "group" ? (
        <div className={styles["people"]}>
          <Button icon="users" onClick={() => hall.dialog.set({ kind: "people", roomId })}>
            All members
          </Button>
        </div>
      ) : null}
      {memberCount > MANY ? (
        <input
          type="search"
          aria-label="Find a member"
          placeholder="Find a member"
          className={styles["search"]}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
      ) : null}
      {members.length === 0 && !barred ? (
        <Skeleton label="Loading who is here" lines={4} />
      ) : shown.length === 0 ? (
        <Empty
          icon="users"
          title={barred ? "You do not see who is here" : query === "" ? "Nobody is here" : "Nobody is called so"}
        />
      ) : (
        <ul
          aria-label="Members"
          className={styles["list"]}
          onKeyDown={move}
          onFocus={({ target }) => {
            if (target.dataset["member"] !== undefined) setFocused(target.dataset["member"])
          }}
        >
          {shown.map((member) => (
            <MemberItem
              key={member.userId}
              userId={member.userId}
              username={member.username}
              roomId={roomId}
              isSelf={member.userId === selfId}
              entry={member.userId === entry}
            />
          ))}
        </ul>
      )}
      {hidden > 0 && members.length > 0 ? (
        <p className={styles["hidden"]}>
          {hidden === 1 ? "And one more." : `And ${hidden} more.`} {memberCount > MANY ? "Find them by name." : null}
        </p>
      ) : null}
    </div>
  )
}
