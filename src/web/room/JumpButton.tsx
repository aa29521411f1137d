/** Leads to the newest message from wherever one is in the list, and says how many came meanwhile. */
import { useLayoutEffect, useRef } from "react"
import { Icon } from "../ui/Icon.tsx"
import styles from "./JumpButton.module.css"
import type { Item } from "./Listing.ts"

interface JumpButtonProps {
  readonly items: ReadonlyArray<Item>
  readonly pinned: boolean
  /** Whether one sees the list yet. */
  readonly open: boolean
  /** What is unread, which is how many are new where one was not at the end yet. */
  readonly unread: number
  readonly selfId: string
  readonly onJump: () => void
}

const COUNT_MAX = 99

/** What others said behind an item, up to one more than is shown. */
const countAfter = (items: ReadonlyArray<Item>, key: string | undefined, selfId: string): number => {
  let count = 0
  for (let index = items.length - 1; index >= 0 && count <= COUNT_MAX; index--) {
    const item = items[index]
    if (item?.key === key) break
    if (item?.kind === "message" && item.row.userId !== selfId && item.row.type === "chat") count++
  }
  return count
}

export const JumpButton = ({ items, onJump, open, pinned, selfId, unread }: JumpButtonProps) => {
  const seen = useRef<string>(undefined)
  const lastKept = items.findLast((item) => item.kind === "message" && item.row.at !== undefined)?.key
  useLayoutEffect(() => {
    if (open && pinned) seen.current = lastKept
  }, [open, pinned, lastKept])

  if (!open || pinned) return null
  const count = seen.current === undefined ? unread : countAfter(items, seen.current, selfId)
  const many = count > COUNT_MAX ? `${COUNT_MAX}+` : count
  return (
    <button type="button" className={styles["jump"]} data-new={count > 0 || undefined} onClick={onJump}>
      <Icon name="arrowDown" size={16} />
      <bdi>{count === 0 ? "Jump to latest" : `${many} new ${count === 1 ? "message" : "messages"}`}</bdi>
    </button>
  )
}
