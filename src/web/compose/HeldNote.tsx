/** What was refused because it came too soon: counts down to when it can be sent, and then sends it, or has it sent. */
import { useEffect, useState } from "react"
import type { Room, Row } from "../../client/index.ts"
import { Button } from "../ui/Button.tsx"
import { Note } from "./Note.tsx"
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
  const [waits, setWaits] = useState(false)
  const over = useNow(until) >= until

  const send = () => {
    setWaits(false)
    // in their order, and as fast as the server takes them: all at once would be too soon again
    for (const { messageId } of rows) void room.retry(messageId, { retry: true })
  }

  useEffect(() => {
    if (over && waits) send()
  }, [over, waits])

  return (
    <Note kind="warn" icon="clock" text={textOf(rows, over)} until={until}>
      {over ? (
        <Button kind="quiet" onClick={send}>
          Send now
        </Button>
      ) : (
        <Button kind="quiet" aria-pressed={waits} onClick={() => setWaits(!waits)}>
          {waits ? "Will be sent" : "Send when possible"}
        </Button>
      )}
    </Note>
  )
}
