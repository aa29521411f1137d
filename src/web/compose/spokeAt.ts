/** When one last spoke in a room, by this machine's clock, with which the server's need not agree. */
import type { Row } from "../../client/index.ts"

interface Seen {
  readonly messageId: string
  readonly at: number
}

/** One's last message in each room, and when it was seen to be kept; of everyone that one has been in this page. */
const seen = new Map<string, Seen>()

/** In milliseconds since 1970. What was there when the room was first looked at was said when it says; what came later, when it came. */
export const spokeAt = (
  roomId: string,
  messages: ReadonlyArray<Row>,
  selfId: string,
  now: number
): number | undefined => {
  const row = messages.findLast((one) => one.status === "sent" && one.userId === selfId && one.type === "chat")
  const key = `${selfId} ${roomId}`
  const before = seen.get(key)
  if (row === undefined || row.messageId === before?.messageId) return before?.at
  const at = before === undefined ? Math.min(now, Date.parse(row.timestamp)) : now
  seen.set(key, { messageId: row.messageId, at })
  return at
}
