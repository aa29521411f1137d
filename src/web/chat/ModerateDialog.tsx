/** Orders about somebody, or about what they said: what, where, for how long and why, before it is done. */
import { useId, useState } from "react"
import type { Order, Row } from "../../client/index.ts"
import { moderate } from "../../client/moderate.ts"
import { previewOf } from "../content/plainText.ts"
import { Button } from "../ui/Button.tsx"
import { Dialog } from "../ui/Dialog.tsx"
import { notify } from "../ui/Notices.tsx"
import { Choices } from "./Choices.tsx"
import styles from "./Form.module.css"
import { useHall } from "./HallContext.ts"
import { kindOf } from "./kindOf.ts"
import { useWork } from "./Work.ts"

interface ModerateDialogProps {
  readonly userId: string
  readonly roomId: string
  /** What it is about, where that is one message. */
  readonly row: Row | undefined
  readonly onClose: () => void
}

type Action = "delete" | "mute" | "ban" | "purge"

const HOUR = 3600
/** In seconds; the last one is for good. */
const DURATIONS = [
  { value: "600", label: "10 minutes" },
  { value: String(HOUR), label: "1 hour" },
  { value: String(24 * HOUR), label: "1 day" },
  { value: String(7 * 24 * HOUR), label: "1 week" },
  { value: "", label: "For good" }
]
/** Of a reason, in UTF-16 units, as the server counts. */
const REASON = 500

const done: { readonly [K in Action]: string } = {
  delete: "The message was deleted.",
  mute: "was muted.",
  ban: "was banned.",
  purge: "– all messages were deleted."
}

export const ModerateDialog = ({ onClose, roomId, row, userId }: ModerateDialogProps) => {
  const hall = useHall()
  const { busy, problem, run } = useWork()
  const isPublic = kindOf(roomId) === "public"
  const [action, setAction] = useState<Action>(row === undefined || !isPublic ? "mute" : "delete")
  const [where, setWhere] = useState<"room" | "everywhere">(isPublic ? "room" : "everywhere")
  const [seconds, setSeconds] = useState("600")
  const [reason, setReason] = useState("")
  const id = useId()
  const name = row?.username ?? hall.names.of(userId) ?? userId
  const lasts = action === "mute" || action === "ban"

  const order = (): Order => {
    const why = reason.trim() === "" ? undefined : reason.trim()
    if (action === "delete") return { action, roomId, userId, messageId: row?.messageId, reason: why }
    const there = where === "room" ? roomId : undefined
    return {
      action,
      userId,
      roomId: there,
      seconds: lasts && seconds !== "" ? Number(seconds) : undefined,
      reason: why
    }
  }

  const give = () =>
    run(async () => {
      await moderate(hall.client, order())
      onClose()
      notify(action === "delete" ? done.delete : `${name} ${done[action]}`)
    })

  return (
    <Dialog
      title={`Moderate ${name}`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="danger" disabled={busy} onClick={give}>
            {{ delete: "Delete message", mute: "Mute", ban: "Ban", purge: "Delete all messages" }[action]}
          </Button>
        </>
      }
    >
      <div className={styles["form"]}>
        {row === undefined ? null : (
          <blockquote className={styles["hint"]} dir="auto">
            “{previewOf(row.content)}”
          </blockquote>
        )}
        <Choices
          legend="What to do"
          value={action}
          choices={[
            ...(row === undefined || !isPublic
              ? []
              : [{ value: "delete", label: "Delete this message", hint: "– for good" } as const]),
            { value: "mute", label: "Mute", hint: "– can read, but not write" },
            { value: "ban", label: "Ban", hint: "– is taken out and cannot come back" },
            { value: "purge", label: "Delete all their messages", hint: "– for good" }
          ]}
          onChange={setAction}
        />
        {action === "delete" || !isPublic ? null : (
          <Choices
            legend="Where"
            inRow
            value={where}
            choices={[
              { value: "room", label: `In #${roomId}` },
              { value: "everywhere", label: "Everywhere" }
            ]}
            onChange={setWhere}
          />
        )}
        {lasts ? (
          <div className={styles["field"]}>
            <label htmlFor={`${id}-long`}>For how long</label>
            <select id={`${id}-long`} value={seconds} onChange={(event) => setSeconds(event.currentTarget.value)}>
              {DURATIONS.map(({ label, value }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          </div>
        ) : null}
        <div className={styles["field"]}>
          <label htmlFor={`${id}-why`}>Reason</label>
          <input
            id={`${id}-why`}
            dir="auto"
            maxLength={REASON}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <p className={styles["hint"]}>{lasts ? "Shown to them, and kept in the log." : "Kept in the log."}</p>
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
