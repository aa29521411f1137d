/** Above an answer: whom and what it answers, which is where a click goes. */
import { useMemo } from "react"
import type { Row } from "../../client/index.ts"
import { previewOf } from "../content/plainText.ts"
import { Avatar } from "../ui/Avatar.tsx"
import { Icon } from "../ui/Icon.tsx"
import styles from "./ReplyPreview.module.css"
import type { RowActions } from "./RowActions.ts"

interface ReplyPreviewProps {
  readonly answered: Row | undefined
  readonly messageId: string
  readonly actions: RowActions
}

const Answered = ({ row }: { readonly row: Row }) => {
  const { content } = row
  const preview = useMemo(() => previewOf(content), [content])
  return (
    <>
      <Avatar userId={row.userId} name={row.username} size={1.125} />
      <bdi className={styles["name"]}>{row.username}</bdi>
      <span dir="auto" className={styles["text"]}>
        {row.deleted === true ? "This message was deleted" : preview}
      </span>
    </>
  )
}

export const ReplyPreview = ({ actions, answered, messageId }: ReplyPreviewProps) => (
  <div className={styles["reply"]}>
    <button type="button" tabIndex={-1} className={styles["to"]} onClick={() => actions.jump(messageId)}>
      <Icon name="reply" size={14} />
      <span className="unseen">In reply to </span>
      {answered === undefined ? (
        <span className={styles["text"]}>An earlier message</span>
      ) : (
        <Answered row={answered} />
      )}
    </button>
  </div>
)
