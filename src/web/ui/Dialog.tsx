/** The browser's own modal dialog: it keeps the focus inside, closes by Escape, and gives the focus back. */
import { type ReactNode, useEffect, useId, useRef } from "react"
import { IconButton } from "./Button.tsx"
import styles from "./Dialog.module.css"

interface DialogProps {
  readonly title: string
  readonly children: ReactNode
  readonly onClose: () => void
  /** Buttons under the content. */
  readonly actions?: ReactNode
  /** `drawer` comes in from the beginning of the line, over the whole height; `drawerEnd` from its end. */
  readonly shape?: "normal" | "wide" | "drawer" | "drawerEnd"
  /** The title is read aloud only. */
  readonly bare?: boolean
}

/** Open for as long as it is there. */
export const Dialog = ({ actions, bare = false, children, onClose, shape = "normal", title }: DialogProps) => {
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useId()
  const closed = useRef(onClose)
  closed.current = onClose

  useEffect(() => {
    const element = dialog.current
    if (element === null) return undefined
    const before = document.activeElement
    if (!element.open) element.showModal()
    const cancelled = (event: Event) => {
      event.preventDefault()
      closed.current()
    }
    element.addEventListener("cancel", cancelled)
    return () => {
      element.removeEventListener("cancel", cancelled)
      element.close()
      // it is out of the page by now, and so gives the focus back to nobody
      if (document.activeElement !== document.body || !(before instanceof HTMLElement)) return
      before.focus({ preventScroll: true })
    }
  }, [])

  return (
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      className={[styles["dialog"], styles[shape]].join(" ")}
      onClick={(event) => {
        // on the backdrop, which is the dialog itself outside of its content
        if (event.target === event.currentTarget) onClose()
      }}
    >
      <div className={styles["body"]}>
        <header className={bare ? "unseen" : styles["header"]}>
          <h2 id={heading}>{title}</h2>
          {bare ? null : <IconButton icon="close" label="Close" onClick={onClose} />}
        </header>
        <div className={styles["content"]}>{children}</div>
        {actions === undefined ? null : <footer className={styles["actions"]}>{actions}</footer>}
      </div>
    </dialog>
  )
}
