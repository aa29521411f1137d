/** Going back in a room's list to a message of long ago. A module of its own, for who has a way to get there. */
import { next, order, type Position } from "./Position.ts"
import { quiet } from "./quiet.ts"
import type { Room } from "./Room.ts"
import type { Waiting } from "./Waiters.ts"

const PAGE_MAX = 200

const back = async (room: Room, place: Position, waiting: Waiting): Promise<boolean> => {
  const isThere = () => {
    const { messages, position } = room.getSnapshot()
    const start = messages.find(({ at }) => at)?.at ?? (position && next(position))
    return start !== undefined && order(start, place) <= 0
  }
  while (!isThere() && room.getSnapshot().hasOlder) await room.loadOlder(PAGE_MAX, waiting)
  return isThere()
}

/**
 * Puts older messages in front of a room's list until it goes back to a place, such as that of a message found, or `firstUnread`; false where
 * there are none so old. Each 200 that come are shown at once. Rejected as `loadOlder` is.
 */
export const loadBack = (room: Room, place: Position, waiting: Waiting = {}): Promise<boolean> =>
  quiet(back(room, place, waiting))
