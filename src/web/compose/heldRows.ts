/** Messages that were refused because they came too soon: all it takes is to wait. */
import type { HubbubError, Row } from "../../client/index.ts"

interface Held {
  readonly rows: ReadonlyArray<Row>
  /** When all of them may be sent again, in milliseconds since 1970. */
  readonly until: number
}

const PASSING = new Set(["rate_limited", "slow_mode", "overloaded", "muted"])

/** When each refusal ends, by the clock when it was first seen. */
const ends = new WeakMap<HubbubError, number>()

const endOf = (error: HubbubError, retryAfterMs: number, now: number): number => {
  const known = ends.get(error) ?? now + retryAfterMs
  ends.set(error, known)
  return known
}

/** Those of a room; nothing where there are none. `now`: in milliseconds since 1970. */
export const heldRows = (messages: ReadonlyArray<Row>, now: number): Held | undefined => {
  const rows: Array<Row> = []
  let until = 0
  // they stand behind what is kept
  for (const row of messages.toReversed()) {
    if (row.status === "sent") break
    const { error } = row
    if (row.status !== "failed" || error?.retryAfterMs === undefined || !PASSING.has(error.code)) continue
    rows.unshift(row)
    until = Math.max(until, endOf(error, error.retryAfterMs, now))
  }
  return rows.length === 0 ? undefined : { rows, until }
}
