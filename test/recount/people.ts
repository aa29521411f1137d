/** Who did what in a stretch of time, and in a room where one is given: plain sets of user ids. */
import type { Facts } from "./Facts.ts"
import type { Stretch } from "./LocalTime.ts"
import type { Timeline } from "./Timeline.ts"

const VISIT_MS = 10_000

interface Deed {
  readonly at: number
  readonly roomId: string
  readonly userId: string
}

const who = (facts: Facts, deeds: ReadonlyArray<Timeline<Deed>>, { from, to }: Stretch, room: string | undefined) =>
  new Set(
    deeds
      .flatMap((timeline) => timeline.within(from, to))
      .filter(({ roomId, userId }) => facts.isUser(userId) && (room === undefined || roomId === room))
      .map(({ userId }) => userId)
  )

export const senders = (facts: Facts, stretch: Stretch, room?: string) => who(facts, [facts.messages], stretch, room)

export const communicators = (facts: Facts, stretch: Stretch, room?: string) =>
  who(facts, [facts.messages, facts.reactions], stretch, room)

export const engaged = (facts: Facts, stretch: Stretch, room?: string) =>
  who(facts, [facts.messages, facts.reactions, facts.readMarks, facts.typing], stretch, room)

/**
 * Who had a connection open in the stretch that lasted at least 10 s in all, before and after the stretch too. A connection is open from
 * the moment it is opened until right before the one it is closed at; one that is still open has lasted until now.
 */
export const visitors = (facts: Facts, { from, to }: Stretch): Set<string> =>
  new Set(
    facts.stays
      .within(from - facts.longest, to)
      .filter(({ at, open, until }) => until - at >= VISIT_MS && (open ? until >= from : until > from))
      .map(({ userId }) => userId)
  )

export const lurkers = (facts: Facts, stretch: Stretch): Set<string> => {
  const talkers = communicators(facts, stretch)
  return new Set(Array.from(visitors(facts, stretch)).filter((userId) => !talkers.has(userId)))
}
