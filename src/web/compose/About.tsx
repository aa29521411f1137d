/** The line above the text that says what is being answered or changed, with a way out. */
import type { Row } from "../../client/index.ts"
import { previewOf } from "../content/plainText.ts"
import { IconButton } from "../ui/Button.tsx"
import { Icon } from "../ui/Icon.tsx"
import styles from "./Composer.module.css"

interface AboutProps {
  readonly row: Row
  readonly does: "reply" | "edit"
  readonly onCancel: () => void
}

export const About = ({ does, onCancel, row }: AboutProps) => (
  <div className={styles["about"]}>
    <Icon name={does} size={18} />
    <span className={styles["aboutText"]}>
      {does === "edit" ? (
        <strong>Edit your message</strong>
      ) : (
        <>
          <strong>
            Reply to <bdi>{row.username}</bdi>
          </strong>{" "}
          <bdi className={styles["preview"]}>{row.deleted === true ? "Message deleted" : previewOf(row.content)}</bdi>
        </>
      )}
    </span>
    <IconButton icon="close" small label={does === "edit" ? "Cancel edit" : "Cancel reply"} onClick={onCancel} />
  </div>
)
