/**
 * What is told of one user over everything that is kept: when they came, when they were engaged, whether they were activated. Built from
 * what the user did day by day, in ascending order.
 */
import { Effect } from "effect"
import type { StoreUnavailable } from "../../store/MessageStore.ts"
import type { Figures, UserStretched } from "../Figures.ts"
import { TIER_MS } from "../../store/Rollup.ts"
import type { Calendar } from "./Calendar.ts"
import { eachUser } from "./walk.ts"
import type { Window } from "./Window.ts"

/** Milliseconds after first connecting within which a message activates. */
const ACTIVATION_MS = 86_400_000

/** When messages were sent, as well as it is known: to the millisecond for the first of a day, to the quarter for others. */
interface Sending {
  readonly exact: number | undefined
  readonly quarters: ReadonlyArray<number>
}

export class Lifetime {
  /** Milliseconds since 1970. */
  firstConnectedAt: number | undefined
  /** Keys of the periods in which the user was engaged. */
  readonly engaged = new Set<number>()
  /** Key of the first of them. */
  firstEngaged = Infinity
  /** Whether there was ever a visit. */
  visited = false
  private sent: Array<Sending> = []
  private decided: boolean | undefined

  add({ start, user }: UserStretched, calendar: Calendar): void {
    const first = user.firstConnectedAt
    if (first !== undefined) this.firstConnectedAt = Math.min(first, this.firstConnectedAt ?? first)
    if (user.hasVisited) this.visited = true
    for (const quarter of user.engagedIn()) this.engage(calendar.ofQuarter(quarter))
    if (this.decided !== undefined) return
    const quarters = Array.from(user.sentIn, ([quarter]) => quarter)
    if (quarters.length > 0) this.sent.push({ exact: user.firstMessageAt, quarters })
    if (this.firstConnectedAt === undefined) {
      // the first connection is told at most a day after what it began
      if (this.sent.length > 2) this.sent.shift()
    } else if (start > this.firstConnectedAt + 2 * ACTIVATION_MS) {
      this.decided = this.isActivated()
      this.sent = []
    }
  }

  /** Whether the user sent a message within 24 h after first connecting. */
  get activated(): boolean {
    return this.decided ?? this.isActivated()
  }

  private engage(key: number): void {
    this.engaged.add(key)
    if (key < this.firstEngaged) this.firstEngaged = key
  }

  private isActivated(): boolean {
    const first = this.firstConnectedAt
    if (first === undefined) return false
    const last = first + ACTIVATION_MS
    // a quarter that the 24 h begin or end in decides nothing: the exact moments do, but where someone sent before connecting
    return this.sent.some(
      ({ exact, quarters }) =>
        (exact !== undefined && exact >= first && exact <= last) ||
        quarters.some((quarter) => quarter * TIER_MS.q >= first && (quarter + 1) * TIER_MS.q <= last)
    )
  }
}

/** Of every user, from when on they are kept up to what was counted last. */
export const lifetimes = (
  figures: Figures["Service"],
  { kept }: Window,
  calendar: Calendar
): Effect.Effect<ReadonlyMap<string, Lifetime>, StoreUnavailable> =>
  Effect.gen(function* () {
    const users = new Map<string, Lifetime>()
    yield* eachUser(figures, { from: kept.usersFrom, to: kept.computedAt + 1 }, (stretch) => {
      let user = users.get(stretch.userId)
      if (user === undefined) {
        user = new Lifetime()
        users.set(stretch.userId, user)
      }
      user.add(stretch, calendar)
    })
    return users
  })
