/** Makes a room for a few. */
import { useId, useState } from "react"
import { Button } from "../ui/Button.tsx"
import { Dialog } from "../ui/Dialog.tsx"
import { firstFocus } from "./firstFocus.ts"
import styles from "./Form.module.css"
import { useHall } from "./HallContext.ts"
import { PeoplePicker } from "./PeoplePicker.tsx"
import { useWork } from "./Work.ts"

/** Code points of a title. */
const TITLE = 50
/** People who can be asked in at once. */
const MOST = 50

export const GroupDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const hall = useHall()
  const [title, setTitle] = useState("")
  const [chosen, setChosen] = useState<ReadonlyArray<string>>([])
  const { busy, problem, run } = useWork()
  const id = useId()
  const name = title.trim()

  const make = () =>
    run(async () => {
      const roomId = await hall.groups.make(name === "" ? undefined : name, chosen)
      onClose()
      hall.openRoom(roomId)
    })

  return (
    <Dialog
      title="New group"
      onClose={onClose}
      actions={
        <Button kind="primary" disabled={busy || chosen.length > MOST} onClick={make}>
          Create group
        </Button>
      }
    >
      <div className={styles["form"]}>
        <div className={styles["field"]}>
          <label htmlFor={id}>Title</label>
          <input
            id={id}
            ref={firstFocus}
            dir="auto"
            maxLength={TITLE}
            autoComplete="off"
            placeholder="What is it about?"
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
        </div>
        <PeoplePicker label="People" chosen={chosen} onChange={setChosen} />
        <p className={chosen.length > MOST ? styles["problem"] : styles["hint"]}>
          {chosen.length > MOST
            ? `At most ${MOST} people can be invited at once.`
            : "Only members can read what is said there. Each of them can invite others."}
        </p>
        {problem === undefined ? null : (
          <p role="alert" className={styles["problem"]}>
            {problem}
          </p>
        )}
      </div>
    </Dialog>
  )
}
