/** What of one room is worth a notification. */
import { useReadable } from "../Cell.ts"
import { Button } from "../ui/Button.tsx"
import { Dialog } from "../ui/Dialog.tsx"
import { Choices } from "./Choices.tsx"
import styles from "./Form.module.css"
import { useHall } from "./HallContext.ts"
import { kindOf } from "./kindOf.ts"

interface AlertingDialogProps {
  readonly roomId: string
  readonly onClose: () => void
}

export const AlertingDialog = ({ onClose, roomId }: AlertingDialogProps) => {
  const hall = useHall()
  useReadable(hall.alerting)
  const state = useReadable(hall.notifier)
  const kind = kindOf(roomId)
  return (
    <Dialog title={`Notifications of ${hall.titleOf(roomId)}`} onClose={onClose}>
      <div className={styles["form"]}>
        <Choices
          legend="Tell me of"
          value={hall.alerting.of(roomId, kind)}
          choices={[
            { value: "all", label: "Every message" },
            { value: "mentions", label: "Mentions of me" },
            { value: "none", label: "Nothing", hint: "– and leave it out of the count in the title" }
          ]}
          onChange={(level) => hall.alerting.choose(roomId, kind, level)}
        />
        {state === "off" ? (
          <div className={styles["field"]}>
            <p className={styles["hint"]}>Notifications are turned off as a whole.</p>
            <Button icon="bell" onClick={() => void hall.notifier.turnOn()}>
              Turn on notifications
            </Button>
          </div>
        ) : null}
      </div>
    </Dialog>
  )
}
