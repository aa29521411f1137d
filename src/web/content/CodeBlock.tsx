/** Lines of code as they were typed: scrolled sideways, by the keyboard as well, and copied by a button. */
import { IconButton } from "../ui/Button.tsx"
import { notify } from "../ui/Notices.tsx"
import styles from "./Text.module.css"

interface CodeBlockProps {
  /** Empty where none was named. */
  readonly language: string
  readonly text: string
}

const copy = async (text: string) => {
  try {
    await navigator.clipboard.writeText(text)
    notify("Code copied")
  } catch {
    notify("The browser did not let the code be copied. Select it and copy it by hand.", { kind: "error" })
  }
}

export const CodeBlock = ({ language, text }: CodeBlockProps) => (
  <div className={styles["block"]}>
    <div className={styles["head"]}>
      <bdi>{language === "" ? "Code" : language}</bdi>
      <IconButton icon="copy" label="Copy code" small onClick={() => void copy(text)} />
    </div>
    <pre
      className={styles["lines"]}
      dir="ltr"
      tabIndex={0}
      role="group"
      aria-label={language === "" ? "Code" : `Code in ${language}`}
    >
      <code>{text}</code>
    </pre>
  </div>
)
