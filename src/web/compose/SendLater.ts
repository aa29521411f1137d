/** Rooms in which what was refused is sent by itself once it may be, whichever room is shown by then. */
import type { Room, RoomStatus } from "../../client/index.ts"
import { cell, type Cell, type Readable } from "../Cell.ts"
import { heldRows } from "./heldRows.ts"

export interface SendLater extends Readable<boolean> {
  /** In their order, and as fast as the server takes them: all at once would be too soon again. */
  sendNow(): void
  /** Sends them once all of them may be, or no longer does. */
  toggle(): void
}

/** Of who has left, or is not let in: nobody comes back by what they once wanted to say. */
const GONE: ReadonlyArray<RoomStatus> = ["idle", "refused", "removed"]
/** What a timer can wait. */
const LONGEST_MS = 2 ** 31 - 1

const known = new WeakMap<Room, SendLater>()

const create = (room: Room): SendLater => {
  const waits: Cell<boolean> = cell(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let unwatch: (() => void) | undefined
  const held = () => heldRows(room.getSnapshot().messages, Date.now())

  const stop = () => {
    clearTimeout(timer)
    unwatch?.()
    waits.set(false)
  }
  const sendNow = () => {
    stop()
    for (const { messageId } of held()?.rows ?? []) void room.retry(messageId, { retry: true })
  }
  const later = () => {
    if (GONE.includes(room.getSnapshot().status)) return stop()
    const left = (held()?.until ?? 0) - Date.now()
    // there may be more of them by then
    if (left > 0) timer = setTimeout(later, Math.min(left, LONGEST_MS))
    else sendNow()
  }

  return {
    subscribe: waits.subscribe,
    getSnapshot: waits.getSnapshot,
    sendNow,
    toggle: () => {
      if (waits.getSnapshot()) return stop()
      waits.set(true)
      // what is refused later is another matter
      unwatch = room.subscribe(() => {
        if (held() === undefined) stop()
      })
      later()
    }
  }
}

/** The same for the same room. */
export const sendLaterIn = (room: Room): SendLater => {
  const made = known.get(room) ?? create(room)
  known.set(room, made)
  return made
}
