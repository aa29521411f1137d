/**
 * Open connections, and what they come to: gauges, visitors, and the spans that sessions are told from. A connection counts as a visit
 * once it has lasted 10 s, so a minute's visitors are known 10 s after its end.
 */
import { TIER_MS } from "./Rollup.ts"
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

  /** Adds the visitors of a minute that ended at least `VISIT_MS` ago and, where a quarter of an hour ends with it, the spans so far. */
  close(minute: Minute): void {
    const end = minute.start + MINUTE_MS
    // what is still open has lasted long enough by now
    const visitors = this.visitors(minute, Infinity)
    if (visitors.count() > 0) minute.all.set("visitors").merge(visitors)
    for (const attending of end % TIER_MS.q === 0 ? this.open.values() : []) {
      const { accounted, userId } = attending
      if (userId === undefined || accounted >= end) continue
      account(minute.user(userId), accounted, end, true)
      attending.accounted = end
    }
    this.ended = this.ended.filter(({ end: ended = 0 }) => ended > end)
  }

  /** Visitors of a minute that is not closed yet, as far as can be told at `now`. */
  visitors(minute: Minute, now: number): Uniques {
    const end = minute.start + MINUTE_MS
    const visitors = new Uniques()
    for (const { hash, since, userId } of this.open.values()) {
      if (userId !== undefined && since < end && now - since >= VISIT_MS) visitors.add(hash)
    }
    for (const { end: ended = 0, hash, since, userId } of this.ended) {
      if (userId === undefined || since >= end || ended - since < VISIT_MS) continue
      if (ended > minute.start) visitors.add(hash)
    }
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
