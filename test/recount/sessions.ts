/** Stretches of time in which a user had connections. */
import type { Sessions } from "../../src/analytics/figures/sessions.ts"
import type { Facts } from "./Facts.ts"
import { quantile, ratio } from "./quantile.ts"
import type { View } from "./View.ts"

const GAP = 1_800_000

interface Session {
  readonly userId: string
  /** When its first connection was opened. */
  readonly at: number
  /** When its last one was closed, or `computedAt`. */
  until: number
}

const allSessions = ({ stays }: Facts): ReadonlyArray<Session> => {
  const sessions: Array<Session> = []
  const latest = new Map<string, Session>()
  for (const { at, until, userId } of stays.all) {
    const session = latest.get(userId)
    if (session !== undefined && at - session.until <= GAP) session.until = Math.max(session.until, until)
    else {
      const begun = { userId, at, until }
      sessions.push(begun)
      latest.set(userId, begun)
    }
  }
  return sessions
}

/** Sessions that began in the window. One is over when no connection can go on with it any more. */
export const sessionsOf = ({ computedAt, facts, from, to }: View, userId?: string) => {
  const began = allSessions(facts).filter(
    (session) => session.at >= from && session.at < to && (userId === undefined || session.userId === userId)
  )
  const over = began.filter(({ until }) => computedAt - until > GAP)
  return {
    sessions: began.length,
    users: new Set(began.map((session) => session.userId)).size,
    open: began.length - over.length,
    /** In seconds, of those that are over. */
    durations: over.map(({ at, until }) => (until - at) / 1000)
  }
}

export const sessions = (view: View): typeof Sessions.Type => {
  const { durations, open, sessions, users } = sessionsOf(view)
  return {
    sessions,
    users,
    perUser: ratio(sessions, users),
    open,
    durationP50Seconds: quantile(durations, 50),
    durationP90Seconds: quantile(durations, 90)
  }
}
