/**
 * How far one has read in a room, on whichever device, and what others said since: of the rows that the list holds as they are now, and of
 * the rest as the server counted it.
 */
import type { Change, Frame } from "./Frame.ts"
import { HubbubError } from "./HubbubError.ts"
import { notJoined, type Place } from "./Past.ts"
import { next, order, type Position } from "./Position.ts"
import { refused } from "./quiet.ts"
import type { RoomSnapshot } from "./RoomSnapshot.ts"
import type { Row } from "./Row.ts"
import type { Scene } from "./Scene.ts"
import type { Timeline } from "./Timeline.ts"
import { createWaiters, type Waiting } from "./Waiters.ts"

type Count = Pick<RoomSnapshot, "unread" | "mentions">

export interface Reading {
  /** Goes forward at once; done when the server knows. */
  read(place?: Place, waiting?: Waiting): Promise<void>
  /** What the server says: in answer, of another device, or to who comes in. */
  heard(frame: Frame<"read">): void
  /** The room was joined, and is here. What was there at first is not unread where nobody keeps a mark. */
  joined(at: Position): void
  /** A row came into the list. */
  held(row: Row): void
  /** The first rows are about to leave the list. */
  dropped(rows: ReadonlyArray<Row>): void
  /** Something changed that the list may not show. */
  unseen(change: Change): void
  count(): Count & Pick<RoomSnapshot, "firstUnread">
}

const NONE: Count = { unread: 0, mentions: 0 }
const START: Position = { epoch: 0, seq: 0 }

export const createReading = ({ calls, changed, clock, self, state }: Scene, list: () => Timeline): Reading => {
  const waiters = createWaiters<void>(clock)
  let since: Position | undefined
  /** Unread up to `upTo` and not in the list: counted by the server, or gone from the list. */
  let rest = NONE
  let upTo = START
  let asking = false
  let again = false

  /** May be ahead of what the server knows. */
  const mark = () => state.read ?? since ?? START

  /** Adds what is unread of rows up to a place to the counts, or takes it from them. */
  const add = ({ mentions, unread }: Count, rows: ReadonlyArray<Row>, sign: 1 | -1, end?: Position): Count => {
    const { userId } = self()
    for (const { at, deleted, mentions: named, type, userId: author } of rows) {
      if (!at || deleted || type !== "chat" || author === userId || order(at, mark()) <= 0) continue
      if (end && order(at, end) > 0) continue
      unread += sign
      if (named?.includes(userId)) mentions += sign
    }
    return { unread, mentions }
  }

  /** Where the list goes back to the mark, there is no rest. */
  const settle = () => {
    const start = list().start()
    const isWhole = start && (!state.hasOlder || order(start, next(mark())) <= 0)
    if (order(upTo, (isWhole && state.position) || mark()) <= 0) rest = NONE
  }

  const heard = (frame: Frame<"read">) => {
    const { epoch, seq } = frame
    const read = { epoch, seq }
    if (state.read && order(read, state.read) < 0) {
      // what was read without a connection
      if (!asking) void tell()
      return
    }
    state.read = read
    upTo = frame.upTo
    rest = add(frame, list().rows(), -1, upTo)
    changed()
  }

  const tell = async () => {
    again = true
    if (asking) return
    asking = true
    try {
      while (again && state.read) {
        again = false
        heard(await calls.call({ type: "read", roomId: state.roomId, ...state.read }, "read"))
      }
      waiters.settle()
    } catch (error) {
      if (error instanceof HubbubError) waiters.settle(error)
    } finally {
      asking = false
    }
  }

  return {
    read: (place = state.position, waiting = {}) => {
      const { position, read } = state
      if (!place || !position) return refused(notJoined())
      const to = typeof place === "number" ? { ...position, seq: place } : place
      if (read && order(to, read) <= 0) return Promise.resolve()
      state.read = to
      changed()
      const told = waiters.add(waiting)
      void tell()
      return told
    },
    heard,
    joined: ({ epoch, seq }) => {
      since ??= { epoch, seq }
    },
    held: (row) => {
      rest = add(rest, [row], -1, upTo)
    },
    dropped: (rows) => {
      settle()
      rest = add(rest, rows, 1)
      const last = rows.at(-1)?.at
      if (last && order(last, upTo) > 0) upTo = last
    },
    unseen: (change) => {
      if (change.type !== "reaction" && order(change, mark()) > 0 && (rest.unread > 0 || asking)) void tell()
    },
    count: () => {
      settle()
      const rows = list().rows()
      // of long lists only the end is unread
      const last = rows.findLastIndex(({ at }) => at && order(at, mark()) <= 0)
      const count = add(rest, rows.slice(last + 1), 1)
      return { ...count, firstUnread: count.unread > 0 ? next(mark()) : undefined }
    }
  }
}
