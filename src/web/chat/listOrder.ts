/** The order of one's rooms: by kind, then by name, so that nothing moves about when something is said. */
import type { ListedRoom } from "./ChatContext.ts"

const KINDS: ReadonlyArray<ListedRoom["kind"]> = ["public", "direct", "group"]
const collator = new Intl.Collator(undefined, { numeric: true })

export const listOrder = (a: ListedRoom, b: ListedRoom): number =>
  KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || collator.compare(a.name, b.name) || (a.roomId < b.roomId ? -1 : 1)

/** Whether they are shown alike. */
export const sameListed = (a: ListedRoom, b: ListedRoom): boolean =>
  a.roomId === b.roomId &&
  a.name === b.name &&
  a.peerId === b.peerId &&
  a.unread === b.unread &&
  a.mentions === b.mentions &&
  a.muted === b.muted
