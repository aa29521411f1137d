/** What can be done about a message of the list. The same object for as long as the room is open, so that rows need not be drawn anew. */
import type { Row } from "../../client/index.ts"

export interface RowActions {
  reply(row: Row): void
  edit(row: Row): void
  /** Asks before it does. */
  remove(row: Row): void
  /** Reacts, or takes back that one did. */
  react(row: Row, emoji: string): void
  retry(row: Row): void
  discard(row: Row): void
  /** Goes to a message of this room. */
  jump(messageId: string): void
  copyText(row: Row): void
  copyLink(row: Row): void
  openUser(userId: string): void
  openRoom(roomId: string): void
  moderate(row: Row): void
  nameOf(userId: string): string | undefined
}
