/** Pages of a room's history, and the older ones put in front of its list. */
import type { Change, Frame, Position } from "./Frame.ts"
import type { House } from "./House.ts"
import { HubbubError } from "./HubbubError.ts"
import { quiet } from "./quiet.ts"
import type { Waiting } from "./Waiters.ts"
import type { Timeline } from "./Timeline.ts"

/** A seq of the room's present epoch, or a place in any. */
export type Place = number | Position

/** One of `before`, `after` and `around`, or the newest page; 1 to 200 messages, 50 unless given. */
export interface HistoryQuery extends Waiting {
  readonly before?: Place | undefined
  readonly after?: Place | undefined
  readonly around?: Place | undefined
  readonly limit?: number | undefined
}

/** Oldest first; `before` and `after` are places to go on from, and `hasMore` is about the direction that was asked for. */
export type HistoryPage = Frame<"history">

export interface Past {
  page(query: HistoryQuery): Promise<HistoryPage>
  /** How many messages came in front of the list; none where there are no older ones, or the list began anew meanwhile. */
  loadOlder(limit: number, waiting: Waiting): Promise<number>
  /** Reads again what the list holds, whose changes were missed. */
  refresh(): Promise<void>
  /** A message changed, which pages that are under way may not show yet. */
  change(change: Change): void
}

const PAGE_MAX = 200

/** Whether `a` is at `b` or before it. */
const reaches = (a: Position, b: Position) => a.epoch < b.epoch || (a.epoch === b.epoch && a.seq <= b.seq)

export const createPast = (roomId: string, house: House, timeline: Timeline, changed: () => void): Past => {
  const underWay = new Set<Array<Change>>()
  let loading: Promise<number> | undefined

  const page = ({ after, around, before, limit, ...waiting }: HistoryQuery) =>
    house.calls.call({ type: "history", roomId, before, after, around, limit }, "history", waiting)

  /** Calls with a page and what changed while it was under way. */
  const withPage = async <A>(query: HistoryQuery, use: (page: HistoryPage, changes: ReadonlyArray<Change>) => A) => {
    const changes: Array<Change> = []
    underWay.add(changes)
    try {
      return use(await page(query), changes)
    } finally {
      underWay.delete(changes)
      changed()
    }
  }

  const older = async (limit: number, waiting: Waiting): Promise<number> => {
    const { hasOlder, start } = timeline
    if (start === undefined) throw new HubbubError("not_subscribed", "not joined yet")
    if (!hasOlder) return 0
    return withPage({ before: start, limit, ...waiting }, (found, changes) => timeline.older(found, start, changes))
  }

  const alone = async (limit: number, waiting: Waiting): Promise<number> => {
    try {
      return await older(limit, waiting)
    } finally {
      loading = undefined
    }
  }

  const refresh = async () => {
    const { position, start } = timeline
    if (position === undefined || start === undefined) return
    let before: Position | undefined = { epoch: position.epoch, seq: position.seq + 1 }
    while (before !== undefined && !reaches(before, start)) {
      before = await withPage({ before, limit: PAGE_MAX }, (found, changes): Position | undefined => {
        timeline.refresh(found)
        for (const change of changes) timeline.change(change)
        return found.hasMore ? found.before : undefined
      })
    }
  }

  return {
    page,
    loadOlder: (limit, waiting) => (loading ??= quiet(alone(limit, waiting))),
    refresh,
    change: (change) => {
      for (const changes of underWay) changes.push(change)
    }
  }
}
