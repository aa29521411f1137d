/** What was refused because it came too soon: counts down to when it can be sent, and then sends it, or has it sent. */
import type { Room, Row } from "../../client/index.ts"
import { useReadable } from "../Cell.ts"
import { Button } from "../ui/Button.tsx"
import { Note } from "./Note.tsx"
import { sendLaterIn } from "./SendLater.ts"
import { useNow } from "./useNow.ts"

interface HeldNoteProps {
  readonly room: Room
  readonly rows: ReadonlyArray<Row>
  readonly until: number
}

const textOf = (rows: ReadonlyArray<Row>, over: boolean): string => {
  const which = rows.length === 1 ? "Your last message was" : `${rows.length} of your messages were`
  if (over) return `${which} not sent. You can send now.`
  switch (rows[0]?.error?.code) {
    case "overloaded":
      return `${which} not sent: the server is busy.`
    case "muted":
      return `${which} not sent: you are muted.`
    default:
      return `${which} not sent: too soon.`
  }
}

export const HeldNote = ({ room, rows, until }: HeldNoteProps) => {
  const later = sendLaterIn(room)
  const waits = useReadable(later)
  const over = useNow(until) >= until

  return (
    <Note kind="warn" icon="clock" text={textOf(rows, over)} until={until}>
      {over ? (
        <Button kind="quiet" onClick={later.sendNow}>
          Send now
        </Button>
      ) : (
        <Button kind="quiet" aria-pressed={waits} onClick={later.toggle}>
          {waits ? "Will be sent" : "Send when possible"}
        </Button>
      )}
    </Note>
  )
}
