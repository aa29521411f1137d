/** Who is writing, at the foot of the list. Not read aloud: it comes and goes too often. */
import { memo } from "react"
import type { Member } from "../../client/index.ts"
import styles from "./TypingLine.module.css"
import { typingParts } from "./typingParts.ts"

interface TypingLineProps {
  readonly members: ReadonlyArray<Member>
  readonly selfId: string
}

export const TypingLine = memo(({ members, selfId }: TypingLineProps) => {
  const parts = typingParts(members, selfId)
  return (
    <p className={styles["typing"]} data-shown={parts.length > 0}>
      {parts.length === 0 ? null : (
        <span className={styles["dots"]} aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
      )}
      <span dir="auto" className={styles["text"]}>
        {parts.map(({ name, text }, index) =>
          name ? (
            <bdi key={index} className={styles["name"]}>
              {text}
            </bdi>
          ) : (
            text
          )
        )}
      </span>
    </p>
  )
})
