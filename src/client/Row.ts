/** A message as a room's list shows it, and what becomes of it when it is edited, deleted or reacted to. */
import type { Change, Message, Position } from "./Frame.ts"
import type { HubbubError } from "./HubbubError.ts"

export interface Row extends Omit<Message, "seq" | "replyTo"> {
  /** Of the list's row: the same for as long as the room is in one piece, from when the message waits to when it is kept. */
  readonly key: string
  /** `pending`: not acknowledged yet; `failed`: refused with `error`, and to be retried or discarded. */
  readonly status: "pending" | "sent" | "failed"
  readonly error?: HubbubError | undefined
  /** Where it is kept; none while it is not. `timestamp` is this machine's until then. */
  readonly at?: Position
  readonly replyTo?: string | undefined
  /** Of the last change that it shows. */
  readonly version?: number
}

export const rowOf = ({ seq, ...message }: Message, epoch: number, key = `${epoch}:${seq}`): Row => ({
  ...message,
  key,
  status: "sent",
  at: { epoch, seq }
})

const deleted = (row: Row, version: number): Row => {
  const { editedAt: _, mentions: __, reactions: ___, ...rest } = row
  return { ...rest, content: "", deleted: true, version }
}

const reacted = (
  row: Row,
  { emoji, removed, userId, version }: Extract<Change, { readonly type: "reaction" }>
): Row => {
  const others = (row.reactions?.[emoji] ?? []).filter((id) => id !== userId)
  const userIds = removed === true ? others : [...others, userId]
  const { [emoji]: _, ...rest } = row.reactions ?? {}
  return { ...row, reactions: userIds.length === 0 ? rest : { ...rest, [emoji]: userIds }, version }
}

const isUpTo = (at: Position | undefined, { epoch, seq }: Position) =>
  at !== undefined && (at.epoch < epoch || (at.epoch === epoch && at.seq <= seq))

/** Another user may have sent another message under the same id, so the place tells. */
const isAbout = (change: Exclude<Change, { readonly type: "purged" }>, { at, messageId }: Row) =>
  messageId === change.messageId && at?.epoch === change.epoch && at.seq === change.seq

/** The row after a change, or the same where it is not about it or older than what the row shows. */
const changedRow = (row: Row, change: Change): Row => {
  if (row.deleted === true) return row
  if (change.type === "purged") {
    return row.userId === change.userId && isUpTo(row.at, change) ? deleted(row, change.version) : row
  }
  if (!isAbout(change, row) || change.version <= (row.version ?? -1)) return row
  switch (change.type) {
    case "edited": {
      const { content, editedAt, version } = change
      return { ...row, content, editedAt, version }
    }
    case "deleted":
      return deleted(row, change.version)
    default:
      return reacted(row, change)
  }
}

/** Applies a change to rows in place; whether any is another one now. */
export const applyChange = (rows: Array<Row>, change: Change): boolean => {
  let any = false
  for (const [index, row] of rows.entries()) {
    const next = changedRow(row, change)
    if (next === row) continue
    rows[index] = next
    any = true
  }
  return any
}
