/** Asks once more before something is done. */
import type { ReactNode } from "react"
import { Button } from "../ui/Button.tsx"
import { Dialog } from "../ui/Dialog.tsx"
import { firstFocus } from "./firstFocus.ts"
import styles from "./Form.module.css"
import { useWork } from "./Work.ts"

interface ConfirmDialogProps {
  readonly title: string
  readonly children: ReactNode
  /** On the button that does it. */
  readonly label: string
  readonly run: () => Promise<void>
  /** Done, or given up. */
  readonly onClose: () => void
}

export const ConfirmDialog = ({ children, label, onClose, run, title }: ConfirmDialogProps) => {
  const work = useWork()
  const confirm = () =>
    work.run(async () => {
      await run()
      onClose()
    })
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button ref={firstFocus} onClick={onClose}>
            Cancel
          </Button>
          <Button kind="danger" disabled={work.busy} onClick={confirm}>
            {label}
          </Button>
        </>
      }
    >
      <div className={styles["form"]}>
        <p>{children}</p>
        {work.problem === undefined ? null : (
          <p role="alert" className={styles["problem"]}>
            {work.problem}
          </p>
        )}
      </div>
    </Dialog>
  )
}
