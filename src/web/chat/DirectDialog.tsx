/** Begins to write to somebody in private: to whom, and what first, since a conversation begins with something said. */
import { useEffect, useId, useRef, useState } from "react"
import { useReadable } from "../Cell.ts"
import { codePoints } from "../../domain/codePoints.ts"
import { Button } from "../ui/Button.tsx"
import { Dialog } from "../ui/Dialog.tsx"
import { firstFocus } from "./firstFocus.ts"
import styles from "./Form.module.css"
import { useHall } from "./HallContext.ts"
import { PeoplePicker } from "./PeoplePicker.tsx"
import { writeOn } from "./useWritingOn.ts"
import { useWork } from "./Work.ts"

interface DirectDialogProps {
  /** To whom, where that is known. */
  readonly userId: string | undefined
  readonly onClose: () => void
}

/** Until the server says how many it may be. */
const LONG = 1000

export const DirectDialog = ({ onClose, userId }: DirectDialogProps) => {
  const hall = useHall()
  const { welcome } = useReadable(hall.client)
  useReadable(hall.names.people)
  const [to, setTo] = useState(userId)
  const [text, setText] = useState("")
  const { busy, problem, run } = useWork()
  const id = useId()
  const sending = useRef<AbortController>(undefined)
  // closed, it is taken back if it has not left yet, and leads nowhere
  useEffect(() => () => sending.current?.abort(), [])
  const most = welcome?.limits.contentCodePoints ?? LONG
  const tooLong = codePoints(text) > most

  if (to === undefined) {
    return (
      <Dialog title="New direct message" onClose={onClose}>
        <PeoplePicker
          label="To"
          chosen={[]}
          onChange={([chosen]) => {
            const known = hall.rooms.getSnapshot().find(({ peerId }) => peerId === chosen)
            if (known === undefined) return setTo(chosen)
            onClose()
            hall.openRoom(known.roomId)
          }}
        />
      </Dialog>
    )
  }

  const send = () =>
    run(async () => {
      const { signal } = (sending.current = new AbortController())
      const { roomId } = await hall.client.direct(to, text, { signal })
      onClose()
      hall.openRoom(roomId)
      // the dialog gives the focus back first
      setTimeout(writeOn)
    })

  return (
    <Dialog
      title={`Message to ${hall.names.of(to) ?? to}`}
      onClose={onClose}
      actions={
        <>
          {userId === undefined ? <Button onClick={() => setTo(undefined)}>Someone else</Button> : null}
          <Button kind="primary" icon="send" disabled={busy || text.trim() === "" || tooLong} onClick={send}>
            Send
          </Button>
        </>
      }
    >
      <div className={styles["form"]}>
        <div className={styles["field"]}>
          <label htmlFor={id}>Your first message</label>
          <textarea
            id={id}
            ref={firstFocus}
            dir="auto"
            value={text}
            aria-invalid={tooLong}
            aria-describedby={`${id}-hint`}
            onChange={(event) => setText(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return
              event.preventDefault()
              if (text.trim() !== "" && !tooLong) send()
            }}
          />
          <p id={`${id}-hint`} className={tooLong ? styles["problem"] : styles["hint"]}>
            {tooLong
              ? `${codePoints(text) - most} characters too long. At most ${most} can be sent.`
              : "Only the two of you can read what is said there."}
          </p>
        </div>
        {problem === undefined ? null : (
          <p role="alert" className={styles["problem"]}>
            {problem}
          </p>
        )}
      </div>
    </Dialog>
  )
}
