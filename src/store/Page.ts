/** A page of history: how it is cut out of a line of messages, wherever those are kept. */
import { Effect } from "effect"

/** Which page: before, after or around a place, the newest without any. `limit` is at least 1. */
export interface Query<P> {
  readonly before?: P | undefined
  readonly after?: P | undefined
  readonly around?: P | undefined
  readonly limit: number
}

/** Oldest message first. As many as asked for, unless history ends there. */
export interface Page<P> {
  /** The JSON of each message, as it is sent. */
  readonly messages: ReadonlyArray<string>
  /** Where the first and the last message are; missing where there is none. */
  readonly first?: P
  readonly last?: P
  /** Whether there is anything before the page. */
  readonly older: boolean
  /** Whether there is anything after the page. */
  readonly newer: boolean
}

export interface Placed<P> {
  readonly place: P
  readonly json: string
  /** As the store has it; left out where the log has the message. */
  readonly revision?: number | undefined
}

/** What a message is now, wherever it was read. */
export type Now<P> = (message: Placed<P>) => string

/** Successive messages, oldest first. `more`: others follow on the far side. */
export interface Run<P> {
  readonly items: ReadonlyArray<Placed<P>>
  readonly more: boolean
}

/** Messages in an order, at one instant. */
export interface Line<P, E> {
  /** The last `limit` messages before a place, or of all. */
  down(before: P | undefined, limit: number): Effect.Effect<Run<P>, E>
  /** The first `limit` messages after a place. */
  up(after: P, limit: number): Effect.Effect<Run<P>, E>
  /** A place just before this one, so that what comes after it begins with this one. */
  justBefore(place: P): P
  /** Whether there is a message at this place or before it. */
  reachesDownTo(place: P): Effect.Effect<boolean, E>
  /** Whether there is a message at this place or after it. */
  reachesUpTo(place: P): boolean
}

const page = <P>(items: ReadonlyArray<Placed<P>>, older: boolean, newer: boolean, now: Now<P>): Page<P> => {
  const messages = items.map(now)
  const [first, last] = [items[0], items.at(-1)]
  return first === undefined || last === undefined
    ? { messages, older, newer }
    : { messages, first: first.place, last: last.place, older, newer }
}

/** Half of the page is older than the place, unless one side has too few; then the other side fills it. */
const around = Effect.fnUntraced(function* <P, E>(line: Line<P, E>, place: P, limit: number, now: Now<P>) {
  const lower = yield* line.down(place, limit)
  const upper = yield* line.up(line.justBefore(place), limit)
  const below = Math.min(lower.items.length, Math.max(limit >> 1, limit - upper.items.length))
  const above = Math.min(upper.items.length, limit - below)
  return page(
    [...lower.items.slice(lower.items.length - below), ...upper.items.slice(0, above)],
    lower.more || below < lower.items.length,
    upper.more || above < upper.items.length,
    now
  )
})

/** Cuts one page out of a line; `now` is asked last, so that the page is as of the moment it is given out. */
export const pageOf = <P, E>(line: Line<P, E>, query: Query<P>, now: Now<P>): Effect.Effect<Page<P>, E> => {
  const { after, before, limit } = query
  if (query.around !== undefined) return around(line, query.around, limit, now)
  if (after === undefined) {
    return Effect.map(line.down(before, limit), ({ items, more }) =>
      page(items, more, before !== undefined && line.reachesUpTo(before), now)
    )
  }
  return Effect.gen(function* () {
    const { items, more } = yield* line.up(after, limit)
    return page(items, yield* line.reachesDownTo(after), more, now)
  })
}
