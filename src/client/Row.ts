/** A message as a room's list shows it, and what becomes of it when it is edited, deleted or reacted to. */
import type { Change, Message } from "./Frame.ts"
import type { HubbubError } from "./HubbubError.ts"
import { order, type Position } from "./Position.ts"

export interface Row extends Omit<Message, "seq" | "replyTo" | "mentions"> {
  /** Of the list's row: the same for as long as the room is in one piece, from when the message waits to when it is kept. */
  readonly key: string
  /** `pending`: not acknowledged yet; `failed`: refused with `error`, and to be retried or discarded. */
  readonly status: "pending" | "sent" | "failed"
  readonly error?: HubbubError | undefined
  /** Where it is kept; none while it is not. `timestamp` is this machine's until then. */
  readonly at?: Position
  readonly replyTo?: string | undefined
  readonly mentions?: ReadonlyArray<string> | undefined
  /** Of the last change that it shows. */
  readonly version?: number
}

/** The row of a message that the server keeps. */
export interface KeptRow extends Row {
  readonly at: Position
}

export const rowOf = ({ seq, ...message }: Message, epoch: number, key = `${epoch}:${seq}`): KeptRow => ({
  ...message,
  key,
  status: "sent",
  at: { epoch, seq }
})

/** The row after a change, or the same where it is not about it or older than what the row shows. */
const changedRow = (row: KeptRow, change: Change): KeptRow => {
  const { userId, version } = change
  const isPurged = change.type === "purged"
  const place = order(row.at, change)
  if (row.deleted || version <= (row.version ?? -1)) return row
  if (isPurged ? place > 0 || row.userId !== userId : place !== 0) return row
  if (change.type === "edited") {
    const { content, editedAt, mentions } = change
    return { ...row, content, editedAt, mentions, version }
  }
  if (change.type === "reaction") {
    const { emoji } = change
    const { [emoji]: before = [], ...others } = row.reactions ?? {}
    const userIds = before.filter((id) => id !== userId)
    if (!change.removed) userIds.push(userId)
    // an emoji that is there stays in its place
    return { ...row, reactions: userIds.length > 0 ? { ...row.reactions, [emoji]: userIds } : others, version }
  }
  const { editedAt: _, mentions: __, reactions: ___, ...rest } = row
  return { ...rest, content: "", deleted: true, version }
}

/** Applies a change to rows in place; whether any is another one now. */
export const applyChange = (rows: Array<KeptRow>, change: Change): boolean => {
  let any = false
  for (const [index, row] of rows.entries()) {
    const next = changedRow(row, change)
    if (next === row) continue
    rows[index] = next
    any = true
  }
  return any
}
