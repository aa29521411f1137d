/** Figures of a few things that a test says happened, added up in memory as the port is read: by minute, by quarter, by user and UTC day. */
import { Effect } from "effect"
import { Figures, type Kept, type Stretched, type UserStretched } from "../../src/analytics/Figures.ts"
import { TIER_MS } from "../../src/store/Rollup.ts"
import { lengthBin, shapeOf } from "../../src/analytics/Shape.ts"
import { Tally } from "../../src/analytics/Tally.ts"
import { hashOf } from "../../src/analytics/Uniques.ts"
import { UserTally } from "../../src/analytics/UserTally.ts"
import { StoreUnavailable } from "../../src/store/MessageStore.ts"

/** Milliseconds of an instant such as `2026-03-29T00:30Z`. */
export const ms = (instant: string): number => {
  const at = Date.parse(instant)
  if (Number.isNaN(at)) throw new Error(`${instant} is no instant`)
  return at
}

type Range = Parameters<Figures["Service"]["tallies"]>[0]

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

export class MemoryFigures {
  /** Whether the store can be read. */
  available = true
  /** How often tallies were asked for, and whether sketches were. */
  readonly asked: Array<Range> = []
  private readonly kept: Kept
  private readonly tallies = new Map<string, Stretched & { readonly tier: "m" | "q" }>()
  private readonly days = new Map<string, UserStretched>()

  constructor(computedAt: string, kept: Partial<Kept> = {}) {
    const at = ms(computedAt)
    const from = at - 400 * TIER_MS.d
    this.kept = { computedAt: at, minutesFrom: from, quartersFrom: from, usersFrom: from, ...kept }
  }

  /** Changes what was counted at a moment: of everything, and of a room if one is named. */
  count(at: number, room: string | undefined, change: (tally: Tally) => void): void {
    for (const tier of ["m", "q"] as const) {
      for (const id of room === undefined ? [""] : ["", room]) {
        const start = Math.floor(at / TIER_MS[tier]) * TIER_MS[tier]
        const key = `${tier} ${start} ${id}`
        let stretch = this.tallies.get(key)
        if (stretch === undefined) {
          stretch = { tier, id, start, tally: new Tally() }
          this.tallies.set(key, stretch)
        }
        change(stretch.tally)
      }
    }
  }

  /** Changes what a user did on the UTC day of a moment. */
  user(userId: string, at: number, change: (user: UserTally, quarter: number) => void): void {
    const start = Math.floor(at / TIER_MS.d) * TIER_MS.d
    const key = `${start} ${userId}`
    let stretch = this.days.get(key)
    if (stretch === undefined) {
      stretch = { userId, start, user: new UserTally() }
      stretch.user.username = userId.toUpperCase()
      this.days.set(key, stretch)
    }
    change(stretch.user, Math.floor(at / TIER_MS.q))
  }

  /** A message, by someone who is counted as a user unless they are `anonymous`. */
  says(userId: string, instant: string, { content = "hi", room = "lobby" } = {}): this {
    const at = ms(instant)
    const { codePoints, emoji, link, mention, question } = shapeOf(content)
    this.count(at, room, (tally) => {
      tally.n.chat++
      tally.n.codePoints += codePoints
      tally.n.link += Number(link)
      tally.n.mention += Number(mention)
      tally.n.question += Number(question)
      tally.n.emoji += Number(emoji)
      tally.lengths[lengthBin(codePoints)]!++
      if (userId !== "anonymous") tally.set("senders").add(hashOf(userId))
    })
    if (userId === "anonymous") return this
    this.user(userId, at, (user, quarter) => {
      user.sent.set(quarter, (user.sent.get(quarter) ?? 0) + 1)
      user.rooms.set(room, (user.rooms.get(room) ?? 0) + 1)
      user.firstMessageAt = Math.min(at, user.firstMessageAt ?? at)
    })
    return this
  }

  /** Someone begins to type. */
  types(userId: string, instant: string, room = "lobby"): this {
    const at = ms(instant)
    this.count(at, room, (tally) => {
      tally.n.typing++
      tally.set("active").add(hashOf(userId))
    })
    this.user(userId, at, (user, quarter) => {
      user.n.typing++
      user.active.add(quarter)
      user.firstActiveAt = Math.min(at, user.firstActiveAt ?? at)
    })
    return this
  }

  /** A connection, in UTC days as users are kept. A visit if it lasted at least 10 s. */
  connects(userId: string, from: string, to: string): this {
    const [start, end] = [ms(from), ms(to)]
    this.user(userId, start, (user) => {
      user.firstConnectedAt = Math.min(start, user.firstConnectedAt ?? start)
    })
    for (let at = start; at < end; at = (Math.floor(at / TIER_MS.d) + 1) * TIER_MS.d) {
      const until = Math.min(end, (Math.floor(at / TIER_MS.d) + 1) * TIER_MS.d)
      this.user(userId, at, (user) => user.span(at, until))
    }
    if (end - start < 10_000) return this
    for (let at = Math.floor(start / TIER_MS.q) * TIER_MS.q; at < end; at += TIER_MS.q) {
      this.count(at, undefined, (tally) => tally.set("visitors").add(hashOf(userId)))
      this.user(userId, at, (user, quarter) => user.visited.add(quarter))
    }
    return this
  }

  get service(): Figures["Service"] {
    const unless = <A>(answer: () => A) =>
      Effect.suspend(() =>
        this.available ? Effect.succeed(answer()) : Effect.fail(new StoreUnavailable({ reason: "the disk is away" }))
      )
    return Figures.of({
      kept: Effect.succeed(this.kept),
      tallies: (range) =>
        unless(() => {
          this.asked.push(range)
          return this.find(range)
        }),
      users: ({ from, to, userId }) =>
        unless(() =>
          Array.from(this.days.values())
            .filter((day) => day.start + TIER_MS.d > from && day.start < to)
            .filter((day) => userId === undefined || day.userId === userId)
            .sort((a, b) => a.start - b.start || order(a.userId, b.userId))
        )
    })
  }

  private find({ from, of, tier, to }: Range): ReadonlyArray<Stretched> {
    const wanted = (id: string) =>
      of.scope === "everything" ? id === "" : of.scope === "room" ? id === of.id : id !== ""
    return Array.from(this.tallies.values())
      .filter((one) => one.tier === tier && wanted(one.id) && one.start >= from && one.start < to)
      .sort((a, b) => a.start - b.start || order(a.id, b.id))
  }
}
