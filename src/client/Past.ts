/** Pages of a room's history, and the older ones put in front of its list. */
import type { Change, Frame } from "./Frame.ts"
import { HubbubError } from "./HubbubError.ts"
import { next, order, type Position } from "./Position.ts"
import { quiet } from "./quiet.ts"
import type { Scene } from "./Scene.ts"
import type { Timeline } from "./Timeline.ts"
import type { Waiting } from "./Waiters.ts"

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
  history(query?: HistoryQuery): Promise<HistoryPage>
  /** How many messages came in front of the list; none where there are no older ones, or the list began anew meanwhile. */
  loadOlder(limit?: number, waiting?: Waiting): Promise<number>
  /** Reads again what the list holds, whose changes were missed. */
  refresh(): Promise<void>
  /** A message changed, which pages that are under way may not show yet. */
  change(change: Change): void
}

const OLDER = 50
const PAGE_MAX = 200

export const notJoined = () => new HubbubError("not_subscribed")

export const createPast = ({ calls, changed, state }: Scene, timeline: Timeline): Past => {
  const underWay = new Set<Array<Change>>()
  let loading: Promise<number> | undefined

  const history = ({ signal, timeoutMs, ...query }: HistoryQuery = {}) =>
    calls.call({ type: "history", roomId: state.roomId, ...query }, "history", { signal, timeoutMs })

  /** Calls with a page and what changed while it was under way. */
  const withPage = async <A>(query: HistoryQuery, use: (page: HistoryPage, changes: ReadonlyArray<Change>) => A) => {
    const changes: Array<Change> = []
    underWay.add(changes)
    try {
      return use(await history(query), changes)
    } finally {
      underWay.delete(changes)
      changed()
    }
  }

  const older = async (limit: number, waiting: Waiting): Promise<number> => {
    const start = timeline.start()
    if (!start) throw notJoined()
    if (!state.hasOlder) return 0
    return withPage({ before: start, limit, ...waiting }, (found, changes) => timeline.older(found, start, changes))
  }

  const refresh = async () => {
    const start = timeline.start()
    if (!start || !state.position) return
    let before: Position | undefined = next(state.position)
    while (before && order(before, start) > 0) {
      before = await withPage({ before, limit: PAGE_MAX }, (found, changes): Position | undefined => {
        timeline.refresh(found)
        for (const change of changes) timeline.change(change)
        return found.hasMore ? found.before : undefined
      })
    }
  }

  return {
    history,
    loadOlder: (limit = OLDER, waiting = {}) =>
      (loading ??= quiet(
        older(limit, waiting).finally(() => {
          loading = undefined
        })
      )),
    refresh,
    change: (change) => {
      for (const changes of underWay) changes.push(change)
    }
  }
}
