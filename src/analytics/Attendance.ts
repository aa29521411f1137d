/**
 * Open connections, and what they come to: gauges, visitors, and the spans that sessions are told from. A connection counts as a visit
 * once it has lasted 10 s, so a minute's visitors are known 10 s after its end.
 */
import { TIER_MS } from "../store/Rollup.ts"
import { MINUTE_MS, type Minute } from "./Minute.ts"
import type { UserTally } from "./UserTally.ts"
import { hashOf, Uniques } from "./Uniques.ts"

/** Milliseconds a connection must last to be a visit. */
export const VISIT_MS = 10_000

interface Attending {
  readonly connectionId: string
  /** Nobody for a user that is not counted as one. */
  readonly userId: string | undefined
  readonly hash: number
  /** Milliseconds since 1970. */
  readonly since: number
  /** Up to when its span has been handed on. */
  accounted: number
  end: number | undefined
}

/** Connections that are looked at before others have their turn; takes about 2 ms. */
const SLICE = 1000

/** Whether a connection that has ended was a visit in a minute. */
const wasThere = ({ end = 0, since, userId }: Attending, minute: Minute) =>
  userId !== undefined && since < minute.start + MINUTE_MS && end > minute.start && end - since >= VISIT_MS

const quarterOf = (at: number) => Math.floor(at / TIER_MS.q)

/** Adds a stretch of a connection to its user: the span, and the quarters in which it was a visit. */
const account = (user: UserTally, from: number, to: number, visit: boolean) => {
  user.span(from, to)
  if (!visit) return
  const last = to > from ? quarterOf(to - 1) : quarterOf(to)
  for (let quarter = quarterOf(from); quarter <= last; quarter++) user.visited.add(quarter)
}

export class Attendance {
  private readonly open = new Map<string, Attending>()
  private readonly users = new Map<string, number>()
  /** Ended, but the minutes they were open in are not closed yet. */
  private ended: Array<Attending> = []

  get connections(): number {
    return this.open.size
  }

  /** Distinct users with a connection. */
  get present(): number {
    return this.users.size
  }

  connect(connectionId: string, userId: string | undefined, at: number): void {
    const hash = userId === undefined ? 0 : hashOf(userId)
    this.open.set(connectionId, { connectionId, userId, hash, since: at, accounted: at, end: undefined })
    if (userId !== undefined) this.users.set(userId, (this.users.get(userId) ?? 0) + 1)
  }

  /** Whether the connection was open; `minute` is the one of `at`. */
  disconnect(connectionId: string, at: number, minute: Minute): boolean {
    const gone = this.open.get(connectionId)
    if (gone === undefined) return false
    this.open.delete(connectionId)
    const { accounted, since, userId } = gone
    // a clock that was set back makes nobody leave before coming
    gone.end = Math.max(at, since)
    this.ended.push(gone)
    if (userId === undefined) return true
    const left = this.users.get(userId)! - 1
    if (left > 0) this.users.set(userId, left)
    else this.users.delete(userId)
    account(minute.user(userId), accounted, Math.max(accounted, gone.end), gone.end - since >= VISIT_MS)
    return true
  }

  /** Whether a minute has to be closed although nothing happened in it. */
  get some(): boolean {
    return this.open.size > 0 || this.ended.length > 0
  }

  /**
   * Adds the visitors of a minute that ended at least `VISIT_MS` ago and, where a quarter of an hour ends with it, the spans so far. In
   * slices: who comes or goes between two of them is counted as if before or after all.
   */
  *closing(minute: Minute): Generator<void, void, void> {
    const end = minute.start + MINUTE_MS
    const visitors = new Uniques()
    const quarter = end % TIER_MS.q === 0
    let looked = 0
    for (const attending of this.open.values()) {
      if (++looked % SLICE === 0) yield
      const { accounted, hash, since, userId } = attending
      if (userId === undefined || since >= end) continue
      // what is still open has lasted long enough by now
      visitors.add(hash)
      if (!quarter || accounted >= end) continue
      account(minute.user(userId), accounted, end, true)
      attending.accounted = end
    }
    const still: Array<Attending> = []
    for (let i = 0; i < this.ended.length; i++) {
      if (++looked % SLICE === 0) yield
      const gone = this.ended[i]!
      if (wasThere(gone, minute)) visitors.add(gone.hash)
      if ((gone.end ?? 0) > end) still.push(gone)
    }
    this.ended = still
    if (visitors.count() > 0) minute.all.set("visitors").merge(visitors)
  }

  /** Visitors of a minute that is not closed yet, as far as can be told at `now`. */
  visitors(minute: Minute, now: number): Uniques {
    const end = minute.start + MINUTE_MS
    const visitors = new Uniques()
    for (const { hash, since, userId } of this.open.values()) {
      if (userId !== undefined && since < end && now - since >= VISIT_MS) visitors.add(hash)
    }
    for (const gone of this.ended) if (wasThere(gone, minute)) visitors.add(gone.hash)
    return visitors
  }

  /** What the open connections add to users at `now`, beyond what was handed on. */
  *live(now: number): Iterable<{ readonly userId: string; add(user: UserTally): void }> {
    for (const { accounted, since, userId } of this.open.values()) {
      if (userId === undefined || now < accounted) continue
      yield { userId, add: (user) => account(user, accounted, now, now - since >= VISIT_MS) }
    }
  }
}
