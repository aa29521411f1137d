/** What each figure over time is in one stretch of time: the same for a bucket and for a whole window. */
import type { MetricName } from "../../src/analytics/metrics.ts"
import type { Crowd, Facts, Message } from "./Facts.ts"
import type { Stretch } from "./LocalTime.ts"
import { communicators, engaged, lurkers, senders, visitors } from "./people.ts"
import { quantile, ratio } from "./quantile.ts"
import type { Timeline } from "./Timeline.ts"

/** `dau`, `wau` and `mau` are of local days and not of any stretch. */
export type StretchMetric = Exclude<MetricName, "dau" | "wau" | "mau">

type Figure = (facts: Facts, stretch: Stretch, room?: string) => number | null

/** What happened in a stretch, in a room where one is given. */
const inRoom = <A extends { readonly at: number; readonly roomId: string }>(
  timeline: Timeline<A>,
  { from, to }: Stretch,
  room: string | undefined
) => timeline.within(from, to).filter(({ roomId }) => room === undefined || roomId === room)

export const messages = (facts: Facts, stretch: Stretch, room?: string): ReadonlyArray<Message> =>
  inRoom(facts.messages, stretch, room)

/** How long answers took that came in a stretch, in seconds. */
export const responses = (facts: Facts, stretch: Stretch, room?: string): ReadonlyArray<number> =>
  inRoom(facts.outcomes, stretch, room).flatMap(({ seconds }) => (seconds === undefined ? [] : [seconds]))

export const unanswered = (facts: Facts, stretch: Stretch, room?: string): number =>
  inRoom(facts.outcomes, stretch, room).filter(({ seconds }) => seconds === undefined).length

/**
 * The most that were there at once: those who were there when the stretch began, or after any that came or went in it. null where
 * nobody was, and nobody came.
 */
const most =
  (of: (crowd: Crowd) => number): Figure =>
  ({ computedAt, crowd }, { from, to }) => {
    if (from > computedAt) return null
    const found = crowd.lastBefore(from)
    const there = found === undefined || found.connections === 0 ? [] : [found]
    const all = [...there, ...crowd.within(from, to)].map(of)
    return all.length === 0 ? null : all.reduce((largest, count) => Math.max(largest, count))
  }

/** How many things happened, in a room where one is given. */
const events =
  (of: (facts: Facts) => Timeline<{ readonly at: number; readonly roomId: string }>): Figure =>
  (facts, stretch, room) =>
    inRoom(of(facts), stretch, room).length

/** How many things happened, that happen in no room. */
const happenings =
  (of: (facts: Facts) => Timeline<{ readonly at: number }>): Figure =>
  (facts, { from, to }) =>
    of(facts).within(from, to).length

const those =
  (test: (message: Message) => boolean): Figure =>
  (facts, stretch, room) =>
    messages(facts, stretch, room).filter(test).length

const milliseconds =
  (of: (facts: Facts) => Timeline<{ readonly at: number; readonly ms: number }>, percent: number): Figure =>
  (facts, { from, to }) =>
    quantile(
      of(facts)
        .within(from, to)
        .map(({ ms }) => ms),
      percent
    )

const seconds =
  (percent: number): Figure =>
  (facts, stretch, room) =>
    quantile(responses(facts, stretch, room), percent)

/** Not told by made-up histories: nobody edits or deletes in them, and no client reports when it received a message. */
const none: Figure = () => 0
const unknown: Figure = () => null

/** A message is due to every connection in the room, that of its author too. Made-up histories say nothing of lost ones. */
const expected: Figure = (facts, { from, to }) =>
  facts.due.within(from, to).reduce((sum, { members }) => sum + members, 0)

const figures: Readonly<Record<StretchMetric, Figure>> = {
  messages: events((facts) => facts.messages),
  systemMessages: events((facts) => facts.systemMessages),
  botMessages: events((facts) => facts.botMessages),
  links: those(({ shape }) => shape.link),
  mentions: those(({ shape }) => shape.mention),
  questions: those(({ shape }) => shape.question),
  emoji: those(({ shape }) => shape.emoji),
  replies: those(({ replyTo }) => replyTo !== undefined),
  reactions: events((facts) => facts.reactions),
  edits: none,
  deletes: none,
  typing: events((facts) => facts.typing),
  readMarks: events((facts) => facts.readMarks),
  joins: events((facts) => facts.joins),
  leaves: events((facts) => facts.leaves),
  connectionsOpened: happenings((facts) => facts.opened),
  connectionsClosed: happenings((facts) => facts.closed),
  connections: most(({ connections }) => connections),
  connectedUsers: most(({ users }) => users),
  engagedUsers: (facts, stretch, room) => engaged(facts, stretch, room).size,
  communicators: (facts, stretch, room) => communicators(facts, stretch, room).size,
  senders: (facts, stretch, room) => senders(facts, stretch, room).size,
  visitors: (facts, stretch) => visitors(facts, stretch).size,
  lurkerRatio: (facts, stretch) => ratio(lurkers(facts, stretch).size, visitors(facts, stretch).size),
  duplicates: happenings((facts) => facts.duplicates),
  rejected: happenings((facts) => facts.rejected),
  rateLimited: ({ rejected }, { from, to }) =>
    rejected.within(from, to).filter(({ reason }) => reason === "rate_limited").length,
  resumes: happenings((facts) => facts.resumes),
  resumesRecovered: ({ resumes }, { from, to }) => resumes.within(from, to).filter(({ recovered }) => recovered).length,
  replayed: ({ resumes }, { from, to }) => resumes.within(from, to).reduce((sum, { replayed }) => sum + replayed, 0),
  slowCloses: ({ closed }, { from, to }) => closed.within(from, to).filter(({ code }) => code === 4001).length,
  delivered: expected,
  expected,
  durableP50Ms: milliseconds((facts) => facts.durable, 50),
  durableP95Ms: milliseconds((facts) => facts.durable, 95),
  durableP99Ms: milliseconds((facts) => facts.durable, 99),
  latencyP50Ms: milliseconds((facts) => facts.fannedOut, 50),
  latencyP95Ms: milliseconds((facts) => facts.fannedOut, 95),
  latencyP99Ms: milliseconds((facts) => facts.fannedOut, 99),
  endToEndP50Ms: unknown,
  endToEndP95Ms: unknown,
  endToEndP99Ms: unknown,
  responseP50Seconds: seconds(50),
  responseP90Seconds: seconds(90)
}

/** `room` must be one only where the figure is told of rooms. */
export const figureOf = (metric: StretchMetric, facts: Facts, stretch: Stretch, room?: string): number | null =>
  figures[metric](facts, stretch, room)

/** The same of a figure that is never null. */
export const countOf = (metric: StretchMetric, facts: Facts, stretch: Stretch, room?: string): number =>
  figureOf(metric, facts, stretch, room) ?? 0
