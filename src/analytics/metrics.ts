/** Every figure over time: what it is, in words for whoever reads it, and how it follows from tallies. */
import { addCommunicators, addEngaged, addSenders, addVisitors, lurkersOf, noOne } from "./figures/people.ts"
import { ratio, rounded } from "./figures/Window.ts"
import { Histogram } from "./Histogram.ts"
import type { Counter, Measure, Tally } from "./Tally.ts"
import type { Uniques } from "./Uniques.ts"

/** Figures of several buckets, and of all of them together. */
interface Groups {
  add(bucket: number, tally: Tally): void
  /** The figure of a bucket, once everything is added, and takes it into the total. */
  close(bucket: number): number | null
  /** The figure of all buckets that were closed. */
  total(): number | null
}

interface About {
  readonly unit: string
  readonly definition: string
  /** Whether there is one of each room. */
  readonly byRoom: boolean
}

/** Told from tallies of minutes and quarters. `sketches`: whether sets or histograms of them are needed. */
interface OfTallies extends About {
  readonly _tag: "tallies"
  readonly sketches: boolean
  readonly over: (buckets: number) => Groups
}

/** Distinct engaged users of the local days that end with a day. */
interface OfDays extends About {
  readonly _tag: "days"
  readonly figure: "dau" | "wau" | "mau"
}

export type Metric = OfTallies | OfDays

/** How a figure is added up, in place: from nothing, from tallies, and from what buckets came to. */
interface Adding<S> {
  readonly empty: () => S
  readonly add: (state: S, tally: Tally) => void
  readonly join: (state: S, other: S) => void
  readonly value: (state: S) => number | null
}

const adding =
  <S>({ add, empty, join, value }: Adding<S>) =>
  (buckets: number): Groups => {
    const states = Array.from({ length: buckets }, empty)
    const all = empty()
    return {
      add: (bucket, tally) => add(states[bucket]!, tally),
      close: (bucket) => {
        join(all, states[bucket]!)
        return value(states[bucket]!)
      },
      total: () => value(all)
    }
  }

const number = (of: (tally: Tally) => number) =>
  adding({
    empty: () => ({ sum: 0 }),
    add: (state, tally) => {
      state.sum += of(tally)
    },
    join: (state, other) => {
      state.sum += other.sum
    },
    value: ({ sum }) => sum
  })

const larger = (a: number | null, b: number | null) => (a === null ? b : b === null ? a : Math.max(a, b))

const peak = (of: (tally: Tally) => number | null) =>
  adding<{ peak: number | null }>({
    empty: () => ({ peak: null }),
    add: (state, tally) => {
      state.peak = larger(state.peak, of(tally))
    },
    join: (state, other) => {
      state.peak = larger(state.peak, other.peak)
    },
    value: ({ peak }) => peak
  })

const people = (add: (into: Uniques, tally: Tally) => void) =>
  adding({ empty: noOne, add, join: (all, some) => all.merge(some), value: (users) => users.count() })

const percentile = (name: Measure, q: number) =>
  adding({
    empty: () => new Histogram(),
    add: (all, tally) => all.merge(tally.histogram(name)),
    join: (all, some) => all.merge(some),
    value: (histogram) => rounded(histogram.quantile(q))
  })

const lurking = adding({
  empty: () => ({ visitors: noOne(), communicators: noOne() }),
  add: ({ communicators, visitors }, tally) => {
    addVisitors(visitors, tally)
    addCommunicators(communicators, tally)
  },
  join: (all, some) => {
    all.visitors.merge(some.visitors)
    all.communicators.merge(some.communicators)
  },
  value: ({ communicators, visitors }) => ratio(lurkersOf(visitors, communicators), visitors.count())
})

const counted = (of: (tally: Tally) => number, unit: string, byRoom: boolean, definition: string): OfTallies => ({
  _tag: "tallies",
  unit,
  definition,
  byRoom,
  sketches: false,
  over: number(of)
})

const ofRooms = (name: Counter, unit: string, definition: string) => counted(({ n }) => n[name], unit, true, definition)

const ofAll = (name: Counter, unit: string, definition: string) => counted(({ n }) => n[name], unit, false, definition)

const gauge = (unit: string, definition: string, of: (tally: Tally) => number | null): OfTallies => ({
  _tag: "tallies",
  unit,
  definition,
  byRoom: false,
  sketches: false,
  over: peak(of)
})

const distinct = (byRoom: boolean, definition: string, add: (into: Uniques, tally: Tally) => void): OfTallies => ({
  _tag: "tallies",
  unit: "users",
  definition,
  byRoom,
  sketches: true,
  over: people(add)
})

const measured = (name: Measure, q: number, what: string): OfTallies => ({
  _tag: "tallies",
  unit: name === "response" ? "seconds" : "milliseconds",
  definition: `${q * 100} % of ${what} took no longer.`,
  byRoom: name === "response",
  sketches: true,
  over: percentile(name, q)
})

const days = (figure: OfDays["figure"], definition: string): OfDays => ({
  _tag: "days",
  unit: "users",
  definition,
  byRoom: false,
  figure
})

const sumOf = (counts: ReadonlyMap<string, number>) => {
  let sum = 0
  for (const count of counts.values()) sum += count
  return sum
}

/** Refusals for sending too fast. */
export const rateLimited = ({ rejected }: Tally) => rejected.get("rate_limited") ?? 0

const KEPT_SAFE = "messages, from arrival to being kept,"
const HANDED_OUT = "messages, from arrival to having been handed to every member,"
const ACKNOWLEDGED = "messages, from arrival to being acknowledged by receivers that report it,"
const ANSWERED = "answers, from the last message of a burst to the next one by someone else,"

export const metrics = {
  messages: ofRooms("chat", "messages", "Accepted messages of type `chat` by anyone but a bot."),
  systemMessages: ofRooms("system", "messages", "Messages of type `system`."),
  botMessages: ofRooms("bot", "messages", "Messages of bots."),
  links: ofRooms("link", "messages", "Messages with at least one link."),
  mentions: ofRooms("mention", "messages", "Messages that mention someone."),
  questions: ofRooms("question", "messages", "Messages with a question mark."),
  emoji: ofRooms("emoji", "messages", "Messages with at least one emoji."),
  replies: ofRooms("reply", "messages", "Messages sent as replies."),
  reactions: ofRooms("reactions", "events", "Reactions given."),
  edits: ofRooms("edits", "events", "Messages edited."),
  deletes: ofRooms("deletes", "events", "Messages deleted."),
  typing: ofRooms("typing", "events", "Times that someone began to type."),
  readMarks: ofRooms("readMarks", "events", "Read markers moved forward."),
  joins: ofRooms("joined", "events", "Connections that entered a room."),
  leaves: ofRooms("left", "events", "Connections that left a room."),
  connectionsOpened: ofAll("opened", "connections", "Connections opened."),
  connectionsClosed: ofAll("closed", "connections", "Connections closed."),
  connections: gauge(
    "connections",
    "The largest number of connections open at once.",
    (tally) => tally.connectionsPeak
  ),
  connectedUsers: gauge("users", "The largest number of distinct users connected at once.", (tally) => tally.usersPeak),
  engagedUsers: distinct(true, "Distinct users who sent, reacted, typed or read on.", addEngaged),
  communicators: distinct(true, "Distinct users who sent a message or reacted.", addCommunicators),
  senders: distinct(true, "Distinct users who sent a message.", addSenders),
  visitors: distinct(false, "Distinct users with a connection of at least 10 s open at some time.", addVisitors),
  lurkerRatio: {
    ...distinct(false, "Share of visitors who neither sent a message nor reacted.", addVisitors),
    unit: "ratio",
    over: lurking
  },
  duplicates: ofAll("duplicates", "messages", "Messages that came again under the same id, and were kept once."),
  rejected: counted(({ rejected }) => sumOf(rejected), "requests", false, "Refusals of any reason."),
  rateLimited: counted(rateLimited, "requests", false, "Refusals for sending too fast."),
  resumes: ofAll("resumes", "events", "Rooms that clients resumed after a break."),
  resumesRecovered: ofAll("recovered", "events", "Resumes in which nothing was missed."),
  replayed: ofAll("replayed", "messages", "Messages given again by resumes."),
  slowCloses: ofAll("slow", "connections", "Connections closed because they read too slowly."),
  delivered: ofAll("delivered", "messages", "Messages handed to members' sockets, counted once for each."),
  expected: ofAll("expected", "messages", "Members of the room at each message that was accepted, added up."),
  durableP50Ms: measured("durable", 0.5, KEPT_SAFE),
  durableP95Ms: measured("durable", 0.95, KEPT_SAFE),
  durableP99Ms: measured("durable", 0.99, KEPT_SAFE),
  latencyP50Ms: measured("fannedOut", 0.5, HANDED_OUT),
  latencyP95Ms: measured("fannedOut", 0.95, HANDED_OUT),
  latencyP99Ms: measured("fannedOut", 0.99, HANDED_OUT),
  endToEndP50Ms: measured("endToEnd", 0.5, ACKNOWLEDGED),
  endToEndP95Ms: measured("endToEnd", 0.95, ACKNOWLEDGED),
  endToEndP99Ms: measured("endToEnd", 0.99, ACKNOWLEDGED),
  responseP50Seconds: measured("response", 0.5, ANSWERED),
  responseP90Seconds: measured("response", 0.9, ANSWERED),
  dau: days("dau", "Distinct engaged users of a local day."),
  wau: days("wau", "Distinct engaged users of the 7 local days that end with a day."),
  mau: days("mau", "Distinct engaged users of the 28 local days that end with a day.")
} as const satisfies Record<string, Metric>

export type MetricName = keyof typeof metrics

export const isMetric = (name: string): name is MetricName => Object.hasOwn(metrics, name)
