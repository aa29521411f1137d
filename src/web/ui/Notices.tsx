/** Short words at the head of the page about what has just happened; they go by themselves, unless there is something to do about it. */
import { cell, useReadable } from "../Cell.ts"
import { Button, IconButton } from "./Button.tsx"
import styles from "./Notices.module.css"

interface Notice {
  readonly id: number
  readonly text: string
  readonly kind: "info" | "error"
  readonly action?: { readonly label: string; readonly run: () => void } | undefined
}

/** Milliseconds that one stays. */
const STAYS_MS = 6000
/** At most at a time; the oldest goes. */
const AT_ONCE = 3

const notices = cell<ReadonlyArray<Notice>>([])
let next = 0

const dismiss = (id: number) => notices.update((all) => all.filter((one) => one.id !== id))

/** Shows a notice and has it read aloud. One with the text of one that is shown takes its place. */
export const notify = (text: string, options: Partial<Pick<Notice, "kind" | "action">> = {}): void => {
  const notice: Notice = { id: next++, text, kind: "info", ...options }
  notices.update((all) => [...all.filter((one) => one.text !== text), notice].slice(-AT_ONCE))
  if (notice.action === undefined) setTimeout(() => dismiss(notice.id), STAYS_MS)
}

export const Notices = () => {
  const all = useReadable(notices)
  return (
    <div className={styles["notices"]} role="status" aria-live="polite">
      {all.map(({ action, id, kind, text }) => (
        <div key={id} className={styles["notice"]} data-kind={kind}>
          <span dir="auto">{text}</span>
          {action === undefined ? null : (
            <Button
              kind="quiet"
              onClick={() => {
                dismiss(id)
                action.run()
              }}
            >
              {action.label}
            </Button>
          )}
          <IconButton icon="close" label="Dismiss" small onClick={() => dismiss(id)} />
        </div>
      ))}
    </div>
  )
}
