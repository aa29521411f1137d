/**
 * What was counted for everything or for one room in one stretch of time. Two parts: what follows from messages alone, which can always
 * be counted again from history, and what was seen happening, which cannot. Tallies of other stretches and nodes are merged by adding.
 */
import { Histogram } from "./Histogram.ts"
import { LENGTH_BINS } from "./Shape.ts"
import { Uniques } from "./Uniques.ts"

/** Counted from messages. `responses` and `unanswered`: see `Responses`; `codePoints`: of all chat messages together. */
const SAID = [
  "chat",
  "system",
  "bot",
  "codePoints",
  "link",
  "mention",
  "question",
  "emoji",
  "reply",
  "unanswered"
] as const

/**
 * Counted as it happened. `expected`: members that a message was due to when it was accepted; `delivered`: frames of messages that were
 * handed to sockets; `replayed`: messages in answers to resumes; `slow`: connections closed as too slow.
 */
const SEEN = [
  "opened",
  "closed",
  "joined",
  "left",
  "typing",
  "readMarks",
  "reactions",
  "edits",
  "deletes",
  "mutes",
  "bans",
  "duplicates",
  "resumes",
  "recovered",
  "replayed",
  "slow",
  "expected",
  "delivered",
  "shed"
] as const

const COUNTERS = [...SAID, ...SEEN] as const
export type Counter = (typeof COUNTERS)[number]
export type Counts = { [K in Counter]: number }

/** Gauges; null where no sample was taken. */
const GAUGES = ["connections", "connectionsPeak", "users", "usersPeak"] as const
type Gauge = (typeof GAUGES)[number]

/** `senders` follows from messages. `active`: who typed, read on or reacted; `visitors`: whose connection of at least 10 s was open. */
const SETS = ["senders", "reactors", "active", "visitors"] as const
export type UserSet = (typeof SETS)[number]

/** `response` in seconds and from messages; the others in milliseconds. */
const HISTOGRAMS = ["response", "durable", "fannedOut", "endToEnd"] as const
export type Measure = (typeof HISTOGRAMS)[number]

const NO_LENGTHS = Array.from({ length: LENGTH_BINS.length + 1 }, () => 0)

const zeros = (): Counts => ({
  chat: 0,
  system: 0,
  bot: 0,
  codePoints: 0,
  link: 0,
  mention: 0,
  question: 0,
  emoji: 0,
  reply: 0,
  unanswered: 0,
  opened: 0,
  closed: 0,
  joined: 0,
  left: 0,
  typing: 0,
  readMarks: 0,
  reactions: 0,
  edits: 0,
  deletes: 0,
  mutes: 0,
  bans: 0,
  duplicates: 0,
  resumes: 0,
  recovered: 0,
  replayed: 0,
  slow: 0,
  expected: 0,
  delivered: 0,
  shed: 0
})

/** How a tally is written down; what is zero or empty is left out. */
interface Written {
  readonly n?: Partial<Counts>
  readonly lengths?: ReadonlyArray<number>
  readonly rejected?: Readonly<Record<string, number>>
  readonly codes?: Readonly<Record<string, number>>
  readonly gauges?: Partial<Record<Gauge, number>>
}

type WrittenSketches = Partial<Record<UserSet | Measure, string>>

const addTo = (into: Map<string, number>, key: string, count: number) => into.set(key, (into.get(key) ?? 0) + count)

const larger = (a: number | null, b: number | null) => (a === null ? b : b === null ? a : Math.max(a, b))
const sum = (a: number | null, b: number | null) => (a === null ? b : b === null ? a : a + b)

export class Tally {
  readonly n: Counts = zeros()
  /** Chat messages by length, see `LENGTH_BINS`. */
  readonly lengths: Array<number> = NO_LENGTHS.slice()
  private ownRejected: Map<string, number> | undefined
  private ownCodes: Map<string, number> | undefined
  /** Open connections and the distinct users among them: the last sample, and the largest. */
  connections: number | null = null
  connectionsPeak: number | null = null
  users: number | null = null
  usersPeak: number | null = null
  /** Whether it may not be as it was written last; of no meaning to those that are written as a whole. */
  changed = true
  private readonly sets: Partial<Record<UserSet, Uniques>> = {}
  private readonly histograms: Partial<Record<Measure, Histogram>> = {}
  /** What was read and not looked into yet: most figures need one of them, and decoding all takes most of the time. */
  private unread: { [name in UserSet | Measure]?: string | undefined } = {}
  private readonly exactMax: number | undefined

  /** `exactMax`: users up to which sets are exact; without it, as many as are written down exactly. */
  constructor(exactMax?: number) {
    this.exactMax = exactMax
  }

  /** Refusals by reason. */
  get rejected(): Map<string, number> {
    return (this.ownRejected ??= new Map())
  }

  /** Ends of connections by close code. */
  get codes(): Map<string, number> {
    return (this.ownCodes ??= new Map())
  }

  reject(reason: string): void {
    addTo(this.rejected, reason, 1)
  }

  close(code: number): void {
    addTo(this.codes, String(code), 1)
  }

  sample(connections: number, users: number): void {
    this.connections = connections
    this.users = users
    this.connectionsPeak = Math.max(this.connectionsPeak ?? 0, connections)
    this.usersPeak = Math.max(this.usersPeak ?? 0, users)
  }

  /** The set to add a user to. */
  set(name: UserSet): Uniques {
    return this.setIfAny(name) ?? (this.sets[name] = new Uniques(this.exactMax))
  }

  /** The histogram to record in. */
  histogram(name: Measure): Histogram {
    return this.histogramIfAny(name) ?? (this.histograms[name] = new Histogram())
  }

  /** A set to read; nothing where nobody was added. Throws on what `sketches` did not write. */
  setIfAny(name: UserSet): Uniques | undefined {
    const text = this.unread[name]
    if (text !== undefined) {
      this.sets[name] = Uniques.decode(text, this.exactMax)
      this.unread[name] = undefined
    }
    return this.sets[name]
  }

  /** A histogram to read; nothing where nothing was recorded. Throws on what `sketches` did not write. */
  histogramIfAny(name: Measure): Histogram | undefined {
    const text = this.unread[name]
    if (text !== undefined) {
      this.histograms[name] = Histogram.decode(text)
      this.unread[name] = undefined
    }
    return this.histograms[name]
  }

  /** Whether anything was recorded in a histogram. */
  has(name: Measure): boolean {
    return this.unread[name] !== undefined || this.histograms[name] !== undefined
  }

  /** Distinct users of several sets together. */
  distinct(...names: ReadonlyArray<UserSet>): Uniques {
    const all = new Uniques(this.exactMax)
    for (const name of names) {
      const one = this.setIfAny(name)
      if (one !== undefined) all.merge(one)
    }
    return all
  }

  /**
   * Adds another stretch or another node. Gauges: peaks are the larger of both, which for two nodes at one time is a lower bound; `sides`
   * says that the other is of the same time, in which case connections add up.
   */
  merge(other: Tally, sides = false): void {
    this.mergeCounts(other, sides)
    for (const name of SETS) {
      const theirs = other.setIfAny(name)
      if (theirs !== undefined) this.set(name).merge(theirs)
    }
    for (const name of HISTOGRAMS) {
      const theirs = other.histogramIfAny(name)
      if (theirs !== undefined) this.histogram(name).merge(theirs)
    }
  }

  /** The same, but for sets and histograms. */
  mergeCounts(other: Tally, sides = false): void {
    for (const name of COUNTERS) this.n[name] += other.n[name]
    other.lengths.forEach((count, i) => (this.lengths[i]! += count))
    for (const [reason, count] of other.ownRejected ?? []) addTo(this.rejected, reason, count)
    for (const [code, count] of other.ownCodes ?? []) addTo(this.codes, code, count)
    if (sides) for (const gauge of GAUGES) this[gauge] = sum(this[gauge], other[gauge])
    else {
      this.connections = other.connections ?? this.connections
      this.users = other.users ?? this.users
      this.connectionsPeak = larger(this.connectionsPeak, other.connectionsPeak)
      this.usersPeak = larger(this.usersPeak, other.usersPeak)
    }
  }

  /** Forgets what follows from messages, to be counted again. */
  unsay(): void {
    for (const name of SAID) this.n[name] = 0
    this.lengths.fill(0)
    delete this.sets.senders
    delete this.histograms.response
    this.unread.senders = undefined
    this.unread.response = undefined
  }

  /** Whether nothing was counted and no sample taken. */
  get empty(): boolean {
    for (const name of COUNTERS) if (this.n[name] !== 0) return false
    for (const gauge of GAUGES) if (this[gauge] !== null) return false
    return !this.ownRejected?.size && !this.ownCodes?.size && this.sketches() === ""
  }

  counts(): string {
    const n: Partial<Counts> = {}
    for (const name of COUNTERS) if (this.n[name] !== 0) n[name] = this.n[name]
    const gauges: Partial<Record<Gauge, number>> = {}
    for (const gauge of GAUGES) {
      const value = this[gauge]
      if (value !== null) gauges[gauge] = value
    }
    const written: Written = {
      n,
      ...(this.n.chat === 0 ? {} : { lengths: this.lengths }),
      ...(this.ownRejected?.size ? { rejected: Object.fromEntries(this.ownRejected) } : {}),
      ...(this.ownCodes?.size ? { codes: Object.fromEntries(this.ownCodes) } : {}),
      ...(Object.keys(gauges).length === 0 ? {} : { gauges })
    }
    return JSON.stringify(written)
  }

  sketches(): string {
    const written: WrittenSketches = {}
    for (const name of SETS) {
      const text = this.unread[name] ?? this.sets[name]?.encode()
      if (text !== undefined) written[name] = text
    }
    for (const name of HISTOGRAMS) {
      const histogram = this.histograms[name]
      const text =
        this.unread[name] ?? (histogram !== undefined && histogram.count > 0 ? histogram.encode() : undefined)
      if (text !== undefined) written[name] = text
    }
    return Object.keys(written).length === 0 ? "" : JSON.stringify(written)
  }

  /** Of what `counts` and `sketches` wrote; `sketches` may be left out. Throws on what they did not write, of a sketch when it is read. */
  static of(counts: string, sketches: string, exactMax?: number): Tally {
    const tally = new Tally(exactMax)
    const { codes, gauges, lengths, n, rejected } = JSON.parse(counts) as Written
    Object.assign(tally.n, n)
    lengths?.forEach((count, i) => (tally.lengths[i] = count))
    // most have none of these, and there are many
    if (rejected !== undefined)
      for (const [reason, count] of Object.entries(rejected)) tally.rejected.set(reason, count)
    if (codes !== undefined) for (const [code, count] of Object.entries(codes)) tally.codes.set(code, count)
    if (gauges !== undefined) for (const gauge of GAUGES) tally[gauge] = gauges[gauge] ?? null
    if (sketches === "") return tally
    tally.unread = JSON.parse(sketches) as WrittenSketches
    return tally
  }
}
