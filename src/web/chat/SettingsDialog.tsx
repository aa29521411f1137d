/** How the page looks, and what it may tell one while one does something else. */
import { appearance } from "../Appearance.ts"
import { useReadable } from "../Cell.ts"
import { Button } from "../ui/Button.tsx"
import { Dialog } from "../ui/Dialog.tsx"
import { Choices } from "./Choices.tsx"
import styles from "./Form.module.css"
import { useHall } from "./HallContext.ts"

const Notifications = () => {
  const { notifier } = useHall()
  const state = useReadable(notifier)
  const words = {
    unable: "This browser cannot show notifications.",
    denied: "Notifications are blocked in this browser. Allow them in its settings for this site, then reload.",
    off: "Be told of mentions and direct messages while this page is hidden. Your browser will ask you first.",
    on: "You are told of mentions and direct messages while this page is hidden. Each room can be set in its own menu."
  }[state]
  return (
    <div className={styles["field"]}>
      <span className={styles["label"]}>Notifications</span>
      <p className={styles["hint"]}>{words}</p>
      {state === "off" ? (
        <Button icon="bell" onClick={() => void notifier.turnOn()}>
          Turn on notifications
        </Button>
      ) : null}
      {state === "on" ? (
        <Button icon="bellOff" onClick={notifier.turnOff}>
          Turn off notifications
        </Button>
      ) : null}
    </div>
  )
}

export const SettingsDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const { direction, theme } = useReadable(appearance.look)
  return (
    <Dialog title="Settings" onClose={onClose}>
      <div className={styles["form"]}>
        <Choices
          legend="Theme"
          inRow
          value={theme}
          choices={[
            { value: "system", label: "As the system" },
            { value: "light", label: "Light" },
            { value: "dark", label: "Dark" }
          ]}
          onChange={(value) => appearance.choose({ theme: value })}
        />
        <Choices
          legend="Direction of the page"
          inRow
          value={direction}
          choices={[
            { value: "auto", label: "As the language" },
            { value: "ltr", label: "Left to right" },
            { value: "rtl", label: "Right to left" }
          ]}
          onChange={(value) => appearance.choose({ direction: value })}
        />
        <Notifications />
      </div>
    </Dialog>
  )
}
