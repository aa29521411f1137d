/**
 * What one user did in one stretch of time, to the UTC quarter of an hour, so that days and weeks of any time zone can be told from it.
 * Exact; tallies of other stretches and nodes are merged by adding.
 */
import { TIER_MS } from "../store/Rollup.ts"

/** Milliseconds without a connection after which a new session begins. */
export const SESSION_GAP_MS = 1_800_000

/** Half-open, milliseconds since 1970. */
export type Span = readonly [start: number, end: number]

/** Adds up what a user wrote and did. `connections`: how many were opened. */
const zeros = () => ({
  codePoints: 0,
  link: 0,
  mention: 0,
  question: 0,
  emoji: 0,
  reply: 0,
  typing: 0,
  readMarks: 0,
  reactions: 0,
  connections: 0
})
type UserCounts = ReturnType<typeof zeros>

const COUNTERS = Object.keys(zeros()) as ReadonlyArray<keyof UserCounts>
const SAID = ["codePoints", "link", "mention", "question", "emoji", "reply"] as const

interface Written {
  readonly name?: string
  readonly sent?: ReadonlyArray<readonly [number, number]>
  readonly rooms?: Readonly<Record<string, number>>
  readonly n?: Partial<UserCounts>
  readonly active?: ReadonlyArray<number>
  readonly reacted?: ReadonlyArray<number>
  readonly visited?: ReadonlyArray<number>
  readonly spans?: ReadonlyArray<Span>
  readonly firstMessageAt?: number
  readonly firstActiveAt?: number
  readonly firstConnectedAt?: number
}

const earlier = (a: number | undefined, b: number | undefined) =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b)

const dayOf = (quarter: number) => Math.floor((quarter * TIER_MS.q) / TIER_MS.d) * TIER_MS.d

/**
 * Joins spans whose gap is no longer than a session's: joining piece by piece in any order comes to the same sessions as joining all at
 * once.
 */
export const joined = (spans: Iterable<Span>): ReadonlyArray<Span> => {
  const sorted = Array.from(spans).sort((a, b) => a[0] - b[0])
  const result: Array<Span> = []
  for (const [start, end] of sorted) {
    const last = result.at(-1)
    if (last === undefined || start - last[1] > SESSION_GAP_MS) result.push([start, end])
    else if (end > last[1]) result[result.length - 1] = [last[0], end]
  }
  return result
}

export class UserTally {
  /** The name that was used last. */
  username: string | undefined
  /** What was read and not looked into yet: many are, and most figures need little of each. */
  private readonly written: Written
  private ownSent: Map<number, number> | undefined
  private ownRooms: Map<string, number> | undefined
  private ownCounts: UserCounts | undefined
  private ownActive: Set<number> | undefined
  private ownReacted: Set<number> | undefined
  private ownVisited: Set<number> | undefined
  /** Milliseconds since 1970. */
  firstMessageAt: number | undefined
  /** Of typing, reading on and reacting. */
  firstActiveAt: number | undefined
  firstConnectedAt: number | undefined
  /** Whether it may not be as it was written last; of no meaning to those that are written as a whole. */
  changed = true
  private connected: ReadonlyArray<Span>
  private added: Array<Span> = []

  constructor(written: Written = {}) {
    this.written = written
    this.username = written.name
    this.firstMessageAt = written.firstMessageAt
    this.firstActiveAt = written.firstActiveAt
    this.firstConnectedAt = written.firstConnectedAt
    this.connected = written.spans ?? []
  }

  /** Chat messages by UTC quarter (quarters of an hour since 1970). */
  get sent(): Map<number, number> {
    return (this.ownSent ??= new Map(this.written.sent))
  }

  /** Chat messages by room. */
  get rooms(): Map<string, number> {
    return (this.ownRooms ??= new Map(Object.entries(this.written.rooms ?? {})))
  }

  get n(): UserCounts {
    return (this.ownCounts ??= Object.assign(zeros(), this.written.n))
  }

  /** Quarters in which the user typed, read on or reacted. */
  get active(): Set<number> {
    return (this.ownActive ??= new Set(this.written.active))
  }

  /** Quarters in which the user reacted. */
  get reacted(): Set<number> {
    return (this.ownReacted ??= new Set(this.written.reacted))
  }

  /** Quarters in which the user had a connection of at least 10 s open. */
  get visited(): Set<number> {
    return (this.ownVisited ??= new Set(this.written.visited))
  }

  /** `sent`, to be read only: nothing is built for it. */
  get sentIn(): Iterable<readonly [quarter: number, count: number]> {
    return this.ownSent ?? this.written.sent ?? []
  }

  /** `active`, to be read only: nothing is built for it. */
  get activeIn(): Iterable<number> {
    return this.ownActive ?? this.written.active ?? []
  }

  /** Quarters in which the user was engaged: of `sent` and of `active`, some twice. */
  *engagedIn(): Iterable<number> {
    for (const [quarter] of this.sentIn) yield quarter
    yield* this.activeIn
  }

  private get roomsIn(): Iterable<readonly [string, number]> {
    return this.ownRooms ?? Object.entries(this.written.rooms ?? {})
  }

  private get reactedIn(): Iterable<number> {
    return this.ownReacted ?? this.written.reacted ?? []
  }

  private get visitedIn(): Iterable<number> {
    return this.ownVisited ?? this.written.visited ?? []
  }

  /** Whether `visited` has any. */
  get hasVisited(): boolean {
    return (this.ownVisited?.size ?? this.written.visited?.length ?? 0) > 0
  }

  /** When connections were open, with gaps up to a session's left out. Cut at UTC midnights. */
  get spans(): ReadonlyArray<Span> {
    if (this.added.length > 0) {
      this.connected = joined([...this.connected, ...this.added])
      this.added = []
    }
    return this.connected
  }

  span(start: number, end: number): void {
    this.added.push([start, end])
    if (this.added.length > 64) void this.spans
  }

  /** Chat messages in all. */
  get messages(): number {
    let messages = 0
    for (const [, count] of this.sentIn) messages += count
    return messages
  }

  merge(other: UserTally): void {
    this.username = other.username ?? this.username
    for (const [quarter, count] of other.sentIn) this.sent.set(quarter, (this.sent.get(quarter) ?? 0) + count)
    for (const [room, count] of other.roomsIn) this.rooms.set(room, (this.rooms.get(room) ?? 0) + count)
    const counts: Partial<UserCounts> = other.ownCounts ?? other.written.n ?? {}
    for (const name of COUNTERS) if (counts[name] !== undefined && counts[name] !== 0) this.n[name] += counts[name]
    for (const quarter of other.activeIn) this.active.add(quarter)
    for (const quarter of other.reactedIn) this.reacted.add(quarter)
    for (const quarter of other.visitedIn) this.visited.add(quarter)
    for (const [start, end] of other.spans) this.span(start, end)
    this.firstMessageAt = earlier(this.firstMessageAt, other.firstMessageAt)
    this.firstActiveAt = earlier(this.firstActiveAt, other.firstActiveAt)
    this.firstConnectedAt = earlier(this.firstConnectedAt, other.firstConnectedAt)
  }

  /** Forgets what follows from messages, to be counted again. */
  unsay(): void {
    this.sent.clear()
    this.rooms.clear()
    for (const name of SAID) this.n[name] = 0
    this.firstMessageAt = undefined
  }

  counts(): string {
    const n: Partial<UserCounts> = {}
    for (const name of Object.keys(this.n) as Array<keyof UserCounts>) if (this.n[name] !== 0) n[name] = this.n[name]
    const written: Written = {
      ...(this.username === undefined ? {} : { name: this.username }),
      ...(this.sent.size === 0 ? {} : { sent: Array.from(this.sent), rooms: Object.fromEntries(this.rooms) }),
      n,
      ...(this.active.size === 0 ? {} : { active: Array.from(this.active) }),
      ...(this.reacted.size === 0 ? {} : { reacted: Array.from(this.reacted) }),
      ...(this.visited.size === 0 ? {} : { visited: Array.from(this.visited) }),
      ...(this.spans.length === 0 ? {} : { spans: this.spans }),
      ...(this.firstMessageAt === undefined ? {} : { firstMessageAt: this.firstMessageAt }),
      ...(this.firstActiveAt === undefined ? {} : { firstActiveAt: this.firstActiveAt }),
      ...(this.firstConnectedAt === undefined ? {} : { firstConnectedAt: this.firstConnectedAt })
    }
    return JSON.stringify(written)
  }

  /** Whether everything that has a moment is of one UTC day. */
  private isOf(day: number): boolean {
    for (const [quarter] of this.sentIn) if (dayOf(quarter) !== day) return false
    for (const quarter of this.activeIn) if (dayOf(quarter) !== day) return false
    for (const quarter of this.reactedIn) if (dayOf(quarter) !== day) return false
    for (const quarter of this.visitedIn) if (dayOf(quarter) !== day) return false
    return this.spans.every(([start, end]) => start >= day && start < day + TIER_MS.d && end <= day + TIER_MS.d)
  }

  /** Of what `counts` wrote; throws on what it did not. */
  static of(counts: string): UserTally {
    return new UserTally(JSON.parse(counts) as Written)
  }

  /**
   * Cut by UTC day, which is how users are kept. What has a moment goes with it; counts and rooms go to the day of the last thing that
   * happened. To be read only: where all is of one day, it is this.
   */
  byDay(at: number): ReadonlyMap<number, UserTally> {
    const home = Math.floor(at / TIER_MS.d) * TIER_MS.d
    const days = new Map<number, UserTally>()
    if (this.isOf(home)) return days.set(home, this)
    const of = (day: number): UserTally => {
      let user = days.get(day)
      if (user === undefined) {
        user = new UserTally()
        user.username = this.username
        days.set(day, user)
      }
      return user
    }
    const main = of(home)
    Object.assign(main.n, this.n)
    for (const [room, count] of this.rooms) main.rooms.set(room, count)
    main.firstMessageAt = this.firstMessageAt
    main.firstActiveAt = this.firstActiveAt
    main.firstConnectedAt = this.firstConnectedAt
    for (const [quarter, count] of this.sent) of(dayOf(quarter)).sent.set(quarter, count)
    for (const quarter of this.active) of(dayOf(quarter)).active.add(quarter)
    for (const quarter of this.reacted) of(dayOf(quarter)).reacted.add(quarter)
    for (const quarter of this.visited) of(dayOf(quarter)).visited.add(quarter)
    for (const [start, end] of this.spans) {
      let from = start
      do {
        const day = Math.floor(from / TIER_MS.d) * TIER_MS.d
        const to = Math.min(end, day + TIER_MS.d)
        of(day).span(from, to)
        from = to
      } while (from < end)
    }
    return days
  }
}
