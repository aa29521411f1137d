/** Why a message was not sent, and what to do about it. */
import type { Row } from "../../client/index.ts"
import { problemText } from "../chat/problemText.ts"
import { Button } from "../ui/Button.tsx"
import { Icon } from "../ui/Icon.tsx"
import styles from "./Failure.module.css"
import type { RowActions } from "./RowActions.ts"

export const Failure = ({ actions, row }: { readonly actions: RowActions; readonly row: Row }) => (
  <div className={styles["failed"]}>
    <Icon name="warning" size={16} />
    <p dir="auto" className={styles["why"]}>
      Not sent. {row.error === undefined ? null : problemText(row.error)}
    </p>
    <span className={styles["choices"]}>
      <Button
        icon="refresh"
        onClick={({ currentTarget }) => {
          // this button goes, and its row stays
          currentTarget.closest("article")?.focus()
          actions.retry(row)
        }}
      >
        Retry
      </Button>
      <Button kind="danger" onClick={() => actions.discard(row)}>
        Delete
      </Button>
    </span>
  </div>
)
