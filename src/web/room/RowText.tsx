/** What a message says, and that it was edited. */
import { useMemo } from "react"
import type { Row } from "../../client/index.ts"
import { Text } from "../content/Text.tsx"
import { fullTime } from "./Moment.ts"
import type { RowActions } from "./RowActions.ts"
import styles from "./RowText.module.css"

interface RowTextProps {
  readonly row: Row
  readonly selfId: string
  readonly actions: RowActions
}

export const RowText = ({ actions, row, selfId }: RowTextProps) => {
  const { mentions } = row
  const named = useMemo(
    () => mentions?.map((userId) => ({ userId, name: actions.nameOf(userId) ?? userId })),
    [actions, mentions]
  )
  return (
    <>
      <Text
        content={row.content}
        mentions={named}
        selfId={selfId}
        onMention={actions.openUser}
        onRoom={actions.openRoom}
      />
      {row.editedAt === undefined ? null : (
        <span className={styles["edited"]} title={`Edited ${fullTime(row.editedAt)}`}>
          <bdi>(edited)</bdi>
          <span className="unseen"> {fullTime(row.editedAt)}</span>
        </span>
      )}
    </>
  )
}
