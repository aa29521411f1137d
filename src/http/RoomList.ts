/** The list of rooms: by last activity, newest first, then by name; rooms in which nothing was said come last. */
import { Effect } from "effect"
import type { RoomId } from "../domain/RoomId.ts"
import type { KnownRoom } from "../log/RoomLog.ts"
import type { ListPlace } from "./Cursors.ts"

/** A room as it is listed. */
export interface Listed extends ListPlace {
  /** Messages of the present epoch. */
  readonly messages: number
}

const compare = (a: ListPlace, b: ListPlace) =>
  (b.at ?? -1) - (a.at ?? -1) || (a.roomId < b.roomId ? -1 : a.roomId > b.roomId ? 1 : 0)

/** Keeps the first few of any number of rooms. */
class First {
  readonly rooms: Array<Listed> = []
  private readonly count: number

  constructor(count: number) {
    this.count = count
  }

  add(room: Listed): void {
    const { rooms } = this
    if (rooms.length === this.count) {
      if (compare(room, rooms[this.count - 1]!) >= 0) return
      rooms.pop()
    }
    let low = 0
    let high = rooms.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (compare(rooms[middle]!, room) < 0) low = middle + 1
      else high = middle
    }
    rooms.splice(low, 0, room)
  }
}

/** Rooms looked at before other work gets its turn: about half a millisecond. */
const TURN = 4096

/** The first `limit` rooms after a place, or of all, that are `shown`. `silent`: rooms with people in which nothing was said. */
export const listRooms = Effect.fnUntraced(function* (
  known: Iterable<KnownRoom>,
  silent: Iterable<RoomId>,
  after: ListPlace | undefined,
  limit: number,
  shown: (roomId: RoomId) => boolean = () => true
) {
  const first = new First(limit + 1)
  const consider = (room: Listed) => {
    if ((after === undefined || compare(room, after) > 0) && shown(room.roomId)) first.add(room)
  }
  let looked = 0
  for (const { at, head, roomId } of known) {
    consider({ at, roomId, messages: head })
    if (++looked % TURN === 0) yield* Effect.yieldNow
  }
  for (const roomId of silent) {
    consider({ at: null, roomId, messages: 0 })
    if (++looked % TURN === 0) yield* Effect.yieldNow
  }
  return { rooms: first.rooms.slice(0, limit), more: first.rooms.length > limit }
})
