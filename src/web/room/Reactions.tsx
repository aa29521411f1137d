/** The emoji that a message was answered with, how often and by whom. A click adds one's own or takes it back. */
import type { Row } from "../../client/index.ts"
import { joinedNames } from "./joined.ts"
import { ReactButton } from "./ReactButton.tsx"
import styles from "./Reactions.module.css"
import type { RowActions } from "./RowActions.ts"

interface ReactionsProps {
  readonly row: Row
  readonly selfId: string
  readonly actions: RowActions
}

const NAMES_MAX = 10

export const Reactions = ({ actions, row, selfId }: ReactionsProps) => {
  const all = Object.entries(row.reactions ?? {})
  if (all.length === 0) return null
  const who = (userIds: ReadonlyArray<string>) =>
    joinedNames(
      userIds.slice(0, NAMES_MAX).map((userId) => (userId === selfId ? "You" : (actions.nameOf(userId) ?? userId))),
      NAMES_MAX,
      userIds.length
    )
  return (
    <div className={styles["reactions"]} role="group" aria-label="Reactions">
      {all.map(([emoji, userIds]) => (
        <button
          key={emoji}
          type="button"
          className={styles["reaction"]}
          aria-pressed={userIds.includes(selfId)}
          aria-label={`${emoji} ${userIds.length}`}
          title={`${who(userIds)} reacted with ${emoji}`}
          onClick={() => actions.react(row, emoji)}
        >
          <span>{emoji}</span>
          <span className={styles["count"]}>{userIds.length}</span>
        </button>
      ))}
      <ReactButton icon="plus" row={row} actions={actions} />
    </div>
  )
}
